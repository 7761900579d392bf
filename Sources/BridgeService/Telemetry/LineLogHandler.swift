// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import Logging

#if canImport(Glibc)
    internal import Glibc
#endif

/// Writes log lines to standard error: JSON for machines, one readable line for people.
public struct LineLogHandler: LogHandler {
    /// How a line looks.
    public enum Format: Sendable {
        /// `{"time":…,"level":…,"message":…}`
        case json
        /// `2026-11-22T10:12:31.412Z info message key=value`
        case text
    }

    /// What every line of this logger carries.
    public var metadata: Logger.Metadata = [:]
    /// Lines below it are not written.
    public var logLevel: Logger.Level
    private let format: Format
    private let queue: LogQueue

    /// A handler to standard error for a format and a lowest level.
    public init(format: Format, level: Logger.Level) {
        self.init(format: format, level: level, queue: .standardError)
    }

    /// A handler to any queue.
    init(format: Format, level: Logger.Level, queue: LogQueue) {
        self.format = format
        self.queue = queue
        logLevel = level
    }

    /// One metadata value of the logger.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Queues one line; never waits for the reader of the log.
    public func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = merged.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        queue.append(format.line(event.level, event.message, pairs)) { [format] count in
            format.line(.warning, "lines of the log were dropped: nothing read them", [(LogKey.count, "\(count)")])
        }
    }
}

extension LineLogHandler.Format {
    /// One line, with its end.
    fileprivate func line(
        _ level: Logger.Level,
        _ message: Logger.Message,
        _ pairs: [(String, String)]
    ) -> [UInt8] {
        switch self {
        case .json: json(level, message, pairs)
        case .text: Array(text(level, message, pairs).utf8)
        }
    }

    private func json(_ level: Logger.Level, _ message: Logger.Message, _ pairs: [(String, String)]) -> [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.object { line in
            line.member("time", Timestamp.current.description)
            line.member("level", level.rawValue)
            line.member("message", message.description)
            for (key, value) in pairs {
                if LogKey.numbers.contains(key), let number = Int64(value) {
                    line.member(key, number)
                } else {
                    line.member(key, value)
                }
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private func text(_ level: Logger.Level, _ message: Logger.Message, _ pairs: [(String, String)]) -> String {
        let tail = pairs.map { " \($0.0)=\($0.1)" }.joined()
        // A line stays one line, even if a peer wrote line breaks into an error text.
        let body = "\(message)\(tail)".map { $0.isNewline ? " " : $0 }
        return "\(Timestamp.current) \(level.rawValue) " + String(body) + "\n"
    }
}

extension Timestamp {
    /// The wall clock now.
    public static var current: Timestamp {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

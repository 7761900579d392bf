// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import NIOConcurrencyHelpers

/// The lines of the log that wait to be written, and the thread that writes them.
///
/// The reader of standard error may stop reading without closing the pipe. Then only this thread waits: lines collect
/// up to a limit, further ones are dropped and counted, and once writing works again a line tells how many.
public final class LogQueue: Sendable {
    /// How much waits at most; what comes then is dropped.
    struct Limits: Sendable {
        var lines = 4_096
        var bytes = 1_048_576
    }

    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var isWriting = false
        /// Dropped since this was last told.
        var untold = 0
        var dropped = 0
        /// Writes the line about what was dropped.
        var notice: (@Sendable (Int) -> [UInt8])?
    }

    /// The one to standard error.
    public static let standardError = LogQueue(descriptor: STDERR_FILENO)

    private let descriptor: CInt
    private let limits: Limits
    private let state = NIOLockedValueBox(State())
    private let wake = DispatchSemaphore(value: 0)

    /// An empty queue, and a thread that lives as long as the process.
    init(descriptor: CInt, limits: Limits = Limits()) {
        self.descriptor = descriptor
        self.limits = limits
        let thread = Thread { [self] in run() }
        thread.name = "log"
        thread.start()
    }

    /// How many lines were dropped since the start.
    public var dropped: Int { state.withLockedValue { $0.dropped } }

    /// Queues a line, or drops it where too much waits; never blocks.
    ///
    /// `notice` makes the line that tells how many were dropped.
    func append(_ line: [UInt8], notice: @escaping @Sendable (Int) -> [UInt8]) {
        let wakes = state.withLockedValue { state in
            state.notice = notice
            guard state.lines.count < limits.lines, state.bytes + line.count <= limits.bytes else {
                state.untold += 1
                state.dropped += 1
                return false
            }
            state.lines.append(line)
            state.bytes += line.count
            return state.lines.count == 1
        }
        if wakes { wake.signal() }
    }

    /// Whether everything is written.
    var isEmpty: Bool { state.withLockedValue { $0.lines.isEmpty && !$0.isWriting } }

    /// Returns once everything is written, or after a while.
    public func flush(atMost limit: Duration) async {
        let end = ContinuousClock.now + limit
        while !isEmpty, .now < end {
            try? await Task.sleep(for: Self.look)
        }
    }

    private static let look = Duration.milliseconds(2)

    // MARK: - The thread

    private func run() {
        while true {
            wake.wait()
            while let lines = take() {
                for line in lines { write(line) }
            }
        }
    }

    /// What waits, and at its end what was dropped behind it.
    private func take() -> [[UInt8]]? {
        state.withLockedValue { state in
            guard !state.lines.isEmpty else {
                state.isWriting = false
                return nil
            }
            defer { (state.lines, state.bytes, state.untold, state.isWriting) = ([], 0, 0, true) }
            guard state.untold > 0, let notice = state.notice else { return state.lines }
            return state.lines + [notice(state.untold)]
        }
    }

    /// Writes a line with one call, so that lines of several processes do not mix; blocks until its reader reads.
    private func write(_ line: [UInt8]) {
        var rest = line[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&ready, 1, -1)
            } else if errno != EINTR {
                // Its reader is gone: no program reads the log any more.
                state.withLockedValue { $0.dropped += 1 }
                return
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeSettings
internal import Dispatch
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// The names of terminals as the file has them, read again when it changes.
///
/// A file that turns out faulty changes nothing: the names that were read last go on.
final class TerminalDirectory: Service {
    /// How often the file is looked at.
    static let interval = Duration.seconds(2)

    private let path: String?
    private let registry: NIOLockedValueBox<TerminalRegistry>
    /// As the file was before it was read first, so that no change is missed.
    private let firstVersion: [String]?
    private let logger: Logger
    private let signal = Signal()
    private let isAsked = NIOLockedValueBox(false)

    /// Reads the file, if there is one.
    ///
    /// - Throws: `BridgeFault` where it has a fault: a bridge does not start with half of its names.
    init(path: String?, logger: Logger) throws {
        self.path = path
        self.logger = logger
        firstVersion = path.flatMap(TerminalFile.version)
        do throws(TerminalFile.Fault) {
            registry = NIOLockedValueBox(try path.map(Self.read) ?? TerminalRegistry())
        } catch {
            throw BridgeFault(description: "terminals.file: \(error)")
        }
    }

    /// The names as they are now.
    var current: TerminalRegistry { registry.withLockedValue { $0 } }

    /// Has the file read again soon, whether it seems to have changed or not.
    func readAgain() {
        isAsked.withLockedValue { $0 = true }
        signal.raise()
    }

    func run() async throws {
        guard let path else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown { [self] in
            var seen = firstVersion
            while !Task.isCancelled {
                await signal.wait(atMost: Self.interval)
                let isAsked = isAsked.withLockedValue { asked in
                    defer { asked = false }
                    return asked
                }
                let version = await Self.blocking { TerminalFile.version(of: path) }
                guard version != seen || isAsked, !Task.isCancelled else { continue }
                seen = version
                await reload(path)
            }
        }
    }

    private func reload(_ path: String) async {
        switch await Self.blocking({ Result { () throws(TerminalFile.Fault) in try Self.read(path) } }) {
        case .success(let names):
            registry.withLockedValue { $0 = names }
            logger.info("the names of terminals were read again", metadata: [LogKey.count: "\(names.count)"])
        case .failure(let fault):
            logger.error(
                "terminals.file is invalid; the previous names stay in use",
                metadata: [LogKey.error: "\(fault)"]
            )
        }
    }

    private static func read(_ path: String) throws(TerminalFile.Fault) -> TerminalRegistry {
        try TerminalFile.read(path)
    }

    /// Reading a file blocks, so it is done on a thread that may block.
    private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }
}

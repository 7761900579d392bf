// SPDX-License-Identifier: Apache-2.0

internal import BridgeService
internal import BridgeSettings
internal import Logging
internal import ServiceLifecycle

#if canImport(Glibc)
    internal import Glibc
#endif

/// Ends the process when a stop takes longer than it may: a disk that does not answer must not keep it.
///
/// Nothing is lost by that: what was not committed was not promised, and the next start asks Getnet for the rest.
struct StopLimit: Service {
    /// What a stop may take beyond `shutdown.delay` and `shutdown.timeout`.
    static let grace = Duration.seconds(3)
    /// How long the last line of the log may take.
    static let lastLine = Duration.seconds(1)

    let limit: Duration
    let logger: Logger

    init(_ shutdown: BridgeConfiguration.Shutdown, logger: Logger) {
        limit = shutdown.delay + shutdown.timeout + Self.grace
        self.logger = logger
    }

    func run() async throws {
        try await gracefulShutdown()
        begin(limit)
    }

    /// Ends the process after so long, unless it ended before or the returned task is cancelled; returns at once.
    @discardableResult
    func begin(_ limit: Duration) -> Task<Void, Never> {
        Task.detached { [logger] in
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            logger.error("the stop takes too long; the process ends without it", metadata: [LogKey.age: "\(limit)"])
            await LogQueue.standardError.flush(atMost: Self.lastLine)
            _exit(ExitStatus.inputOutput.rawValue)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// The first service to stop: it turns readiness off and waits while load balancers notice.
///
/// Source: contract §6.
struct GracefulDelay: Service {
    let gate: CommandGate
    let stop: StopDeadline
    let delay: Duration
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        logger.info("stopping: not ready any more, still answering callbacks")
        gate.close(.shutdown, because: "the process is stopping")
        try? await Task.sleep(for: delay)
        stop.start()
    }
}

/// By when a stop must be over, once it drains.
final class StopDeadline: Sendable {
    /// What is kept of the time for closing connections and ports after the last event.
    static let closingTime = Duration.seconds(2)

    private let timeout: Duration
    private let end = NIOLockedValueBox<ContinuousClock.Instant?>(nil)

    init(timeout: Duration) {
        self.timeout = timeout
    }

    /// Says that the delay is over and draining begins.
    func start() {
        end.withLockedValue { $0 = .now + timeout }
    }

    /// When publishing must end, so that the rest can be closed in order.
    var flushDeadline: ContinuousClock.Instant {
        (end.withLockedValue { $0 } ?? .now + timeout) - min(Self.closingTime, timeout / 2)
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import NIOConcurrencyHelpers

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

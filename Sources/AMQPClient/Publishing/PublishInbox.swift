// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers

/// A publish on its way from a task to the connection's thread.
///
/// A class, because it changes hands five times and a message has a dozen texts.
final class PublishRequest: Sendable {
    let message: AMQPMessage
    /// Called once, on the connection's thread or on that of the caller who was refused.
    let ended: @Sendable (PublishOutcome) -> Void
    let deadline: ContinuousClock.Instant

    init(
        message: AMQPMessage,
        deadline: ContinuousClock.Instant,
        ended: @escaping @Sendable (PublishOutcome) -> Void
    ) {
        self.message = message
        self.ended = ended
        self.deadline = deadline
    }
}

/// Where tasks leave their publishes for the connection's thread, and what both know of the connection.
///
/// Isolation: any thread. Outcomes are told outside the lock.
final class PublishInbox: Sendable {
    private struct State {
        var state = AMQPPublisher.State.connecting
        var connections = 0
        var frameMax = BrokerLink.requestedFrameMax
        var requests: [PublishRequest] = []
        /// Requests here, waiting for the window, and on their way.
        var pending = 0
        var isDraining = false
    }

    private enum Admission {
        case queued(isFirst: Bool)
        case refused(PublishOutcome)
    }

    private let state = NIOLockedValueBox(State())
    private let pendingMax: Int

    init(_ limits: PublishLimits) {
        pendingMax = limits.inFlightMessages + limits.waitingMessages
    }

    /// Leaves a publish, or refuses it at once; answers whether the thread has to be woken.
    func submit(_ request: PublishRequest) -> Bool {
        let admission = state.withLockedValue { state -> Admission in
            switch state.state {
            case .connecting, .closed: return .refused(.notConnected)
            case .connected, .blocked: break
            }
            guard !state.isDraining else { return .refused(.notConnected) }
            guard state.pending < pendingMax else { return .refused(.unconfirmed(.queueFull)) }
            state.requests.append(request)
            state.pending += 1
            return .queued(isFirst: state.requests.count == 1)
        }
        switch admission {
        case .queued(let isFirst):
            return isFirst
        case .refused(let outcome):
            request.ended(outcome)
            return false
        }
    }

    /// Takes all that was left, giving an empty array in exchange.
    func take(_ requests: inout [PublishRequest]) {
        precondition(requests.isEmpty, "what was taken before was dealt with")
        state.withLockedValue { swap(&$0.requests, &requests) }
    }

    /// Notes that so many publishes have their outcome; answers how many still have none.
    func settled(_ count: Int) -> Int {
        state.withLockedValue { state in
            state.pending -= count
            precondition(state.pending >= 0, "a publish has one outcome")
            return state.pending
        }
    }

    func connected(frameMax: Int) {
        state.withLockedValue { state in
            state.frameMax = frameMax
            state.state = .connected
            state.connections += 1
        }
    }

    func set(_ newState: AMQPPublisher.State) {
        state.withLockedValue { $0.state = newState }
    }

    func beginDraining() {
        state.withLockedValue { $0.isDraining = true }
    }

    /// The largest frame of the connection, or of the last one.
    var frameMax: Int { state.withLockedValue(\.frameMax) }

    var snapshot: AMQPPublisher.Snapshot {
        state.withLockedValue { state in
            AMQPPublisher.Snapshot(
                state: state.state,
                reconnects: max(0, state.connections - 1),
                pending: state.pending
            )
        }
    }
}

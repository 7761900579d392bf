// SPDX-License-Identifier: Apache-2.0

internal import NIOConcurrencyHelpers

/// The callbacks that wait for their commit, so that their number and their age can be shown.
final class WaitingCallbacks: Sendable {
    private struct State {
        var since: [Int: ContinuousClock.Instant] = [:]
        var next = 0
    }

    private let state = NIOLockedValueBox(State())

    /// Enters one; its ticket is for `leave`.
    func enter() -> Int {
        state.withLockedValue { state in
            state.next += 1
            state.since[state.next] = .now
            return state.next
        }
    }

    /// Takes one out that is answered now.
    func leave(_ ticket: Int) {
        state.withLockedValue { state in _ = state.since.removeValue(forKey: ticket) }
    }

    /// How many there are, and how long the oldest has waited.
    var load: QueueLoad {
        state.withLockedValue { state in
            QueueLoad(count: state.since.count, age: state.since.values.min()?.duration(to: .now) ?? .zero)
        }
    }
}

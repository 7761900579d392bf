// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// When each transaction is to be woken, and when the life of its terminal ends.
///
/// The machine plans in the time of the calendar, because a restart must understand it. Here a plan becomes a wait by a
/// clock that does not jump, counted from the moment at which it was made.
final class Timetable: Sendable {
    /// A transaction whose time has come.
    struct Call: Sendable {
        let id: TransactionID
        /// What the machine had planned; the calendar may say something else by now.
        let dueAt: Timestamp
    }

    private struct State {
        var wakes = Agenda()
        var plans: [TransactionID: Timestamp] = [:]
        var lives = Agenda()
    }

    /// Raised when the first instant came closer.
    let signal = Signal()
    private let state = NIOLockedValueBox(State())

    /// Plans to wake a transaction; `nil` for never.
    ///
    /// - Parameters:
    ///   - id: The transaction.
    ///   - dueAt: When, by the calendar.
    ///   - now: The time of this moment by the same calendar.
    func plan(_ id: TransactionID, dueAt: Timestamp?, now: Timestamp) {
        let isFirst = state.withLockedValue { state in
            guard state.plans[id] != dueAt else { return false }
            state.plans[id] = dueAt
            let wait = dueAt.map { max($0 - now, .zero) }
            return state.wakes.set(id, due: wait.map { .now + $0 })
        }
        if isFirst { signal.raise() }
    }

    /// Plans the end of a terminal's life; `nil` for none.
    func planLifeEnd(of id: TransactionID, at instant: ContinuousClock.Instant?) {
        if state.withLockedValue({ $0.lives.set(id, due: instant) }) { signal.raise() }
    }

    /// Takes out transactions to wake by now, at most so many.
    func takeDue(limit: Int) -> [Call] {
        state.withLockedValue { state in
            state.wakes.take(dueBy: .now, limit: limit).map { id in
                guard let dueAt = state.plans.removeValue(forKey: id) else {
                    preconditionFailure("every wake has its plan")
                }
                return Call(id: id, dueAt: dueAt)
            }
        }
    }

    /// Takes out transactions whose terminal's life is over, at most so many.
    func takeEndedLives(limit: Int) -> [TransactionID] {
        state.withLockedValue { $0.lives.take(dueBy: .now, limit: limit) }
    }

    /// When it wants to be looked at next.
    var next: ContinuousClock.Instant? {
        state.withLockedValue { state in
            [state.wakes.earliest, state.lives.earliest].compactMap { $0 }.min()
        }
    }
}

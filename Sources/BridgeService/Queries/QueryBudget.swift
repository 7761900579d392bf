// SPDX-License-Identifier: Apache-2.0

internal import NIOConcurrencyHelpers

/// Spreads status queries evenly over time: never more per second than the account may make.
final class QueryBudget: Sendable {
    private let interval: Duration
    private let free: NIOLockedValueBox<ContinuousClock.Instant>

    init(queriesPerSecond: Int) {
        precondition(queriesPerSecond > 0, "a budget of nothing would never ask")
        interval = .seconds(1) / queriesPerSecond
        free = NIOLockedValueBox(.now)
    }

    /// The instant at which the caller may ask; each instant is given out once.
    func next() -> ContinuousClock.Instant {
        free.withLockedValue { free in
            let mine = max(free, .now)
            free = mine + interval
            return mine
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// What time it is for each transaction that is not over.
///
/// The rules of a transaction compare instants of the calendar with each other: when it was posted, when it is asked
/// about next, when it is given up. A calendar that is set meanwhile would make these comparisons wrong. So each
/// transaction has a calendar of its own from when this process first meets it: the time of the wall at that moment,
/// carried on by a clock that does not jump. It ends with the transaction.
///
/// A transaction that this process meets after the time was set lives by the new time. Instants that an earlier process
/// wrote are taken as they are.
final class TransactionCalendars: Sendable {
    /// A calendar that does not jump: an instant on the wall, and when it was read there.
    private struct Calendar {
        let start: Timestamp
        let startedAt: ContinuousClock.Instant

        var now: Timestamp { start + startedAt.duration(to: .now) }
    }

    private let clock: @Sendable () -> Timestamp
    private let calendars = NIOLockedValueBox<[TransactionID: Calendar]>([:])

    /// No calendars yet; `clock` is the one on the wall.
    init(clock: @escaping @Sendable () -> Timestamp) {
        self.clock = clock
    }

    /// How many transactions have a calendar of their own.
    var count: Int { calendars.withLockedValue { $0.count } }

    /// The time for a transaction; the time of the wall for one that has no calendar.
    func now(for id: TransactionID) -> Timestamp {
        calendars.withLockedValue { $0[id] }?.now ?? clock()
    }

    /// The time for a transaction, whose calendar begins now where it has none, and ends where the transaction is over.
    func follow(_ id: TransactionID, isOver: Bool) -> Timestamp {
        let known = calendars.withLockedValue { isOver ? $0.removeValue(forKey: id) : $0[id] }
        if let known { return known.now }
        let now = clock()
        guard !isOver else { return now }
        let calendar = Calendar(start: now, startedAt: .now)
        return calendars.withLockedValue { calendars in
            if let known = calendars[id] { return known.now }
            calendars[id] = calendar
            return now
        }
    }
}

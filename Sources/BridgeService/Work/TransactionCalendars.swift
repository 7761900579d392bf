// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// What time it is for each transaction that is not over.
///
/// The rules of a transaction compare instants of the calendar with each other: when it was posted, when it is asked about next, when it is
/// given up. A calendar that is set meanwhile would make these comparisons wrong. So each transaction has a calendar of its own from
/// when this process first meets it: the time of the wall at that moment, carried on by a clock that does not jump. It ends with the transaction.
///
/// A transaction that this process meets after the time was set lives by the new time. Instants that an earlier process wrote are taken as they are.
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

    /// Gives a transaction a calendar that begins now, where it has none.
    func begin(_ id: TransactionID) {
        guard calendars.withLockedValue({ $0[id] }) == nil else { return }
        let calendar = Calendar(start: clock(), startedAt: .now)
        calendars.withLockedValue { calendars in
            if calendars[id] == nil { calendars[id] = calendar }
        }
    }

    /// Takes the calendar of a transaction away that is over.
    func end(_ id: TransactionID) {
        calendars.withLockedValue { calendars in _ = calendars.removeValue(forKey: id) }
    }
}

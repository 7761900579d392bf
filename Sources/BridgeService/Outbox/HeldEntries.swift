// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import NIOConcurrencyHelpers

/// The outbox entries that are in memory: one line per transaction, so that each publishes one entry at a time.
final class HeldEntries: Sendable {
    /// What is published in order: a transaction's entries, or an entry that belongs to none.
    enum Line: Hashable, Sendable {
        case transaction(TransactionID)
        case single(Int64)
    }

    /// What becomes of an entry that the broker refused.
    enum Refusal {
        /// It is tried again. An event that is not final gives way as soon as a later one of its transaction waits.
        case tryAgain
        /// It gave way to this one.
        case gaveWay(to: OutboxEntry)
    }

    /// What becomes of an entry that comes in.
    enum Addition {
        /// It stands behind others of its line.
        case waits
        /// It is the first of its line and is to be published.
        case isFirst(Line)
        /// It is to be published; the refused entry before it gave way and is out.
        case overtakes(OutboxEntry, in: Line)
    }

    /// The refusal of the entry that is the first of its line.
    private struct Refused {
        let routingKey: String
        let givesWay: Bool
        /// Whether it waits for its next try, and is not on its way at this moment.
        var isWaiting: Bool
    }

    private struct State {
        var lines: [Line: ArraySlice<OutboxEntry>] = [:]
        /// Since when each entry of a line waits, by its position and by a clock that does not jump.
        var since: [Int64: ContinuousClock.Instant] = [:]
        /// The first entries that the broker refused, by line.
        var refused: [Line: Refused] = [:]
        var count = 0
        var unrouted: Set<Int64> = []
        var isAwaitingRoom = false
        var flushDeadline: ContinuousClock.Instant?
        var wasRead = false

        /// Takes the first entry of a line out if there is one after it, and gives that one.
        mutating func removeFirst(of line: Line) -> OutboxEntry? {
            guard let entries = lines[line], entries.count > 1 else { return nil }
            if let first = lines[line]?.removeFirst() { since[first.position] = nil }
            count -= 1
            refused[line] = nil
            return lines[line]?.first
        }
    }

    private let state = NIOLockedValueBox(State())
    private let clock: @Sendable () -> Timestamp
    private let start = ContinuousClock.now

    /// Nothing is held; `clock` is the one on the wall, by which an earlier process dated its entries.
    init(clock: @escaping @Sendable () -> Timestamp = { .current }) {
        self.clock = clock
    }

    /// How many entries are held.
    var count: Int { state.withLockedValue { $0.count + $0.unrouted.count } }

    /// How long the oldest entry has been held, a refused one too; zero if none is.
    var oldestAge: Duration {
        state.withLockedValue { $0.since.values.min()?.duration(to: .now) } ?? .zero
    }

    /// How far the telling of events is behind.
    ///
    /// What is held is the beginning of the outbox, so the oldest of it is the oldest of all, as long as the outbox can
    /// be read; `unreadFor` says for how long it could not.
    func lag(unreadFor: Duration? = nil) -> OutboxLag {
        state.withLockedValue { state in
            // A step on the way that one queue refuses is told to all others; what counts is whether results are told.
            let oldest = state.lines.compactMap { line, entries in
                state.refused[line]?.givesWay == true ? nil : entries.first.flatMap { state.since[$0.position] }
            }.min()
            return OutboxLag(
                oldest: oldest.map { $0.duration(to: .now) },
                reading: state.wasRead ? unreadFor.map { .pending($0) } ?? .current : .never,
                refusedKeys: Set(state.refused.values.map(\.routingKey)).sorted()
            )
        }
    }

    /// Notes that the broker refused the first entry of a line, and says what becomes of it.
    ///
    /// With `givesWay` it is left out once a later one waits: an event that is not final.
    func refuse(_ entry: OutboxEntry, in line: Line, routingKey: String, givesWay: Bool) -> Refusal {
        state.withLockedValue { state in
            if givesWay, let next = state.removeFirst(of: line) { return .gaveWay(to: next) }
            state.refused[line] = Refused(routingKey: routingKey, givesWay: givesWay, isWaiting: true)
            return .tryAgain
        }
    }

    /// Says that a refused entry is tried again; `false` if it gave way meanwhile.
    func beginAgain(_ entry: OutboxEntry, in line: Line) -> Bool {
        state.withLockedValue { state in
            guard state.lines[line]?.first?.position == entry.position else { return false }
            state.refused[line]?.isWaiting = false
            return true
        }
    }

    /// Forgets a refusal: what stands in the way of the entry now is something else.
    func forgetRefusal(in line: Line) {
        state.withLockedValue { $0.refused[line] = nil }
    }

    /// Says that the outbox was read and that what was found is entered.
    func endReading() {
        state.withLockedValue { $0.wasRead = true }
    }

    /// Whether the bridge stops and there is nothing left to publish, or no time.
    var isFlushed: Bool {
        state.withLockedValue { state in
            guard let deadline = state.flushDeadline else { return false }
            return state.count == 0 || ContinuousClock.now >= deadline
        }
    }

    /// Enters an entry and says what is to be done with it.
    func add(_ entry: OutboxEntry) -> Addition {
        let line: Line = entry.transactionID.map { .transaction($0) } ?? .single(entry.position)
        return state.withLockedValue { state in
            state.count += 1
            state.since[entry.position] = .now - age(of: entry, wasRead: state.wasRead)
            guard let first = state.lines[line]?.first else {
                state.lines[line] = [entry]
                return .isFirst(line)
            }
            state.lines[line]?.append(entry)
            guard let refused = state.refused[line], refused.givesWay, refused.isWaiting else { return .waits }
            _ = state.removeFirst(of: line)
            return .overtakes(first, in: line)
        }
    }

    /// How old an entry is when it comes in.
    ///
    /// Its date is the calendar's, which may have been set since. What comes after the first reading was made by this
    /// process, or is not older than what was read first; so it is not taken to be older than the process.
    private func age(of entry: OutboxEntry, wasRead: Bool) -> Duration {
        let dated = max(clock() - entry.appendedAt, .zero)
        return wasRead ? min(dated, start.duration(to: .now)) : dated
    }

    /// Takes out the entry that was published and gives the one after it; a line without one ends.
    func next(of line: Line) -> OutboxEntry? {
        state.withLockedValue { state in
            if let next = state.removeFirst(of: line) { return next }
            state.count -= 1
            if let last = state.lines.removeValue(forKey: line)?.first { state.since[last.position] = nil }
            state.refused[line] = nil
            return nil
        }
    }

    /// Says that the relay stopped reading because too much is held.
    func awaitRoom() {
        state.withLockedValue { $0.isAwaitingRoom = true }
    }

    /// Whether the relay should look again: there is room that it waits for, or the last entry before a stop is gone.
    func isWorthALook(below limit: Int) -> Bool {
        state.withLockedValue { state in
            if state.flushDeadline != nil, state.count == 0 { return true }
            guard state.isAwaitingRoom, state.count + state.unrouted.count < limit / 2 else { return false }
            state.isAwaitingRoom = false
            return true
        }
    }

    /// Enters an unrouted entry that is tried again; `false` if it is on its way already.
    func addUnrouted(_ entry: OutboxEntry) -> Bool {
        state.withLockedValue { $0.unrouted.insert(entry.position).inserted }
    }

    /// Takes out an unrouted entry.
    func removeUnrouted(_ entry: OutboxEntry) {
        state.withLockedValue { state in _ = state.unrouted.remove(entry.position) }
    }

    /// From now on the relay ends as soon as nothing is left, at the deadline at the latest.
    func startFlushing(until deadline: ContinuousClock.Instant) {
        state.withLockedValue { $0.flushDeadline = deadline }
    }
}

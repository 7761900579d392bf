// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import CorrelationStore
internal import NIOConcurrencyHelpers

/// The outbox entries that are in memory: one line per transaction, so that each publishes one entry at a time.
final class HeldEntries: Sendable {
    /// What is published in order: a transaction's entries, or an entry that belongs to none.
    enum Line: Hashable, Sendable {
        case transaction(TransactionID)
        case single(Int64)
    }

    private struct State {
        var lines: [Line: ArraySlice<OutboxEntry>] = [:]
        var count = 0
        var unrouted: Set<Int64> = []
        var isAwaitingRoom = false
        var flushDeadline: ContinuousClock.Instant?
        var wasRead = false
        /// When the first of the reads began that have not succeeded since.
        var readingSince: ContinuousClock.Instant?
    }

    private let state = NIOLockedValueBox(State())

    /// How many entries are held.
    var count: Int { state.withLockedValue { $0.count + $0.unrouted.count } }

    /// How far the telling of events is behind.
    ///
    /// What is held is the beginning of the outbox, so the oldest of it is the oldest of all, as long as the outbox can be read.
    func lag(at now: Timestamp) -> OutboxLag {
        state.withLockedValue { state in
            let oldest = state.lines.values.compactMap { $0.first?.appendedAt }.min()
            let pending = state.readingSince.map { OutboxLag.Reading.pending($0.duration(to: .now)) }
            return OutboxLag(
                oldest: oldest.map { now - $0 },
                reading: state.wasRead ? pending ?? .current : .never
            )
        }
    }

    /// Says that the outbox is to be read.
    func beginReading() {
        state.withLockedValue { $0.readingSince = $0.readingSince ?? .now }
    }

    /// Says that the outbox was read and that what was found is entered.
    func endReading() {
        state.withLockedValue { ($0.wasRead, $0.readingSince) = (true, nil) }
    }

    /// Whether the bridge stops and there is nothing left to publish, or no time.
    var isFlushed: Bool {
        state.withLockedValue { state in
            guard let deadline = state.flushDeadline else { return false }
            return state.count == 0 || ContinuousClock.now >= deadline
        }
    }

    /// Enters an entry; its line if nobody drains that yet.
    func add(_ entry: OutboxEntry) -> Line? {
        let line: Line = entry.transactionID.map { .transaction($0) } ?? .single(entry.position)
        return state.withLockedValue { state in
            state.count += 1
            if state.lines[line] != nil {
                state.lines[line]?.append(entry)
                return nil
            }
            state.lines[line] = [entry]
            return line
        }
    }

    /// Takes out the entry that was published and gives the one after it; a line without one ends.
    func next(of line: Line) -> OutboxEntry? {
        state.withLockedValue { state in
            state.count -= 1
            state.lines[line]?.removeFirst()
            if let next = state.lines[line]?.first { return next }
            state.lines[line] = nil
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
            guard state.isAwaitingRoom, state.count < limit / 2 else { return false }
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

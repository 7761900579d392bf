// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// When each transaction is to be woken: one instant each, in memory, made anew from the store at each start.
///
/// The instants belong to a clock that does not jump, so nothing comes early or late because the time was set.
struct Agenda {
    typealias Instant = ContinuousClock.Instant

    private struct Entry: Comparable {
        let due: Instant
        let id: TransactionID

        static func < (left: Entry, right: Entry) -> Bool {
            left.due == right.due ? left.id < right.id : left.due < right.due
        }
    }

    private var current: [TransactionID: Instant] = [:]
    /// A binary heap that also holds outdated entries.
    ///
    /// They are skipped when they come up, and swept when they are most of it.
    private var heap: [Entry] = []

    /// How many transactions are entered.
    var count: Int { current.count }

    /// When the first one is due; outdated entries may make it too early, never too late.
    var earliest: Instant? { heap.first?.due }

    /// Enters a transaction anew.
    ///
    /// `nil` takes it out. `true` if it is now the earliest of all.
    mutating func set(_ id: TransactionID, due: Instant?) -> Bool {
        guard let due else {
            current.removeValue(forKey: id)
            sweepIfWorthwhile()
            return false
        }
        guard current[id] != due else { return false }
        current[id] = due
        push(Entry(due: due, id: id))
        return heap.first?.id == id
    }

    /// Takes out what is due by now, at most so many.
    mutating func take(dueBy now: Instant, limit: Int) -> [TransactionID] {
        var due: [TransactionID] = []
        while due.count < limit, let first = heap.first, first.due <= now {
            pop()
            guard current[first.id] == first.due else { continue }
            current.removeValue(forKey: first.id)
            due.append(first.id)
        }
        return due
    }

    private mutating func sweepIfWorthwhile() {
        guard heap.count > 1_024, heap.count > current.count * 2 else { return }
        heap = current.map { Entry(due: $0.value, id: $0.key) }.sorted()
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func pop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            let left = parent * 2 + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right] < heap[left] ? right : left
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}

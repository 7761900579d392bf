// SPDX-License-Identifier: Apache-2.0

/// A queue whose both ends cost constant time.
struct FIFO<Element> {
    /// Below this many taken slots the array is not moved together.
    private static var compactionThreshold: Int { 64 }

    private var slots: [Element?] = []
    private var head = 0

    var count: Int { slots.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Element? { isEmpty ? nil : slots[head] }

    mutating func append(_ element: Element) {
        slots.append(element)
    }

    mutating func popFirst() -> Element? {
        guard head < slots.count else { return nil }
        let element = slots[head].take()
        head += 1
        if head == slots.count {
            slots.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= Self.compactionThreshold, head * 2 >= slots.count {
            slots.removeFirst(head)
            head = 0
        }
        return element
    }

    /// The elements from the oldest, by distance from it.
    subscript(offset: Int) -> Element {
        get {
            guard let element = slots[head + offset] else {
                preconditionFailure("a slot behind the head is never empty")
            }
            return element
        }
        set { slots[head + offset] = newValue }
    }

    mutating func removeAll() -> [Element] {
        let elements = slots[head...].compactMap { $0 }
        slots.removeAll(keepingCapacity: true)
        head = 0
        return elements
    }
}

extension FIFO: Sendable where Element: Sendable {}

// SPDX-License-Identifier: Apache-2.0

/// The latest of many things that happened, numbered from 0.
///
/// Limits: at least ``limit`` are remembered, at most twice as many.
struct Chronicle<Event: Sendable>: Sendable {
    /// How many events are remembered at least.
    static var limit: Int { 10_000 }

    private var events: [Event] = []
    private var first = 0

    /// The number of the next event.
    var nextNumber: Int { first + events.count }

    /// Remembers an event, and forgets the oldest if there are too many.
    mutating func append(_ event: Event) {
        if events.count == 2 * Self.limit {
            events.removeFirst(Self.limit)
            first += Self.limit
        }
        events.append(event)
    }

    /// The event with a number, unless it is forgotten.
    subscript(_ number: Int) -> Event? {
        number >= first && number < nextNumber ? events[number - first] : nil
    }

    /// A page of what is remembered, oldest first.
    func page(from number: Int, limit: Int) -> [Event] {
        let begin = min(max(number, first), nextNumber)
        let end = min(nextNumber, begin + max(0, limit))
        return Array(events[begin - first..<end - first])
    }

    /// Changes an event, unless it is forgotten.
    mutating func update(_ number: Int, _ change: (inout Event) -> Void) {
        guard number >= first, number < nextNumber else { return }
        change(&events[number - first])
    }
}

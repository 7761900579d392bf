// SPDX-License-Identifier: Apache-2.0

/// How many deliveries may be unsettled at a time, from few to many as it goes well.
///
/// Pure. When a process dies, the broker counts every delivery that was not settled towards its queue's delivery limit,
/// the innocent ones beside the one that did it. A process that dies again and again at its beginning therefore holds
/// one delivery each time, and only that one comes nearer to the limit.
struct PrefetchWidth: Equatable {
    /// A wider prefetch is this many times the one before.
    static let factor = 10
    /// How many acknowledgements for each delivery of the width prove it.
    static let proof = 2

    /// How many may be unsettled.
    private(set) var current: UInt16
    private let limit: UInt16
    private var acknowledgements = 0

    /// Starts narrow.
    init(from first: UInt16, to limit: UInt16) {
        current = min(first, limit)
        self.limit = limit
    }

    /// Notes that a delivery was dealt with.
    mutating func acknowledged() {
        if current < limit { acknowledgements += 1 }
    }

    /// Widens if enough were dealt with; `true` if it did.
    ///
    /// `outstanding` is how many deliveries are here that the broker waits for. The width changes only when there are
    /// as many as it allows: then none is on its way, and the order of the queue is kept.
    mutating func widenIfProven(outstanding: Int) -> Bool {
        guard current < limit, outstanding >= Int(current), acknowledgements >= Self.proof * Int(current) else {
            return false
        }
        acknowledgements = 0
        current = UInt16(min(Int(current) * Self.factor, Int(limit)))
        return true
    }
}

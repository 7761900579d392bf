// SPDX-License-Identifier: Apache-2.0

internal import BridgeLedger

/// Which entries of one kind are handed out next: a value that decides, with no clock and no store of its own.
///
/// What commits append goes through memory (`append`), so that it is not read back. A *sweep* reads the outbox from its
/// beginning to its end: at the start, when too much was appended to be kept, and again and again, because memory is
/// only a shortcut and the store is the outbox. No entry is handed out twice before it is settled, whichever way it
/// comes, and no way relies on positions that only ascend: an entry that becomes visible late is found by the next
/// sweep.
struct OutboxOrder {
    /// Appended entries that are kept; with one more, all are left to a sweep.
    static let appendedLimit = 2_000

    /// What is read next.
    enum Reading: Equatable {
        /// The entries to which no queue was bound and that are due.
        case unrouted
        /// The entries behind a position that wait to be published.
        case pending(after: Int64)
    }

    /// What to do next.
    enum Step: Equatable {
        case entries([OutboxEntry])
        case read(Reading)
        case nothing
    }

    /// Appended since the sweep began; `next..<end` is not handed out yet.
    private var appended: [OutboxEntry] = []
    private var next = 0
    /// Entries were appended and not kept since the last page was begun.
    private var isDropped = false
    /// What the sweep reads next; `nil` while none is under way.
    private var reading: Reading? = .unrouted
    private var isReading = false
    /// Handed out and not settled, by position.
    private var given: Set<Int64> = []
    /// Settled while a page is read, which may still show them.
    private var settledMeanwhile: Set<Int64> = []

    /// Adds what a commit appended, in the order of the commits.
    mutating func append(_ entries: [OutboxEntry]) {
        guard appended.count - next + entries.count <= Self.appendedLimit else {
            (appended, next, isDropped) = ([], 0, true)
            if reading == nil { reading = .pending(after: 0) }
            return
        }
        appended += entries
    }

    /// Whether the next step is more than nothing, as far as it can be told without looking through what is kept.
    var hasWork: Bool { reading != nil || next < appended.count }

    /// Lets a sweep begin, if none is under way.
    mutating func lookAgain() { reading = reading ?? .unrouted }

    /// What to do next; a page that it says to read must be finished or given up before it is asked again.
    mutating func step(limit: Int) -> Step {
        if let reading {
            (isReading, isDropped, settledMeanwhile) = (true, false, [])
            return .read(reading)
        }
        var page: [OutboxEntry] = []
        while next < appended.count, page.count < limit {
            let entry = appended[next]
            next += 1
            if given.insert(entry.position).inserted { page.append(entry) }
        }
        if next == appended.count { (appended, next) = ([], 0) }
        return page.isEmpty ? .nothing : .entries(page)
    }

    /// Takes in the unrouted entries that are due; what of them is to be handed out.
    mutating func finishUnrouted(_ page: [OutboxEntry]) -> [OutboxEntry] {
        reading = .pending(after: 0)
        return handOut(page)
    }

    /// Takes in a page of pending entries; what of it is to be handed out.
    ///
    /// `isLast`: there was no entry behind it when it was read.
    mutating func finishPending(_ page: [OutboxEntry], isLast: Bool) -> [OutboxEntry] {
        guard case .pending(let start) = reading else { return [] }
        // What was dropped meanwhile may stand behind this page, or in front of it: then the next sweep finds it.
        reading = isLast && !isDropped ? nil : .pending(after: page.last?.position ?? start)
        return handOut(page)
    }

    /// Leaves a page that could not be read; the next step reads it again.
    mutating func giveUpReading() { isReading = false }

    /// Forgets entries whose settlement is durable.
    mutating func settle(_ positions: [Int64]) {
        given.subtract(positions)
        if isReading { settledMeanwhile.formUnion(positions) }
    }

    /// Those of a page that were neither handed out nor settled since it was begun.
    private mutating func handOut(_ page: [OutboxEntry]) -> [OutboxEntry] {
        defer { (isReading, settledMeanwhile) = (false, []) }
        let shown = Set(page.map(\.position))
        let fresh = page.filter { !settledMeanwhile.contains($0.position) && given.insert($0.position).inserted }
        // What the page has shown must not come again from memory once it is settled.
        if !shown.isEmpty, next < appended.count {
            appended = appended[next...].filter {
                !shown.contains($0.position) && !settledMeanwhile.contains($0.position)
            }
            next = 0
        }
        return fresh
    }
}

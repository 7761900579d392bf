// SPDX-License-Identifier: Apache-2.0

internal import BridgeLedger

/// Which entries of one kind are handed out next: a value that decides, with no clock and no store of its own.
///
/// What commits append goes through memory (`append`), so that it is not read back. A *sweep* reads the outbox from its
/// beginning to its end: at the start, when too much was appended to be kept, and again and again, because memory is
/// only a shortcut and the store is the outbox. An entry is handed out once until it is settled, whichever way it
/// comes. An entry that becomes visible late is found by the next sweep. The entries of one transaction come in order,
/// as long as a reader is shown no position while a smaller one of the same transaction may still be committed.
struct OutboxOrder {
    /// Appended entries that are kept; with one more, all are left to a sweep.
    static let appendedLimit = 2_000
    /// How many entries a sweep reads at once, however few are asked for.
    static let pageSize = 500

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

    /// A line of entries; its first ones are taken out.
    private struct Line {
        private(set) var entries: [OutboxEntry] = []
        private var taken = 0

        var count: Int { entries.count - taken }
        /// How many are in memory, those that were taken out included.
        var size: Int { entries.count }

        mutating func append(_ more: [OutboxEntry]) { entries += more }

        mutating func takeFirst() -> OutboxEntry? {
            guard taken < entries.count else { return nil }
            let first = entries[taken]
            taken += 1
            // A line that is never empty must not keep what was taken; in pieces, because moving the rest costs.
            if taken == entries.count || taken == OutboxOrder.pageSize {
                entries.removeFirst(taken)
                taken = 0
            }
            return first
        }
    }

    /// Read by a sweep and to be handed out; marked as given already.
    private var ready = Line()
    /// Appended since the sweep began.
    private var appended = Line()
    /// Entries were appended and not kept since the last page was begun.
    private var isDropped = false
    /// What the sweep reads next; `nil` while none is under way.
    private var reading: Reading? = .unrouted
    private var isReading = false
    /// Handed out, or ready to be, and not settled; by position.
    private var given: Set<Int64> = []
    /// Settled while a page is read, which may still show them.
    private var settledMeanwhile: Set<Int64> = []

    /// Adds what a commit appended, in the order of the commits; called before any of it can be settled.
    mutating func append(_ entries: [OutboxEntry]) {
        guard appended.count + entries.count <= Self.appendedLimit else {
            (appended, isDropped) = (Line(), true)
            if reading == nil { reading = .pending(after: 0) }
            return
        }
        // A page may have shown them since the commit.
        appended.append(entries.filter { !given.contains($0.position) })
    }

    /// How many entries are in memory; at most the limits of both lines and what was taken out of each since.
    var size: Int { ready.size + appended.size }

    /// Whether the next step may be more than nothing.
    var hasWork: Bool { reading != nil || ready.count > 0 || appended.count > 0 }

    /// Lets a sweep begin, if none is under way.
    mutating func lookAgain() { reading = reading ?? .unrouted }

    /// What to do next; a page that it says to read must be finished or given up before it is asked again.
    mutating func step(limit: Int) -> Step {
        var page: [OutboxEntry] = []
        while page.count < limit, let entry = ready.takeFirst() { page.append(entry) }
        if !page.isEmpty { return .entries(page) }
        if let reading {
            (isReading, isDropped, settledMeanwhile) = (true, false, [])
            return .read(reading)
        }
        while page.count < limit, let entry = appended.takeFirst() {
            if given.insert(entry.position).inserted { page.append(entry) }
        }
        return page.isEmpty ? .nothing : .entries(page)
    }

    /// Takes in the unrouted entries that are due.
    mutating func finishUnrouted(_ page: [OutboxEntry]) {
        reading = .pending(after: 0)
        makeReady(page)
    }

    /// Takes in a page of pending entries.
    ///
    /// `isLast`: there was no entry behind it when it was read.
    mutating func finishPending(_ page: [OutboxEntry], isLast: Bool) {
        guard case .pending(let start) = reading else { return }
        // What was dropped meanwhile may stand behind this page, or in front of it: then the next sweep finds it.
        reading = isLast && !isDropped ? nil : .pending(after: page.last?.position ?? start)
        makeReady(page)
    }

    /// Leaves a page that could not be read; the next step reads it again.
    mutating func giveUpReading() { isReading = false }

    /// Forgets entries whose settlement is durable.
    mutating func settle(_ positions: [Int64]) {
        given.subtract(positions)
        if isReading { settledMeanwhile.formUnion(positions) }
    }

    /// Lines up those of a page that were neither handed out nor settled since it was begun.
    private mutating func makeReady(_ page: [OutboxEntry]) {
        defer { (isReading, settledMeanwhile) = (false, []) }
        ready.append(
            page.filter { !settledMeanwhile.contains($0.position) && given.insert($0.position).inserted }
        )
        guard appended.count > 0, !(page.isEmpty && settledMeanwhile.isEmpty) else { return }
        // What was given must not come again from memory after its settlement.
        var rest: [OutboxEntry] = []
        while let entry = appended.takeFirst() {
            if !given.contains(entry.position), !settledMeanwhile.contains(entry.position) { rest.append(entry) }
        }
        appended.append(rest)
    }
}

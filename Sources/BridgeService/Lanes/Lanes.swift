// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// The queues in front of the terminals: one transaction holds a terminal, the others wait by their places.
///
/// Pure, in memory, made anew from the store at each start (decisions 0006 and 0016). The first of a lane holds the
/// terminal until it leaves; only it may be POSTed. While a journal is read the lane stays closed, also behind a
/// transaction that leaves meanwhile.
struct Lanes {
    /// One terminal of one account.
    struct Key: Hashable {
        let account: String
        let terminal: String

        init(_ content: Command.Content) {
            account = content.account
            // In upper case for every spelling of a command; `Terminal` does that.
            terminal = content.terminal.idTerminal
        }
    }

    private struct Lane {
        var line: [TransactionID] = []
        /// Whose journal is being read.
        var reading: TransactionID?

        /// Who may be POSTed now.
        var head: TransactionID? { reading == nil ? line.first : nil }
    }

    private struct Stay {
        let key: Key
        /// Given by the commit that accepted it.
        let place: Int64
        /// Whether the answer to its POST may take as long as the terminal does.
        let isSlow: Bool
        /// When its command expires, by the calendar.
        let expiresAt: Timestamp
        /// The same, by a clock that does not jump.
        let expiry: ContinuousClock.Instant
        /// When the body of its last POST left.
        var departure: ContinuousClock.Instant?
        /// When what was POSTed last has no more effects.
        var lifeEnd: ContinuousClock.Instant?
        /// Whether a POST may be under way or have left.
        var isPosted = false
    }

    private var lanes: [Key: Lane] = [:]
    private var stays: [TransactionID: Stay] = [:]
    private var readings: [TransactionID: Key] = [:]
    private var posted = 0

    /// How many commands wait for their first or next POST.
    var waiting: Int { stays.count - posted }

    /// Puts a transaction into its lane, at its place; `true` if it holds the terminal at once.
    ///
    /// Transactions that come back after a start may come in another order.
    mutating func enter(
        _ id: TransactionID,
        _ key: Key,
        place: Int64,
        isSlow: Bool = false,
        expiresAt: Timestamp,
        expiry: ContinuousClock.Instant
    ) -> Bool {
        guard stays[id] == nil else { return isHead(id) }
        stays[id] = Stay(key: key, place: place, isSlow: isSlow, expiresAt: expiresAt, expiry: expiry)
        var lane = lanes[key] ?? Lane()
        let before = lane.line.lastIndex { (stays[$0]?.place ?? 0) < place }
        lane.line.insert(id, at: before.map { $0 + 1 } ?? 0)
        lanes[key] = lane
        return lane.head == id
    }

    /// Takes a transaction out; the one that may be POSTed from now on, if that changed.
    mutating func leave(_ id: TransactionID) -> TransactionID? {
        guard let stay = stays.removeValue(forKey: id), var lane = lanes[stay.key] else { return nil }
        if stay.isPosted { posted -= 1 }
        let before = lane.head
        lane.line.removeAll { $0 == id }
        return store(lane, at: stay.key, before: before)
    }

    /// Whether it may be POSTed now.
    func isHead(_ id: TransactionID) -> Bool {
        stays[id].flatMap { lanes[$0.key]?.head } == id
    }

    /// When its command expires by the calendar, and whether the steady clock is past that; `nil` if it is not here.
    func expiry(of id: TransactionID, at now: ContinuousClock.Instant) -> (instant: Timestamp, isOver: Bool)? {
        stays[id].map { ($0.expiresAt, now >= $0.expiry) }
    }

    /// The account of its terminal; `nil` if it is not here.
    func account(of id: TransactionID) -> String? { stays[id]?.key.account }

    /// Whether the answer to its POST may take as long as the terminal does; `false` if it is not here.
    func isSlow(_ id: TransactionID) -> Bool { stays[id]?.isSlow ?? false }

    /// When its command expires, by the calendar; `nil` if it is not here.
    func expiresAt(_ id: TransactionID) -> Timestamp? { stays[id]?.expiresAt }

    // MARK: - POSTs

    /// Notes whether a POST may have left or be under way.
    mutating func mark(_ id: TransactionID, isPosted: Bool) {
        guard let stay = stays[id], stay.isPosted != isPosted else { return }
        stays[id]?.isPosted = isPosted
        posted += isPosted ? 1 : -1
    }

    /// Notes that a POST's body leaves now.
    mutating func depart(_ id: TransactionID, at now: ContinuousClock.Instant) {
        stays[id]?.departure = now
    }

    /// When the body of its last POST left; `nil` if that is not known, or it is not here.
    func departure(of id: TransactionID) -> ContinuousClock.Instant? { stays[id]?.departure }

    /// Notes when what was POSTed last has no more effects; `nil` for never POSTed.
    mutating func plan(_ id: TransactionID, lifeEnd: ContinuousClock.Instant?) {
        stays[id]?.lifeEnd = lifeEnd
    }

    /// Takes out a plan whose moment has come; a cancel may have begun a new life meanwhile.
    mutating func endLife(of id: TransactionID, by now: ContinuousClock.Instant) {
        if let end = stays[id]?.lifeEnd, end <= now { stays[id]?.lifeEnd = nil }
    }

    /// When what was POSTed last has no more effects; `nil` if it was never POSTed, or is not here.
    func lifeEnd(of id: TransactionID) -> ContinuousClock.Instant? { stays[id]?.lifeEnd }

    /// Begins a new life with a cancel that leaves now; `false` if it must not leave.
    ///
    /// It must not leave if another transaction has the terminal, or will have it before long.
    mutating func departCancel(
        _ id: TransactionID,
        at now: ContinuousClock.Instant,
        life: Duration,
        margin: Duration
    ) -> Bool {
        guard isHead(id), let lifeEnd = stays[id]?.lifeEnd, now + margin < lifeEnd else { return false }
        stays[id]?.departure = now
        stays[id]?.lifeEnd = now + life
        return true
    }

    // MARK: - Journals

    /// Closes the lane of a transaction for a reading; `false` if it does not hold the terminal, or is read already.
    mutating func beginReading(for id: TransactionID) -> Bool {
        guard let key = stays[id]?.key, lanes[key]?.head == id else { return false }
        lanes[key]?.reading = id
        readings[id] = key
        return true
    }

    /// Whether a transaction's lane is closed for a reading.
    func isBeingRead(_ id: TransactionID) -> Bool { stays[id].flatMap { lanes[$0.key]?.reading } != nil }

    /// Opens the lane again; the one that may be POSTed from now on, if that is another one.
    mutating func endReading(for id: TransactionID) -> TransactionID? {
        guard let key = readings.removeValue(forKey: id), var lane = lanes[key] else { return nil }
        lane.reading = nil
        return store(lane, at: key, before: id)
    }

    private mutating func store(_ lane: Lane, at key: Key, before: TransactionID?) -> TransactionID? {
        lanes[key] = lane.line.isEmpty && lane.reading == nil ? nil : lane
        return lane.head == before ? nil : lane.head
    }
}

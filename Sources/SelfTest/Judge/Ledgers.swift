// SPDX-License-Identifier: Apache-2.0

/// Four accounts of one run that do not know each other, and the instants at which the bridge was killed.
struct Ledgers: Sendable, Equatable {
    /// What was sent.
    var orders: [ChargeOrder] = []
    /// The commands that were sent more than once: one that was refused may be taken when it is sent again.
    var sentAgain: Set<String> = []
    /// What was sent about it.
    var followUps: [FollowUp] = []
    /// What happened at the terminals, oldest first.
    var posts: [TerminalPost] = []
    /// Which terminals were told to end what they are at.
    var cancels: [CancelPost] = []
    /// Which journals were read; `nil` if the run does not look at that.
    var readings: [JournalReading]?
    /// Terminals that forgot payments, because their batch was closed.
    var closedTerminals: Set<String> = []
    /// What the event queue delivered; `nil` if no queue was bound.
    var events: [DeliveredEvent]? = []
    /// The events that a second queue of all events held; `nil` if it was not asked.
    ///
    /// It is asked only if `undelivered` is not empty.
    var witnessed: Set<String>?
    /// What the bridge remembers.
    var store = StoreLedger()
    /// What it remembered when its store was lost and an older copy took its place; `nil` if none was.
    var lost: StoreLedger?
    /// When the bridge was killed, milliseconds since 1970.
    var kills: [Int64] = []
    /// When an acknowledgement or a callback could get lost for another reason, milliseconds since 1970.
    var disturbances: [ClosedRange<Int64>] = []
    /// For how long a final sale keeps its number, in milliseconds; `nil` where no number is given out twice.
    var numberKept: Int64?
    /// Whether the bridge's clock was moved, so that its instants prove nothing.
    var isClockMoved = false
    /// How long a POST holds its terminal without a verdict, in ms; `nil` if every order has a terminal of its own.
    var terminalLife: Int64?

    /// The entries of the outbox that the event queue did not deliver.
    var undelivered: [StoreLedger.Entry] {
        guard let events else { return [] }
        let ids = Set(events.map(\.id))
        return store.entries.filter { !ids.contains($0.eventID) }
    }
}

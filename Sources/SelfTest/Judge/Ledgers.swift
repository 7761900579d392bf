// SPDX-License-Identifier: Apache-2.0

/// Four accounts of one run that do not know each other, and the instants at which the bridge was killed.
struct Ledgers: Sendable, Equatable {
    /// What was sent.
    var orders: [ChargeOrder] = []
    /// What happened at the terminals.
    var posts: [TerminalPost] = []
    /// What the event queue delivered; `nil` if no queue was bound.
    var events: [DeliveredEvent]? = []
    /// What the bridge remembers.
    var store = StoreLedger()
    /// When the bridge was killed, milliseconds since 1970.
    var kills: [Int64] = []
}

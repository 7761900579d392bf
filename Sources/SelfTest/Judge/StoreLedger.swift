// SPDX-License-Identifier: Apache-2.0

/// What the bridge's own tables say after it has stopped: the fourth ledger.
///
/// Units: instants in milliseconds since 1970.
struct StoreLedger: Sendable, Equatable {
    /// A row of `transactions`.
    struct Transaction: Sendable, Equatable {
        var id: String
        /// `charge`, `void`, `refund`.
        var type = "charge"
        var commandID: String
        var reference: String
        var terminal: String
        var amount: Int64
        var status: String
        var reason: String?
        var sequence: Int64
        /// How many POSTs were made durable before they left.
        var attempts: Int
        var postedAt: Int64?
        var completedAt: Int64?
        /// When it is asked for next.
        var queryAt: Int64?
        /// When anything else is due for it.
        var dueAt: Int64?
        /// Getnet's number.
        var number: String?
        /// The kind of evidence that made the status final.
        var decidedBy: String?
        /// The sale that a void or a refund is about.
        var originalID: String?
        /// Whether its terminal was told, or was to be told, to end it.
        var wasCancelled = false
        /// Whether a restored copy showed it before the end of its POST.
        var isRestored = false
    }

    /// A row of `outbox` that holds an event.
    struct Entry: Sendable, Equatable {
        var position: Int64
        var eventID: String
        var name: String
        var transactionID: String?
        var isSettled: Bool
    }

    /// Rows of `evidence` or `quarantined_callbacks`, counted by transaction.
    struct Evidence: Sendable, Equatable {
        /// Callbacks that are evidence, or were set aside.
        var callbacks = 0
        /// Pieces that made a status final.
        var deciding = 0
    }

    var transactions: [Transaction] = []
    var entries: [Entry] = []
    var evidence: [String: Evidence] = [:]
}

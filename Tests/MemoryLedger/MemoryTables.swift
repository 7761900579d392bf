// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
internal import CorrelationStore

/// Everything that a ledger has written, as one value: the old value undoes a change.
package struct MemoryTables: Sendable {
    /// The transactions, in the order in which they were inserted.
    package internal(set) var order: [TransactionID] = []
    package internal(set) var transactions: [TransactionID: Transaction] = [:]
    /// The outbox, in order.
    ///
    /// Entry `n` has the position `n + 1`.
    package internal(set) var outbox: [OutboxEntry] = []
    /// How entries were settled, by position.
    package internal(set) var settled: [Int64: Settlement] = [:]
    /// How often entries came back because no queue was bound, by position.
    package internal(set) var returns: [Int64: Int] = [:]
    package internal(set) var evidence: [TransactionID: [TransactionStory.Piece]] = [:]
    package internal(set) var steps: [TransactionID: [TransactionStep]] = [:]
    package internal(set) var quarantined: [QuarantinedCallback] = []
    /// Positions of rejections, by the fingerprint of the message.
    var refusals: [EventID: Int64] = [:]
    /// Records of sales that the bridge did not make, with their accounts.
    package internal(set) var foreignSales: [(account: String, sale: OriginalSale)] = []
    /// Since when transactions are in doubt.
    var doubtSince: [TransactionID: Timestamp] = [:]
    var notes: [StoreNote: String] = [:]
    /// The accounts whose transactions it holds.
    var owners: [StoreOwner] = []

    /// Empty tables.
    package init() {}

    /// The transactions that fit, by their places.
    func all(where fits: (Transaction) -> Bool) -> [Transaction] {
        transactions.values.filter(fits).sorted { $0.place < $1.place }
    }
}

/// Why the memory engine refuses a change: a rule broke a promise that every engine keeps.
package enum MemoryFault: Error, Equatable {
    /// Two rows have something that only one may have.
    case twice(String)
    /// There is no such row.
    case missing(String)
    /// A rule looked, or wrote what follows from a look, without the lock that keeps other rules from the same.
    case unlocked(LedgerLock)
    /// A rule took the lock after it had looked.
    case lockedTooLate(LedgerLock)
}

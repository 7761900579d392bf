// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
internal import CorrelationStore

/// Everything that a ledger has written, as one value: the old value undoes a change.
package struct MemoryTables: Sendable {
    /// The rows of transactions, by their places.
    ///
    /// The row `n` has the place `n + 1`.
    package private(set) var rows: [MemoryRow] = []
    private var indices: [TransactionID: Int] = [:]
    /// What is only ever appended.
    var log = MemoryLog()
    /// How entries were settled, by position.
    package internal(set) var settled: [Int64: Settlement] = [:]
    /// How often entries came back because no queue was bound, by position.
    package internal(set) var returns: [Int64: Int] = [:]
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

    /// The outbox, in order.
    ///
    /// Entry `n` has the position `n + 1`.
    package var outbox: [OutboxEntry] { log.outbox }

    /// A transaction as it stands.
    package subscript(id: TransactionID) -> Transaction? { indices[id].map { rows[$0].transaction } }

    /// The names of all transactions, by their places.
    package var order: [TransactionID] { rows.map { $0.transaction.id } }

    /// All transactions, by their places.
    package var transactions: [Transaction] { rows.map(\.transaction) }

    /// The transactions that fit, by their places.
    package func all(where fits: (Transaction) -> Bool) -> [Transaction] {
        rows.compactMap { fits($0.transaction) ? $0.transaction : nil }
    }

    /// The first transaction that fits, by its place.
    func first(where fits: (Transaction) -> Bool) -> Transaction? {
        rows.first { fits($0.transaction) }?.transaction
    }

    /// Adds a transaction at a place behind all others.
    mutating func insert(_ transaction: Transaction) -> Int64 {
        var placed = transaction
        placed.place = Int64(rows.count + 1)
        indices[transaction.id] = rows.count
        rows.append(MemoryRow(placed))
        return placed.place
    }

    /// Writes a transaction that is there.
    mutating func update(_ transaction: Transaction) {
        guard let index = indices[transaction.id] else { return }
        rows[index] = MemoryRow(transaction)
    }
}

/// What is only ever appended: a change is undone by cutting it off, so that nothing is copied for it.
struct MemoryLog: Sendable {
    var outbox: [OutboxEntry] = []
    var evidence: [(id: TransactionID, piece: TransactionStory.Piece)] = []
    var steps: [(id: TransactionID, step: TransactionStep)] = []
    var quarantined: [QuarantinedCallback] = []

    /// How long it is.
    struct Length {
        fileprivate let outbox, evidence, steps, quarantined: Int

        /// The number of entries of the outbox.
        var entries: Int { outbox }
    }

    var length: Length {
        Length(outbox: outbox.count, evidence: evidence.count, steps: steps.count, quarantined: quarantined.count)
    }

    /// Forgets what came after it had that length.
    mutating func cut(to length: Length) {
        outbox.removeSubrange(length.outbox...)
        evidence.removeSubrange(length.evidence...)
        steps.removeSubrange(length.steps...)
        quarantined.removeSubrange(length.quarantined...)
    }
}

/// One state of a transaction.
///
/// It is an object, because histories look through all transactions at each step, and a transaction is large to copy.
package final class MemoryRow: Sendable {
    package let transaction: Transaction

    init(_ transaction: Transaction) { self.transaction = transaction }
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

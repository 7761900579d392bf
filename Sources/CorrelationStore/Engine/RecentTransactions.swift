// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// The unfinished transactions that the writer saw last, as they stand in the file.
///
/// A charge changes its row four times within seconds. Reading it back each time took about a sixth of the writer's
/// processor time. The copy cannot grow stale: one process has the file (`StoreLock`), one thread writes, every write
/// passes through here, and undoing a write forgets everything.
package struct RecentTransactions {
    /// More are not kept; a transaction takes one to two kilobytes.
    package static let limit = 2_048

    private var transactions: [TransactionID: Transaction] = [:]

    /// None yet.
    package init() {}

    /// One that is remembered.
    package subscript(id: TransactionID) -> Transaction? { transactions[id] }

    /// Remembers how a row stands; a finished one is hardly ever asked for again.
    package mutating func keep(_ transaction: Transaction) {
        if transaction.state.isFinal {
            transactions[transaction.id] = nil
            return
        }
        if transactions.count >= Self.limit, transactions[transaction.id] == nil {
            // Those that wait long are read again when their turn comes.
            transactions.removeAll(keepingCapacity: true)
        }
        transactions[transaction.id] = transaction
    }
}

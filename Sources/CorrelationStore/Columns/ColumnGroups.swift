// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// The column groups that an update writes only when they changed, so that it touches no other index.
package struct ColumnGroups: OptionSet, Hashable {
    package let rawValue: Int

    package static let address = ColumnGroups(rawValue: 1)
    package static let number = ColumnGroups(rawValue: 2)
    package static let end = ColumnGroups(rawValue: 4)
    package static let lane = ColumnGroups(rawValue: 8)
    package static let exceptional = ColumnGroups(rawValue: 16)

    /// The columns of a new transaction; an expired command's is final at once, without a result.
    package static let inserted =
        TransactionColumns.command + TransactionColumns.original + TransactionColumns.address
        + TransactionColumns.progress + TransactionColumns.lane + ["completed_at"]

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    package init(changedFrom stored: Transaction, to transaction: Transaction) {
        self = []
        if stored.address != transaction.address { insert(.address) }
        if stored.idPosTxs != transaction.idPosTxs { insert(.number) }
        if stored.isInLane != transaction.isInLane || stored.isLifeOver != transaction.isLifeOver
            || stored.journalReadAt != transaction.journalReadAt
        {
            insert(.lane)
        }
        if stored.completedAt != transaction.completedAt || stored.decidedBy != transaction.decidedBy
            || stored.result != transaction.result
        {
            insert(.end)
        }
        if stored.openContradictions != transaction.openContradictions || stored.restoredAt != transaction.restoredAt
            || stored.receiptSeenAt != transaction.receiptSeenAt || stored.cancelSentAt != transaction.cancelSentAt
            || stored.cancelEndedAt != transaction.cancelEndedAt || stored.batchReport != transaction.batchReport
        {
            insert(.exceptional)
        }
    }
}

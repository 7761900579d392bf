// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// The column groups that an update writes beside `ProgressColumn`, each only where it changed.
///
/// An index over a column that is not written costs nothing.
package struct ColumnGroups: OptionSet, Hashable {
    package let rawValue: Int

    package static let address = ColumnGroups(rawValue: 1)
    package static let number = ColumnGroups(rawValue: 2)
    package static let outcome = ColumnGroups(rawValue: 4)
    package static let lane = ColumnGroups(rawValue: 8)
    package static let rare = ColumnGroups(rawValue: 16)
    /// Every group.
    package static let all: ColumnGroups = [.address, .number, .outcome, .lane, .rare]

    /// The columns of a new transaction; an expired command's is final at once, without a result.
    package static let inserted =
        TransactionColumns.command + TransactionColumns.original + TransactionColumns.address + ProgressColumn.names
        + LaneColumn.names + [OutcomeColumn.completedAt.rawValue]

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The groups in which two states of one transaction differ.
    package init(changedFrom stored: Transaction, to transaction: Transaction) {
        self = []
        if stored.address != transaction.address { insert(.address) }
        if stored.idPosTxs != transaction.idPosTxs { insert(.number) }
        if LaneColumn.differ(stored, transaction) { insert(.lane) }
        if OutcomeColumn.differ(stored, transaction) || ResultColumn.differ(stored, transaction) { insert(.outcome) }
        if RareColumn.differ(stored, transaction) { insert(.rare) }
    }

    /// The names of their columns, in the order of `write`.
    package var names: [String] {
        var names: [String] = []
        if contains(.address) { names += TransactionColumns.address }
        if contains(.number) { names += TransactionColumns.number }
        if contains(.lane) { names += LaneColumn.names }
        if contains(.outcome) { names += OutcomeColumn.names + ResultColumn.names }
        if contains(.rare) { names += RareColumn.names }
        return names
    }

    /// Binds the values of their columns.
    package func write(_ transaction: Transaction, _ row: inout some RowWriter) {
        if contains(.address) { TransactionColumns.writeAddress(transaction.address, &row) }
        if contains(.number) { row.add(transaction.idPosTxs) }
        if contains(.lane) { LaneColumn.write(transaction, &row) }
        if contains(.outcome) {
            OutcomeColumn.write(transaction, &row)
            ResultColumn.write(transaction, &row)
        }
        if contains(.rare) { RareColumn.write(transaction, &row) }
    }

    /// Binds the values of the columns `inserted`.
    package static func writeInserted(_ transaction: Transaction, _ row: inout some RowWriter) {
        TransactionColumns.writeCommand(transaction, &row)
        TransactionColumns.writeOriginal(transaction, &row)
        TransactionColumns.writeAddress(transaction.address, &row)
        ProgressColumn.write(transaction, &row)
        LaneColumn.write(transaction, &row)
        OutcomeColumn.completedAt.write(OutcomeColumn.part(of: transaction), &row)
    }
}

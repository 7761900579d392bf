// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// The columns of `transactions` that change together: one case for each column, named as it is.
///
/// A column without its way in or its way out does not compile. Names, writing and reading have one order: that of the
/// cases.
package protocol ColumnGroup: RawRepresentable<String>, CaseIterable, Sendable {
    /// Every column, in order.
    static var columns: [Self] { get }
    /// Binds the column's value.
    func write(_ transaction: Transaction, _ row: inout some RowWriter)
    /// Reads the column's value into a transaction, whose earlier columns were read before.
    ///
    /// *Throws*: `StoredRowFault` where a value is none of ours.
    func read(into transaction: inout Transaction, _ row: inout some RowReader) throws
}

extension ColumnGroup {
    /// The names of the columns, in order.
    package static var names: [String] { columns.map(\.rawValue) }

    /// Binds the values of all columns.
    package static func write(_ transaction: Transaction, _ row: inout some RowWriter) {
        for column in columns { column.write(transaction, &row) }
    }

    /// Reads the values of all columns.
    package static func read(into transaction: inout Transaction, _ row: inout some RowReader) throws {
        for column in columns { try column.read(into: &transaction, &row) }
    }
}

// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// The columns of `transactions` that change together: one case for each column, named as it is.
///
/// A column is written from the part of a transaction that its group is compared by, and from nothing else: so what is
/// written cannot change without being noticed. A column without its way in or its way out does not compile. Names,
/// writing and reading have one order: that of the cases.
package protocol ColumnGroup: RawRepresentable<String>, CaseIterable, Sendable {
    /// What the columns are written from.
    associatedtype Part: Equatable
    /// Every column, in order; kept, because `allCases` makes a new array each time.
    static var columns: [Self] { get }
    /// What of a transaction the columns are written from.
    static func part(of transaction: Transaction) -> Part
    /// Binds the column's value.
    func write(_ part: Part, _ row: inout some RowWriter)
    /// Reads the column's value into a transaction, whose earlier columns were read before.
    ///
    /// *Throws*: `StoredRowFault` where a value is none of ours.
    func read(into transaction: inout Transaction, _ row: inout some RowReader) throws
}

extension ColumnGroup {
    /// The names of the columns, in order.
    package static var names: [String] { columns.map(\.rawValue) }

    /// Whether the columns of two states of a transaction differ.
    package static func differ(_ stored: Transaction, _ transaction: Transaction) -> Bool {
        part(of: stored) != part(of: transaction)
    }

    /// Binds the values of all columns.
    package static func write(_ transaction: Transaction, _ row: inout some RowWriter) {
        let part = part(of: transaction)
        for column in columns { column.write(part, &row) }
    }

    /// Reads the values of all columns.
    package static func read(into transaction: inout Transaction, _ row: inout some RowReader) throws {
        for column in columns { try column.read(into: &transaction, &row) }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The parameters of a statement, bound one after the other in the order that they stand in its text.
package protocol RowWriter {
    /// Binds an integer, or `NULL`.
    mutating func add(_ value: Int64?)
    /// Binds a text, or `NULL`.
    mutating func add(_ value: String?)
    /// Binds UTF-8 as a text, or `NULL`.
    mutating func add(text bytes: [UInt8]?)
    /// Binds bytes as they are, or `NULL`.
    mutating func add(blob bytes: [UInt8]?)
}

/// The columns of a row, read one after the other in the order that they are selected.
package protocol RowReader {
    /// An integer; 0 for `NULL`.
    mutating func integer() -> Int64
    /// An integer, or `nil` for `NULL`.
    mutating func optionalInteger() -> Int64?
    /// A text, or `nil` for `NULL`.
    mutating func optionalText() -> String?
    /// The bytes of a text or blob, or `nil` for `NULL`.
    mutating func optionalBytes() -> [UInt8]?
}

extension RowReader {
    /// A text; empty for `NULL`.
    package mutating func text() -> String { optionalText() ?? "" }

    /// The bytes of a text or blob; none for `NULL`.
    package mutating func bytes() -> [UInt8] { optionalBytes() ?? [] }

    /// Passes over a column.
    package mutating func skip() { _ = optionalBytes() }
}

// SPDX-License-Identifier: Apache-2.0

internal import CorrelationStore

/// The parameters of a statement, in the order of their numbers, in the binary format of the protocol.
///
/// An integer is eight bytes, the highest first; a text or a `bytea` is its bytes. So each parameter must have the type
/// `bigint`, `text` or `bytea` in its statement.
struct PostgresParameters: RowWriter {
    /// The values one behind the other.
    var bytes: [UInt8] = []
    /// Where each value ends in `bytes`; `nil` for `NULL`.
    private(set) var ends: [Int?] = []

    /// Binds an integer, or `NULL`.
    mutating func add(_ value: Int64?) {
        guard let value else { return ends.append(nil) }
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
        ends.append(bytes.count)
    }

    /// Binds a text, or `NULL`.
    mutating func add(_ value: String?) {
        guard let value else { return ends.append(nil) }
        let start = bytes.count
        bytes.append(contentsOf: value.utf8)
        replaceZeros(from: start)
        ends.append(bytes.count)
    }

    /// Binds UTF-8 as a text, or `NULL`; what is no UTF-8 is replaced, because the server takes none.
    mutating func add(text: [UInt8]?) {
        add(text.map { String(decoding: $0, as: UTF8.self) })
    }

    /// Binds bytes as a `bytea`, or `NULL`.
    mutating func add(blob: [UInt8]?) {
        guard let blob else { return ends.append(nil) }
        bytes.append(contentsOf: blob)
        ends.append(bytes.count)
    }

    /// A text cannot hold a zero in PostgreSQL: the sign for what could not be read stands in its place.
    private mutating func replaceZeros(from start: Int) {
        guard bytes[start...].contains(0) else { return }
        let text = bytes[start...].split(separator: 0, omittingEmptySubsequences: false)
        let replaced = Array(text.joined(separator: "\u{FFFD}".utf8))
        bytes.replaceSubrange(start..., with: replaced)
    }
}

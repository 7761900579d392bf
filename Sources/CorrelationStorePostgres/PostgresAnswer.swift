// SPDX-License-Identifier: Apache-2.0

internal import CLibpq
internal import CorrelationStore

/// What the server answered to one statement.
///
/// *Isolation*: the thread of its session. *Source*: `libpq-fe.h`, "Command Execution Functions".
@safe
final class PostgresAnswer {
    private let handle: OpaquePointer

    /// Takes a `PGresult` over and frees it at the end.
    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit { unsafe PQclear(handle) }

    /// What kind of answer it is.
    var status: ExecStatusType { unsafe PQresultStatus(handle) }

    /// How many rows it has.
    var count: CInt { unsafe PQntuples(handle) }

    /// Reads one row.
    func row<Value>(_ index: CInt, _ read: (inout PostgresColumns) throws -> Value) throws -> Value {
        var columns = unsafe PostgresColumns(handle, row: index)
        return try read(&columns)
    }

    /// Reads every row.
    func rows<Value>(_ read: (inout PostgresColumns) throws -> Value) throws -> [Value] {
        try (0..<count).map { try row($0, read) }
    }

    /// The error that it is; `nil` if it is none.
    var error: PostgresError? {
        switch status {
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
            PostgresError(
                code: unsafe Self.text(PQresultErrorField(handle, CInt(UInt8(ascii: "C")))) ?? PostgresError.noCode,
                message: unsafe Self.text(PQresultErrorField(handle, CInt(UInt8(ascii: "M"))))
                    ?? Self.text(PQresultErrorMessage(handle)) ?? "no message"
            )
        default: nil
        }
    }

    private static func text(_ words: UnsafePointer<CChar>?) -> String? {
        guard let words = unsafe words else { return nil }
        return unsafe String(cString: words)
    }
}

/// The columns of a row, read one after the other in the order that they are selected, in the binary format.
@safe
struct PostgresColumns: RowReader {
    private let handle: OpaquePointer
    private let row: CInt
    private var next: CInt = 0

    fileprivate init(_ handle: OpaquePointer, row: CInt) {
        unsafe self.handle = handle
        self.row = row
    }

    private mutating func value() -> UnsafeBufferPointer<UInt8>? {
        defer { next += 1 }
        guard unsafe PQgetisnull(handle, row, next) == 0, let start = unsafe PQgetvalue(handle, row, next) else {
            return nil
        }
        let count = Int(unsafe PQgetlength(handle, row, next))
        return unsafe UnsafeBufferPointer(
            start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self),
            count: count
        )
    }

    /// An integer; 0 for `NULL`.
    mutating func integer() -> Int64 { optionalInteger() ?? 0 }

    /// An integer of two, four or eight bytes, or `nil` for `NULL`.
    mutating func optionalInteger() -> Int64? {
        guard let bytes = unsafe value(), let first = unsafe bytes.first else { return nil }
        // The sign goes through all higher bytes.
        return unsafe bytes.reduce(first & 0x80 == 0 ? 0 : -1) { $0 << 8 | Int64($1) }
    }

    /// A text, or `nil` for `NULL`.
    mutating func optionalText() -> String? {
        guard let bytes = unsafe value() else { return nil }
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of a text or a `bytea`, or `nil` for `NULL`.
    mutating func optionalBytes() -> [UInt8]? {
        guard let bytes = unsafe value() else { return nil }
        return unsafe Array(bytes)
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import CorrelationStore
internal import GRDB
internal import GRDBSQLite

/// One prepared statement of a connection: bound, stepped and read by index through SQLite's C interface.
///
/// GRDB compiles and owns it. Its own bindings wrap every value once more, which on the writer's path would cost more
/// than SQLite itself (`docs/decisions/0002-store.md`). *Isolation*: the queue of its connection.
@safe
final class PreparedStatement {
    private let owner: Statement
    private let handle: OpaquePointer
    private let sql: String

    /// Compiles a statement on a connection.
    convenience init(_ sql: String, on database: Database) throws {
        self.init(owner: try database.makeStatement(sql: sql), sql: sql)
    }

    /// Takes a statement from the connection's cache, or compiles it into there.
    convenience init(cached sql: String, on database: Database) throws {
        self.init(owner: try database.cachedStatement(sql: sql), sql: sql)
    }

    private init(owner: Statement, sql: String) {
        self.owner = owner
        self.sql = sql
        unsafe handle = owner.sqliteStatement
    }

    /// Runs it for its effect.
    func run(_ bind: (inout StatementParameters) -> Void = { _ in }) throws {
        _ = try first(bind) { _ in }
    }

    /// Runs it and reads the first row, if there is one.
    func first<Value>(
        _ bind: (inout StatementParameters) -> Void,
        _ read: (inout StatementColumns) throws -> Value
    ) throws -> Value? {
        defer { unsafe _ = sqlite3_reset(handle) }
        bindAll(bind)
        guard try step() else { return nil }
        var columns = unsafe StatementColumns(handle)
        return try read(&columns)
    }

    /// Runs it and reads every row.
    func all<Value>(
        _ bind: (inout StatementParameters) -> Void,
        _ read: (inout StatementColumns) throws -> Value
    ) throws -> [Value] {
        defer { unsafe _ = sqlite3_reset(handle) }
        bindAll(bind)
        var values: [Value] = []
        while try step() {
            var columns = unsafe StatementColumns(handle)
            values.append(try read(&columns))
        }
        return values
    }

    private func bindAll(_ bind: (inout StatementParameters) -> Void) {
        var parameters = unsafe StatementParameters(handle)
        bind(&parameters)
        let expected = unsafe sqlite3_bind_parameter_count(handle)
        precondition(parameters.count == expected, "\(parameters.count) of \(expected) parameters are bound: \(sql)")
    }

    /// Whether there is a row.
    private func step() throws -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let message = unsafe String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }
}

/// The parameters of a statement, bound one after the other in the order they stand in its text.
@safe
struct StatementParameters: RowWriter {
    private let handle: OpaquePointer
    private(set) var count: CInt = 0

    fileprivate init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    /// SQLite copies what it is given.
    private static let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Binds an integer, or `NULL`.
    mutating func add(_ value: Int64?) {
        count += 1
        if let value {
            check(unsafe sqlite3_bind_int64(handle, count, value))
        } else {
            check(unsafe sqlite3_bind_null(handle, count))
        }
    }

    /// Binds a text, or `NULL`.
    mutating func add(_ value: String?) {
        guard var value else { return add(Int64?.none) }
        value.withUTF8 { bytes in unsafe bind(UnsafeRawBufferPointer(bytes)) }
    }

    /// Binds UTF-8 as a text, or `NULL`.
    mutating func add(text bytes: [UInt8]?) {
        guard let bytes else { return add(Int64?.none) }
        unsafe bytes.withUnsafeBytes { raw in unsafe bind(raw) }
    }

    /// Binds bytes as a blob, or `NULL`.
    mutating func add(blob bytes: [UInt8]?) {
        guard let bytes else { return add(Int64?.none) }
        count += 1
        let index = count
        check(
            unsafe bytes.withUnsafeBytes { raw in
                unsafe raw.isEmpty
                    ? sqlite3_bind_zeroblob(handle, index, 0)
                    : sqlite3_bind_blob(handle, index, raw.baseAddress, CInt(raw.count), Self.copied)
            }
        )
    }

    private mutating func bind(_ utf8: UnsafeRawBufferPointer) {
        count += 1
        guard let start = utf8.baseAddress else {
            // Without an address SQLite would bind NULL.
            check(unsafe sqlite3_bind_text(handle, count, "", 0, Self.copied))
            return
        }
        let text = unsafe start.assumingMemoryBound(to: CChar.self)
        check(unsafe sqlite3_bind_text(handle, count, text, CInt(utf8.count), Self.copied))
    }

    private func check(_ code: CInt) {
        precondition(code == SQLITE_OK, "parameter \(count) cannot be bound (SQLite code \(code))")
    }
}

/// The columns of a row, read one after the other in the order that they are selected.
@safe
struct StatementColumns: RowReader {
    private let handle: OpaquePointer
    private var next: CInt = 0

    fileprivate init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    /// An integer; 0 for `NULL`.
    mutating func integer() -> Int64 {
        defer { next += 1 }
        return unsafe sqlite3_column_int64(handle, next)
    }

    /// An integer, or `nil` for `NULL`.
    mutating func optionalInteger() -> Int64? {
        defer { next += 1 }
        guard unsafe sqlite3_column_type(handle, next) != SQLITE_NULL else { return nil }
        return unsafe sqlite3_column_int64(handle, next)
    }

    /// A text, or `nil` for `NULL`.
    mutating func optionalText() -> String? {
        defer { next += 1 }
        guard let start = unsafe sqlite3_column_text(handle, next) else { return nil }
        let count = unsafe Int(sqlite3_column_bytes(handle, next))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The bytes of a text or blob, or `nil` for `NULL`.
    mutating func optionalBytes() -> [UInt8]? {
        defer { next += 1 }
        guard unsafe sqlite3_column_type(handle, next) != SQLITE_NULL else { return nil }
        guard let start = unsafe sqlite3_column_blob(handle, next) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, next))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

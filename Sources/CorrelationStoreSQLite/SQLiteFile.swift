// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CSQLite
internal import CorrelationStore
internal import Foundation
internal import GRDB

/// The file of a SQLite store: what it is, which accounts it serves, how its connections are set up.
struct SQLiteFile {
    /// After so many pages a commit copies the log into the database: 16 MB, one copy of a hot page for many commits.
    static let checkpointPages = 4_096
    /// The log is cut to this after a checkpoint, in bytes.
    static let logLimit = 64 * 1_024 * 1_024
    /// Pages that a connection keeps in memory, in KiB.
    static let cacheKibibytes = 8_192
    /// How long a connection waits for a lock that another process, such as the sqlite3 shell, holds.
    static let lockPatience = 5.0
    /// Owner only: the file holds what shops sell.
    static let mode = 0o600

    /// The one name of the file, with links and `..` resolved.
    let path: String

    init(path: String) {
        self.path = StorePath.resolved(path)
    }

    // MARK: - The file

    /// Size in bytes, `nil` where there is no file.
    static func size(_ path: String) -> Int64? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.int64Value
    }

    /// Size of the database and its log, bytes.
    var bytes: (database: Int64, log: Int64) {
        (Self.size(path) ?? 0, Self.size(logPath) ?? 0)
    }

    /// Where SQLite keeps the log.
    var logPath: String { path + "-wal" }

    /// Looks at the directory.
    func checkDirectory() throws(StoreOpeningError) {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue
        else { throw .directoryMissing(place: directory) }
        guard unsafe access(directory, W_OK) == 0 else { throw .notWritable(place: directory, why: SystemError.last) }
    }

    /// Looks whether there is a file that may be a store and can be written.
    func checkFile() throws(StoreOpeningError) {
        try checkDirectory()
        guard let size = Self.size(path) else { throw .missing(place: path) }
        guard size > 0 else { throw .empty(place: path) }
        guard unsafe access(path, W_OK) == 0 else { throw .notWritable(place: path, why: SystemError.last) }
    }

    // MARK: - Connections

    /// Opens the connection that writes.
    func writer() throws(StoreOpeningError) -> DatabaseQueue {
        try connect { configuration in
            configuration.label = "store.writer"
            configuration.prepareDatabase { database in
                try database.execute(
                    sql: """
                        PRAGMA journal_mode = WAL;
                        PRAGMA synchronous = FULL;
                        PRAGMA wal_autocheckpoint = \(Self.checkpointPages);
                        PRAGMA journal_size_limit = \(Self.logLimit);
                        PRAGMA cache_size = -\(Self.cacheKibibytes);
                        """
                )
            }
        }
    }

    /// Opens a connection that reads.
    func reader(_ label: String) throws(StoreOpeningError) -> DatabaseQueue {
        try connect { configuration in
            configuration.label = label
            configuration.readonly = true
        }
    }

    /// Keeps the library from counting its memory; only possible before the library is first used.
    ///
    /// The count costs a lock for each piece of memory, some three in a hundred of the bridge's processor time.
    /// Source: `SQLITE_CONFIG_MEMSTATUS` in `sqlite3.h`.
    private static let withoutMemoryStatistics: Void = { _ = csqlite_forgo_memory_statistics() }()

    private func connect(_ configure: (inout Configuration) -> Void) throws(StoreOpeningError) -> DatabaseQueue {
        _ = Self.withoutMemoryStatistics
        var configuration = Configuration()
        // No statement of ours uses foreign keys, and looking for them costs.
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(Self.lockPatience)
        configure(&configuration)
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw opening(error)
        }
    }

    /// An engine's error as a reason why the store cannot be opened.
    func opening(_ error: any Error) -> StoreOpeningError {
        switch error {
        case let error as StoreOpeningError: error
        case let error as DatabaseError where error.resultCode == .SQLITE_NOTADB: .notAStore(place: path)
        case let error as DatabaseError: .engine(place: path, why: error.message ?? error.resultCode.description)
        default: .engine(place: path, why: String(describing: error))
        }
    }

    // MARK: - What is inside

    /// Whether it is a database in which nothing was ever made, or nothing is left.
    func isWithoutTables(_ database: Database) throws -> Bool {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
    }

    /// The schema's number; anything but a store of ours is refused.
    func schema(_ database: Database) throws -> Int {
        guard try !isWithoutTables(database) else { throw StoreOpeningError.empty(place: path) }
        guard try Int64.fetchOne(database, sql: "PRAGMA application_id") == SQLiteSchema.applicationID else {
            throw StoreOpeningError.notAStore(place: path)
        }
        return try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    /// Refuses a schema that is not this program's.
    func checkSchema(_ database: Database) throws {
        let schema = try schema(database)
        let newest = SQLiteSchema.newest
        if schema < newest { throw StoreOpeningError.notMigrated(place: path, schema: schema, newest: newest) }
        if schema > newest { throw StoreOpeningError.tooNew(place: path, schema: schema, newest: newest) }
    }

    /// Since when it is held after a restore, if it is.
    func heldSince(_ database: Database) throws -> Timestamp? {
        try SQLiteNotes(database).heldSince()
    }

    /// The accounts whose transactions it holds; never none.
    func owners(_ database: Database) throws -> [StoreOwner] {
        let rows = try Row.fetchAll(database, sql: "SELECT name, value FROM meta")
        let notes = Dictionary(rows.map { ($0[0] as String, $0[1] as String) }) { first, _ in first }
        guard let owners = StoreOwner.owners(in: notes) else { throw StoreOpeningError.notAStore(place: path) }
        return owners
    }

    /// Writes down accounts.
    func note(_ notes: [(name: String, value: String)], _ database: Database) throws {
        for note in notes {
            try database.execute(
                sql: "INSERT INTO meta (name, value) VALUES (?, ?)",
                arguments: [note.name, note.value]
            )
        }
    }
}

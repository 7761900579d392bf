// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger
public import CorrelationStore
internal import Foundation
internal import GRDB

/// The store in one SQLite file at a path: how it is made, migrated, opened and looked at.
///
/// Every call blocks while SQLite works. *Source*: `docs/decisions/0002-store.md`.
public struct SQLiteStore: StoreAdministration {
    /// An absolute path.
    public let place: String
    let file: SQLiteFile

    /// The store at an absolute path.
    public init(path: String) {
        place = path
        file = SQLiteFile(path: path)
    }

    /// See `StoreAdministration`.
    public func open(
        rules: StoreRules,
        report: @escaping @Sendable (CommitReport) -> Void
    ) throws(StoreOpeningError) -> any TransactionStore {
        try openLedger(rules: rules, report: report)
    }

    /// Opens the store, with limits of the queue in front of it.
    package func openLedger(
        rules: StoreRules,
        limits: LedgerStore<SQLiteEngine>.QueueLimits = LedgerStore<SQLiteEngine>.QueueLimits(),
        report: @escaping @Sendable (CommitReport) -> Void = { _ in }
    ) throws(StoreOpeningError) -> LedgerStore<SQLiteEngine> {
        try file.checkFile()
        let lock = try StoreLock(storePath: place)
        try file.inspect { database in
            try file.checkSchema(database)
            try file.check(rules.accounts, database)
        }
        return LedgerStore(
            try SQLiteEngine(file: file, lock: lock),
            rules: rules,
            limits: limits,
            report: report
        )
    }

    /// See `StoreAdministration`.
    public func inspect() throws(StoreOpeningError) -> any StoreInspection { try SQLiteInspection(file) }

    /// Makes a new, empty store for accounts; nothing that could hold a transaction is ever touched.
    ///
    /// An empty file and a database without any table are taken for nothing, unless a log lies beside them.
    ///
    /// - Throws: `StoreOpeningError`.
    public func create(for accounts: Accounts) throws(StoreOpeningError) {
        try file.checkDirectory()
        let lock = try StoreLock(storePath: place)
        defer { withExtendedLifetime(lock) {} }
        guard file.holdsNothing else { throw .exists(place: place) }
        // The log belongs to a store that was lost; SQLite would take it for the new store's.
        guard file.bytes.log == 0 else { throw .exists(place: file.logPath) }
        // Made beside its place and renamed, so that no half-made store is ever found there.
        let draft = SQLiteFile(path: file.path + ".new")
        do {
            try draft.remove()
            guard FileManager.default.createFile(atPath: draft.path, contents: nil, attributes: SQLiteFile.attributes)
            else { throw StoreOpeningError.notWritable(place: draft.path, why: SystemError.last) }
            try draft.fill(for: accounts.all.map(StoreOwner.init))
            try file.removeLog()
            guard unsafe rename(draft.path, file.path) == 0 else {
                throw StoreOpeningError.notWritable(place: place, why: SystemError.last)
            }
            try file.syncDirectory()
        } catch {
            throw draft.opening(error)
        }
    }

    /// Lets a store hold an account's transactions beside those that it holds.
    ///
    /// No bridge may have served the account with another store: what that one knows would be made twice.
    ///
    /// - Returns: `false` if it knew the account already.
    /// - Throws: `StoreOpeningError`.
    public func admit(
        _ account: Account,
        beside accounts: Accounts,
        isAnother: Bool
    ) throws(StoreOpeningError) -> Bool {
        try file.checkFile()
        let lock = try StoreLock(storePath: place)
        defer { withExtendedLifetime(lock) {} }
        let newcomer = StoreOwner(account)
        let owners = try file.inspect { database in
            try file.checkSchema(database)
            return try file.owners(database)
        }
        let isNew = try StoreOwner.mayAdmit(
            newcomer,
            beside: accounts,
            to: owners,
            isAnother: isAnother,
            place: place
        )
        guard isNew else { return false }
        let writer = try file.writer()
        do {
            try writer.write { try file.note([newcomer.admissionNote], $0) }
            try writer.close()
        } catch {
            throw file.opening(error)
        }
        return true
    }

    /// Brings a store to this program's schema.
    ///
    /// - Returns: The schema before and after.
    /// - Throws: `StoreOpeningError`.
    @discardableResult
    public func migrate() throws(StoreOpeningError) -> StoreMigration {
        try file.checkFile()
        let lock = try StoreLock(storePath: place)
        defer { withExtendedLifetime(lock) {} }
        let before = try file.inspect { try file.schema($0) }
        guard before <= SQLiteSchema.newest else {
            throw .tooNew(place: place, schema: before, newest: SQLiteSchema.newest)
        }
        let writer = try file.writer()
        do {
            try SQLiteSchema.migrator().migrate(writer)
            try writer.close()
        } catch {
            throw file.opening(error)
        }
        return StoreMigration(before: before, after: SQLiteSchema.newest)
    }

    /// See `StoreAdministration`.
    public func status() throws(StoreOpeningError) -> StoreStatus {
        guard let size = SQLiteFile.size(place) else { throw .missing(place: place) }
        guard size > 0 else { throw .empty(place: place) }
        return try file.inspect { database in
            let schema = try file.schema(database)
            var status = StoreStatus(
                owners: try file.owners(database),
                schema: schema,
                newestSchema: SQLiteSchema.newest
            )
            (status.databaseBytes, status.logBytes) = file.bytes
            status.faults = try String.fetchAll(database, sql: "PRAGMA quick_check(10)").filter { $0 != "ok" }
            guard status.schema == SQLiteSchema.newest else { return status }
            for row in try Row.fetchAll(database, sql: "SELECT status, count(*) FROM transactions GROUP BY status") {
                guard let word = TransactionStatus(rawValue: row[0]) else { continue }
                status.transactions[word] = row[1]
            }
            status.pendingEntries = try Int.fetchOne(database, sql: SQLiteReader.pendingCensusText) ?? 0
            status.openContradictions = try Int.fetchOne(database, sql: SQLiteReader.contradictedCensusText) ?? 0
            status.heldSince = try file.heldSince(database)
            return status
        }
    }
}

extension SQLiteFile {
    fileprivate static var attributes: [FileAttributeKey: Any] { [.posixPermissions: mode] }

    /// Reads on a connection of its own.
    func inspect<Value>(_ read: (Database) throws -> Value) throws(StoreOpeningError) -> Value {
        let connection = try reader("store.inspection")
        do {
            let value = try connection.read(read)
            try connection.close()
            return value
        } catch {
            throw opening(error)
        }
    }

    /// Refuses accounts that the store does not know, and the lack of one that has unfinished transactions.
    fileprivate func check(_ accounts: Accounts, _ database: Database) throws {
        try StoreOwner.check(accounts, against: try owners(database), place: path) { account in
            try Int.fetchOne(database, sql: Self.unfinishedText, arguments: [account]) ?? 0
        }
    }

    private static let unfinishedText = "SELECT count(*) FROM transactions WHERE completed_at IS NULL AND account = ?"

    /// Writes the schema and the owners into an empty file and leaves it without a log.
    fileprivate func fill(for owners: [StoreOwner]) throws {
        let connection = try writer()
        try connection.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA application_id = \(SQLiteSchema.applicationID)")
        }
        try SQLiteSchema.migrator().migrate(connection)
        try connection.write { try note(StoreOwner.notes(of: owners), $0) }
        try connection.close()
    }

    /// Whether there is no file, an empty one, or a database without tables.
    fileprivate var holdsNothing: Bool {
        guard (Self.size(path) ?? 0) > 0 else { return true }
        // A file that cannot be read holds something.
        return (try? inspect { try isWithoutTables($0) }) ?? false
    }

    /// Removes what an interrupted `create` left behind.
    fileprivate func remove() throws {
        try Self.removeFiles([path])
        try removeLog()
    }

    /// Removes the files that SQLite keeps beside a database.
    fileprivate func removeLog() throws {
        try Self.removeFiles([logPath, path + "-shm"])
    }

    private static func removeFiles(_ paths: [String]) throws {
        for path in paths where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// Makes a rename in the directory durable.
    func syncDirectory() throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let descriptor = unsafe Foundation.open(directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreOpeningError.notWritable(place: directory, why: SystemError.last) }
        defer { Foundation.close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw StoreOpeningError.notWritable(place: directory, why: SystemError.last)
        }
    }
}

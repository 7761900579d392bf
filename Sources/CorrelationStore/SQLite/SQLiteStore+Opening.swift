// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger
internal import Foundation
internal import GRDB

extension SQLiteStore {
    /// Opens a store that was made and migrated before.
    ///
    /// Blocks while SQLite reads the file.
    ///
    /// - Parameters:
    ///   - path: An absolute path.
    ///   - rules: How inputs become rows; the store must know its accounts.
    ///   - report: Called on the writer's thread after every commit.
    /// - Returns: The open store; `close` it.
    /// - Throws: `StoreOpeningError`.
    public static func open(
        path: String,
        rules: StoreRules,
        report: @escaping @Sendable (CommitReport) -> Void = { _ in }
    ) throws(StoreOpeningError) -> SQLiteStore {
        try open(path: path, rules: rules, limits: CommitQueue<Ledger>.Limits(), report: report)
    }

    static func open(
        path: String,
        rules: StoreRules,
        limits: CommitQueue<Ledger>.Limits,
        report: @escaping @Sendable (CommitReport) -> Void
    ) throws(StoreOpeningError) -> SQLiteStore {
        let file = SQLiteFile(path: path)
        try file.checkFile()
        let lock = try StoreLock(storePath: path)
        try file.inspect { database in
            try file.checkSchema(database)
            try file.check(rules.accounts, database)
        }
        return try SQLiteStore(
            file: file,
            writer: try file.writer(),
            lock: lock,
            rules: rules,
            limits: limits,
            report: report
        )
    }

    /// Makes a new, empty store for accounts; nothing that could hold a transaction is ever touched.
    ///
    /// An empty file and a database without any table are taken for nothing, unless a log lies beside them.
    ///
    /// - Throws: `StoreOpeningError`.
    public static func create(path: String, accounts: Accounts) throws(StoreOpeningError) {
        let file = SQLiteFile(path: path)
        try file.checkDirectory()
        let lock = try StoreLock(storePath: path)
        defer { withExtendedLifetime(lock) {} }
        guard file.holdsNothing else { throw .exists(path: path) }
        // The log belongs to a store that was lost; SQLite would take it for the new store's.
        guard file.bytes.log == 0 else { throw .exists(path: file.logPath) }
        // Made beside its place and renamed, so that no half-made store is ever found there.
        let draft = SQLiteFile(path: file.path + ".new")
        do {
            try draft.remove()
            guard FileManager.default.createFile(atPath: draft.path, contents: nil, attributes: SQLiteFile.attributes)
            else { throw StoreOpeningError.notWritable(path: draft.path, why: SystemError.last) }
            try draft.fill(for: accounts.all.map(StoreOwner.init))
            try file.removeLog()
            guard unsafe rename(draft.path, file.path) == 0 else {
                throw StoreOpeningError.notWritable(path: path, why: SystemError.last)
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
    public static func admit(
        _ account: Account,
        path: String,
        beside accounts: Accounts,
        isAnother: Bool = false
    ) throws(StoreOpeningError) -> Bool {
        let file = SQLiteFile(path: path)
        try file.checkFile()
        let lock = try StoreLock(storePath: path)
        defer { withExtendedLifetime(lock) {} }
        let newcomer = StoreOwner(account)
        let owners = try file.inspect { database in
            try file.checkSchema(database)
            return try file.owners(database)
        }
        if let found = owners.first(where: { $0.account == newcomer.account }) {
            guard found == newcomer else { throw .otherAccount(path: path, found: found, expected: newcomer) }
            return false
        }
        if !isAnother, let former = newcomer.former(in: owners, beside: accounts) {
            throw .accountRenamed(path: path, account: newcomer.account, former: former)
        }
        let writer = try file.writer()
        do {
            try writer.write { try file.admit(newcomer, $0) }
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
    public static func migrate(path: String) throws(StoreOpeningError) -> (before: Int, after: Int) {
        let file = SQLiteFile(path: path)
        try file.checkFile()
        let lock = try StoreLock(storePath: path)
        defer { withExtendedLifetime(lock) {} }
        let before = try file.inspect { try file.schema($0) }
        guard before <= SQLiteSchema.newest else {
            throw .tooNew(path: path, schema: before, newest: SQLiteSchema.newest)
        }
        let writer = try file.writer()
        do {
            try SQLiteSchema.migrator().migrate(writer)
            try writer.close()
        } catch {
            throw file.opening(error)
        }
        return (before, SQLiteSchema.newest)
    }

    /// How a store stands, whether a bridge has it open or not.
    ///
    /// - Throws: `StoreOpeningError`.
    public static func status(path: String) throws(StoreOpeningError) -> StoreStatus {
        let file = SQLiteFile(path: path)
        guard let size = SQLiteFile.size(path) else { throw .missing(path: path) }
        guard size > 0 else { throw .empty(path: path) }
        return try file.inspect { database in
            let schema = try file.schema(database)
            var status = StoreStatus(owners: try file.owners(database), schema: schema)
            (status.databaseBytes, status.logBytes) = file.bytes
            status.faults = try String.fetchAll(database, sql: "PRAGMA quick_check(10)").filter { $0 != "ok" }
            guard status.schema == SQLiteSchema.newest else { return status }
            for row in try Row.fetchAll(database, sql: "SELECT status, count(*) FROM transactions GROUP BY status") {
                guard let word = TransactionStatus(rawValue: row[0]) else { continue }
                status.transactions[word] = row[1]
            }
            status.pendingEntries = try Int.fetchOne(database, sql: pendingCensusText) ?? 0
            status.openContradictions = try Int.fetchOne(database, sql: contradictedCensusText) ?? 0
            status.heldSince = try file.heldSince(database)
            return status
        }
    }
}

/// How a store stands, for `store status`.
public struct StoreStatus: Sendable, Equatable {
    /// The schema that this program needs.
    public static let newestSchema = SQLiteSchema.newest

    /// The accounts whose transactions it holds.
    public let owners: [StoreOwner]
    /// The schema's number.
    public let schema: Int
    /// Transactions by status; empty where the schema is not this program's.
    public var transactions: [TransactionStatus: Int] = [:]
    /// Outbox entries that wait to be published.
    public var pendingEntries = 0
    /// Contradictions that no person has dealt with.
    public var openContradictions = 0
    /// Since when the store is held after a restore, if it is.
    public var heldSince: Timestamp?
    /// Size of the database, bytes.
    public var databaseBytes: Int64 = 0
    /// Size of the log that is not yet copied into it, bytes.
    public var logBytes: Int64 = 0
    /// What SQLite's quick check found wrong, at most ten; empty where it found nothing.
    public var faults: [String] = []

    init(owners: [StoreOwner], schema: Int) {
        self.owners = owners
        self.schema = schema
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
        let found = try owners(database)
        let expected = accounts.all.map(StoreOwner.init)
        for owner in expected where !found.contains(owner) {
            let namesake = found.first { $0.account == owner.account }
            // If no account is the same, it is another bridge's store.
            let stranger = expected.contains(where: found.contains) ? nil : found.first
            if let other = namesake ?? stranger {
                throw StoreOpeningError.otherAccount(path: path, found: other, expected: owner)
            }
            if let former = owner.former(in: found, beside: accounts) {
                throw StoreOpeningError.accountRenamed(path: path, account: owner.account, former: former)
            }
            throw StoreOpeningError.accountNotAdmitted(path: path, account: owner.account)
        }
        for owner in found where accounts[owner.account] == nil {
            let unfinished = try Int.fetchOne(database, sql: Self.unfinishedText, arguments: [owner.account]) ?? 0
            guard unfinished == 0 else {
                throw StoreOpeningError.accountMissing(path: path, account: owner.account, unfinished: unfinished)
            }
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
        try connection.write { database in
            guard let owner = owners.first else { return }
            let values = ["account": owner.account, "country": owner.country, "environment": owner.environment]
            for (name, value) in values {
                try database.execute(sql: "INSERT INTO meta (name, value) VALUES (?, ?)", arguments: [name, value])
            }
            for owner in owners.dropFirst() { try admit(owner, database) }
        }
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
        guard descriptor >= 0 else { throw StoreOpeningError.notWritable(path: directory, why: SystemError.last) }
        defer { Foundation.close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw StoreOpeningError.notWritable(path: directory, why: SystemError.last)
        }
    }
}

extension StoreOwner {
    /// An account of the store whose new name this may be: same country and environment, not configured any more.
    fileprivate func former(in owners: [StoreOwner], beside accounts: Accounts) -> String? {
        owners.first {
            $0.country == country && $0.environment == environment && accounts[$0.account] == nil
        }?.account
    }
}

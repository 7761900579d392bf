// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
internal import Foundation
internal import GRDB

/// Backup, and the hold that a restored backup is started with.
extension SQLiteStore {
    /// Writes a consistent copy of a store, whether a bridge has it open or not.
    ///
    /// The copy is one file, mode 600, synced, and checked by SQLite before it gets its name. Blocks while it is written.
    ///
    /// - Parameters:
    ///   - path: The store.
    ///   - target: An absolute path where nothing is yet.
    /// - Returns: The size of the copy, bytes.
    /// - Throws: `StoreOpeningError`.
    public static func backup(path: String, to target: String) throws(StoreOpeningError) -> Int64 {
        let (file, copy) = (SQLiteFile(path: path), SQLiteFile(path: target))
        guard let size = SQLiteFile.size(path) else { throw .missing(path: path) }
        guard size > 0 else { throw .empty(path: path) }
        try copy.checkDirectory()
        for taken in [copy.path, copy.logPath] where SQLiteFile.size(taken) != nil { throw .exists(path: taken) }
        let draft = SQLiteFile(path: "\(target).\(UUID().uuidString).new")
        defer { for rest in [draft.path, draft.logPath, draft.path + "-shm"] { _ = unsafe unlink(rest) } }
        do {
            try draft.makeEmpty()
            try file.copy(to: draft)
            try draft.sync()
            // Unlike a rename, a link never takes the place of what is there.
            guard unsafe link(draft.path, target) == 0 else {
                if errno == EEXIST { throw StoreOpeningError.exists(path: target) }
                throw StoreOpeningError.notWritable(path: target, why: SystemError.last)
            }
            try copy.syncDirectory()
        } catch {
            throw draft.opening(error)
        }
        return copy.bytes.database
    }

    /// Holds a store that was restored from a backup, until it is released; one that is held already stays so.
    ///
    /// - Throws: `StoreOpeningError`: among others while another process has the store.
    public static func hold(path: String, at instant: Timestamp) throws(StoreOpeningError) {
        try changeNote(path) { database, name in
            let notes = [SQLiteWriter.Ledger.restoreNote, SQLiteWriter.Ledger.pendingNote].map { ("REPLACE", $0) }
            for (policy, name) in [("IGNORE", name)] + notes {
                try database.execute(
                    sql: "INSERT OR \(policy) INTO meta (name, value) VALUES (?, ?)",
                    arguments: [name, instant.description]
                )
            }
        }
    }

    /// Ends the hold of a store that no bridge has open; `false` if there was none.
    ///
    /// - Throws: `StoreOpeningError`: among others while another process has the store.
    public static func release(path: String) throws(StoreOpeningError) -> Bool {
        var wasHeld = false
        try changeNote(path) { database, name in
            try database.execute(sql: "DELETE FROM meta WHERE name = ?", arguments: [name])
            wasHeld = database.changesCount > 0
        }
        return wasHeld
    }

    private static func changeNote(
        _ path: String,
        _ change: (Database, String) throws -> Void
    ) throws(StoreOpeningError) {
        let file = SQLiteFile(path: path)
        try file.checkFile()
        let lock = try StoreLock(storePath: path)
        defer { withExtendedLifetime(lock) {} }
        try file.inspect { try file.checkSchema($0) }
        let writer = try file.writer()
        do {
            try writer.write { try change($0, SQLiteWriter.Ledger.holdNote) }
            try writer.close()
        } catch {
            throw file.opening(error)
        }
    }
}

extension SQLiteFile {
    /// Makes an empty file for the owner only.
    fileprivate func makeEmpty() throws(StoreOpeningError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(Self.mode))
        guard descriptor >= 0 else { throw .notWritable(path: path, why: SystemError.last) }
        Foundation.close(descriptor)
    }

    /// Copies every page as one reader sees it, log included.
    fileprivate func copy(to draft: SQLiteFile) throws {
        let source = try reader("store.backup")
        let target = try DatabaseQueue(path: draft.path)
        try source.backup(to: target)
        // One file, without a log beside it; the store's own writer brings the log back.
        let faults = try target.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = DELETE")
            return try String.fetchAll(database, sql: "PRAGMA quick_check(1)").filter { $0 != "ok" }
        }
        if let fault = faults.first {
            throw StoreOpeningError.engine(path: path, why: "the copy is not sound: \(fault)")
        }
        _ = try target.read { try draft.schema($0) }
        try target.close()
        try source.close()
    }

    /// Makes the file's bytes durable.
    fileprivate func sync() throws(StoreOpeningError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .notWritable(path: path, why: SystemError.last) }
        defer { Foundation.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .notWritable(path: path, why: SystemError.last) }
    }
}

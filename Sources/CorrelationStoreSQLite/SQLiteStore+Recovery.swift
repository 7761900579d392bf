// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger
public import CorrelationStore
internal import Foundation
internal import GRDB

/// Backup, and the hold that a restored backup is started with.
extension SQLiteStore {
    /// Writes a consistent copy of a store, whether a bridge has it open or not.
    ///
    /// The copy is one file, mode 600, synced, and checked by SQLite before it gets its name. It knows that it is a
    /// copy, and the bridge that starts on it holds it. Blocks while it is written.
    ///
    /// - Parameters:
    ///   - target: An absolute path where nothing is yet.
    ///   - instant: When it is made.
    /// - Returns: The size of the copy, bytes.
    /// - Throws: `StoreOpeningError`.
    public func backup(to target: String, at instant: Timestamp) throws(StoreOpeningError) -> Int64 {
        let copy = SQLiteFile(path: target)
        guard let size = SQLiteFile.size(place) else { throw .missing(place: place) }
        guard size > 0 else { throw .empty(place: place) }
        try copy.checkDirectory()
        for taken in [copy.path, copy.logPath] where SQLiteFile.size(taken) != nil { throw .exists(place: taken) }
        let draft = SQLiteFile(path: "\(target).\(UUID().uuidString).new")
        defer { for rest in [draft.path, draft.logPath, draft.path + "-shm"] { _ = unsafe unlink(rest) } }
        do {
            try draft.makeEmpty()
            try file.copy(to: draft, at: instant)
            try draft.sync()
            // Unlike a rename, a link never takes the place of what is there.
            guard unsafe link(draft.path, target) == 0 else {
                if errno == EEXIST { throw StoreOpeningError.exists(place: target) }
                throw StoreOpeningError.notWritable(place: target, why: SystemError.last)
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
    public func hold(at instant: Timestamp) throws(StoreOpeningError) {
        try changeNotes { try $0.hold(at: instant) }
    }

    /// Holds a store that was made as a copy and is started for the first time, like `hold`.
    ///
    /// - Returns: Whether it was such a copy.
    /// - Throws: `StoreOpeningError`: among others while another process has the store.
    public func holdCopy(at instant: Timestamp) throws(StoreOpeningError) -> Bool {
        var isCopy = false
        try changeNotes { notes in
            isCopy = try notes.isCopy()
            if isCopy { try notes.hold(at: instant) }
        }
        return isCopy
    }

    /// Ends the hold of a store that no bridge has open, in the name of a person.
    ///
    /// A copy that was never started is not held yet: it will be once it is.
    ///
    /// - Throws: `StoreOpeningError`: among others while another process has the store.
    public func release(
        by note: OperatorNote,
        at instant: Timestamp,
        isKnownToBeEarly: Bool
    ) throws(StoreOpeningError) -> HoldRelease {
        var release = HoldRelease.notHeld
        try changeNotes { notes in
            release = try notes.release(by: note, at: instant, isKnownToBeEarly: isKnownToBeEarly)
        }
        return release
    }

    private func changeNotes(_ change: (SQLiteNotes) throws -> Void) throws(StoreOpeningError) {
        try file.checkFile()
        let lock = try StoreLock(storePath: place)
        defer { withExtendedLifetime(lock) {} }
        try file.inspect { try file.checkSchema($0) }
        let writer = try file.writer()
        do {
            try writer.write { try change(SQLiteNotes($0)) }
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
        guard descriptor >= 0 else { throw .notWritable(place: path, why: SystemError.last) }
        Foundation.close(descriptor)
    }

    /// Copies every page as one reader sees it, log included.
    fileprivate func copy(to draft: SQLiteFile, at instant: Timestamp) throws {
        let source = try reader("store.backup")
        let target = try DatabaseQueue(path: draft.path)
        try source.backup(to: target)
        // One file, without a log beside it; the store's own writer brings the log back.
        let faults = try target.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = DELETE")
            return try String.fetchAll(database, sql: "PRAGMA quick_check(1)").filter { $0 != "ok" }
        }
        if let fault = faults.first {
            throw StoreOpeningError.engine(place: path, why: "the copy is not sound: \(fault)")
        }
        _ = try target.read { try draft.schema($0) }
        try target.write { try SQLiteNotes($0).noteCopy(at: instant) }
        try target.close()
        try source.close()
    }

    /// Makes the file's bytes durable.
    fileprivate func sync() throws(StoreOpeningError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .notWritable(place: path, why: SystemError.last) }
        defer { Foundation.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .notWritable(place: path, why: SystemError.last) }
    }
}

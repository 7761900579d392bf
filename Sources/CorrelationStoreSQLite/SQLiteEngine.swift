// SPDX-License-Identifier: Apache-2.0

package import BridgeLedger
package import CorrelationStore
internal import GRDB
internal import NIOConcurrencyHelpers

/// One SQLite file: WAL, every commit synced, one connection that writes, two that read.
///
/// *Isolation*: any task. One process at a time, kept by a lock beside the file.
/// *Source*: `docs/decisions/0002-store.md`.
package final class SQLiteEngine: LedgerEngine {
    let file: SQLiteFile
    /// What the relay reads must not wait for a person who looks through a million rows.
    package let relayReader: SQLiteReader
    package let adminReader: SQLiteReader
    private let writer: DatabaseQueue
    private let lock: NIOLockedValueBox<StoreLock?>

    /// Opens the connections; the file was checked before.
    init(file: SQLiteFile, lock: StoreLock) throws(StoreOpeningError) {
        self.file = file
        self.lock = NIOLockedValueBox(lock)
        writer = try file.writer()
        relayReader = SQLiteReader(try file.reader("store.relay"), of: file)
        adminReader = SQLiteReader(try file.reader("store.admin"), of: file)
    }

    /// See `LedgerEngine`; the thread is the one of the connection's queue.
    package func write(
        _ body: @escaping @Sendable (SQLiteConnection) -> Void,
        orRefuse refuse: @escaping @Sendable (any Error) -> Void
    ) {
        writer.asyncWriteWithoutTransaction { database in
            let connection: SQLiteConnection
            do {
                connection = try SQLiteConnection(database)
            } catch {
                return refuse(error)
            }
            body(connection)
        }
    }

    /// See `LedgerEngine`.
    package static func storeError(_ error: any Error) -> StoreError { StoreError(error) }

    /// Copies the log into the database as well.
    package func close() {
        // The connection's queue is free once the writer has committed what waited. A log that cannot be copied now is
        // read at the next start.
        for reader in [relayReader, adminReader] { try? reader.close() }
        _ = try? writer.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        try? writer.close()
        lock.withLockedValue { $0 = nil }
    }
}

/// The connection that writes.
///
/// *Isolation*: lives and blocks on the dispatch queue of its connection, never on the cooperative pool.
package struct SQLiteConnection: WriteConnection {
    package let rows: SQLiteRows
    private let database: Database
    private let beginning: PreparedStatement
    private let commitment: PreparedStatement
    private let rollback: PreparedStatement

    /// Compiles what it needs.
    init(_ database: Database) throws {
        self.database = database
        rows = try SQLiteRows(database)
        beginning = try PreparedStatement("BEGIN IMMEDIATE", on: database)
        commitment = try PreparedStatement("COMMIT", on: database)
        rollback = try PreparedStatement("ROLLBACK", on: database)
    }

    /// See `WriteConnection`.
    package func begin() throws { try beginning.run() }

    /// See `WriteConnection`.
    package func commit() throws { try commitment.run() }

    /// See `WriteConnection`.
    package func undo() {
        rows.forgetUndone()
        // SQLite ends a transaction by itself after some errors, a full disk among them. Should this fail, the next
        // BEGIN fails too, its callers are refused, and it is tried again.
        if database.isInsideTransaction { try? rollback.run() }
    }

    /// See `WriteConnection`.
    package func takeAppended() -> [OutboxEntry] { rows.takeAppended() }
}

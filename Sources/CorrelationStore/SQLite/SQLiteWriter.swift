// SPDX-License-Identifier: Apache-2.0

internal import BridgeLedger
internal import GRDB

/// The one that writes: takes batches from the queue and makes each of them one durable transaction.
///
/// *Isolation*: lives and blocks on the dispatch queue of its connection, never on the cooperative pool.
struct SQLiteWriter {
    typealias Ledger = TransactionLedger<SQLiteRows>
    typealias Change = QueuedChange<Ledger>

    private let rows: SQLiteRows
    private let ledger: Ledger
    private let begin: PreparedStatement
    private let commit: PreparedStatement
    private let rollback: PreparedStatement
    private let database: Database
    private let feeds: OutboxFeeds
    private let report: @Sendable (CommitReport) -> Void

    /// Compiles what it needs on the writer's connection.
    init(
        _ database: Database,
        rules: StoreRules,
        feeds: OutboxFeeds,
        report: @escaping @Sendable (CommitReport) -> Void
    ) throws {
        self.database = database
        self.feeds = feeds
        self.report = report
        rows = try SQLiteRows(database)
        ledger = Ledger(rows: rows, rules: rules)
        begin = try PreparedStatement("BEGIN IMMEDIATE", on: database)
        commit = try PreparedStatement("COMMIT", on: database)
        rollback = try PreparedStatement("ROLLBACK", on: database)
    }

    /// Commits batch after batch until the queue is closed and empty.
    func run(_ queue: CommitQueue<Ledger>) {
        while let batch = queue.next() { write(batch) }
    }

    /// Makes a batch durable; if that fails, each of its changes on its own, so that only the culprit fails.
    private func write(_ batch: ArraySlice<Change>) {
        let start = ContinuousClock.now
        do {
            try begin.run()
            let answers = try batch.map { try $0.perform(ledger) }
            try commit.run()
            DebugDisk.sync()
            feeds.append(rows.takeAppended())
            report(CommitReport(changes: batch.count, duration: .now - start, succeeded: true))
            for answer in answers { answer() }
        } catch {
            undo()
            report(CommitReport(changes: batch.count, duration: .now - start, succeeded: false))
            guard batch.count > 1 else {
                for change in batch { change.refuse(StoreError(error)) }
                return
            }
            for index in batch.indices { write(batch[index...index]) }
        }
    }

    private func undo() {
        rows.forgetUndone()
        // SQLite ends a transaction by itself after some errors, a full disk among them. Should this fail, the next
        // BEGIN fails too, its callers are refused, and it is tried again.
        if database.isInsideTransaction { try? rollback.run() }
    }
}

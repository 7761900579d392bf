// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import GRDB
import Testing

@testable import CorrelationStore
@testable import CorrelationStoreSQLite

/// Questions stay cheap, also with many finished transactions.
@Suite(.timeLimit(.minutes(1)))
struct SQLiteIndexTests {
    private static let finished = 100_000

    /// A store full of finished transactions with settled events.
    private func withFullStore(_ body: (any TransactionStore, DatabaseQueue, String) async throws -> Void) async throws
    {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let connection = try DatabaseQueue(path: path)
            try await connection.write { database in
                try database.execute(
                    sql: """
                        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
                        INSERT INTO transactions (id, account, command_id, type, terminal, branch, serial_number,
                            amount, currency, reference, expires_at, country, environment, accepted_at, status,
                            submitting, sequence, attempts, queries, completed_at)
                        SELECT printf('%024d', n), 'main', 'old-' || n, 'charge', 'T', '1', 'S', 1, 'CLP', 'old-' || n,
                            n, 'cl', 'uat', n, 'approved', 0, 3, 1, 0, n FROM numbers;

                        INSERT INTO outbox (transaction_id, kind, event_id, name, routing_key, data, must_be_routed,
                            appended_at, settled_at)
                        SELECT id, 'transaction', id, 'charge.approved', 'k', '{}', 1, accepted_at, accepted_at
                        FROM transactions;
                        """,
                    arguments: [Self.finished]
                )
            }
            let store = try SQLiteStore(path: path).open(rules: .test())
            try await body(store, connection, path)
            try connection.close()
            await store.close()
        }
    }

    @Test
    func `the standing questions use the small indexes among a hundred thousand finished transactions`() async throws {
        try await withFullStore { store, connection, path in
            _ = try await store.submitted()
            let questions = [
                (SQLiteReader.unfinishedText, "transactions_unfinished"),
                (SQLiteReader.unfinishedCensusText, "transactions_unfinished"),
                (SQLiteReader.contradictedCensusText, "transactions_contradicted"),
                (SQLiteReader.pendingText, "outbox_pending"),
                (SQLiteReader.pendingCensusText, "outbox_pending"),
                (SQLiteReader.unroutedText, "outbox_unrouted"),
            ]
            for (text, index) in questions {
                let plan = try await connection.read { database in
                    let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + text)
                    statement.setUncheckedArguments([])
                    return try Row.fetchAll(statement).map { $0["detail"] as String }
                }
                #expect(plan.first?.contains("INDEX \(index)") == true, "\(plan)")
            }
            let census = try await store.census()
            #expect(census.unfinished == [.submitted: 1])
            #expect(census.pendingEntries == 2)
            #expect(try await store.waiting().count == 2)
            #expect(try await store.unfinished(after: nil, limit: 10).count == 1)
            #expect(try SQLiteStore(path: path).status().transactions[.approved] == Self.finished)
        }
    }

    @Test
    func `the writer's statements look up every row by an index`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let connection = try DatabaseQueue(path: path)
            let lookups = [
                SQLiteRows.Text.selectByID, SQLiteRows.Text.selectByCommand, SQLiteRows.Text.selectByReference,
                SQLiteRows.Text.selectOwnerOfNumber, SQLiteRows.Text.selectOwnersOfReceipt,
                SQLiteRows.Text.selectRefusal, SQLiteRows.Text.selectLatestEvent,
                SQLiteRows.Text.updateOutbox, SQLiteReader.idOfCommandText, ColumnGroups.all.updateText,
            ]
            for text in lookups {
                let plan = try await connection.read { database in
                    let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + text)
                    statement.setUncheckedArguments([])
                    return try Row.fetchAll(statement).map { $0["detail"] as String }
                }
                #expect(!plan.isEmpty)
                #expect(
                    plan.allSatisfy { $0.hasPrefix("SEARCH") || $0.hasPrefix("SCALAR SUBQUERY") },
                    "\(text): \(plan)"
                )
            }
            try connection.close()
        }
    }
}

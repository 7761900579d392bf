// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import CorrelationStore

extension PostgresRows {
    /// The statements of the ledger.
    enum Text {
        /// What a row of `transactions` is read from.
        static let columns = "version, " + TransactionColumns.all.joined(separator: ", ")
        static let events = OutboxColumns.appended.joined(separator: ", ")
        /// For all other commands a reference is a note, no claim.
        static let money = CommandType.allCases.filter(\.effect.movesMoney).map { "'\($0.rawValue)'" }
            .joined(separator: ", ")
        /// Whether a POST of a transaction may have left.
        static let posted = "coalesce(posted_at, restored_at) IS NOT NULL"

        static let begin = PostgresStatement("BEGIN ISOLATION LEVEL READ COMMITTED")
        static let commit = PostgresStatement("COMMIT")
        /// Bridges with other schemas of one database have locks of their own.
        static let lock = PostgresStatement(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '|' || $1::text, 0))"
        )
        static let checkVersion = PostgresStatement(
            """
            SELECT 1 / count(*) FROM (
                SELECT 1 FROM transactions WHERE id = $1 AND version = $2 FOR NO KEY UPDATE
            ) AS found
            """
        )

        static let selectByID = PostgresStatement("SELECT \(columns) FROM transactions WHERE id = $1 FOR NO KEY UPDATE")
        static let selectByCommand = PostgresStatement(
            "SELECT \(columns) FROM transactions WHERE account = $1 AND command_id = $2"
        )
        static let selectByReference = PostgresStatement(
            """
            SELECT \(columns) FROM transactions
            WHERE account = $1 AND reference = $2 AND (completed_at IS NULL OR status = 'approved')
                AND type IN (\(money))
            ORDER BY place DESC LIMIT 1
            """
        )
        /// A place is taken here, under the lock of the lane, so that places ascend as the commits of a lane do.
        static let selectLane = PostgresStatement(
            """
            SELECT (SELECT count(*) FROM transactions WHERE account = $1 AND terminal = $2 AND in_lane = 1),
                (SELECT id FROM transactions WHERE account = $1 AND terminal = $2 AND in_lane = 1
                    ORDER BY place LIMIT 1),
                nextval('places')
            """
        )
        static let selectPlace = PostgresStatement("SELECT nextval('places')")
        static let selectUndecided = PostgresStatement(
            """
            SELECT \(columns) FROM transactions
            WHERE completed_at IS NULL AND account = $1 AND terminal = $2 AND \(posted)
                AND status IN ('submitted', 'in_doubt')
            ORDER BY place
            """
        )
        static let selectApproved = PostgresStatement(
            """
            SELECT \(columns) FROM transactions
            WHERE account = $1 AND terminal = $2 AND id >= $3 AND status = 'approved'
                AND (posted_at BETWEEN $4 AND $5 OR restored_at IS NOT NULL)
            ORDER BY place
            """
        )
        static let selectContradicted = PostgresStatement(
            """
            SELECT \(columns) FROM transactions
            WHERE account = $1 AND id >= $2 AND contradictions IS NOT NULL AND terminal = $3
                AND completed_at IS NOT NULL
            ORDER BY place
            """
        )
        static let selectPaidSales = PostgresStatement(
            """
            SELECT \(columns) FROM transactions
            WHERE account = $1 AND upper(ltrim(result_authorization_code, '0')) = $2
                AND result_authorization_code IS NOT NULL AND terminal = $3
                AND (result_response_code = '0' OR status = 'approved') AND type IN ('charge', 'promo')
            ORDER BY place
            """
        )
        static let selectReused = PostgresStatement(
            "SELECT 1 FROM transactions WHERE account = $1 AND reference = $2 AND id <> $3 AND \(posted) LIMIT 1"
        )
        static let selectYoungerPost = PostgresStatement(
            """
            SELECT 1 FROM transactions
            WHERE account = $1 AND terminal = $2 AND id >= $3 AND place > $4 AND \(posted) LIMIT 1
            """
        )
        static let selectOwnerOfNumber = PostgresStatement(
            "SELECT id FROM transactions WHERE account = $1 AND id_pos_txs = $2 AND type IN (\(money))"
        )
        static let selectOwnersOfReceipt = PostgresStatement(
            """
            SELECT id, paid_claim FROM transactions WHERE account = $1 AND paid_claim >= $2 AND paid_claim < $3
            """
        )
        static let insertTransaction = PostgresStatement(
            insert: TransactionColumns.given + ColumnGroups.inserted,
            into: "transactions"
        )
        static let insertEvidence = PostgresStatement(
            insert: ["transaction_id", "source", "finding", "masked", "received_at"],
            into: "evidence"
        )
        static let insertStep = PostgresStatement(
            insert: ["transaction_id", "kind", "count", "started_at", "detail", "happened_at"],
            into: "steps"
        )
        static let insertQuarantined = PostgresStatement(
            insert: StoryColumns.quarantined,
            into: "quarantined_callbacks"
        )
        static let insertOutbox = PostgresStatement(
            insert: OutboxColumns.appended,
            into: "outbox",
            returning: "position"
        )
        static let selectLatestEvent = PostgresStatement(
            "SELECT \(events) FROM outbox WHERE transaction_id = $1 ORDER BY position DESC LIMIT 1"
        )
        static let updateOutbox = PostgresStatement(
            "UPDATE outbox SET settled_at = $1, retry_at = $2, returns = returns + $3 WHERE position = $4"
        )
        static let selectRefusal = PostgresStatement(
            """
            SELECT \(events) FROM outbox
            WHERE position = (SELECT position FROM refused_messages WHERE fingerprint = $1)
            """
        )
        /// The rejection is what this session has appended last.
        static let insertRefusal = PostgresStatement(
            """
            INSERT INTO refused_messages (fingerprint, position)
            VALUES ($1, currval(pg_get_serial_sequence('outbox', 'position')))
            ON CONFLICT DO NOTHING
            """
        )

        static let selectNote = PostgresStatement("SELECT value FROM meta WHERE name = $1")
        static let upsertNote = PostgresStatement(
            "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        )
        static let deleteNote = PostgresStatement("DELETE FROM meta WHERE name = $1")

        /// The statement that writes column groups of a row, if the row still has the version that it was read with.
        static func update(_ groups: ColumnGroups) -> PostgresStatement {
            var next = 0
            func mark() -> String {
                next += 1
                return "$\(next)"
            }
            var columns = ProgressColumn.names.map { "\($0) = \(mark())" }
            // The new status is the first parameter.
            columns.append("in_doubt_since = CASE WHEN $1 = 'in_doubt' THEN coalesce(in_doubt_since, \(mark())) END")
            columns += groups.names.map { "\($0) = \(mark())" }
            columns.append("version = version + 1")
            let values = columns.joined(separator: ", ")
            let change = "UPDATE transactions SET \(values) WHERE id = \(mark()) AND version = \(mark())"
            return PostgresStatement(exactly: change)
        }
    }
}

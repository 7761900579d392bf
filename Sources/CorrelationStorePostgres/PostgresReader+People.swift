// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
package import CorrelationStore

/// What people and metrics ask.
extension PostgresReader {
    /// See `TransactionReading`.
    package func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction? {
        try await read { session in
            try session.first(Self.byIDText, { $0.add(id.description) }, { try TransactionColumns.read(&$0) })
        }
    }

    /// See `TransactionReading`.
    package func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction] {
        try await read { session in
            let statement = question.statement
            return try session.all(statement, question.bind) { try TransactionColumns.read(&$0) }
        }
    }

    /// Everything that stands in the lanes of terminals, each lane in its order.
    func inLanes(limit: Int) async throws(StoreError) -> [Transaction] {
        try await read { session in
            try session.all(Self.inLanesText, { $0.add(Int64(limit)) }, { try TransactionColumns.read(&$0) })
        }
    }

    /// Callbacks that are evidence of no transaction, newest first.
    func keptCallbacks(
        cause: QuarantinedCallback.Cause?,
        limit: Int
    ) async throws(StoreError) -> [KeptCallback] {
        try await read { session in
            try session.all(
                Self.keptCallbacksText,
                {
                    $0.add(cause?.rawValue ?? "")
                    $0.add(Int64(limit))
                },
                { try StoryColumns.readKeptCallback(&$0) }
            )
        }
    }

    /// See `TransactionReading`.
    package func story(of id: TransactionID) async throws(StoreError) -> TransactionStory {
        try await read { session in
            // All three show one state of the store.
            try session.send(Self.beginStory)
            func bind(_ row: inout PostgresParameters) { row.add(id.description) }
            let story = TransactionStory(
                steps: try session.all(Self.stepsText, bind) { try StoryColumns.readStep(&$0, of: id) },
                evidence: try session.all(Self.evidenceText, bind) { try StoryColumns.readPiece(&$0, of: id) },
                events: try session.all(Self.eventsText, bind) { try StoryColumns.readAnnouncement(&$0) }
            )
            try session.send(PostgresRows.Text.commit)
            return story
        }
    }

    /// See `StoreReader`.
    package func census() async throws(StoreError) -> StoreCensus {
        try await read { session in
            var census = StoreCensus()
            _ = try session.all(Self.unfinishedCensusText, { _ in }) { try census.addUnfinished(&$0) }
            let sums = try session.first(Self.sumsText, { _ in }) { row in
                (contradictions: Int(row.integer()), pending: Int(row.integer()), bytes: row.integer())
            }
            census.openContradictions = sums?.contradictions ?? 0
            census.pendingEntries = sums?.pending ?? 0
            census.bytes = sums?.bytes ?? 0
            return census
        }
    }

    private static let byIDText = PostgresStatement("SELECT \(columns) FROM transactions WHERE id = $1")
    private static let inLanesText = PostgresStatement(
        "SELECT \(columns) FROM transactions WHERE in_lane = 1 ORDER BY account, terminal, place LIMIT $1"
    )
    private static let keptCallbacksText = PostgresStatement(
        """
        SELECT \(StoryColumns.keptCallback) FROM quarantined_callbacks
        WHERE $1 IN ('', cause) ORDER BY number DESC LIMIT $2
        """
    )
    private static let beginStory = PostgresStatement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    private static let stepsText = PostgresStatement(
        "SELECT \(StoryColumns.steps) FROM steps WHERE transaction_id = $1 ORDER BY number"
    )
    private static let evidenceText = PostgresStatement(
        "SELECT \(StoryColumns.evidence) FROM evidence WHERE transaction_id = $1 ORDER BY number"
    )
    private static let eventsText = PostgresStatement(
        "SELECT \(StoryColumns.events) FROM outbox WHERE transaction_id = $1 ORDER BY position"
    )
    private static let unfinishedCensusText = PostgresStatement(
        """
        SELECT status, count(*), min(in_doubt_since), count(*) FILTER (WHERE reason = 'operator_needed'),
            min(accepted_at)
        FROM transactions WHERE completed_at IS NULL GROUP BY status
        """
    )
    /// Contradictions that no person has dealt with, entries that wait, and bytes of all tables with their indexes.
    static let sumsText = PostgresStatement(
        """
        SELECT
            (SELECT coalesce(sum(open_contradictions), 0)::bigint FROM transactions WHERE open_contradictions > 0),
            (SELECT count(*) FROM outbox WHERE settled_at IS NULL),
            (SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
                WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace)
        """
    )
}

extension TransactionQuestion {
    /// The question in SQL, with a parameter for each value that `bind` binds.
    ///
    /// There are many forms of a question, and people do not ask often: so none is kept prepared.
    fileprivate var statement: PostgresStatement {
        var next = 0
        func mark() -> String {
            next += 1
            return "$\(next)"
        }
        var conditions = ["true"]
        if account != nil {
            conditions.append("account = \(mark())")
        } else if commandID != nil || reference != nil || terminal != nil {
            // Their indexes begin with the account.
            conditions.append("account IN (\(Self.accounts))")
        }
        if commandID != nil { conditions.append("command_id = \(mark())") }
        if reference != nil { conditions.append("reference = \(mark())") }
        if let status {
            conditions.append("status = \(mark())")
            // Leads to the index of those that have ended, or to the small one of the unfinished.
            conditions.append(status.isFinal ? "completed_at IS NOT NULL" : "completed_at IS NULL")
        }
        if isContradicted { conditions.append("open_contradictions > 0") }
        if terminal != nil { conditions.append("terminal = \(mark())") }
        // A name begins with an instant that is not before its acceptance.
        if since != nil { conditions.append("accepted_at >= \(mark()) AND id >= \(mark())") }
        if before != nil { conditions.append("id < \(mark())") }
        return PostgresStatement(
            once: """
                SELECT \(PostgresReader.columns) FROM transactions WHERE \(conditions.joined(separator: " AND "))
                ORDER BY id DESC LIMIT \(mark())
                """
        )
    }

    /// The names of all accounts in the table, each found by one look into an index.
    private static let accounts = """
        WITH RECURSIVE known(name) AS (
            (SELECT account FROM transactions ORDER BY account LIMIT 1)
            UNION ALL
            SELECT (SELECT account FROM transactions WHERE account > name ORDER BY account LIMIT 1) FROM known
            WHERE name IS NOT NULL
        ) SELECT name FROM known WHERE name IS NOT NULL
        """

    fileprivate func bind(_ row: inout PostgresParameters) {
        if let account { row.add(account) }
        if let commandID { row.add(commandID) }
        if let reference { row.add(reference) }
        if let status { row.add(status.rawValue) }
        if let terminal { row.add(terminal) }
        if let since {
            row.add(since)
            row.add(TransactionID(at: since, random: 0).description)
        }
        if let before { row.add(before.description) }
        row.add(Int64(max(0, min(limit, Self.longestAnswer))))
    }
}

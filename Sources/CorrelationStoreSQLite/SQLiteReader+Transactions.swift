// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
package import CorrelationStore
internal import GRDB

/// What people ask about transactions.
extension SQLiteReader {
    private static let transactionColumns = TransactionColumns.all.joined(separator: ", ")

    /// One transaction.
    package func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction? {
        let text = "SELECT \(Self.transactionColumns) FROM transactions WHERE id = ?"
        return try await read { database in
            try PreparedStatement(cached: text, on: database).first(
                { $0.add(id.description) },
                TransactionColumns.read
            )
        }
    }

    /// Transactions that fit a question, newest first.
    package func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction] {
        let text = question.statement(of: Self.transactionColumns)
        return try await read { database in
            try PreparedStatement(cached: text, on: database).all(question.bind, TransactionColumns.read)
        }
    }

    /// Everything that stands in the lanes of terminals, each lane in its order: its first one holds the terminal.
    func inLanes(limit: Int) async throws(StoreError) -> [Transaction] {
        let text = """
            SELECT \(Self.transactionColumns) FROM transactions INDEXED BY transactions_lane
            WHERE in_lane = 1 ORDER BY account, terminal, place LIMIT ?
            """
        return try await read { database in
            try PreparedStatement(cached: text, on: database).all({ $0.add(Int64(limit)) }, TransactionColumns.read)
        }
    }

    /// Callbacks that are evidence of no transaction, newest first.
    func keptCallbacks(cause: QuarantinedCallback.Cause?, limit: Int) async throws(StoreError) -> [KeptCallback] {
        let text = """
            SELECT \(StoryColumns.keptCallback) FROM quarantined_callbacks
            WHERE ? IN ('', cause) ORDER BY number DESC LIMIT ?
            """
        return try await read { database in
            try PreparedStatement(cached: text, on: database).all(
                {
                    $0.add(cause?.rawValue ?? "")
                    $0.add(Int64(limit))
                },
                StoryColumns.readKeptCallback
            )
        }
    }

    /// Steps, evidence and events of a transaction, in order.
    package func story(of id: TransactionID) async throws(StoreError) -> TransactionStory {
        try await read { database in
            func all<Value>(
                _ text: String,
                _ read: (inout StatementColumns) throws -> Value
            ) throws -> [Value] {
                try PreparedStatement(cached: text, on: database).all({ $0.add(id.description) }, read)
            }
            return TransactionStory(
                steps: try all(Self.stepsText) { try StoryColumns.readStep(&$0, of: id) },
                evidence: try all(Self.evidenceText) { try StoryColumns.readPiece(&$0, of: id) },
                events: try all(Self.eventsText, StoryColumns.readAnnouncement)
            )
        }
    }

    private static let stepsText = "SELECT \(StoryColumns.steps) FROM steps WHERE transaction_id = ? ORDER BY number"
    private static let evidenceText =
        "SELECT \(StoryColumns.evidence) FROM evidence WHERE transaction_id = ? ORDER BY number"
    private static let eventsText =
        "SELECT \(StoryColumns.events) FROM outbox WHERE transaction_id = ? ORDER BY position"
}

extension TransactionQuestion {
    /// The question in SQL, with a parameter for each value that `bind` binds; an index answers every question.
    func statement(of columns: String) -> String {
        "SELECT \(columns) FROM transactions WHERE \(condition) ORDER BY id DESC LIMIT ?"
    }

    private var condition: String {
        var conditions = ["true"]
        let isNarrow = commandID != nil || reference != nil || terminal != nil
        // A plus keeps the engine from an index: few rows have what is asked for beside it.
        if account != nil {
            conditions.append(isNarrow ? "account = ?" : "+account = ?")
        } else if isNarrow {
            // Their indexes begin with the account.
            conditions.append("account IN (\(Self.accounts))")
        }
        if commandID != nil { conditions.append("command_id = ?") }
        if reference != nil { conditions.append("reference = ?") }
        if let status {
            conditions.append(isNarrow || isContradicted ? "+status = ?" : "status = ?")
            // Leads to the index of those that have ended, or to the small one of the unfinished.
            conditions.append(status.isFinal ? "completed_at IS NOT NULL" : "completed_at IS NULL")
        }
        // Leads to an even smaller one.
        if isContradicted { conditions.append("open_contradictions > 0") }
        if terminal != nil { conditions.append("terminal = ?") }
        // A name begins with an instant that is not before its acceptance.
        if since != nil { conditions.append("accepted_at >= ? AND id >= ?") }
        if before != nil { conditions.append("id < ?") }
        return conditions.joined(separator: " AND ")
    }

    /// The names of all accounts in the table, each found by one look into an index.
    private static let accounts = """
        WITH RECURSIVE known(name) AS (
            SELECT min(account) FROM transactions
            UNION ALL SELECT (SELECT min(account) FROM transactions WHERE account > name) FROM known WHERE name IS NOT NULL
        ) SELECT name FROM known
        """

    fileprivate func bind(_ row: inout StatementParameters) {
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

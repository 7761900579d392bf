// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
internal import GRDB

extension SQLiteStore {
    private static let transactionColumns = TransactionColumns.all.joined(separator: ", ")
    private static let entryColumns = OutboxColumns.entry.joined(separator: ", ")

    // MARK: - Outbox

    // The planner would walk the table from the position on, past every settled row; the index holds pending ones only.
    static let pendingText = """
        SELECT \(entryColumns) FROM outbox INDEXED BY outbox_pending
        WHERE settled_at IS NULL AND position > ? ORDER BY position LIMIT ?
        """
    static let unroutedText = """
        SELECT \(entryColumns) FROM outbox INDEXED BY outbox_unrouted
        WHERE retry_at <= ? ORDER BY retry_at, position LIMIT ?
        """

    /// See `TransactionStore`.
    public func pending(after position: Int64, limit: Int) async throws(StoreError) -> [OutboxEntry] {
        try await entries(Self.pendingText, position, limit)
    }

    /// See `TransactionStore`.
    public func unrouted(dueBy instant: Timestamp, limit: Int) async throws(StoreError) -> [OutboxEntry] {
        try await entries(Self.unroutedText, instant.milliseconds, limit)
    }

    private func entries(_ text: String, _ bound: Int64, _ limit: Int) async throws(StoreError) -> [OutboxEntry] {
        try await relayReader.read { database in
            try PreparedStatement(cached: text, on: database).all(
                {
                    $0.add(bound)
                    $0.add(Int64(limit))
                },
                OutboxColumns.readEntry
            )
        }
    }

    // MARK: - Transactions

    static let unfinishedText = """
        SELECT \(transactionColumns) FROM transactions INDEXED BY transactions_unfinished
        WHERE completed_at IS NULL AND id > ? ORDER BY id LIMIT ?
        """

    /// See `TransactionStore`.
    public func unfinished(after id: TransactionID?, limit: Int) async throws(StoreError) -> [Transaction] {
        try await relayReader.read { database in
            try PreparedStatement(cached: Self.unfinishedText, on: database).all(
                {
                    $0.add(id?.description ?? "")
                    $0.add(Int64(limit))
                },
                TransactionColumns.read
            )
        }
    }

    /// See `TransactionStore`.
    public func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction? {
        let text = "SELECT \(Self.transactionColumns) FROM transactions WHERE id = ?"
        return try await adminReader.read { database in
            try PreparedStatement(cached: text, on: database).first(
                { $0.add(id.description) },
                TransactionColumns.read
            )
        }
    }

    /// See `TransactionStore`.
    public func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction] {
        let text =
            "SELECT \(Self.transactionColumns) FROM transactions WHERE \(question.condition) ORDER BY id DESC LIMIT ?"
        return try await adminReader.read { database in
            try PreparedStatement(cached: text, on: database).all(question.bind, TransactionColumns.read)
        }
    }

    /// See `TransactionStore`.
    public func story(of id: TransactionID) async throws(StoreError) -> TransactionStory {
        let columns = OutboxColumns.appended.joined(separator: ", ")
        return try await adminReader.read { database in
            let evidence = try PreparedStatement(
                cached: """
                    SELECT source, finding, masked, received_at FROM evidence WHERE transaction_id = ? ORDER BY number
                    """,
                on: database
            )
            let events = try PreparedStatement(
                cached: "SELECT settled_at, \(columns) FROM outbox WHERE transaction_id = ? ORDER BY position",
                on: database
            )
            return TransactionStory(
                evidence: try evidence.all({ $0.add(id.description) }) { row in
                    TransactionStory.Piece(
                        source: try row.word("evidence.source", of: id),
                        finding: try row.word("evidence.finding", of: id),
                        masked: row.bytes(),
                        receivedAt: row.instant()
                    )
                },
                events: try events.all({ $0.add(id.description) }) { row in
                    let settledAt = row.optionalInstant()
                    return (event: try OutboxColumns.readEvent(&row), settledAt: settledAt)
                }
            )
        }
    }

    // MARK: - Census

    static let unfinishedCensusText = """
        SELECT status, count(*), min(in_doubt_since) FROM transactions INDEXED BY transactions_unfinished
        WHERE completed_at IS NULL GROUP BY status
        """
    static let pendingCensusText = "SELECT count(*) FROM outbox INDEXED BY outbox_pending WHERE settled_at IS NULL"
    static let oldestPendingText = """
        SELECT appended_at FROM outbox INDEXED BY outbox_pending WHERE settled_at IS NULL ORDER BY position LIMIT 1
        """

    /// See `TransactionStore`.
    public func census() async throws(StoreError) -> StoreCensus {
        let bytes = file.bytes
        return try await adminReader.read { database in
            var census = StoreCensus()
            census.bytes = bytes.database + bytes.log
            let counts = try PreparedStatement(cached: Self.unfinishedCensusText, on: database)
            for (status, count, doubt) in try counts.all({ _ in }, Self.readCount) {
                census.unfinished[status] = count
                census.oldestDoubt = [census.oldestDoubt, doubt].compactMap { $0 }.min()
            }
            let pending = try PreparedStatement(cached: Self.pendingCensusText, on: database)
            census.pendingEntries = try pending.first({ _ in }, { Int($0.integer()) }) ?? 0
            let oldest = try PreparedStatement(cached: Self.oldestPendingText, on: database)
            census.oldestPending = try oldest.first({ _ in }, { $0.instant() })
            return census
        }
    }

    private static func readCount(
        _ row: inout StatementColumns
    ) throws -> (status: TransactionStatus, count: Int, oldestDoubt: Timestamp?) {
        (try row.word("transactions.status", of: nil), Int(row.integer()), row.optionalInstant())
    }
}

extension TransactionQuestion {
    /// The condition in SQL, with a parameter for each value that `bind` binds.
    fileprivate var condition: String {
        var conditions = ["true"]
        if commandID != nil { conditions.append("command_id = ?") }
        if reference != nil { conditions.append("reference = ?") }
        if let status {
            conditions.append("status = ?")
            // Leads to the small index of unfinished ones.
            if !status.isFinal { conditions.append("completed_at IS NULL") }
        }
        if terminal != nil { conditions.append("terminal = ?") }
        if since != nil { conditions.append("accepted_at >= ?") }
        if before != nil { conditions.append("id < ?") }
        return conditions.joined(separator: " AND ")
    }

    fileprivate func bind(_ row: inout StatementParameters) {
        if let commandID { row.add(commandID) }
        if let reference { row.add(reference) }
        if let status { row.add(status.rawValue) }
        if let terminal { row.add(terminal) }
        if let since { row.add(since) }
        if let before { row.add(before.description) }
        row.add(Int64(max(0, min(limit, Self.longestAnswer))))
    }
}

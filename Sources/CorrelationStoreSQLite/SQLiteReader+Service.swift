// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
package import CorrelationStore
internal import GRDB

/// What the bridge itself asks.
extension SQLiteReader {
    private static let everyColumn = TransactionColumns.all.joined(separator: ", ")
    private static let entryColumns = OutboxColumns.entry.joined(separator: ", ")

    // MARK: - Outbox

    // The planner would walk the table from the position on, past every settled row; the index holds only pending ones.
    static let pendingText = """
        SELECT \(entryColumns) FROM outbox INDEXED BY outbox_pending
        WHERE settled_at IS NULL AND position > ?1 AND (?2 IS NULL OR (kind = 'dead_letter') = ?2)
        ORDER BY position LIMIT ?3
        """
    static let unroutedText = """
        SELECT \(entryColumns) FROM outbox INDEXED BY outbox_unrouted
        WHERE retry_at <= ?1 AND (?2 IS NULL OR (kind = 'dead_letter') = ?2) ORDER BY retry_at, position LIMIT ?3
        """

    /// See `StoreReader`.
    package func pending(
        of kind: OutboxEntry.Kind?,
        after position: Int64,
        limit: Int
    ) async throws(StoreError) -> [OutboxEntry] {
        try await entries(Self.pendingText, position, kind, limit)
    }

    /// See `StoreReader`.
    package func unrouted(
        of kind: OutboxEntry.Kind?,
        dueBy instant: Timestamp,
        limit: Int
    ) async throws(StoreError) -> [OutboxEntry] {
        try await entries(Self.unroutedText, instant.milliseconds, kind, limit)
    }

    private func entries(
        _ text: String,
        _ bound: Int64,
        _ kind: OutboxEntry.Kind?,
        _ limit: Int
    ) async throws(StoreError) -> [OutboxEntry] {
        try await read { database in
            try PreparedStatement(cached: text, on: database).all(
                {
                    $0.add(bound)
                    $0.add(kind.map { Int64($0 == .deadLetter ? 1 : 0) })
                    $0.add(Int64(limit))
                },
                OutboxColumns.readEntry
            )
        }
    }

    // MARK: - Transactions

    static let unfinishedText = """
        SELECT \(everyColumn) FROM transactions INDEXED BY transactions_unfinished
        WHERE completed_at IS NULL AND id > ? ORDER BY id LIMIT ?
        """

    /// See `StoreReader`.
    package func unfinished(after id: TransactionID?, limit: Int) async throws(StoreError) -> [Transaction] {
        try await read { database in
            try PreparedStatement(cached: Self.unfinishedText, on: database).all(
                {
                    $0.add(id?.description ?? "")
                    $0.add(Int64(limit))
                },
                TransactionColumns.read
            )
        }
    }

    /// So many of the newest entries are searched: two starts under different clocks may have written them.
    static let newestEntries = 1_000
    static let newestInstantText = """
        SELECT max(instant) FROM (
            SELECT instant FROM (SELECT accepted_at AS instant FROM transactions ORDER BY id DESC LIMIT \(newestEntries))
            UNION ALL
            SELECT instant FROM (SELECT appended_at AS instant FROM outbox ORDER BY position DESC LIMIT \(newestEntries))
        ) WHERE instant IS NOT NULL
        """

    /// See `StoreReader`.
    package func newestInstant() async throws(StoreError) -> Timestamp? {
        try await read { database in
            let statement = try PreparedStatement(cached: Self.newestInstantText, on: database)
            return try statement.first({ _ in }, { $0.optionalInstant() })
        } ?? nil
    }

    static let lingeringText = """
        SELECT \(everyColumn) FROM transactions INDEXED BY transactions_lane
        WHERE in_lane = 1 AND completed_at IS NOT NULL ORDER BY place
        """

    /// See `StoreReader`.
    package func lingering() async throws(StoreError) -> [Transaction] {
        try await read { database in
            try PreparedStatement(cached: Self.lingeringText, on: database).all({ _ in }, TransactionColumns.read)
        }
    }

    /// See `StoreReader`.
    package func latestEvent(
        of original: ControlRequest.Original,
        account: String?,
        for address: ReplyAddress
    ) async throws(StoreError) -> OutboundEvent? {
        try await read { database in
            let id: String?
            switch original {
            case .transaction(let transaction):
                id = try PreparedStatement(cached: Self.idInAccountText, on: database).first(
                    {
                        $0.add(transaction.description)
                        $0.add(account)
                    },
                    { $0.text() }
                )
            case .command(let commandID):
                id = try PreparedStatement(cached: Self.idOfCommandText, on: database).first(
                    {
                        $0.add(account)
                        $0.add(commandID)
                    },
                    { $0.text() }
                )
            }
            guard let id else { return nil }
            let latest = try PreparedStatement(cached: SQLiteRows.Text.selectLatestEvent, on: database)
            return try latest.first({ $0.add(id) }, OutboxColumns.readEvent)?.addressed(to: address)
        }
    }

    static let idInAccountText = "SELECT id FROM transactions WHERE id = ?1 AND account = coalesce(?2, account)"
    static let idOfCommandText = "SELECT id FROM transactions WHERE account = ? AND command_id = ?"

    // MARK: - Census

    static let unfinishedCensusText = """
        SELECT status, count(*), min(in_doubt_since), sum(reason IS 'operator_needed'), min(accepted_at)
        FROM transactions INDEXED BY transactions_unfinished WHERE completed_at IS NULL GROUP BY status
        """
    static let contradictedCensusText = """
        SELECT coalesce(sum(open_contradictions), 0) FROM transactions INDEXED BY transactions_contradicted
        WHERE open_contradictions > 0
        """
    static let pendingCensusText = "SELECT count(*) FROM outbox INDEXED BY outbox_pending WHERE settled_at IS NULL"

    /// See `StoreReader`.
    package func census() async throws(StoreError) -> StoreCensus {
        let bytes = file.bytes
        return try await read { database in
            var census = StoreCensus()
            census.bytes = bytes.database + bytes.log
            let counts = try PreparedStatement(cached: Self.unfinishedCensusText, on: database)
            _ = try counts.all({ _ in }, { try census.addUnfinished(&$0) })
            let contradicted = try PreparedStatement(cached: Self.contradictedCensusText, on: database)
            census.openContradictions = try contradicted.first({ _ in }, { Int($0.integer()) }) ?? 0
            let pending = try PreparedStatement(cached: Self.pendingCensusText, on: database)
            census.pendingEntries = try pending.first({ _ in }, { Int($0.integer()) }) ?? 0
            return census
        }
    }
}

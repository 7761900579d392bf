// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
package import CorrelationStore
internal import NIOConcurrencyHelpers

/// A connection that reads, one question after the other, beside the writer.
///
/// It asks the server that takes writes, never a standby: a standby may show an order that never was. *Isolation*: any
/// task; the work is done on a thread of its own.
package final class PostgresReader: StoreReader {
    /// Questions that may wait; more are refused with `StoreError.overloaded`.
    static let queueLimit = 1_024

    private struct State {
        var waiting = 0
        var isClosed = false
    }

    private let thread: PostgresThread
    private let state = NIOLockedValueBox(State())

    init(_ address: PostgresAddress, name: String) { thread = PostgresThread(address, name: name) }

    /// Answers a question.
    func read<Value: Sendable>(
        _ question: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws(StoreError) -> Value {
        let refusal: StoreError? = state.withLockedValue { state in
            if state.isClosed { return .closed }
            if state.waiting >= Self.queueLimit { return .overloaded }
            state.waiting += 1
            return nil
        }
        if let refusal { throw refusal }
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            thread.ask(question) { result in
                self.state.withLockedValue { $0.waiting -= 1 }
                continuation.resume(returning: result.mapError { StoreError($0) })
            }
        }
        return try result.get()
    }

    /// Refuses further questions, answers those that wait and closes.
    ///
    /// Blocks: not to be called on the cooperative pool.
    func close() {
        state.withLockedValue { $0.isClosed = true }
        thread.close()
    }

    // MARK: - Outbox

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
        _ statement: PostgresStatement,
        _ bound: Int64,
        _ kind: OutboxEntry.Kind?,
        _ limit: Int
    ) async throws(StoreError) -> [OutboxEntry] {
        try await read { session in
            try session.all(
                statement,
                {
                    $0.add(bound)
                    $0.add(kind.map { Int64($0 == .deadLetter ? 1 : 0) })
                    $0.add(Int64(limit))
                },
                { try OutboxColumns.readEntry(&$0) }
            )
        }
    }

    private static let entryColumns = OutboxColumns.entry.joined(separator: ", ")
    private static let isOfKind = "($2::bigint IS NULL OR (kind = 'dead_letter')::int = $2)"
    private static let pendingText = PostgresStatement(
        """
        SELECT \(entryColumns) FROM outbox
        WHERE settled_at IS NULL AND position > $1 AND \(isOfKind) ORDER BY position LIMIT $3
        """
    )
    private static let unroutedText = PostgresStatement(
        """
        SELECT \(entryColumns) FROM outbox
        WHERE retry_at IS NOT NULL AND retry_at <= $1 AND \(isOfKind) ORDER BY retry_at, position LIMIT $3
        """
    )
}

// MARK: - Transactions

extension PostgresReader {
    static let columns = TransactionColumns.all.joined(separator: ", ")

    /// See `StoreReader`.
    package func unfinished(after id: TransactionID?, limit: Int) async throws(StoreError) -> [Transaction] {
        try await read { session in
            try session.all(
                Self.unfinishedText,
                {
                    $0.add(id?.description ?? "")
                    $0.add(Int64(limit))
                },
                { try TransactionColumns.read(&$0) }
            )
        }
    }

    /// See `StoreReader`.
    package func newestInstant() async throws(StoreError) -> Timestamp? {
        try await read { session in
            try session.first(Self.newestInstantText, { _ in }) { $0.optionalInstant() }
        } ?? nil
    }

    /// See `StoreReader`.
    package func lingering() async throws(StoreError) -> [Transaction] {
        try await read { session in
            try session.all(Self.lingeringText, { _ in }) { try TransactionColumns.read(&$0) }
        }
    }

    /// See `StoreReader`.
    package func latestEvent(
        of original: ControlRequest.Original,
        account: String?,
        for address: ReplyAddress
    ) async throws(StoreError) -> OutboundEvent? {
        try await read { session in
            let id: String?
            switch original {
            case .transaction(let transaction):
                id = try session.first(
                    Self.idInAccountText,
                    {
                        $0.add(transaction.description)
                        $0.add(account)
                    },
                    { $0.text() }
                )
            case .command(let commandID):
                id = try session.first(
                    Self.idOfCommandText,
                    {
                        $0.add(account)
                        $0.add(commandID)
                    },
                    { $0.text() }
                )
            }
            guard let id else { return nil }
            let event = try session.first(
                PostgresRows.Text.selectLatestEvent,
                { $0.add(id) },
                { try OutboxColumns.readEvent(&$0) }
            )
            return event?.addressed(to: address)
        }
    }

    private static let unfinishedText = PostgresStatement(
        "SELECT \(columns) FROM transactions WHERE completed_at IS NULL AND id > $1 ORDER BY id LIMIT $2"
    )
    /// So many of the newest entries are searched: two starts under different clocks may have written them.
    private static let newestEntries = 1_000
    private static let newestInstantText = PostgresStatement(
        """
        SELECT max(instant) FROM (
            (SELECT accepted_at AS instant FROM transactions ORDER BY id DESC LIMIT \(newestEntries))
            UNION ALL
            (SELECT appended_at AS instant FROM outbox ORDER BY position DESC LIMIT \(newestEntries))
        ) AS newest
        """
    )
    private static let lingeringText = PostgresStatement(
        "SELECT \(columns) FROM transactions WHERE in_lane = 1 AND completed_at IS NOT NULL ORDER BY place"
    )
    private static let idInAccountText = PostgresStatement(
        "SELECT id FROM transactions WHERE id = $1 AND account = coalesce($2, account)"
    )
    private static let idOfCommandText = PostgresStatement(
        "SELECT id FROM transactions WHERE account = $1 AND command_id = $2"
    )
}

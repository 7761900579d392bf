// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
package import CorrelationStore
internal import NIOConcurrencyHelpers

/// Answers questions from the tables as they were committed last.
package final class MemoryReader: StoreReader {
    private let committed: NIOLockedValueBox<MemoryTables?>
    private let isClosed = NIOLockedValueBox(false)

    init(_ committed: NIOLockedValueBox<MemoryTables?>) { self.committed = committed }

    func close() { isClosed.withLockedValue { $0 = true } }

    /// Answers a question from one committed state.
    func look<Value>(_ question: (MemoryTables) -> Value) throws(StoreError) -> Value {
        guard !isClosed.withLockedValue({ $0 }), let tables = committed.withLockedValue({ $0 }) else { throw .closed }
        return question(tables)
    }

    package func pending(
        of kind: OutboxEntry.Kind?,
        after position: Int64,
        limit: Int
    ) async throws(StoreError) -> [OutboxEntry] {
        try look { tables in
            Array(
                tables.outbox.filter {
                    $0.position > position && tables.settled[$0.position] == nil && (kind == nil || $0.kind == kind)
                }.prefix(limit)
            )
        }
    }

    package func unrouted(
        of kind: OutboxEntry.Kind?,
        dueBy instant: Timestamp,
        limit: Int
    ) async throws(StoreError) -> [OutboxEntry] {
        try look { tables in
            let due = tables.settled.values.compactMap { settlement -> (Timestamp, OutboxEntry)? in
                guard case .unrouted(let retryAt?) = settlement.outcome, retryAt <= instant else { return nil }
                let entry = tables.entry(settlement.position)
                return kind == nil || entry.kind == kind ? (retryAt, entry) : nil
            }
            return due.sorted { ($0.0, $0.1.position) < ($1.0, $1.1.position) }.prefix(limit).map(\.1)
        }
    }

    package func unfinished(after id: TransactionID?, limit: Int) async throws(StoreError) -> [Transaction] {
        try look { tables in
            let open = tables.transactions.filter {
                $0.outcome.completedAt == nil && (id == nil || $0.id > id ?? $0.id)
            }
            return Array(open.sorted { $0.id < $1.id }.prefix(limit))
        }
    }

    package func lingering() async throws(StoreError) -> [Transaction] {
        try look { tables in tables.all { $0.isInLane && $0.outcome.completedAt != nil } }
    }

    package func latestEvent(
        of original: ControlRequest.Original,
        account: String?,
        for address: ReplyAddress
    ) async throws(StoreError) -> OutboundEvent? {
        try look { tables in
            let found = tables.transactions.first { transaction in
                switch original {
                case .transaction(let id):
                    transaction.id == id && (account == nil || transaction.command.content.account == account)
                case .command(let command):
                    transaction.command.commandID == command && transaction.command.content.account == account
                }
            }
            return found.flatMap { tables.events(of: $0.id).last }?.addressed(to: address)
        }
    }

    package func newestInstant() async throws(StoreError) -> Timestamp? {
        try look { tables in
            (tables.transactions.map(\.acceptedAt) + tables.outbox.map(\.appendedAt)).max()
        }
    }

    package func census() async throws(StoreError) -> StoreCensus {
        try look { tables in
            var census = StoreCensus()
            let all = tables.transactions
            for transaction in all where transaction.outcome.completedAt == nil {
                census.unfinished[transaction.status, default: 0] += 1
                if [.accepted, .waiting].contains(transaction.status) {
                    census.oldestWaiting = min(census.oldestWaiting ?? transaction.acceptedAt, transaction.acceptedAt)
                }
                guard transaction.status == .inDoubt else { continue }
                if transaction.reason?.code == .operatorNeeded { census.doubtsForOperator += 1 }
                if let since = tables.doubtSince[transaction.id] {
                    census.oldestDoubt = min(census.oldestDoubt ?? since, since)
                }
            }
            census.openContradictions = all.reduce(0) { $0 + $1.contradictions.open }
            census.pendingEntries = tables.outbox.count { tables.settled[$0.position] == nil }
            return census
        }
    }

    package func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction? {
        try look { tables in tables[id] }
    }

    package func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction] {
        try look { tables in
            let fitting = tables.transactions.filter { question.fits($0) }.sorted { $0.id > $1.id }
            return Array(fitting.prefix(max(0, min(question.limit, TransactionQuestion.longestAnswer))))
        }
    }

    package func story(of id: TransactionID) async throws(StoreError) -> TransactionStory {
        try look { tables in
            TransactionStory(
                steps: tables.log.steps.filter { $0.id == id }.map(\.step),
                evidence: tables.log.evidence.filter { $0.id == id }.map(\.piece),
                events: tables.outbox.compactMap { entry in
                    guard entry.transactionID == id, case .event(let event) = entry.payload else { return nil }
                    return TransactionStory.Announcement(
                        event: event,
                        settledAt: tables.settled[entry.position]?.at,
                        returns: tables.returns[entry.position] ?? 0
                    )
                }
            )
        }
    }
}

extension MemoryTables {
    /// The events of a transaction, in order.
    fileprivate func events(of id: TransactionID) -> [OutboundEvent] {
        outbox.compactMap { entry in
            if entry.transactionID == id, case .event(let event) = entry.payload { event } else { nil }
        }
    }

    /// An entry with the number of its returns.
    fileprivate func entry(_ position: Int64) -> OutboxEntry {
        let entry = outbox[Int(position) - 1]
        return OutboxEntry(
            position: position,
            transactionID: entry.transactionID,
            payload: entry.payload,
            appendedAt: entry.appendedAt,
            returns: returns[position] ?? 0
        )
    }
}

extension TransactionQuestion {
    fileprivate func fits(_ transaction: Transaction) -> Bool {
        let content = transaction.command.content
        return (account.map { $0 == content.account } ?? true)
            && (commandID.map { $0 == transaction.command.commandID } ?? true)
            && (reference.map { $0 == content.reference } ?? true)
            && (status.map { $0 == transaction.status } ?? true)
            && (!isContradicted || transaction.contradictions.open > 0)
            && (terminal.map { $0 == content.terminal.idTerminal } ?? true)
            && (since.map { transaction.acceptedAt >= $0 } ?? true)
            && (before.map { transaction.id < $0 } ?? true)
    }
}

// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
internal import Dispatch
internal import NIOConcurrencyHelpers

/// The store on any engine: the port's verbs, group commit in front of the one connection that writes, the outbox.
///
/// *Isolation*: any task. *Source*: `docs/decisions/0002-store.md`, `docs/decisions/0017-engines.md`.
package final class LedgerStore<Engine: LedgerEngine>: TransactionStore {
    /// The rules over the engine's rows.
    package typealias Ledger = TransactionLedger<Engine.Connection.Rows>

    /// How much is collected in front of the connection that writes.
    package typealias QueueLimits = CommitQueue<Ledger>.Limits

    /// The engine, for its own questions.
    package let engine: Engine
    /// What waits for the connection that writes.
    package let queue: CommitQueue<Ledger>
    let outbox = OutboxSources()
    /// Commits since the store was opened.
    private let commits = NIOLockedValueBox(0)
    private let reminder: Task<Void, Never>

    /// Starts the writer of an engine whose store was checked before.
    package init(
        _ engine: Engine,
        rules: StoreRules,
        limits: QueueLimits = QueueLimits(),
        report: @escaping @Sendable (CommitReport) -> Void
    ) {
        self.engine = engine
        let queue = CommitQueue<Ledger>(limits: limits)
        self.queue = queue
        reminder = Task { [outbox] in await outbox.remind() }
        let countAndReport: @Sendable (CommitReport) -> Void = { [commits] commit in
            if commit.succeeded { commits.withLockedValue { $0 += 1 } }
            report(commit)
        }
        engine.write(
            { [outbox] connection in
                let writer = BatchWriter(
                    connection,
                    rules: rules,
                    onAppend: { outbox.append($0) },
                    storeError: Engine.storeError,
                    report: countAndReport
                )
                writer.run(queue)
            },
            orRefuse: { queue.refuseEverything(Engine.storeError($0)) }
        )
    }

    // MARK: - Changes

    /// See `TransactionStore`.
    package func accept(
        _ candidate: Transaction,
        from message: CommandMessage,
        onCommit: @escaping @Sendable (Acceptance) -> Void
    ) async throws(StoreError) -> Acceptance {
        try await queue.commit({ try $0.accept(candidate, from: message) }, then: onCommit)
    }

    /// See `TransactionStore`.
    package func reject(
        _ rejection: CommandRejection,
        of message: CommandMessage,
        at instant: Timestamp
    ) async throws(StoreError) {
        try await queue.commit { _ = try $0.reject(rejection, of: message, at: instant) }
    }

    /// See `TransactionStore`.
    package func apply(
        _ input: TransactionInput,
        to id: TransactionID,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Transition) -> Void
    ) async throws(StoreError) -> Transition? {
        try await queue.commit({ try $0.take(input, to: id, at: instant) }, then: { $0.forEach(onCommit) }).first
    }

    /// See `TransactionStore`.
    package func submit(
        _ input: TransactionInput,
        to id: TransactionID,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Transition) -> Void,
        whenDone: @escaping @Sendable (Result<Transition?, StoreError>) -> Void
    ) {
        queue.submit({ try $0.take(input, to: id, at: instant) }, then: { $0.forEach(onCommit) }) {
            whenDone($0.map(\.first))
        }
    }

    /// See `TransactionStore`.
    package func apply(
        _ journal: JournalReading,
        onCommit: @escaping @Sendable (Transition) -> Void
    ) async throws(StoreError) -> [Transition] {
        try await queue.commit({ try $0.apply(journal) }, then: { $0.forEach(onCommit) })
    }

    /// See `TransactionStore`.
    package func cancel(
        _ request: ControlRequest,
        from message: CommandMessage,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Cancellation) -> Void
    ) async throws(StoreError) -> Cancellation {
        try await queue.commit({ try $0.cancel(request, from: message, at: instant) }, then: onCommit)
    }

    /// See `TransactionStore`.
    package func quarantine(_ callback: QuarantinedCallback, announce: Bool) async throws(StoreError) {
        try await queue.commit { try $0.quarantine(callback, announce: announce) }
    }

    /// See `TransactionStore`.
    package func settle(_ settlements: [Settlement]) async throws(StoreError) {
        guard !settlements.isEmpty else { return }
        try await queue.commit { try $0.settle(settlements) }
        outbox.settle(settlements.map(\.position))
    }

    /// See `TransactionStore`.
    package func heldSince() async throws(StoreError) -> Timestamp? {
        try await queue.commit { try $0.rows.heldSince() }
    }

    /// See `TransactionStore`.
    package func isRestorePending() async throws(StoreError) -> Bool {
        try await queue.commit { try $0.rows.isRestorePending() }
    }

    /// See `TransactionStore`.
    package func finishRestore() async throws(StoreError) {
        try await queue.commit { try $0.rows.finishRestore() }
    }

    /// See `TransactionStore`.
    package func release(
        by note: OperatorNote,
        at instant: Timestamp,
        isKnownToBeEarly: Bool
    ) async throws(StoreError) -> HoldRelease {
        try await queue.commit { try $0.rows.release(by: note, at: instant, isKnownToBeEarly: isKnownToBeEarly) }
    }

    /// See `TransactionStore`.
    package var uncommitted: UncommittedChanges { queue.uncommitted }

    /// See `TransactionStore`.
    package func probe(at instant: Timestamp) async throws(StoreError) {
        try await queue.commit { try $0.probe(at: instant) }
    }

    // MARK: - The end

    /// Commits what waits, closes, and gives the store back to other processes; a second call does nothing.
    package func close() async {
        guard queue.close() else { return }
        reminder.cancel()
        outbox.close()
        await withCheckedContinuation { [engine] continuation in
            // Not on the cooperative pool, because it waits for the disk.
            DispatchQueue.global().async {
                engine.close()
                continuation.resume()
            }
        }
    }
}

// MARK: - Questions

extension LedgerStore {
    /// See `TransactionStore`.
    package func unfinished(after id: TransactionID?, limit: Int) async throws(StoreError) -> [Transaction] {
        try await engine.relayReader.unfinished(after: id, limit: limit)
    }

    /// See `TransactionStore`.
    package func lingering() async throws(StoreError) -> [Transaction] {
        try await engine.relayReader.lingering()
    }

    /// See `TransactionStore`.
    package func latestEvent(
        of original: ControlRequest.Original,
        account: String?,
        for address: ReplyAddress
    ) async throws(StoreError) -> OutboundEvent? {
        try await engine.relayReader.latestEvent(of: original, account: account, for: address)
    }

    /// See `TransactionStore`.
    package func newestInstant() async throws(StoreError) -> Timestamp? {
        try await engine.relayReader.newestInstant()
    }

    /// See `TransactionReading`.
    package func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction? {
        try await engine.adminReader.transaction(id)
    }

    /// See `TransactionReading`.
    package func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction] {
        try await engine.adminReader.transactions(question)
    }

    /// See `TransactionReading`.
    package func story(of id: TransactionID) async throws(StoreError) -> TransactionStory {
        try await engine.adminReader.story(of: id)
    }

    /// See `TransactionStore`.
    package func census() async throws(StoreError) -> StoreCensus {
        var census = try await engine.adminReader.census()
        census.commits = commits.withLockedValue { $0 }
        return census
    }
}

// MARK: - The outbox

extension LedgerStore {
    /// See `TransactionStore`.
    package func nextEntries(
        of kind: OutboxEntry.Kind,
        limit: Int,
        waits: Bool,
        clock: @Sendable () -> Timestamp
    ) async throws(StoreError) -> [OutboxEntry] {
        let source = outbox[kind]
        while true {
            guard !source.isClosed else { throw .closed }
            switch source.next(limit: limit) {
            case .entries(let entries): return entries
            case .read(.unrouted):
                let page = try await read(source) { () async throws(StoreError) in
                    try await engine.relayReader.unrouted(of: kind, dueBy: clock(), limit: OutboxOrder.pageSize)
                }
                source.finishUnrouted(page)
            case .read(.pending(let position)):
                let page = try await read(source) { () async throws(StoreError) in
                    try await engine.relayReader.pending(of: kind, after: position, limit: OutboxOrder.pageSize)
                }
                source.finishPending(page, isLast: page.count < OutboxOrder.pageSize)
            case .nothing:
                guard waits, await source.wait() else { return [] }
            }
        }
    }

    private func read(
        _ source: OutboxSource,
        _ page: () async throws(StoreError) -> [OutboxEntry]
    ) async throws(StoreError) -> [OutboxEntry] {
        do {
            return try await page()
        } catch {
            source.giveUpReading()
            throw error
        }
    }

    /// See `TransactionStore`.
    package func outboxUnreadFor(_ kind: OutboxEntry.Kind) -> Duration? { outbox[kind].unreadFor }
}

// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger
internal import Dispatch
internal import GRDB
internal import NIOConcurrencyHelpers

/// The correlation table in one SQLite file: WAL, every commit synced, one writer with group commit.
///
/// *Isolation*: any task. One process at a time, kept by a lock beside the file.
/// *Source*: `docs/decisions/0002-store.md`.
public final class SQLiteStore: TransactionStore {
    typealias Ledger = SQLiteWriter.Ledger

    let file: SQLiteFile
    let relayReader: SQLiteReader
    let adminReader: SQLiteReader
    private let feeds = OutboxFeeds()
    private let writer: DatabaseQueue
    let queue: CommitQueue<Ledger>
    private let lock: NIOLockedValueBox<StoreLock?>
    /// Commits since the store was opened.
    let commits = NIOLockedValueBox(0)

    /// Opens the connections and starts the writer; the file was checked before.
    init(
        file: SQLiteFile,
        writer: DatabaseQueue,
        lock: StoreLock,
        rules: StoreRules,
        limits: CommitQueue<Ledger>.Limits,
        report: @escaping @Sendable (CommitReport) -> Void
    ) throws(StoreOpeningError) {
        self.file = file
        self.writer = writer
        self.lock = NIOLockedValueBox(lock)
        // What the relay reads must not wait for a person who looks through a million rows.
        relayReader = SQLiteReader(try file.reader("store.relay"))
        adminReader = SQLiteReader(try file.reader("store.admin"))
        let queue = CommitQueue<Ledger>(limits: limits)
        self.queue = queue
        let countAndReport: @Sendable (CommitReport) -> Void = { [commits] commit in
            if commit.succeeded { commits.withLockedValue { $0 += 1 } }
            report(commit)
        }
        writer.asyncWriteWithoutTransaction { [feeds] database in
            do {
                try SQLiteWriter(database, rules: rules, feeds: feeds, report: countAndReport).run(queue)
            } catch {
                queue.refuseEverything(StoreError(error))
            }
        }
    }

    // MARK: - Changes

    /// See `TransactionStore`.
    public func accept(
        _ candidate: Transaction,
        from message: CommandMessage,
        onCommit: @escaping @Sendable (Acceptance) -> Void
    ) async throws(StoreError) -> Acceptance {
        try await queue.commit({ try $0.accept(candidate, from: message) }, then: onCommit)
    }

    /// See `TransactionStore`.
    public func reject(
        _ rejection: CommandRejection,
        of message: CommandMessage,
        at instant: Timestamp
    ) async throws(StoreError) {
        try await queue.commit { _ = try $0.reject(rejection, of: message, at: instant) }
    }

    /// See `TransactionStore`.
    public func apply(
        _ input: TransactionInput,
        to id: TransactionID,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Transition) -> Void
    ) async throws(StoreError) -> Transition? {
        try await queue.commit({ try $0.take(input, to: id, at: instant) }, then: { $0.forEach(onCommit) }).first
    }

    /// See `TransactionStore`.
    public func submit(
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
    public func apply(
        _ journal: JournalReading,
        onCommit: @escaping @Sendable (Transition) -> Void
    ) async throws(StoreError) -> [Transition] {
        try await queue.commit({ try $0.apply(journal) }, then: { $0.forEach(onCommit) })
    }

    /// See `TransactionStore`.
    public func cancel(
        _ request: ControlRequest,
        from message: CommandMessage,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Cancellation) -> Void
    ) async throws(StoreError) -> Cancellation {
        try await queue.commit({ try $0.cancel(request, from: message, at: instant) }, then: onCommit)
    }

    /// See `TransactionStore`.
    public func quarantine(_ callback: QuarantinedCallback, announce: Bool) async throws(StoreError) {
        try await queue.commit { try $0.quarantine(callback, announce: announce) }
    }

    /// See `TransactionStore`.
    public func settle(_ settlements: [Settlement]) async throws(StoreError) {
        guard !settlements.isEmpty else { return }
        try await queue.commit { try $0.settle(settlements) }
    }

    /// See `TransactionStore`.
    public func feed(of kind: OutboxEntry.Kind) -> OutboxFeed { feeds[kind] }

    /// See `TransactionStore`.
    public func heldSince() async throws(StoreError) -> Timestamp? {
        try await queue.commit { try $0.rows.heldSince() }
    }

    /// See `TransactionStore`.
    public func isRestorePending() async throws(StoreError) -> Bool {
        try await queue.commit { try $0.rows.isRestorePending() }
    }

    /// See `TransactionStore`.
    public func finishRestore() async throws(StoreError) {
        try await queue.commit { try $0.rows.finishRestore() }
    }

    /// See `TransactionStore`.
    public func release(
        by note: OperatorNote,
        at instant: Timestamp,
        isKnownToBeEarly: Bool
    ) async throws(StoreError) -> HoldRelease {
        try await queue.commit { try $0.rows.release(by: note, at: instant, isKnownToBeEarly: isKnownToBeEarly) }
    }

    /// See `TransactionStore`.
    public var uncommitted: UncommittedChanges { queue.uncommitted }

    /// See `TransactionStore`.
    public func probe(at instant: Timestamp) async throws(StoreError) {
        try await queue.commit { try $0.probe(at: instant) }
    }

    // MARK: - The end

    /// Commits what waits, copies the log into the database and gives the lock back; a second call does nothing.
    public func close() async {
        guard queue.close() else { return }
        let (writer, readers, lock) = (writer, [relayReader, adminReader], lock)
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                // The connection's queue is free once the writer has committed what waited. A log that cannot be copied
                // now is read at the next start.
                for reader in readers { try? reader.close() }
                _ = try? writer.writeWithoutTransaction { try $0.checkpoint(.truncate) }
                try? writer.close()
                lock.withLockedValue { $0 = nil }
                continuation.resume()
            }
        }
    }
}

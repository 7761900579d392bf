// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import NIOConcurrencyHelpers
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// A store whose disk is full when the test says so: it commits nothing, and everything can be read.
///
/// It can also hide its outbox while all the rest works, or take long to mark a first attempt.
final class FailingStore: TransactionStore {
    private let store: any TransactionStore
    private let isFull = NIOLockedValueBox(false)
    private let hiddenSince = NIOLockedValueBox<ContinuousClock.Instant?>(nil)
    private let slowness = NIOLockedValueBox<Duration?>(nil)

    init(_ store: any TransactionStore) {
        self.store = store
    }

    func fillDisk(_ full: Bool) { isFull.withLockedValue { $0 = full } }

    func hideOutbox(_ hides: Bool) { hiddenSince.withLockedValue { $0 = hides ? .now : nil } }

    /// Makes the next mark of an attempt take this long.
    func slowDownMark(by duration: Duration) { slowness.withLockedValue { $0 = duration } }

    private func look() throws(StoreError) {
        if isFull.withLockedValue({ $0 }) { throw .unavailable("the disk is full") }
    }

    func accept(
        _ candidate: Transaction,
        from message: CommandMessage,
        onCommit: @escaping @Sendable (Acceptance) -> Void
    ) async throws(StoreError) -> Acceptance {
        try look()
        return try await store.accept(candidate, from: message, onCommit: onCommit)
    }

    func reject(
        _ rejection: CommandRejection,
        of message: CommandMessage,
        at instant: Timestamp
    ) async throws(StoreError) {
        try look()
        try await store.reject(rejection, of: message, at: instant)
    }

    func apply(
        _ input: TransactionInput,
        to id: TransactionID,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Transition) -> Void
    ) async throws(StoreError) -> Transition? {
        try look()
        let transition = try await store.apply(input, to: id, at: instant, onCommit: onCommit)
        let slowness = input == .submissionStarted ? slowness.withLockedValue { $0.take() } : nil
        if let slowness { try? await Task.sleep(for: slowness) }
        return transition
    }

    func submit(
        _ input: TransactionInput,
        to id: TransactionID,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Transition) -> Void,
        whenDone: @escaping @Sendable (Result<Transition?, StoreError>) -> Void
    ) {
        do {
            try look()
        } catch {
            return whenDone(.failure(error))
        }
        store.submit(input, to: id, at: instant, onCommit: onCommit, whenDone: whenDone)
    }

    func apply(
        _ journal: JournalReading,
        onCommit: @escaping @Sendable (Transition) -> Void
    ) async throws(StoreError) -> [Transition] {
        try look()
        return try await store.apply(journal, onCommit: onCommit)
    }

    func cancel(
        _ request: ControlRequest,
        from message: CommandMessage,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Cancellation) -> Void
    ) async throws(StoreError) -> Cancellation {
        try look()
        return try await store.cancel(request, from: message, at: instant, onCommit: onCommit)
    }

    func quarantine(_ callback: QuarantinedCallback, announce: Bool) async throws(StoreError) {
        try look()
        try await store.quarantine(callback, announce: announce)
    }

    func settle(_ settlements: [Settlement]) async throws(StoreError) {
        try look()
        try await store.settle(settlements)
    }

    func newestInstant() async throws(StoreError) -> Timestamp? { try await store.newestInstant() }

    func heldSince() async throws(StoreError) -> Timestamp? { try await store.heldSince() }

    func release(
        by note: OperatorNote,
        at instant: Timestamp,
        isKnownToBeEarly: Bool
    ) async throws(StoreError) -> HoldRelease {
        try look()
        return try await store.release(by: note, at: instant, isKnownToBeEarly: isKnownToBeEarly)
    }

    var uncommitted: UncommittedChanges { store.uncommitted }

    func probe(at instant: Timestamp) async throws(StoreError) {
        try look()
        try await store.probe(at: instant)
    }

    func nextEntries(
        of kind: OutboxEntry.Kind,
        limit: Int,
        waits: Bool,
        clock: @Sendable () -> Timestamp
    ) async throws(StoreError) -> [OutboxEntry] {
        if hiddenSince.withLockedValue({ $0 }) != nil { throw .unavailable("the outbox cannot be read") }
        return try await store.nextEntries(of: kind, limit: limit, waits: waits, clock: clock)
    }

    func outboxUnreadFor(_ kind: OutboxEntry.Kind) -> Duration? {
        hiddenSince.withLockedValue { $0 }?.duration(to: .now) ?? store.outboxUnreadFor(kind)
    }

    func unfinished(after id: TransactionID?, limit: Int) async throws(StoreError) -> [Transaction] {
        try await store.unfinished(after: id, limit: limit)
    }

    func isRestorePending() async throws(StoreError) -> Bool { try await store.isRestorePending() }

    func finishRestore() async throws(StoreError) { try await store.finishRestore() }

    func lingering() async throws(StoreError) -> [Transaction] { try await store.lingering() }

    func latestEvent(
        of original: ControlRequest.Original,
        account: String?,
        for address: ReplyAddress
    ) async throws(StoreError) -> OutboundEvent? {
        try await store.latestEvent(of: original, account: account, for: address)
    }

    func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction? {
        try await store.transaction(id)
    }

    func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction] {
        try await store.transactions(question)
    }

    func story(of id: TransactionID) async throws(StoreError) -> TransactionStory { try await store.story(of: id) }

    func census() async throws(StoreError) -> StoreCensus { try await store.census() }

    func close() async { await store.close() }
}

extension Surroundings {
    /// Runs a bridge on a store that fails when the test says so.
    func withFailingStore(
        _ configure: (inout BridgeConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (BridgeWorld, FailingStore) async throws -> Void
    ) async throws {
        let store = NIOLockedValueBox<FailingStore?>(nil)
        try await withBridge(
            configure,
            wrap: { inner in
                let failing = FailingStore(inner)
                store.withLockedValue { $0 = failing }
                return failing
            }
        ) { world in try await body(world, try #require(store.withLockedValue { $0 })) }
    }
}

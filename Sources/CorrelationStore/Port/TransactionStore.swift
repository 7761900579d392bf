// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger

/// The correlation table with its evidence and its outbox: the one place where the bridge's knowledge is durable.
///
/// Every call that changes something returns after the commit that covers it was synced to disk; what belongs together
/// (state, evidence, events) is one commit. Reading a transaction, deciding and writing happen inside one write
/// transaction of the engine, so two callers never decide on the same state (`docs/decisions/0002-store.md`).
public protocol TransactionStore: StoreReading {
    /// Takes a command: makes its transaction, or finds that it exists, or refuses it.
    ///
    /// A refusal (`idempotency_conflict`, `reference_in_use`) writes the rejection event and the dead letter in the
    /// same commit. Calls that begin one after the other are committed in that order.
    ///
    /// `onCommit` is told after the commit and before this call returns, in the order of the commits, from a thread of
    /// the store's; it must be quick.
    func accept(
        _ candidate: Transaction,
        from message: CommandMessage,
        onCommit: @escaping @Sendable (Acceptance) -> Void
    ) async throws(StoreError) -> Acceptance

    /// Writes the rejection event and the dead letter of a message that was not taken.
    func reject(
        _ rejection: CommandRejection,
        of message: CommandMessage,
        at instant: Timestamp
    ) async throws(StoreError)

    /// Applies an input to a transaction through `TransactionMachine`; `nil` if there is no such transaction.
    ///
    /// A journal that comes to a `reconcile` is held against the terminal's undecided transactions and compared with
    /// the table in the same commit. `onCommit` is told of each transition, as that of `accept`.
    func apply(
        _ input: TransactionInput,
        to id: TransactionID,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Transition) -> Void
    ) async throws(StoreError) -> Transition?

    /// Applies an input as `apply` above does, for a caller that does not wait.
    ///
    /// `whenDone` is called once, after `onCommit`: with what `apply` returns or throws. It is called on a thread of
    /// the store's, or by this call where the store refuses at once; it must be quick. Calls are committed in their
    /// order.
    func submit(
        _ input: TransactionInput,
        to id: TransactionID,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Transition) -> Void,
        whenDone: @escaping @Sendable (Result<Transition?, StoreError>) -> Void
    )

    /// Holds the rows of a terminal's journal against its undecided transactions and applies what they prove.
    ///
    /// `onCommit` is told of each transition, as that of `accept`.
    func apply(
        _ journal: JournalReading,
        onCommit: @escaping @Sendable (Transition) -> Void
    ) async throws(StoreError) -> [Transition]

    /// Cancels the transaction that a `cancel` names, where nothing was sent, or refuses the request durably.
    ///
    /// `onCommit` is told as that of `accept`.
    func cancel(
        _ request: ControlRequest,
        from message: CommandMessage,
        at instant: Timestamp,
        onCommit: @escaping @Sendable (Cancellation) -> Void
    ) async throws(StoreError) -> Cancellation

    /// Keeps a callback that is no evidence: its body, masked, with what it belongs to as far as it is known.
    ///
    /// With `announce` it also appends the event `callback.unmatched`.
    func quarantine(_ callback: QuarantinedCallback, announce: Bool) async throws(StoreError)

    /// Notes what became of outbox entries. May be late: an entry that is not settled is published again.
    func settle(_ settlements: [Settlement]) async throws(StoreError)

    /// The next entries of one kind to publish: each is given once, until it is settled.
    ///
    /// The entries of one transaction come in the order of their commits. An entry to which no queue was bound
    /// (`returns` above 0) comes again when it is due by `clock`, out of that order.
    ///
    /// Waits until there are some; returns none if the task is cancelled while it waits. With `waits: false` none means
    /// that all of the outbox is handed out. One task at a time asks for one kind.
    func nextEntries(
        of kind: OutboxEntry.Kind,
        limit: Int,
        waits: Bool,
        clock: @Sendable () -> Timestamp
    ) async throws(StoreError) -> [OutboxEntry]

    /// For how long the outbox should have been read and was not: a reading hangs or fails, or none is asked for.
    ///
    /// `nil` where the last reading succeeded.
    ///
    /// Never waits for the disk.
    func outboxUnreadFor(_ kind: OutboxEntry.Kind) -> Duration?

    /// Since when the store is held after a restore, if it is.
    func heldSince() async throws(StoreError) -> Timestamp?

    /// Whether the store was restored and what its backup shows as not sent may still be sent.
    func isRestorePending() async throws(StoreError) -> Bool

    /// Notes that nothing that the backup shows as not sent can be sent any more.
    func finishRestore() async throws(StoreError)

    /// Ends the hold in the name of a person; see `HoldRelease`.
    func release(
        by note: OperatorNote,
        at instant: Timestamp,
        isKnownToBeEarly: Bool
    ) async throws(StoreError) -> HoldRelease

    /// What was taken in and is not durable yet; never waits for the disk.
    var uncommitted: UncommittedChanges { get }

    /// Commits a change that means nothing, to learn whether the store commits.
    func probe(at instant: Timestamp) async throws(StoreError)

    /// Commits what waits and closes; every later call fails with `StoreError.closed`.
    func close() async
}

/// For callers that do not depend on the order of the commits.
extension TransactionStore {
    /// Takes a command.
    public func accept(
        _ candidate: Transaction,
        from message: CommandMessage
    ) async throws(StoreError) -> Acceptance {
        try await accept(candidate, from: message) { _ in }
    }

    /// Cancels what a `cancel` names.
    public func cancel(
        _ request: ControlRequest,
        from message: CommandMessage,
        at instant: Timestamp
    ) async throws(StoreError) -> Cancellation {
        try await cancel(request, from: message, at: instant) { _ in }
    }

    /// Applies an input.
    public func apply(
        _ input: TransactionInput,
        to id: TransactionID,
        at instant: Timestamp
    ) async throws(StoreError) -> Transition? {
        try await apply(input, to: id, at: instant) { _ in }
    }
}

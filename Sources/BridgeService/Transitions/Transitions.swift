// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging
internal import NIOConcurrencyHelpers

/// Every change of a transaction goes through here: the store commits it, then the parts that follow commits are told.
///
/// These are the work at the terminals, the metrics, the log and the watches; so no pipe can forget one of them. The
/// store's watch is told of a commit that fails. Pipes that only read have the store itself.
final class Transitions: Sendable {
    let store: any TransactionStore
    let work: TerminalWork
    /// The clock on the wall, for what comes from outside and for dates.
    private let clock: @Sendable () -> Timestamp
    /// Transactions for which the store refused even the end that an operator sees.
    let faulted = NIOLockedValueBox<Set<TransactionID>>([])
    private let storeWatch: StoreWatch
    private let fieldWatch: FieldWatch
    let metrics: Metrics
    let logger: Logger

    init(
        store: any TransactionStore,
        work: TerminalWork,
        storeWatch: StoreWatch,
        fieldWatch: FieldWatch,
        metrics: Metrics,
        clock: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.store = store
        self.work = work
        self.storeWatch = storeWatch
        self.fieldWatch = fieldWatch
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
    }

    /// Applies an input; `nil` if there is no such transaction.
    ///
    /// `earliest` is what the transaction's calendar must have reached by now.
    @discardableResult
    func apply(
        _ input: TransactionInput,
        to id: TransactionID,
        notBefore earliest: Timestamp? = nil
    ) async throws(StoreError) -> Transition? {
        let calendar = work.calendars.now(for: id)
        let now = max(calendar, earliest ?? calendar)
        // A change that could not be stored is given up; its transaction still has to say so.
        let input = input == .due && faulted.withLockedValue({ $0.contains(id) }) ? .notStorable : input
        do {
            let transition = try await applyOnce(input, to: id, at: now)
            if input == .notStorable { faulted.withLockedValue { _ = $0.remove(id) } }
            return transition
        } catch {
            guard case .fault = error else { throw error }
            return try await contain(error, of: input, to: id, at: now)
        }
    }

    /// Applies an input and hands on what follows, for a caller that does not wait.
    ///
    /// `whenDone` is called once, on the store's thread. What it gets as a fault is not contained yet: see `contain`.
    func submit(
        _ input: TransactionInput,
        to id: TransactionID,
        whenDone: @escaping @Sendable (Result<Transition?, StoreError>) -> Void
    ) {
        let start = ContinuousClock.now
        store.submit(input, to: id, at: work.calendars.now(for: id), onCommit: { self.handOn($0) }) { result in
            self.note(result, since: start)
            whenDone(result)
        }
    }

    /// Takes a command; see `TransactionStore.accept`.
    func accept(_ candidate: Transaction, from message: CommandMessage) async throws(StoreError) -> Acceptance {
        try await timed { () async throws(StoreError) in
            // In the order of the commits, so that it is the lane's order too.
            try await store.accept(candidate, from: message) { acceptance in
                switch acceptance {
                case .created(let transition): self.handOn(transition)
                case .repeated, .refused, .refusedBefore: break
                }
            }
        }
    }

    /// Refuses a message durably.
    func reject(_ rejection: CommandRejection, of message: CommandMessage) async throws(StoreError) {
        let now = clock()
        try await timed { () async throws(StoreError) in
            try await store.reject(rejection, of: message, at: now)
        }
    }

    /// Cancels what a `cancel` names; see `TransactionStore.cancel`.
    func cancel(_ request: ControlRequest, from message: CommandMessage) async throws(StoreError) -> Cancellation {
        let now = clock()
        return try await timed { () async throws(StoreError) in
            try await store.cancel(request, from: message, at: now) { cancellation in
                switch cancellation {
                case .cancelled(let transition, _): self.handOn(transition)
                case .repeated, .refused, .refusedBefore: break
                }
            }
        }
    }

    /// Keeps a callback that is no evidence.
    func quarantine(_ callback: QuarantinedCallback, announce: Bool) async throws(StoreError) {
        try await timed { () async throws(StoreError) in
            try await store.quarantine(callback, announce: announce)
        }
    }

    /// Tells the parts that follow commits.
    ///
    /// Runs on the store's thread, in the order of the commits.
    private func handOn(_ transition: Transition) {
        metrics.count(transition)
        TransitionLog(logger: logger).tell(transition)
        fieldWatch.note(transition)
        work.follow(transition)
    }

    func applyOnce(
        _ input: TransactionInput,
        to id: TransactionID,
        at now: Timestamp
    ) async throws(StoreError) -> Transition? {
        try await timed { () async throws(StoreError) in
            try await store.apply(input, to: id, at: now) { self.handOn($0) }
        }
    }

    /// Holds a journal against the undecided transactions of its terminal.
    func applyOnce(_ reading: JournalReading) async throws(StoreError) -> [Transition] {
        try await timed { () async throws(StoreError) in
            try await store.apply(reading) { self.handOn($0) }
        }
    }

    private func timed<Value: Sendable>(
        _ body: () async throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let start = ContinuousClock.now
        do {
            let result = try await body()
            note(.success(result), since: start)
            return result
        } catch {
            note(Result<Value, StoreError>.failure(error), since: start)
            throw error
        }
    }

    private func note<Value>(_ result: Result<Value, StoreError>, since start: ContinuousClock.Instant) {
        switch result {
        case .success: metrics.observe(.storeCommit, took: start.duration(to: .now))
        // A fault is one row's; the store itself commits.
        case .failure(.fault): break
        case .failure(let error): storeWatch.report(error)
        }
    }
}

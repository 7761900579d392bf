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
    private let store: any TransactionStore
    private let work: TerminalWork
    /// The clock on the wall, for what comes from outside and for dates.
    private let clock: @Sendable () -> Timestamp
    /// Transactions for which the store refused even the end that an operator sees.
    private let faulted = NIOLockedValueBox<Set<TransactionID>>([])
    private let storeWatch: StoreWatch
    private let fieldWatch: FieldWatch
    private let metrics: Metrics
    private let logger: Logger

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

    private func applyOnce(
        _ input: TransactionInput,
        to id: TransactionID,
        at now: Timestamp
    ) async throws(StoreError) -> Transition? {
        try await timed { () async throws(StoreError) in
            try await store.apply(input, to: id, at: now) { self.handOn($0) }
        }
    }

    /// Holds a journal against the undecided transactions of its terminal.
    private func applyOnce(_ reading: JournalReading) async throws(StoreError) -> [Transition] {
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

    // MARK: - Where the store does not take an input, or does not answer

    /// Keeps a fault of one row that row's, after `submit` got it.
    func contain(
        _ fault: StoreError,
        of input: TransactionInput,
        to id: TransactionID
    ) async throws(StoreError) -> Transition? {
        try await contain(fault, of: input, to: id, at: work.calendars.now(for: id))
    }

    /// How often an input is tried that the store refuses as a fault of the bridge.
    ///
    /// Then its transaction ends with "a person is needed".
    static let faultTries = 3
    /// The pause between these tries.
    static let faultPause = Duration.milliseconds(50)
    /// How many transactions are remembered that could not even be ended.
    static let faultedLimit = 10_000

    /// Keeps a fault of one row that row's: no gate closes, no other row waits, and the row gets a visible state.
    ///
    /// - Returns: The transition to that state, with the finding `refused`, because the input itself was not applied.
    private func contain(
        _ fault: StoreError,
        of input: TransactionInput,
        to id: TransactionID,
        at now: Timestamp
    ) async throws(StoreError) -> Transition? {
        for _ in 1..<Self.faultTries {
            try? await Task.sleep(for: Self.faultPause)
            do {
                return try await applyOnce(input, to: id, at: now)
            } catch {
                guard case .fault = error else { throw error }
            }
        }
        metrics.increment(.rowFaults)
        logger.error(
            "the store refuses an input for one transaction; an operator must look at it",
            metadata: [LogKey.transaction: "\(id)", LogKey.error: "\(fault)"]
        )
        do {
            var ended = try await applyOnce(.notStorable, to: id, at: now)
            ended?.finding = .refused
            return ended
        } catch {
            // Not even that: it is tried again, so that no row is left without a next step.
            faulted.withLockedValue { if $0.count < Self.faultedLimit { $0.insert(id) } }
            work.retry(id, after: Self.faultRetry)
            throw error
        }
    }

    /// After how long a transaction is looked at again if every change of it is refused.
    static let faultRetry = Duration.seconds(60)

    /// Applies an input that must not get lost while this process lives: it is tried until the store commits.
    ///
    /// - Returns: The transition; `nil` if there is no such transaction or the task was cancelled.
    @discardableResult
    func applySurely(
        _ input: TransactionInput,
        to id: TransactionID,
        notBefore earliest: Timestamp? = nil
    ) async -> Transition? {
        await surely(id) { () async throws(StoreError) in
            try await self.apply(input, to: id, notBefore: earliest)
        } ?? nil
    }

    /// Holds a journal against the undecided transactions of its terminal, surely.
    func applySurely(_ reading: JournalReading, for id: TransactionID) async {
        let transitions = await surely(id) { () async throws(StoreError) in
            try await self.applyOnce(reading)
        }
        // Refused as our own fault: the transaction that it was read for says so.
        if transitions == nil, !Task.isCancelled { await applySurely(.notStorable, to: id) }
    }

    /// A transaction as it stands in the store; `nil` if there is none or the task was cancelled.
    func transaction(_ id: TransactionID) async -> Transaction? {
        await surely(id) { () async throws(StoreError) in try await self.store.transaction(id) } ?? nil
    }

    private func surely<Value: Sendable>(
        _ id: TransactionID,
        _ change: () async throws(StoreError) -> Value
    ) async -> Value? {
        let schedule = RetrySchedule(first: .milliseconds(50), ceiling: .seconds(2))
        var tries = 0
        while true {
            do {
                return try await change()
            } catch {
                tries += 1
                if case .fault = error, tries >= Self.faultTries {
                    metrics.increment(.rowFaults)
                    logger.error(
                        "the store cannot serve one transaction; an operator must look at it",
                        metadata: [LogKey.transaction: "\(id)", LogKey.error: "\(error)"]
                    )
                    work.retry(id, after: Self.faultRetry)
                    return nil
                }
                logger.warning(
                    "the store did not answer; trying again",
                    metadata: [LogKey.transaction: "\(id)", LogKey.error: "\(error)"]
                )
                do {
                    try await Task.sleep(for: schedule.delay(afterTries: tries))
                } catch {
                    return nil
                }
            }
        }
    }

    /// Wakes a transaction whose command has expired.
    func expireSurely(_ id: TransactionID) async {
        guard let expiry = work.expiry(of: id) else { return }
        await applySurely(.due, to: id, notBefore: expiry)
    }
}

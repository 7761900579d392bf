// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging
internal import NIOConcurrencyHelpers

/// Applies inputs to transactions and hands on what follows from the commit.
///
/// To the submitter, the reconciler, the relay, the agenda and the metrics.
///
/// Every pipe goes through here, so no consequence of a commit, or of one that failed, can be forgotten by one of them.
final class Dispatcher: Sendable {
    let store: any TransactionStore
    /// What waits for each account's cloud, by the account's name.
    private let lines: [String: AccountLines]
    let timetable = Timetable()
    let names = AscendingNames()
    /// The clock on the wall, for what comes from outside and for dates.
    let clock: @Sendable () -> Timestamp
    /// The time for each transaction, which does not jump.
    let calendars: TransactionCalendars
    let lanes = NIOLockedValueBox(Lanes())
    let terminalLife: Duration
    /// Transactions for which the store refused even the end that an operator sees.
    private let faulted = NIOLockedValueBox<Set<TransactionID>>([])
    private let storeWatch: StoreWatch
    let fieldWatch: FieldWatch
    private let metrics: Metrics
    let logger: Logger

    /// Makes a dispatcher over a store.
    ///
    /// `backlog` limits how many accepted transactions of an account wait to be submitted, `terminalLife` is how long a
    /// POST may have effects.
    init(
        store: any TransactionStore,
        accounts: Accounts,
        backlog: Int,
        terminalLife: Duration,
        storeWatch: StoreWatch,
        fieldWatch: FieldWatch,
        metrics: Metrics,
        clock: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.store = store
        let names = accounts.all.map(\.name)
        lines = Dictionary(names.map { ($0, AccountLines(backlog: backlog)) }) { first, _ in first }
        self.terminalLife = terminalLife
        self.storeWatch = storeWatch
        self.fieldWatch = fieldWatch
        self.metrics = metrics
        self.clock = clock
        calendars = TransactionCalendars(clock: clock)
        self.logger = logger
    }

    /// What waits for an account's cloud.
    func lines(of account: String) -> AccountLines {
        guard let lines = lines[account] else {
            preconditionFailure("no store is opened with unfinished transactions of an account that is not configured")
        }
        return lines
    }

    /// How much waits in each queue that it fills.
    var queueLoads: [QueueWatch.Queue: QueueLoad] {
        let changes = store.uncommitted
        var loads: [QueueWatch.Queue: QueueLoad] = [.store: QueueLoad(count: changes.count, age: changes.age)]
        for lines in lines.values {
            let own: [QueueWatch.Queue: QueueLoad] = [
                .submissions: lines.submissions.load, .slowSubmissions: lines.slowSubmissions.load,
                .cancels: lines.cancels.load, .journals: lines.journals.load, .queries: lines.queries.load,
            ]
            loads.merge(own) { $0.joined(with: $1) }
        }
        return loads
    }

    /// Applies an input and hands on what follows; `nil` if there is no such transaction.
    ///
    /// `earliest` is what the transaction's calendar must have reached by now.
    @discardableResult
    func apply(
        _ input: TransactionInput,
        to id: TransactionID,
        notBefore earliest: Timestamp? = nil
    ) async throws(StoreError) -> Transition? {
        let calendar = calendars.now(for: id)
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
        store.submit(input, to: id, at: calendars.now(for: id), onCommit: { self.handOn($0) }) { result in
            self.note(result, since: start)
            whenDone(result)
        }
    }

    /// Keeps a fault of one row that row's, after `submit` got it.
    func contain(
        _ fault: StoreError,
        of input: TransactionInput,
        to id: TransactionID
    ) async throws(StoreError) -> Transition? {
        try await contain(fault, of: input, to: id, at: calendars.now(for: id))
    }

    /// The instant to compare a command's expiry with before a POST: the later of its calendar and the wall clock.
    ///
    /// Waits are measured by a clock that does not jump, but `expiresAt` is an instant of its publisher: once either
    /// clock is past it, nothing is sent.
    func departure(of id: TransactionID) -> Timestamp { max(calendars.now(for: id), clock()) }

    private func applyOnce(
        _ input: TransactionInput,
        to id: TransactionID,
        at now: Timestamp
    ) async throws(StoreError) -> Transition? {
        try await timed { () async throws(StoreError) in
            try await store.apply(input, to: id, at: now) { self.handOn($0) }
        }
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
            retry(id, after: Self.faultRetry)
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
            try await self.timed { () async throws(StoreError) in
                try await self.store.apply(reading) { self.handOn($0) }
            }
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
                    retry(id, after: Self.faultRetry)
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

    // MARK: - What follows from a commit

    /// Wakes a transaction later than its row says, because something of ours was in the way.
    func retry(_ id: TransactionID, after delay: Duration) {
        let now = calendars.now(for: id)
        timetable.plan(id, dueAt: now + delay, now: now)
    }

    /// Runs on the store's thread, in the order of the commits.
    private func handOn(_ transition: Transition) {
        let transaction = transition.transaction
        metrics.count(transition)
        log(transition)
        fieldWatch.note(transition)
        let account = transaction.command.content.account
        // Of an account that is not served any more, only what has ended is left.
        if transaction.state.isFinal { lines[account]?.queries.withdraw(transaction.id) }
        if transaction.isProvenByCallback, !transition.events.isEmpty {
            lines[account]?.noteProofByCallback()
        }
        let now = calendars.follow(transaction.id, isOver: transaction.state.isFinal && !transaction.isInLane)
        // Before the hand-over: the task that takes the transaction may be done, and have planned the next step, before
        // we go on.
        plan(transaction, isOffered: transition.effects.contains(.submit), now: now)
        if transaction.isInLane { keepLane(of: transaction) } else { leaveLane(transaction.id) }
        for effect in transition.effects {
            switch effect {
            case .submit: offer(transaction.id)
            case .query(let idPosTxs):
                let query = QueryLine.Query(id: transaction.id, idPosTxs: idPosTxs)
                if lines[account]?.queries.offer(query) != true { metrics.increment(.queriesDropped) }
            case .sendCancel:
                // Not lined up: it is not sent, and the lane opens when the terminal's life is over.
                if lines[account]?.cancels.offer(transaction.id) != true {
                    logger.warning(
                        "the cancel queue is full; a cancel was not sent",
                        metadata: [LogKey.transaction: "\(transaction.id)"]
                    )
                }
            case .readJournal: readJournal(of: transaction.id)
            case .post: break
            }
        }
    }

    /// In the line it is due when its command expires, for any length of the line.
    private func plan(_ transaction: Transaction, isOffered: Bool, now: Timestamp) {
        let dueAt = isOffered ? transaction.command.expiresAt : transaction.dueAt
        timetable.plan(transaction.id, dueAt: dueAt, now: now)
    }

    /// Hands a transaction to the submitter if it holds its terminal; else it is offered when the one before it leaves.
    func offer(_ id: TransactionID) {
        let (isHead, isSlow, account) = lanes.withLockedValue { ($0.isHead(id), $0.isSlow(id), $0.account(of: id)) }
        guard isHead, let account else { return }
        let lines = lines(of: account)
        // Not lined up: it stays accepted in the store and is offered again when it is due.
        if !(isSlow ? lines.slowSubmissions : lines.submissions).offer(id) { retry(id, after: Self.fullLineRetry) }
    }

    private static let fullLineRetry = Duration.seconds(1)

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

extension Transaction {
    /// Whether a callback told its end though Getnet never acknowledged it.
    fileprivate var isProvenByCallback: Bool { state.isFinal && decidedBy == .callback && submittedAt == nil }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import CorrelationStore
internal import Logging
internal import NIOConcurrencyHelpers

/// Applies inputs to transactions and hands on what follows from the commit: to the submitter, the reconciler, the relay,
/// the agenda and the metrics.
///
/// Every pipe goes through here, so no consequence of a commit, or of one that failed, can be forgotten by one of them.
final class Dispatcher: Sendable {
    let store: any TransactionStore
    let submissions: WorkQueue<TransactionID>
    let queries = QueryLine()
    /// Raised when there may be something to publish.
    let outboxSignal = Signal()
    /// Raised when the agenda's first instant came closer.
    let agendaSignal = Signal()
    let clock: @Sendable () -> Timestamp
    private let agenda = NIOLockedValueBox(Agenda())
    private let storeWatch: StoreWatch
    private let metrics: Metrics
    private let logger: Logger

    /// A dispatcher over a store; `backlog` limits how many accepted transactions wait to be submitted.
    init(
        store: any TransactionStore,
        backlog: Int,
        storeWatch: StoreWatch,
        metrics: Metrics,
        clock: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.store = store
        submissions = WorkQueue(limit: backlog)
        self.storeWatch = storeWatch
        self.metrics = metrics
        self.clock = clock
        self.logger = logger
    }

    /// Applies an input and hands on what follows; `nil` if there is no such transaction.
    @discardableResult
    func apply(_ input: TransactionInput, to id: TransactionID) async throws(StoreError) -> Transition? {
        let now = clock()
        guard
            let transition = try await timed({ () async throws(StoreError) in
                try await store.apply(input, to: id, at: now)
            })
        else { return nil }
        handOn(transition)
        return transition
    }

    /// Applies an input that must not get lost while this process lives: it is tried until the store commits.
    ///
    /// - Returns: The transition; `nil` if there is no such transaction or the task was cancelled.
    @discardableResult
    func applySurely(_ input: TransactionInput, to id: TransactionID) async -> Transition? {
        let schedule = RetrySchedule(first: .milliseconds(50), ceiling: .seconds(2))
        var tries = 0
        while true {
            do {
                return try await apply(input, to: id)
            } catch {
                tries += 1
                logger.warning(
                    "the store did not commit; trying again",
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
        let acceptance = try await timed { () async throws(StoreError) in
            try await store.accept(candidate, from: message)
        }
        switch acceptance {
        case .created(let transition): handOn(transition)
        case .repeated: break
        case .refused: outboxSignal.raise()
        }
        return acceptance
    }

    /// Refuses a message durably.
    func reject(_ rejection: CommandRejection, of message: CommandMessage) async throws(StoreError) {
        let now = clock()
        try await timed { () async throws(StoreError) in
            try await store.reject(rejection, of: message, at: now)
        }
        outboxSignal.raise()
    }

    /// Keeps a callback that is no evidence.
    func quarantine(_ callback: QuarantinedCallback, announce: Bool) async throws(StoreError) {
        try await timed { () async throws(StoreError) in
            try await store.quarantine(callback, announce: announce)
        }
        if announce { outboxSignal.raise() }
    }

    /// Enters a transaction of the store into the agenda, as at a start.
    func schedule(_ id: TransactionID, due: Timestamp?) {
        if agenda.withLockedValue({ $0.set(id, due: due) }) { agendaSignal.raise() }
    }

    /// Takes out what is due, at most so many.
    func takeDue(limit: Int) -> [TransactionID] {
        let now = clock()
        return agenda.withLockedValue { $0.take(dueBy: now, limit: limit) }
    }

    /// When the agenda wants to be looked at next.
    var nextDue: Timestamp? { agenda.withLockedValue(\.earliest) }

    private func handOn(_ transition: Transition) {
        let transaction = transition.transaction
        if !transition.events.isEmpty { outboxSignal.raise() }
        metrics.count(transition)
        logContradictions(transition)
        if transaction.state.isFinal { queries.withdraw(transaction.id) }
        // Before anything is handed over: whoever takes it may be done, and have scheduled the next, before we go on.
        // In the line it is due when its command expires, be the line as long as it may.
        let expiry = transaction.command.expiresAt
        schedule(transaction.id, due: transition.effects.contains(.submit) ? expiry : transaction.dueAt)
        for effect in transition.effects {
            switch effect {
            case .submit:
                // Not lined up: it stays accepted in the store and is offered again when it is due.
                if !submissions.offer(transaction.id) {
                    schedule(transaction.id, due: clock() + Self.fullLineRetry)
                }
            case .query(let idPosTxs):
                let query = QueryLine.Query(id: transaction.id, idPosTxs: idPosTxs)
                if !queries.offer(query) { metrics.increment(.queriesDropped) }
            case .post: break
            }
        }
    }

    private static let fullLineRetry = Duration.seconds(1)

    private func logContradictions(_ transition: Transition) {
        for draft in transition.events {
            guard let contradiction = draft.contradiction else { continue }
            logger.error(
                "evidence against a final status: ask a person",
                metadata: [
                    LogKey.transaction: "\(transition.transaction.id)",
                    LogKey.status: "\(transition.transaction.status.rawValue)",
                    LogKey.reason: "\(contradiction.code.rawValue)",
                ]
            )
        }
    }

    private func timed<Result: Sendable>(
        _ body: () async throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let start = ContinuousClock.now
        do {
            let result = try await body()
            metrics.observe(.storeCommit, took: start.duration(to: .now))
            return result
        } catch {
            storeWatch.report(error)
            throw error
        }
    }
}

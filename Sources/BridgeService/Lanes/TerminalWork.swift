// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Logging
internal import NIOConcurrencyHelpers

/// The work at the terminals that this process serves.
///
/// It knows which transaction holds which terminal, when each is due, and what waits for each account's cloud. It
/// follows the commits, and after a start it is filled from the store (`Timekeeper`); it has no task and no thread.
/// Source: docs/decisions/0018-who-follows-a-commit.md, also for when it may be dropped.
final class TerminalWork: Sendable {
    /// What waits for each account's cloud, by the account's name.
    private let lines: [String: AccountLines]
    let timetable = Timetable()
    /// The time for each transaction, which does not jump.
    let calendars: TransactionCalendars
    let lanes = NIOLockedValueBox(Lanes())
    /// How long a POST may have effects at the terminal.
    let terminalLife: Duration
    /// The clock on the wall.
    private let clock: @Sendable () -> Timestamp
    private let metrics: Metrics
    private let logger: Logger

    /// No work yet; `backlog` limits how many accepted transactions of an account wait to be submitted.
    init(
        accounts: Accounts,
        backlog: Int,
        terminalLife: Duration,
        clock: @escaping @Sendable () -> Timestamp,
        metrics: Metrics,
        logger: Logger
    ) {
        let names = accounts.all.map(\.name)
        lines = Dictionary(names.map { ($0, AccountLines(backlog: backlog)) }) { first, _ in first }
        self.terminalLife = terminalLife
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        calendars = TransactionCalendars(clock: clock)
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
        var loads: [QueueWatch.Queue: QueueLoad] = [:]
        for lines in lines.values {
            let own: [QueueWatch.Queue: QueueLoad] = [
                .submissions: lines.submissions.load, .slowSubmissions: lines.slowSubmissions.load,
                .cancels: lines.cancels.load, .journals: lines.journals.load, .queries: lines.queries.load,
            ]
            loads.merge(own) { $0.joined(with: $1) }
        }
        return loads
    }

    /// The instant to compare a command's expiry with before a POST: the later of its calendar and the wall clock.
    ///
    /// Waits are measured by a clock that does not jump, but `expiresAt` is an instant of its publisher: once either
    /// clock is past it, nothing is sent.
    func departure(of id: TransactionID) -> Timestamp { max(calendars.now(for: id), clock()) }

    // MARK: - What follows from a commit

    /// Starts what follows from a commit: plans, the lane, and work for the queues.
    ///
    /// Runs on the store's thread, in the order of the commits.
    func follow(_ transition: Transition) {
        let transaction = transition.transaction
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

    /// Wakes a transaction later than its row says, because something of ours was in the way.
    func retry(_ id: TransactionID, after delay: Duration) {
        let now = calendars.now(for: id)
        timetable.plan(id, dueAt: now + delay, now: now)
    }
}

extension Transaction {
    /// Whether a callback told its end though Getnet never acknowledged it.
    fileprivate var isProvenByCallback: Bool {
        state.isFinal && outcome.decidedBy == .callback && posting.acknowledgedAt == nil
    }
}

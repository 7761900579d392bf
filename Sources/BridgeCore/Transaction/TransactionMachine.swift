// SPDX-License-Identifier: Apache-2.0

/// Decides what may happen to money: from a transaction and an input to the next transaction, its events and effects.
///
/// Pure. Rules that hold for every history (docs/promises.md 3.2, 3.4, 4.1):
/// a POST that may have reached the cloud is never repeated; a final status is never left; once a POST may have left,
/// only evidence or an operator makes a final status, never time.
public struct TransactionMachine {
    /// A transaction publishes at most so many contradictions; more are kept as evidence only.
    public static let contradictionLimit = 16

    /// So many POSTs in a row may be refused for their token before the command is told to wait for it: a token ends.
    static let silentTokenRenewals = 1
    /// After so many the waits grow: the cloud may refuse this command with every token.
    static let patientTokenRenewals = 8
    /// The waits after further ones, unless the account asks for a longer one.
    ///
    /// They are short at first, so that the next POST goes while the token of the next login is new: in a longer wait
    /// another holder of the credentials would take it away.
    static let tokenRetry = RetrySchedule(first: .milliseconds(250), ceiling: .seconds(5))

    var next: Transition
    let now: Timestamp
    let rules: TransactionRules
    /// What the cloud said, if it refused the POST that this is about.
    var said: String?

    init(_ transaction: Transaction, at now: Timestamp, rules: TransactionRules) {
        next = Transition(transaction: transaction)
        self.now = now
        self.rules = rules
    }

    /// Begins a transaction for a command that was read, behind what stands in its terminal's lane.
    public static func accept(
        _ transaction: Transaction,
        behind lane: LaneOccupancy? = nil,
        rules: TransactionRules
    ) -> Transition {
        var machine = TransactionMachine(transaction, at: transaction.acceptedAt, rules: rules)
        if transaction.acceptedAt >= transaction.command.expiresAt {
            machine.expire()
        } else if let lane {
            machine.queue(behind: lane)
        } else {
            machine.transaction.stay.isInLane = true
            machine.transaction.dueAt = transaction.acceptedAt
            machine.publish()
            machine.next.effects.append(.submit)
        }
        return machine.next
    }

    /// Applies an input.
    ///
    /// - Parameters:
    ///   - input: What happened.
    ///   - transaction: The transaction as it is stored.
    ///   - now: When it is applied.
    ///   - rules: The times to work with.
    ///   - claimant: Another transaction that has claimed a number or a paid result of this input before, if there is
    ///     one (see `claims(of:for:)`).
    /// - Returns: The transaction afterwards, with events and effects; the same one where the input changes nothing.
    public static func apply(
        _ input: TransactionInput,
        to transaction: Transaction,
        at now: Timestamp,
        rules: TransactionRules,
        claimant: TransactionID? = nil
    ) -> Transition {
        var machine = TransactionMachine(transaction, at: now, rules: rules)
        switch input {
        case .due: machine.wake()
        case .lifeEnded: machine.endLife()
        case .receiptRead(let reading): machine.heedReceipt(reading)
        case .batchRead(let reading): machine.heedBatch(reading)
        case .submissionStarted: machine.startSubmission()
        case .submissionEnded(let attempt, let outcome): machine.endSubmission(attempt, outcome, claimant)
        case .recovered: machine.recover()
        case .evidence(let evidence): machine.weigh(evidence, claimant)
        case .unreadableCallback: machine.heedUndecided(isCallback: true)
        case .queryRequested: machine.bringQueryForward()
        case .journalAbsence: machine.noteAbsence()
        case .journalNear(let rows): machine.remark(on: rows)
        case .journalClosed: machine.closeJournal()
        case .cancel: machine.cancel()
        case .cancelEnded(let end): machine.endCancel(end)
        case .operatorDecision(let decision, let note): machine.decide(decision, by: note, claimant)
        case .settled: machine.settle()
        case .notStorable: machine.endForFault()
        case .restored: machine.restore()
        }
        return machine.next
    }

    // MARK: - Shared by the aspects

    var transaction: Transaction {
        get { next.transaction }
        _modify { yield &next.transaction }
    }

    /// When the last POST can have no more effects at the terminal.
    var lifeEndsAt: Timestamp { latestPost + rules.terminalLife }
    /// When a person must decide.
    var givesUpAt: Timestamp { latestPost + rules.giveUpAfter }
    /// When the last POST may have left.
    private var latestPost: Timestamp { transaction.postingPeriod?.upperBound ?? transaction.acceptedAt }

    // MARK: - Ends and doubts

    mutating func finish(_ state: TransactionState, _ reason: Reason?) {
        precondition(!transaction.state.isFinal, "a final state is never left")
        transaction.state = state
        transaction.reason = reason
        transaction.outcome.completedAt = now
        transaction.statusQueries.dueAt = nil
        transaction.dueAt = nil
        transaction.stay.isInLane = transaction.isBeingCancelled
        publish()
    }

    mutating func doubt(_ code: Reason.Code) {
        precondition(!transaction.state.isFinal, "a final state is never left")
        let isNews = transaction.state != .inDoubt || transaction.reason?.code != code
        // Once a person was called only a verdict is news.
        guard isNews, transaction.reason?.code != .operatorNeeded else { return }
        transaction.state = .inDoubt
        transaction.reason = Reason(code)
        if transaction.idPosTxs != nil, transaction.statusQueries.dueAt == nil {
            transaction.statusQueries.dueAt = now + rules.queryInterval
        }
        planWake()
        publish()
    }

    mutating func publish(_ occasion: EventDraft.Occasion = .status(behind: nil)) {
        transaction.sequence += 1
        next.events.append(EventDraft(snapshot: transaction, occasion, said: said))
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Decides what may happen to money: from a transaction and an input to the next transaction, its events and effects.
///
/// Pure. Rules that hold for every history (issue on money, contract §3):
/// a POST that may have reached the cloud is never repeated; a final status is never left; once a POST may have left, only
/// evidence or an operator makes a final status, never time.
public struct TransactionMachine {
    /// A transaction publishes at most so many contradictions; more are kept as evidence only.
    public static let contradictionLimit = 16

    private var next: Transition
    private let now: Timestamp
    private let rules: TransactionRules

    private init(_ transaction: Transaction, at now: Timestamp, rules: TransactionRules) {
        next = Transition(transaction: transaction)
        self.now = now
        self.rules = rules
    }

    /// Begins a transaction for a command that was read.
    public static func accept(_ transaction: Transaction, rules: TransactionRules) -> Transition {
        var machine = TransactionMachine(transaction, at: transaction.acceptedAt, rules: rules)
        if transaction.acceptedAt >= transaction.command.expiresAt {
            machine.finish(.failed, Reason(.commandExpired))
        } else {
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
    ///   - claimant: Another transaction that has claimed a number or a paid result of this input before, if there is one
    ///     (see `claims(of:for:)`).
    /// - Returns: The transaction afterwards, with events and effects; the same transaction where the input changes nothing.
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
        case .submissionStarted: machine.startSubmission()
        case .submissionEnded(let attempt, let outcome): machine.endSubmission(attempt, outcome, claimant)
        case .recovered: machine.recover()
        case .evidence(let evidence): machine.weigh(evidence, claimant)
        case .queryRequested: machine.bringQueryForward()
        case .journalAbsence: machine.noteAbsence()
        case .cancel: machine.cancel()
        case .operatorDecision(let decision): machine.decide(decision)
        }
        return machine.next
    }

    private var transaction: Transaction {
        get { next.transaction }
        _modify { yield &next.transaction }
    }

    /// When the last POST can have no more effects at the terminal.
    private var lifeEndsAt: Timestamp { (transaction.postedAt ?? transaction.acceptedAt) + rules.terminalLife }
    private var givesUpAt: Timestamp { (transaction.postedAt ?? transaction.acceptedAt) + rules.giveUpAfter }

    // MARK: - Time

    private mutating func wake() {
        switch transaction.state {
        case .accepted:
            if now >= transaction.command.expiresAt {
                finish(.failed, Reason(.commandExpired, waitedFor: transaction.reason?.code))
            } else {
                next.effects.append(.submit)
            }
        case .submitting: return
        case .submitted:
            if now >= lifeEndsAt { doubt(.noResult) }
            queryIfDue()
        case .inDoubt:
            if now >= givesUpAt { doubt(.operatorNeeded) }
            queryIfDue()
        case .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }

    private mutating func queryIfDue() {
        if let idPosTxs = transaction.idPosTxs, let queryAt = transaction.queryAt, now >= queryAt {
            transaction.queries += 1
            transaction.queryAt = now + rules.queryDelay(at: now, lifeEndedAt: lifeEndsAt)
            next.effects.append(.query(idPosTxs: idPosTxs))
        }
        planWake()
    }

    /// Sets the next instant to be woken at, from what the state waits for.
    private mutating func planWake() {
        switch transaction.state {
        case .submitted:
            transaction.dueAt = transaction.queryAt.map { min($0, lifeEndsAt) } ?? lifeEndsAt
        case .inDoubt where transaction.reason?.code == .operatorNeeded:
            // A person was called; callbacks are still heard, but nobody asks any more.
            (transaction.queryAt, transaction.dueAt) = (nil, nil)
        case .inDoubt:
            transaction.dueAt = transaction.queryAt.map { min($0, givesUpAt) } ?? givesUpAt
        case .accepted, .submitting, .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }

    private mutating func bringQueryForward() {
        switch transaction.state {
        case .submitted, .inDoubt:
            guard transaction.idPosTxs != nil else { return }
            transaction.queryAt = min(transaction.queryAt ?? now, now)
            planWake()
        case .accepted, .submitting, .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }

    // MARK: - The POST

    private mutating func startSubmission() {
        switch transaction.state {
        case .accepted:
            if now >= transaction.command.expiresAt {
                finish(.failed, Reason(.commandExpired, waitedFor: transaction.reason?.code))
                return
            }
            transaction.attempts += 1
            transaction.state = .submitting(attempt: transaction.attempts)
            transaction.postedAt = now
            transaction.dueAt = nil
            next.effects.append(.post(attempt: transaction.attempts))
        case .submitting, .submitted, .approved, .declined, .notCompleted, .failed, .completed, .inDoubt:
            next.finding = .refused
        }
    }

    private mutating func endSubmission(_ attempt: Int, _ outcome: SubmissionOutcome, _ claimant: TransactionID?) {
        guard transaction.state == .submitting(attempt: attempt) else {
            endSubmissionLate(outcome, claimant)
            return
        }
        switch outcome {
        case .acknowledged(let idPosTxs):
            acknowledge(idPosTxs, claimant)
        case .answered(let answer):
            guard let idPosTxs = answer.idPosTxs else {
                weigh(Evidence(source: .acknowledgement, answer: answer, receivedAt: now), claimant)
                // Without a number and without a verdict nothing was acknowledged.
                if transaction.state == .submitting(attempt: attempt) { doubt(.noAcknowledgement) }
                return
            }
            acknowledge(idPosTxs, claimant)
            weigh(Evidence(source: .acknowledgement, answer: answer, receivedAt: now), claimant)
        case .notStarted(let refusal):
            refuse(refusal)
        case .unknown(.noAcknowledgement): doubt(.noAcknowledgement)
        case .unknown(.terminalUnreachable): doubt(.terminalUnreachable)
        }
    }

    private mutating func acknowledge(_ idPosTxs: String, _ claimant: TransactionID?) {
        transaction.submittedAt = now
        // A number that is another transaction's, or another than the callback brought, identifies nothing.
        guard claimant == nil, transaction.idPosTxs ?? idPosTxs == idPosTxs else {
            doubt(.inconsistentResult)
            return
        }
        transaction.idPosTxs = idPosTxs
        transaction.state = .submitted
        transaction.reason = nil
        transaction.queryAt = now + rules.firstQueryAfter
        planWake()
        publish()
    }

    private mutating func refuse(_ refusal: SubmissionOutcome.Refusal) {
        guard refusal.isTransient else {
            finish(.failed, Reason(refusal.code))
            return
        }
        let usual =
            refusal.code == .terminalBusy
            ? rules.busyRetryAfter : rules.transientRetry.delay(afterTries: transaction.attempts)
        let isNews = transaction.reason?.code != refusal.code
        transaction.state = .accepted
        transaction.reason = Reason(refusal.code)
        transaction.dueAt = min(now + max(usual, refusal.retryAfter ?? .zero), transaction.command.expiresAt)
        if isNews { publish() }
    }

    /// The POST's end where evidence was faster: it may add the number, it decides nothing.
    private mutating func endSubmissionLate(_ outcome: SubmissionOutcome, _ claimant: TransactionID?) {
        switch outcome {
        case .acknowledged(let idPosTxs):
            adoptLate(idPosTxs, claimant)
        case .answered(let answer):
            if let idPosTxs = answer.idPosTxs { adoptLate(idPosTxs, claimant) }
            weigh(Evidence(source: .acknowledgement, answer: answer, receivedAt: now), claimant)
        case .notStarted, .unknown: return
        }
    }

    private mutating func adoptLate(_ idPosTxs: String, _ claimant: TransactionID?) {
        transaction.submittedAt = transaction.submittedAt ?? now
        guard claimant == nil, transaction.idPosTxs == nil else { return }
        transaction.idPosTxs = idPosTxs
        if transaction.state == .inDoubt, transaction.reason?.code != .operatorNeeded {
            transaction.queryAt = now + rules.queryInterval
            planWake()
        }
    }

    private mutating func recover() {
        switch transaction.state {
        case .submitting: doubt(.noAcknowledgement)
        case .accepted, .submitted, .approved, .declined, .notCompleted, .failed, .completed, .inDoubt: return
        }
    }

    // MARK: - Evidence

    private mutating func weigh(_ evidence: Evidence, _ claimant: TransactionID?) {
        var judgement = Judgement.of(evidence.answer, for: transaction)
        // One paid result supports one transaction, the one that claimed it first.
        if claimant != nil { judgement = .foreign }
        if judgement != .foreign, transaction.idPosTxs == nil { transaction.idPosTxs = evidence.answer.idPosTxs }
        if transaction.state.isFinal {
            compare(judgement, evidence)
        } else if rules.callbackNeedsQuery, evidence.source == .callback {
            // The callback is a hint only: the query that it brings forward decides.
            next.finding = judgement == .foreign ? .foreign : .undecided
            heedUndecidedCallback()
        } else {
            follow(judgement, evidence)
        }
    }

    private mutating func follow(_ judgement: Judgement, _ evidence: Evidence) {
        switch judgement {
        case .verdict(let verdict, let result):
            next.finding = .decided
            transaction.result = result
            transaction.decidedBy = evidence.source
            switch verdict {
            case .approved: finish(.approved, nil)
            case .declined: finish(.declined, Reason(.declinedByTerminal))
            case .notCompleted: finish(.notCompleted, Reason(.nobodyPaid))
            }
        case .inconsistent:
            next.finding = .inconsistent
            doubt(.inconsistentResult)
            if evidence.source == .callback { bringQueryForward() }
        case .undecided, .foreign:
            next.finding = judgement == .foreign ? .foreign : .undecided
            if evidence.source == .callback { heedUndecidedCallback() }
        }
    }

    /// A callback on this transaction's own URL proves that a POST reached the cloud, whatever it says.
    private mutating func heedUndecidedCallback() {
        switch transaction.state {
        case .accepted, .submitting: doubt(.noAcknowledgement)
        case .submitted, .inDoubt: bringQueryForward()
        case .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }

    private mutating func compare(_ judgement: Judgement, _ evidence: Evidence) {
        switch judgement {
        case .verdict(let verdict, let result):
            let isSame = verdict != .approved || (transaction.result?.isSame(as: result) ?? false)
            if verdict.state == transaction.state {
                if isSame { next.finding = .agreed } else { contradict(.secondPayment, .approved, result, evidence) }
            } else {
                contradict(verdict == .approved ? .paidAfterAll : .contraryVerdict, verdict.status, result, evidence)
            }
        case .inconsistent(let result):
            next.finding = .inconsistent
            let isKnown = transaction.state == .approved && transaction.result?.isSame(as: result) == true
            // Only what looks like moved money speaks against a final status.
            if result.responseCode == .number(0), result.authorizationCode != nil, !isKnown {
                contradict(.inconsistentPayment, .inDoubt, result, evidence)
            }
        case .undecided: next.finding = .undecided
        case .foreign: next.finding = .foreign
        }
    }

    private mutating func contradict(
        _ code: Contradiction.Code,
        _ status: TransactionStatus,
        _ result: TerminalResult,
        _ evidence: Evidence
    ) {
        next.finding = .contradicted
        let identity = Contradiction.Identity(code: code, result: result.identity)
        guard !transaction.contradictions.contains(identity),
            transaction.contradictions.count < Self.contradictionLimit
        else { return }
        transaction.contradictions.append(identity)
        publish(
            Contradiction(
                code: code,
                evidence: evidence.source,
                status: status,
                result: result,
                receivedAt: evidence.receivedAt
            )
        )
    }

    private mutating func noteAbsence() {
        switch transaction.state {
        case .inDoubt:
            if rules.absenceIsFinal {
                transaction.decidedBy = .journal
                finish(.notCompleted, Reason(.notInJournal))
            } else {
                doubt(.notInJournal)
            }
        case .accepted, .submitting, .submitted, .approved, .declined, .notCompleted, .failed, .completed:
            next.finding = .refused
        }
    }

    // MARK: - People

    private mutating func cancel() {
        switch transaction.state {
        case .accepted: finish(.failed, Reason(.cancelledBeforeStart))
        case .submitting, .submitted, .approved, .declined, .notCompleted, .failed, .completed, .inDoubt:
            next.finding = .refused
        }
    }

    private mutating func decide(_ decision: TransactionInput.OperatorDecision) {
        switch transaction.state {
        case .submitted, .inDoubt:
            next.finding = .decided
            transaction.decidedBy = .operator
            switch decision {
            case .approved(let authorizationCode, let operationID):
                var result = TerminalResult()
                result.authorizationCode = authorizationCode
                result.operationID = operationID
                result.amount = transaction.command.content.amount.value
                transaction.result = result
                finish(.approved, Reason(.operatorDecision))
            case .declined: finish(.declined, Reason(.operatorDecision))
            case .notCompleted: finish(.notCompleted, Reason(.operatorDecision))
            case .failed: finish(.failed, Reason(.operatorDecision))
            }
        case .accepted, .submitting, .approved, .declined, .notCompleted, .failed, .completed:
            next.finding = .refused
        }
    }

    // MARK: - Ends and doubts

    private mutating func finish(_ state: TransactionState, _ reason: Reason?) {
        precondition(!transaction.state.isFinal, "a final state is never left")
        transaction.state = state
        transaction.reason = reason
        transaction.completedAt = now
        transaction.queryAt = nil
        transaction.dueAt = nil
        publish()
    }

    private mutating func doubt(_ code: Reason.Code) {
        precondition(!transaction.state.isFinal, "a final state is never left")
        let isNews = transaction.state != .inDoubt || transaction.reason?.code != code
        // Once a person was called only a verdict is news.
        guard isNews, transaction.reason?.code != .operatorNeeded else { return }
        transaction.state = .inDoubt
        transaction.reason = Reason(code)
        if transaction.idPosTxs != nil, transaction.queryAt == nil {
            transaction.queryAt = now + rules.queryInterval
        }
        planWake()
        publish()
    }

    private mutating func publish(_ contradiction: Contradiction? = nil) {
        transaction.sequence += 1
        next.events.append(EventDraft(snapshot: transaction, contradiction: contradiction))
    }
}

extension Judgement.Verdict {
    /// The state that the verdict leads to.
    var state: TransactionState {
        switch self {
        case .approved: .approved
        case .declined: .declined
        case .notCompleted: .notCompleted
        }
    }

    /// The status that the verdict leads to.
    var status: TransactionStatus {
        switch self {
        case .approved: .approved
        case .declined: .declined
        case .notCompleted: .notCompleted
        }
    }
}

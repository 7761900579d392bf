// SPDX-License-Identifier: Apache-2.0

/// What evidence does: it makes a status final, speaks against one, or asks for a closer look.
extension TransactionMachine {
    mutating func weigh(_ evidence: Evidence, _ claimant: TransactionID?) {
        var judgement = Judgement.of(evidence.answer, for: transaction)
        // One paid result supports one transaction, the one that claimed it first.
        if claimant != nil { judgement = .foreign }
        if mayBeOfRefusedPost(judgement, evidence) {
            next.finding = .undecided
            transaction.posting.isKnownToCloud = true
            // A POST that was said not to have started did start: the results of the other ones are open.
            if transaction.state == .accepted { doubt(.inconsistentResult) }
            return
        }
        if judgement != .foreign { adopt(transaction.number(in: evidence.answer)) }
        if transaction.state.isFinal {
            compare(judgement, evidence)
        } else if rules.callbackNeedsQuery, evidence.source == .callback {
            // The callback is only a hint: the query that it brings forward decides. A payment that it told of is kept,
            // so that it contradicts a query that does not agree.
            next.finding = judgement == .foreign ? .foreign : .undecided
            if let paid = payment(in: judgement), transaction.result == nil {
                (transaction.outcome.result, transaction.outcome.decidedBy) = (paid, evidence.source)
            }
            heedUndecided(isCallback: true)
        } else {
            follow(judgement, evidence)
        }
    }

    /// The result that looks paid, even with a wrong amount.
    private func payment(in judgement: Judgement) -> TerminalResult? {
        switch judgement {
        case .verdict(.approved, let result): result
        case .inconsistent(let result): transaction.looksPaid(result) ? result : nil
        case .verdict, .undecided, .foreign: nil
        }
    }

    // MARK: - Before the end

    private mutating func follow(_ judgement: Judgement, _ evidence: Evidence) {
        switch judgement {
        case .verdict(let verdict, let result): conclude(verdict, result, evidence)
        case .inconsistent(let result):
            next.finding = .inconsistent
            // Nothing moved, and it may be asked for again.
            guard transaction.effect != .reading else { return finish(.notCompleted, Reason(.inconsistentResult)) }
            if transaction.looksPaid(result), transaction.result == nil {
                (transaction.outcome.result, transaction.outcome.decidedBy) = (result, evidence.source)
            }
            doubt(.inconsistentResult)
            if evidence.source == .callback { bringQueryForward() }
        case .undecided, .foreign:
            next.finding = judgement == .foreign ? .foreign : .undecided
            heedUndecided(isCallback: evidence.source == .callback)
        }
    }

    /// Whether a verdict without payment may be about a POST that was said not to have started.
    ///
    /// A later POST may still be paid then. The verdict's number is not taken either: the payment may come under
    /// another one.
    private func mayBeOfRefusedPost(_ judgement: Judgement, _ evidence: Evidence) -> Bool {
        guard case .verdict(let verdict, _) = judgement, verdict != .approved, transaction.effect.movesMoney,
            postsThatMayHaveStarted > 1, evidence.source != .acknowledgement
        else { return false }
        return switch transaction.state {
        case .accepted: true
        case .submitting(let attempt): attempt > 1
        // After such a verdict, and before any acknowledgement. A refusal that nothing contradicts is believed.
        case .inDoubt:
            transaction.posting.isKnownToCloud && transaction.posting.acknowledgedAt == nil
                && transaction.idPosTxs == nil
        case .submitted, .approved, .declined, .notCompleted, .failed, .completed: false
        }
    }

    /// How many POSTs a verdict may be about.
    ///
    /// These are the POSTs that an answer refused, which may be untrue, and the last one where it was not refused.
    private var postsThatMayHaveStarted: Int {
        let refused = transaction.posting.refused
        return transaction.state == .accepted || transaction.posting.attempts == refused ? refused : refused + 1
    }

    private mutating func conclude(_ verdict: Judgement.Verdict, _ result: TerminalResult, _ evidence: Evidence) {
        // With two sales at the cloud, that one of them was not paid says nothing about the other.
        let secondSales = transaction.contradictions.known.compactMap(\.secondNumber)
        guard secondSales.isEmpty || verdict == .approved else {
            next.finding = .inconsistent
            return doubt(.operatorNeeded)
        }
        let misfit = transaction.result
        let misfitSource = transaction.outcome.decidedBy
        next.finding = .decided
        transaction.outcome.result = result
        if let posting = transaction.postingPeriod {
            if verdict == .approved {
                next.clockOffset = ClockOffset(of: transaction, shown: result.instant, arrived: now)
            }
            let window = posting.lowerBound...max(posting.upperBound, lifeEndsAt)
            transaction.outcome.result?.doubtOffset(outside: window)
        }
        if let report = transaction.preparation.batchReport { transaction.outcome.result?.report = report }
        transaction.outcome.decidedBy = evidence.source
        switch verdict {
        case .approved: finish(.approved, nil)
        case .declined: finish(.declined, Reason(.declinedByTerminal))
        case .notCompleted: finish(.notCompleted, Reason(.nobodyPaid))
        case .completed: finish(.completed, nil)
        }
        // A payment that did not fit speaks against the verdict, as if it had come afterwards.
        if let misfit, let misfitSource, speaksAgainstStatus(misfit) {
            contradict(with: misfit, from: misfitSource, at: now)
        }
        publishSecondSales()
    }

    /// Tells the second sales that were noted while there was no final status to speak against.
    mutating func publishSecondSales() {
        for number in transaction.contradictions.known.compactMap(\.secondNumber) { publishSecondSale(number) }
    }

    /// A second number for this transaction: what is behind it may be paid too, and only a person can find out.
    mutating func noteSecondSale(_ number: String) {
        var result = TerminalResult()
        result.idPosTxs = number
        let identity = Contradiction.Identity(
            code: .secondSale,
            status: .submitted,
            payment: PaymentIdentity(of: result)
        )
        guard !transaction.contradictions.known.contains(where: { $0.isSame(as: identity) }),
            transaction.contradictions.known.count < Self.contradictionLimit
        else { return }
        transaction.contradictions.known.append(identity)
        if transaction.state.isFinal {
            next.finding = .contradicted
            publishSecondSale(number)
        } else {
            next.finding = .inconsistent
            doubt(.inconsistentResult)
        }
    }

    private mutating func publishSecondSale(_ number: String) {
        var result = TerminalResult()
        result.idPosTxs = number
        publish(
            .contradiction(
                Contradiction(
                    code: .secondSale,
                    evidence: .acknowledgement,
                    status: .submitted,
                    result: result,
                    receivedAt: now
                )
            )
        )
    }

    /// A callback on this transaction's own URL, or a number of Getnet's, proves that a POST reached the cloud.
    ///
    /// While that POST is under way its end is still to come, and may be an acknowledgement.
    mutating func heedUndecided(isCallback: Bool) {
        switch transaction.state {
        case .accepted: if isCallback || transaction.idPosTxs != nil { doubt(.noAcknowledgement) }
        case .submitting: if isCallback { transaction.posting.isKnownToCloud = true }
        case .submitted, .inDoubt: if isCallback { bringQueryForward() }
        case .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }

    /// So many rows are named to a person.
    static let rowsNamed = 3

    /// Names the rows of the journal that may be this sale; nothing else follows from them.
    mutating func remark(on rows: [JournalRow]) {
        guard transaction.state == .inDoubt else {
            next.finding = .refused
            return
        }
        next.finding = .undecided
        // The nearest first; the order of the list does not matter.
        let posted = transaction.postingPeriod?.upperBound ?? transaction.acceptedAt
        let nearest = rows.sorted { left, right in
            left.distance(from: posted) < right.distance(from: posted)
        }
        let texts = nearest.prefix(Self.rowsNamed).map { $0.text(for: transaction) }
        let rest = rows.count > Self.rowsNamed ? " and \(rows.count - Self.rowsNamed) more" : ""
        next.remark = texts.joined(separator: "; ") + rest
    }

    mutating func noteAbsence() {
        // A journal that was read while the terminal may still work says nothing.
        guard transaction.state == .inDoubt, transaction.stay.isLifeOver else {
            next.finding = .refused
            return
        }
        transaction.stay.journalReadAt = now
        // Where money was seen that did not fit, a missing row ends nothing and is no reason for people to read.
        let hasSecondSale = transaction.contradictions.known.contains { $0.secondNumber != nil }
        guard transaction.result == nil, !hasSecondSale else { return }
        // After a restore, a command that the store does not know may have cut the journal since the sale.
        guard rules.absenceIsFinal, transaction.restoredAt == nil else { return doubt(.notInJournal) }
        next.finding = .decided
        transaction.outcome.decidedBy = .journal
        finish(.notCompleted, Reason(.notInJournal))
    }

    // MARK: - After the end

    private mutating func compare(_ judgement: Judgement, _ evidence: Evidence) {
        switch judgement {
        // Where no money moves, a later answer changes nothing that must be told.
        case .verdict(let verdict, _) where !transaction.effect.movesMoney:
            next.finding = verdict.state == transaction.state ? .agreed : .undecided
        case .verdict(.approved, let result),
            .inconsistent(let result) where transaction.looksPaid(result):
            if speaksAgainstStatus(result) {
                next.finding = .contradicted
                contradict(with: result, from: evidence.source, at: evidence.receivedAt)
            } else if case .verdict = judgement {
                next.finding = .agreed
                transaction.outcome.result?.adoptIdentities(of: result)
            } else {
                next.finding = .inconsistent
            }
        case .verdict(let verdict, let result):
            guard verdict.state != transaction.state else {
                next.finding = .agreed
                return
            }
            next.finding = .contradicted
            contradict(.contraryVerdict, verdict.status, result, from: evidence.source, at: evidence.receivedAt)
        case .inconsistent: next.finding = .inconsistent
        case .undecided: next.finding = .undecided
        case .foreign: next.finding = .foreign
        }
    }

    /// Whether a result that looks paid is anything but the payment that is known.
    private func speaksAgainstStatus(_ paid: TerminalResult) -> Bool {
        guard transaction.state == .approved, let known = transaction.result, known.isSame(as: paid) else {
            return true
        }
        return isOverAnotherAmount(paid, than: known)
    }

    /// Whether a payment has another amount than the known one; a tip may stand in one of them only.
    private func isOverAnotherAmount(_ paid: TerminalResult, than known: TerminalResult) -> Bool {
        guard let amount = paid.amount, amount != known.amount else { return false }
        switch transaction.effect {
        // A payment that did not fit was on the table when a person decided.
        case .sale: return transaction.outcome.decidedBy != .operator && !Judgement.amountFits(paid, transaction)
        case .refund: return amount != known.amount ?? transaction.command.content.amount?.value
        case .void: return known.amount != nil
        case .reading, .acting: return false
        }
    }

    private mutating func contradict(with paid: TerminalResult, from source: EvidenceSource, at instant: Timestamp) {
        guard Judgement.fits(paid, transaction) else {
            return contradict(.inconsistentPayment, .inDoubt, paid, from: source, at: instant)
        }
        let code: Contradiction.Code = transaction.state == .approved ? .secondPayment : .paidAfterAll
        contradict(code, .approved, paid, from: source, at: instant)
    }

    private mutating func contradict(
        _ code: Contradiction.Code,
        _ status: TransactionStatus,
        _ result: TerminalResult,
        from source: EvidenceSource,
        at instant: Timestamp
    ) {
        let identity = Contradiction.Identity(code: code, status: status, payment: PaymentIdentity(of: result))
        if let known = transaction.contradictions.known.firstIndex(where: { $0.isSame(as: identity) }) {
            transaction.contradictions.known[known] = transaction.contradictions.known[known].completed(by: identity)
            return
        }
        guard transaction.contradictions.known.count < Self.contradictionLimit else { return }
        transaction.contradictions.known.append(identity)
        publish(
            .contradiction(
                Contradiction(code: code, evidence: source, status: status, result: result, receivedAt: instant)
            )
        )
    }
}

extension Judgement.Verdict {
    /// The state that the verdict leads to.
    var state: TransactionState {
        switch self {
        case .approved: .approved
        case .declined: .declined
        case .notCompleted: .notCompleted
        case .completed: .completed
        }
    }

    /// The status that the verdict leads to.
    var status: TransactionStatus {
        switch self {
        case .approved: .approved
        case .declined: .declined
        case .notCompleted: .notCompleted
        case .completed: .completed
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What the POST does, from its durable step to its end.
extension TransactionMachine {
    mutating func startSubmission() {
        switch transaction.state {
        case .accepted:
            guard now < transaction.command.expiresAt else { return expire() }
            guard !transaction.needsReceipt else {
                next.finding = .refused
                return
            }
            transaction.preparation.receiptSeenAt = nil
            transaction.posting.attempts += 1
            transaction.state = .submitting(attempt: transaction.posting.attempts)
            transaction.posting.startedAt = now
            transaction.dueAt = nil
            next.effects.append(.post(attempt: transaction.posting.attempts))
        case .submitting, .submitted, .approved, .declined, .notCompleted, .failed, .completed, .inDoubt:
            next.finding = .refused
        }
    }

    mutating func endSubmission(_ attempt: Int, _ outcome: SubmissionOutcome, _ claimant: TransactionID?) {
        switch transaction.state {
        case .submitting(attempt): conclude(outcome, claimant)
        // An attempt that was thought to have ended answers after all: no other POST must follow it.
        case .accepted, .submitting:
            if case .notStarted = outcome { next.finding = .refused } else { conclude(outcome, claimant) }
        case .submitted, .approved, .declined, .notCompleted, .failed, .completed, .inDoubt:
            concludeLate(outcome, claimant)
        }
    }

    private mutating func conclude(_ outcome: SubmissionOutcome, _ claimant: TransactionID?) {
        switch outcome {
        case .acknowledged(let idPosTxs, _): acknowledge(idPosTxs, claimant)
        case .answered(let answer): take(answer, claimant)
        case .notStarted(let refusal): refuse(refusal)
        case .unknown where transaction.effect == .reading: askAgain()
        case .unknown(.noAcknowledgement): doubt(.noAcknowledgement)
        case .unknown(.terminalUnreachable): doubt(.terminalUnreachable)
        }
    }

    /// A command that only reads may be posted again, even where the result of the last POST is not known.
    mutating func askAgain() {
        transaction.posting.isKnownToCloud = true
        wait(for: SubmissionOutcome.Refusal(.cloudUnavailable, isTransient: true))
    }

    private mutating func acknowledge(_ idPosTxs: String, _ claimant: TransactionID?) {
        transaction.posting.acknowledgedAt = now
        // A number that is another transaction's identifies nothing.
        guard claimant == nil else { return doubt(.inconsistentResult) }
        // A command that moves no money may be asked for more than once.
        guard !transaction.effect.movesMoney || transaction.idPosTxs ?? idPosTxs == idPosTxs else {
            return noteSecondSale(idPosTxs)
        }
        transaction.idPosTxs = idPosTxs
        transaction.state = .submitted
        transaction.reason = nil
        // A callback that decided nothing came before: there is something to ask for.
        transaction.statusQueries.dueAt = transaction.posting.isKnownToCloud ? now : now + rules.firstQueryAfter
        planWake()
        publish()
    }

    /// An acknowledgement that holds a result already.
    private mutating func take(_ answer: CloudAnswer, _ claimant: TransactionID?) {
        let isForeign = claimant != nil || Judgement.of(answer, for: transaction) == .foreign
        if !isForeign, let idPosTxs = transaction.number(in: answer) { acknowledge(idPosTxs, nil) }
        weigh(Evidence(source: .acknowledgement, answer: answer, receivedAt: now), claimant)
        switch transaction.state {
        // Without a number and without a verdict nothing was acknowledged.
        case .accepted, .submitting:
            guard transaction.effect != .reading else { return askAgain() }
            doubt(isForeign ? .inconsistentResult : .noAcknowledgement)
        case .submitted, .approved, .declined, .notCompleted, .failed, .completed, .inDoubt: return
        }
    }

    private mutating func refuse(_ refusal: SubmissionOutcome.Refusal) {
        // A number or a callback proves that a POST reached the cloud, even if this answer denies it.
        said = refusal.said
        let isKnown = transaction.idPosTxs != nil || transaction.posting.isKnownToCloud
        guard !isKnown || transaction.effect == .reading else { return doubt(.noAcknowledgement) }
        // A callback may prove it wrong: then an end without payment is perhaps that of this POST.
        if refusal.isAnswer { transaction.posting.refused += 1 }
        if refusal.code == .tokenRejected { return submitAgain(after: refusal) }
        // A cloud that cannot be reached says nothing about the token.
        if refusal.code != .cloudUnavailable { transaction.posting.rejectedTokens = 0 }
        if refusal.code == .commandExpired { return expire() }
        guard refusal.isTransient else { return finish(.failed, Reason(refusal.code)) }
        wait(for: refusal)
    }

    /// Waits until the same may be tried again, and says why.
    mutating func wait(for refusal: SubmissionOutcome.Refusal) {
        let usual: Duration =
            switch refusal.code {
            case .terminalBusy: rules.busyRetryAfter
            case .tokenRejected:
                Self.tokenRetry.delay(afterTries: transaction.posting.rejectedTokens - Self.patientTokenRenewals)
            default: rules.transientRetry.delay(afterTries: transaction.posting.attempts)
            }
        let left = transaction.command.expiresAt - now
        let isNews = transaction.reason?.code != refusal.code
        transaction.state = .accepted
        transaction.reason = Reason(refusal.code)
        transaction.dueAt = now + min(max(usual, refusal.retryAfter ?? .zero), left)
        if isNews { publish() }
    }

    /// Posts again after a rejected token, as a step of its own, until the command expires.
    ///
    /// A token may have ended early, or another holder of the credentials took it away. The bridge believes that the
    /// POST started nothing, unless a callback says otherwise (decision 0012).
    private mutating func submitAgain(after refusal: SubmissionOutcome.Refusal) {
        guard now < transaction.command.expiresAt else { return expire() }
        transaction.posting.rejectedTokens += 1
        guard transaction.posting.rejectedTokens <= Self.silentTokenRenewals else { return wait(for: refusal) }
        transaction.state = .accepted
        transaction.dueAt = now
        next.effects.append(.submit)
    }

    /// The POST's end where evidence was faster: it may add the number, it decides nothing.
    private mutating func concludeLate(_ outcome: SubmissionOutcome, _ claimant: TransactionID?) {
        switch outcome {
        case .acknowledged(let idPosTxs, _):
            transaction.posting.acknowledgedAt = transaction.posting.acknowledgedAt ?? now
            guard claimant == nil else { return }
            let isSecond = transaction.idPosTxs.map { $0 != idPosTxs } ?? false
            if isSecond, transaction.effect.movesMoney { noteSecondSale(idPosTxs) } else { adopt(idPosTxs) }
        case .answered(let answer):
            weigh(Evidence(source: .acknowledgement, answer: answer, receivedAt: now), claimant)
            if let number = answer.number, number == transaction.idPosTxs {
                transaction.posting.acknowledgedAt = transaction.posting.acknowledgedAt ?? now
            }
        case .notStarted, .unknown: return
        }
    }

    /// Takes Getnet's number where there is none yet; in doubt it can be asked for from now on.
    mutating func adopt(_ idPosTxs: String?) {
        guard transaction.idPosTxs == nil, let idPosTxs else { return }
        transaction.idPosTxs = idPosTxs
        guard transaction.state == .inDoubt, transaction.statusQueries.dueAt == nil else { return }
        transaction.statusQueries.dueAt = now + rules.queryInterval
        planWake()
    }

    mutating func recover() {
        switch transaction.state {
        case .submitting where transaction.effect == .reading:
            transaction.state = .accepted
            transaction.posting.isKnownToCloud = true
            transaction.dueAt = now
        case .submitting: doubt(.noAcknowledgement)
        // The task that had read for it is gone.
        case .accepted where transaction.preparation.receiptSeenAt != nil || transaction.preparation.batchReport != nil:
            transaction.dueAt = now
        case .submitted, .inDoubt: hastenQuery()
        case .accepted, .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }
}

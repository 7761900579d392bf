// SPDX-License-Identifier: Apache-2.0

/// What people do: they decide, deal with contradictions, and restore backups.
extension TransactionMachine {
    /// A claimant is another transaction that has the payment on the receipt.
    mutating func decide(
        _ decision: TransactionInput.OperatorDecision,
        by note: OperatorNote,
        _ claimant: TransactionID?
    ) {
        switch transaction.state {
        case .submitted, .inDoubt:
            let objection = transaction.objection(to: decision, by: note, terminalLife: rules.terminalLife)
            guard objection == nil, claimant == nil, transaction.hasAmount(for: decision) else {
                next.finding = .refused
                return
            }
            next.finding = .decided
            let mayBeAtTerminal = transaction.isInLane && !transaction.stay.isLifeOver && decision.status != .approved
            conclude(decision)
            // A person's word does not end what the terminal may still do: the next command waits for that.
            if mayBeAtTerminal { transaction.stay.isInLane = true }
            // The end is told now, and with it that there are two sales.
            publishSecondSales()
        case .accepted, .submitting, .approved, .declined, .notCompleted, .failed, .completed:
            next.finding = .refused
        }
    }

    private mutating func conclude(_ decision: TransactionInput.OperatorDecision) {
        let stored = transaction
        transaction.outcome.decidedBy = .operator
        // A payment that did not fit was on the table; the person has seen it.
        transaction.outcome.result = nil
        switch decision {
        case .approved(let authorizationCode, let operationID, let amount):
            transaction.outcome.result = stored.receipt(authorizationCode, operationID, amount)
            // Where the terminal told that it gave back more than was asked, that is what is gone.
            if stored.effect == .refund, let told = stored.result?.amount, let asked = transaction.result?.amount {
                transaction.outcome.result?.amount = max(told, asked)
            }
            finish(transaction.effect.movesMoney ? .approved : .completed, nil)
        case .declined: finish(.declined, Reason(.operatorDecision))
        case .notCompleted: finish(.notCompleted, Reason(.operatorDecision))
        case .failed: finish(.failed, Reason(.operatorDecision))
        }
    }

    /// Ends a transaction after an input that cannot be stored: a person has to look, and no command waits for it.
    mutating func endForFault() {
        switch transaction.state {
        // The input may have been evidence of a POST that was said not to have started.
        case .accepted
        where transaction.posting.attempts == 0 && transaction.idPosTxs == nil && !transaction.posting.isKnownToCloud:
            finish(.failed, Reason(.operatorNeeded))
        case .accepted, .submitting, .submitted, .inDoubt:
            guard transaction.effect.movesMoney else { return finish(.notCompleted, Reason(.operatorNeeded)) }
            doubt(.operatorNeeded)
            // An answer would be refused as well.
            transaction.statusQueries.dueAt = nil
            planWake()
        case .approved, .declined, .notCompleted, .failed, .completed: next.finding = .refused
        }
    }

    mutating func settle() {
        guard transaction.state.isFinal, transaction.contradictions.open > 0 else {
            next.finding = .refused
            return
        }
        transaction.contradictions.settled = transaction.contradictions.known.count
        next.finding = .settled
    }

    /// What the backup shows as not sent may have been sent after it: never send it, never call it failed.
    mutating func restore() {
        switch transaction.state {
        case .accepted, .submitting:
            transaction.restoredAt = now
            doubt(.noAcknowledgement)
        case .submitted, .inDoubt: bringQueryForward()
        case .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }
}

extension Transaction {
    /// Whether the amount of a person's approval is known, and the person states no other amount than evidence does.
    public func hasAmount(for decision: TransactionInput.OperatorDecision) -> Bool {
        guard case .approved(let authorizationCode, let operationID, let stated) = decision, effect == .sale else {
            return true
        }
        let amount = receipt(authorizationCode, operationID, stated).amount
        return amount != nil && (stated == nil || stated == amount)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What people do: they decide, deal with contradictions, and restore backups.
extension TransactionMachine {
    /// A claimant is another transaction that has the payment on the receipt.
    mutating func decide(_ decision: TransactionInput.OperatorDecision, _ claimant: TransactionID?) {
        switch transaction.state {
        case .submitted, .inDoubt:
            guard claimant == nil else {
                next.finding = .refused
                return
            }
            next.finding = .decided
            conclude(decision)
            // That there are two sales is news to whoever is told the end.
            publishSecondSales()
        case .accepted, .submitting, .approved, .declined, .notCompleted, .failed, .completed:
            next.finding = .refused
        }
    }

    private mutating func conclude(_ decision: TransactionInput.OperatorDecision) {
        let stored = transaction
        transaction.decidedBy = .operator
        // A payment that did not fit was on the table; the person has seen it.
        transaction.result = nil
        switch decision {
        case .approved(let authorizationCode, let operationID):
            transaction.result = stored.receipt(authorizationCode, operationID)
            // Where the terminal told that it gave back more than was asked, that is what is gone.
            if stored.effect == .refund, let told = stored.result?.amount, let asked = transaction.result?.amount {
                transaction.result?.amount = max(told, asked)
            }
            finish(transaction.effect.movesMoney ? .approved : .completed, nil)
        case .declined: finish(.declined, Reason(.operatorDecision))
        case .notCompleted: finish(.notCompleted, Reason(.operatorDecision))
        case .failed: finish(.failed, Reason(.operatorDecision))
        }
    }

    mutating func settle() {
        guard transaction.state.isFinal, transaction.openContradictions > 0 else {
            next.finding = .refused
            return
        }
        transaction.settledContradictions = transaction.contradictions.count
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

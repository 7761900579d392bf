// SPDX-License-Identifier: Apache-2.0

/// What the passing of time does: it sends, asks and calls for help; it never decides once a POST may have left.
extension TransactionMachine {
    mutating func wake() {
        switch transaction.state {
        case .accepted:
            // Woken too early it goes on waiting: a busy terminal asked for its time.
            guard now >= transaction.dueAt ?? now else { return }
            if now >= transaction.command.expiresAt {
                expire()
            } else {
                next.effects.append(.submit)
            }
        case .submitting: return
        case .submitted: queryIfDue()
        case .inDoubt:
            if now >= givesUpAt { doubt(.operatorNeeded) }
            queryIfDue()
        case .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }

    /// Ends a command that was never sent, saying what it waited for.
    mutating func expire() {
        let reason = Reason(.commandExpired, waitedFor: transaction.reason?.code)
        // One POST of a command that only reads may have reached the terminal; that does no harm.
        let mayHaveStarted = transaction.effect == .reading && transaction.posting.isKnownToCloud
        finish(mayHaveStarted ? .notCompleted : .failed, reason)
    }

    private mutating func queryIfDue() {
        if let idPosTxs = transaction.idPosTxs, let queryAt = transaction.statusQueries.dueAt, now >= queryAt {
            transaction.statusQueries.begun += 1
            transaction.statusQueries.dueAt = nextQuery
            next.effects.append(.query(idPosTxs: idPosTxs))
        }
        planWake()
    }

    /// Once a person was called, the cloud is asked only where something new brings a query forward.
    private var nextQuery: Timestamp? {
        guard transaction.reason?.code != .operatorNeeded else { return nil }
        return now + rules.queryDelay(at: now, lifeEndedAt: lifeEndsAt)
    }

    /// Sets the next instant to be woken at, from what the state waits for.
    mutating func planWake() {
        switch transaction.state {
        case .submitted: transaction.dueAt = transaction.statusQueries.dueAt ?? now + rules.queryInterval
        case .inDoubt where transaction.reason?.code == .operatorNeeded:
            transaction.dueAt = transaction.statusQueries.dueAt
        case .inDoubt:
            transaction.dueAt = transaction.statusQueries.dueAt.map { min($0, givesUpAt) } ?? givesUpAt
        case .accepted, .submitting, .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }

    /// Brings a query forward to the usual wait, where the clock was set back.
    mutating func hastenQuery() {
        let usual = max(rules.firstQueryAfter, rules.queryDelay(at: now, lifeEndedAt: lifeEndsAt))
        guard let queryAt = transaction.statusQueries.dueAt, queryAt > now + usual else { return }
        transaction.statusQueries.dueAt = now + usual
        planWake()
    }

    mutating func bringQueryForward() {
        switch transaction.state {
        case .submitted, .inDoubt:
            guard transaction.idPosTxs != nil else { return }
            transaction.statusQueries.dueAt = min(transaction.statusQueries.dueAt ?? now, now)
            planWake()
        case .accepted, .submitting, .approved, .declined, .notCompleted, .failed, .completed: return
        }
    }
}

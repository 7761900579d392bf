// SPDX-License-Identifier: Apache-2.0

/// Cancels: a command that was not sent is never sent; a sale at the terminal may be ended there.
///
/// Only some countries have a command for that. It names no sale: it ends the one that the terminal works on. So the
/// bridge sends it only while its charge holds the lane. The lane stays closed until the command can have no more
/// effects, also behind a charge that ended meanwhile.
/// *Source*: docs/promises.md 4.13; docs/getnet.md 10.5.
extension TransactionMachine {
    mutating func cancel() {
        switch transaction.state {
        case .accepted: finish(.failed, Reason(.cancelledBeforeStart))
        case .failed where transaction.reason?.code == .cancelledBeforeStart: next.finding = .agreed
        case .submitted, .inDoubt: cancelAtTerminal()
        case .submitting, .approved, .declined, .notCompleted, .failed, .completed:
            next.finding = .refused
        }
    }

    private mutating func cancelAtTerminal() {
        guard !transaction.isBeingCancelled else {
            next.finding = .agreed
            return
        }
        let isPossible = CountryProfile.named(transaction.country)?.cancelsSales == true
        guard isPossible, transaction.effect == .sale, transaction.isInLane, !transaction.stay.isLifeOver else {
            next.finding = .refused
            return
        }
        transaction.cancelAttempt = Transaction.CancelAttempt(sentAt: now)
        next.effects.append(.sendCancel)
    }

    mutating func endCancel(_ end: TransactionInput.CancelEnd) {
        guard transaction.isBeingCancelled else {
            next.finding = .refused
            return
        }
        endCancelAttempt()
        // The answer accepts the wish; only the sale's own evidence tells its end.
        guard transaction.state.isFinal else { return }
        // Behind a person's word the terminal may still be at the sale.
        let isPersonsWord = transaction.outcome.decidedBy == .operator && transaction.state != .approved
        if !isPersonsWord || transaction.stay.isLifeOver { transaction.stay.isInLane = false }
    }

    /// Notes that the command that cancels can have no more effects.
    mutating func endCancelAttempt() {
        let now = self.now
        transaction.cancelAttempt?.endedAt = now
    }
}

extension TransactionInput.CancelEnd {
    /// The end in one word, for the record.
    var word: String {
        switch self {
        case .answered(let code): code.map { "answered \($0)" } ?? "answered"
        case .notStarted(let code): code.rawValue
        }
    }
}

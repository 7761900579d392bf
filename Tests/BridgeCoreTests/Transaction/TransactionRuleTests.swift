// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite struct `A transaction` {
    private let charge = Situation.accepted.transaction

    @Test
    func `while a second POST is under way, a payment ends the transaction, and the word that none came does not`() {
        let second = Situation.waiting.transaction.after(.submissionStarted)
        #expect(second.state == .submitting(attempt: 2))
        for answer in [CloudAnswer.declined(second), .notCompleted(second)] {
            let told = second.after(.callback(answer))
            #expect(told.state == .submitting(attempt: 2) && told.posting.isKnownToCloud)
            // The second POST gets the same refusal as the first one, and the first one started all the same. So the
            // second one may be paid as well.
            let refused = told.after(.submissionEnded(attempt: 2, .notStarted(.busy)))
            #expect(refused.state == .inDoubt && refused.idPosTxs == nil)
            #expect(refused.after(.callback(answer)).state == .inDoubt)
            #expect(refused.after(.callback(.approved(second))).state == .approved)
            // If the second POST is acknowledged, it is the one that counts.
            let other = told.after(.submissionEnded(attempt: 2, .acknowledged(idPosTxs: "936199")))
            #expect(other.state == .submitted && other.idPosTxs == "936199")
        }
        #expect(second.after(.callback(.approved(second))).state == .approved)
    }

    @Test func `that expired before it was accepted fails at once and is never sent`() {
        let change = TransactionMachine.accept(.sample(lifetime: .zero), rules: Situation.rules)
        #expect(change.transaction.status == .failed)
        #expect(change.transaction.reason == Reason(.commandExpired))
        #expect(change.effects.isEmpty)
        #expect(change.events.map(\.snapshot.sequence) == [1])
    }

    @Test func `is accepted with its event and goes to the submitter`() {
        let change = TransactionMachine.accept(.sample(), rules: Situation.rules)
        #expect(change.transaction.status == .accepted)
        #expect(change.events == [EventDraft(snapshot: change.transaction)])
        #expect(change.effects == [.submit])
        #expect(change.transaction.dueAt == .sample)
    }

    @Test func `that was cancelled agrees when it is cancelled again`() {
        let cancelled = charge.after(.cancel)
        let again = TransactionMachine.apply(.cancel, to: cancelled, at: .sample, rules: Situation.rules)
        #expect(again.transaction == cancelled)
        #expect(again.finding == .agreed)
        #expect(again.events.isEmpty && again.effects.isEmpty)
    }

    @Test func `says what it waited for when it expires`() {
        let expired = Situation.waiting.transaction.after(.due, at: .sample + .seconds(120))
        #expect(expired.reason == Reason(.commandExpired, waitedFor: .terminalBusy))
    }

    @Test func `F8: whose token is rejected is sent again at once, then waits longer and longer, until it expires`() {
        let token = SubmissionOutcome.notStarted(.init(.tokenRejected, isTransient: true))
        var transaction = charge
        var waits: [Duration] = []
        var told: [Reason.Code?] = []
        for attempt in 1...15 {
            transaction = transaction.after(.submissionStarted)
            let input = TransactionInput.submissionEnded(attempt: attempt, token)
            let transition = TransactionMachine.apply(input, to: transaction, at: .sample, rules: Situation.rules)
            transaction = transition.transaction
            told += transition.events.map(\.snapshot.reason?.code)
            #expect(transaction.state == .accepted)
            #expect(transition.effects == (attempt == 1 ? [.submit] : []))
            waits.append((transaction.dueAt ?? .distantPast) - .sample)
        }
        let soon = Array(repeating: 250, count: 8)
        #expect(waits == ([0] + soon + [500, 1_000, 2_000, 4_000, 5_000, 5_000]).map { .milliseconds($0) })
        #expect(told == [.tokenRejected], "once, and not for a token that merely ended")
        let expired = transaction.after(.due, at: .sample + .seconds(120))
        #expect(expired.state == .failed)
        #expect(expired.reason == Reason(.commandExpired, waitedFor: .tokenRejected))
    }

    @Test func `whose token is rejected after a busy terminal is sent again at once`() {
        let token = SubmissionOutcome.notStarted(.init(.tokenRejected, isTransient: true))
        let outcomes = [token, .notStarted(.busy), token]
        let transaction = outcomes.enumerated().reduce(charge) { transaction, next in
            transaction.after(.submissionStarted, .submissionEnded(attempt: next.offset + 1, next.element))
        }
        #expect(transaction.dueAt == .sample && transaction.posting.rejectedTokens == 1)
    }

    @Test func `F8: whose login is refused waits, saying so`() {
        let refused = SubmissionOutcome.notStarted(.init(.unauthorized, isTransient: true))
        let waiting = charge.after(.submissionStarted, .submissionEnded(attempt: 1, refused))
        #expect(waiting.status == .waiting)
        #expect(waiting.reason == Reason(.unauthorized))
        let expired = waiting.after(.due, at: .sample + .seconds(120))
        #expect(expired.reason == Reason(.commandExpired, waitedFor: .unauthorized))
    }

    @Test(arguments: [TransactionInput.unreadableCallback, .callback(.error()), .callback(.foreign())])
    func `that a callback proved to be at the cloud is not sent again, whatever the POST is told`(
        _ callback: TransactionInput
    ) {
        let proven = charge.after(.submissionStarted, callback)
        #expect(proven.status == .accepted)
        for refusal in [
            SubmissionOutcome.Refusal.busy, .init(.tokenRejected, isTransient: true),
            .init(.terminalUnknown, isTransient: false), .init(.commandExpired, isTransient: false),
        ] {
            let after = proven.after(.submissionEnded(attempt: 1, .notStarted(refusal)))
            #expect(after.state == .inDoubt)
            #expect(after.reason == Reason(.noAcknowledgement))
        }
        let acknowledged = proven.after(.submissionEnded(attempt: 1, .acknowledged(idPosTxs: Situation.number)))
        #expect(acknowledged.status == .submitted)
        #expect(acknowledged.statusQueries.dueAt == .sample)
    }

    @Test func `with a second sale at the cloud is not ended by the refusal of one of them, and its payment says so`() {
        let second = TransactionInput.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936109"))
        let doubtful = charge.submitted.after(second)
        #expect(doubtful.reason == Reason(.inconsistentResult))
        #expect(doubtful.after(.callback(.declined(charge))).status == .inDoubt)
        #expect(doubtful.after(.query(.notCompleted(charge))).reason == Reason(.operatorNeeded))
        let paid = TransactionMachine.apply(
            .callback(.approved(charge)),
            to: doubtful,
            at: .sample,
            rules: Situation.rules
        )
        #expect(paid.transaction.status == .approved)
        #expect(paid.events.compactMap(\.occasion.contradiction?.code) == [.secondSale])
        #expect(paid.events.compactMap(\.occasion.contradiction?.result.idPosTxs) == ["936109"])
    }

    @Test func `is announced as waiting once per reason`() {
        let refused = SubmissionOutcome.notStarted(.busy)
        let unreachable = SubmissionOutcome.notStarted(.init(.cloudUnavailable, isTransient: true))
        var transaction = charge
        var told: [Reason.Code?] = []
        for (index, outcome) in [refused, refused, unreachable, unreachable, refused].enumerated() {
            transaction = transaction.after(.submissionStarted)
            let input = TransactionInput.submissionEnded(attempt: index + 1, outcome)
            let change = TransactionMachine.apply(input, to: transaction, at: .sample, rules: Situation.rules)
            told += change.events.map(\.snapshot.reason?.code)
            transaction = change.transaction
        }
        #expect(told == [.terminalBusy, .cloudUnavailable, .terminalBusy])
        #expect(transaction.posting.attempts == 5)
    }

    @Test(arguments: [
        (SubmissionOutcome.Refusal(.terminalBusy, isTransient: true), 15),
        (SubmissionOutcome.Refusal(.terminalBusy, isTransient: true, retryAfter: .seconds(100)), 100),
        (SubmissionOutcome.Refusal(.terminalBusy, isTransient: true, retryAfter: .seconds(1)), 15),
        (SubmissionOutcome.Refusal(.cloudUnavailable, isTransient: true), 1),
        (SubmissionOutcome.Refusal(.cloudUnavailable, isTransient: true, retryAfter: .seconds(60)), 60),
        (SubmissionOutcome.Refusal(.cloudUnavailable, isTransient: true, retryAfter: .seconds(Int64.max)), 120),
    ])
    func `tries again when the cloud asked for it, but not after its expiry`(
        _ refusal: SubmissionOutcome.Refusal,
        _ seconds: Int
    ) {
        let transaction = charge.after(.submissionStarted, .submissionEnded(attempt: 1, .notStarted(refusal)))
        #expect(transaction.dueAt == .sample + .seconds(seconds))
    }

    @Test func `keeps a number that evidence brought even when the POST is refused, and is not sent again`() {
        let posting = charge.after(.submissionStarted, .query(CloudAnswer(code: .inProcess, idPosTxs: "936101")))
        for isTransient in [true, false] {
            let refusal = SubmissionOutcome.Refusal(.terminalBusy, isTransient: isTransient)
            let ended = posting.after(.submissionEnded(attempt: 1, .notStarted(refusal)))
            #expect(ended.state == .inDoubt)
            #expect(ended.statusQueries.dueAt != nil)
        }
    }

    @Test func `that was refused as busy and yet started is approved by its callback and not sent again`() {
        let approved = Situation.waiting.transaction.after(.callback(.approved(charge)))
        #expect(approved.status == .approved)
        #expect(approved.after(.due, .submissionStarted, at: .sample + .seconds(15)) == approved)
    }

    @Test func `announces a first payment that came under another number, whichever came first`() {
        let twice = Situation.waiting.transaction.after(
            .submissionStarted,
            .submissionEnded(attempt: 2, .acknowledged(idPosTxs: "936101"))
        )
        let own = TransactionInput.callback(.approved(charge))
        let other = TransactionInput.callback(.renumbered(charge))
        for inputs in [[own, other], [other, own]] {
            var transaction = twice
            var codes: [Contradiction.Code] = []
            for input in inputs {
                let change = TransactionMachine.apply(input, to: transaction, at: .sample, rules: Situation.rules)
                transaction = change.transaction
                codes += change.events.compactMap(\.occasion.contradiction?.code)
            }
            #expect(transaction.state == .approved)
            #expect(transaction.idPosTxs == "936101")
            #expect(codes == [.secondPayment])
        }
    }

    @Test func `is not ended by a silent journal once a payment was seen that does not fit`() {
        let rules = TransactionRules(absenceIsFinal: true)
        let given = [Situation.doubtAboutPayment.transaction, Situation.doubtAboutPayment.transaction.after(.due)]
        for transaction in given {
            let change = TransactionMachine.apply(
                .journalAbsence,
                to: transaction,
                at: .sample + .seconds(90_000),
                rules: rules
            )
            #expect(change.transaction.state == .inDoubt)
        }
    }

    @Test func `does not take the number of an acknowledgement that names another transaction`() {
        let ended = charge.after(.submissionStarted, .submissionEnded(attempt: 1, .answered(.foreign())))
        #expect(ended.idPosTxs == nil)
        #expect(ended.state == .inDoubt)
        #expect(ended.posting.acknowledgedAt == nil)
    }

    @Test func `learns the rest of a result from a fuller reading, so that a second payment is seen`() {
        let thin = Situation.submitted.transaction.after(.query(.thinlyApproved(charge)))
        #expect(thin.paidClaim == nil)
        let full = thin.after(.callback(.approved(charge)))
        #expect(full.paidClaim != nil)
        #expect(full.contradictions.known.isEmpty)
        var other = CloudAnswer.approved(charge)
        other.result?.operationID = 18
        #expect(full.after(.callback(other)).contradictions.known.map(\.code) == [.secondPayment])
    }

    @Test func `publishes a contradiction once however much of it each reading carries`() {
        var thin = CloudAnswer.approved(charge, receipt: 18)
        thin.result?.transToken = nil
        thin.result?.operationID = nil
        let readings = [thin, CloudAnswer.approved(charge, receipt: 18)]
        for order in [readings, readings.reversed()] {
            let start = Situation.declined.transaction
            let end = order.reduce(start) { $0.after(.callback($1)) }
            #expect(end.contradictions.known.count == 1)
            #expect(end.sequence == start.sequence + 1)
        }
    }

    @Test func `publishes both a decline and a cancellation against its approval`() {
        let end = Situation.approved.transaction
            .after(.callback(.declined(charge)), .callback(.notCompleted(charge)))
            .after(.callback(.declined(charge)), .callback(.notCompleted(charge)))
        #expect(end.contradictions.known.map(\.code) == [.contraryVerdict, .contraryVerdict])
    }

    @Test func `stops publishing contradictions at the limit`() {
        let end = (100..<200).reduce(Situation.approved.transaction) {
            $0.after(.callback(.approved(charge, receipt: Int64($1))))
        }
        #expect(end.contradictions.known.count == TransactionMachine.contradictionLimit)
    }

    @Test func `approved by an operator agrees with the receipt that the operator read, and no other`() {
        let decision = TransactionInput.operatorDecision(
            .approved(authorizationCode: "010929", operationID: 17, amount: 15_990),
            by: .sample
        )
        let approved = Situation.givenUp.transaction.after(decision)
        #expect(approved.outcome.decidedBy == .operator)
        #expect(approved.reason == nil)
        #expect(approved.after(.callback(.approved(charge))).contradictions.known.isEmpty)
        #expect(approved.after(.callback(.approved(charge, receipt: 18))).contradictions.known.count == 1)
    }

    @Test func `is asked for ever more rarely after the terminal's life, and at last not at all`() {
        var transaction = Situation.submitted.transaction
        var queries: [Int64] = []
        while let dueAt = transaction.dueAt {
            if dueAt > .sample + Situation.rules.terminalLife, !transaction.stay.isLifeOver {
                transaction = transaction.after(.lifeEnded, at: .sample + Situation.rules.terminalLife)
            }
            let change = TransactionMachine.apply(.due, to: transaction, at: dueAt, rules: Situation.rules)
            if !change.effects.isEmpty { queries.append((dueAt - .sample).milliseconds / 1_000) }
            transaction = change.transaction
        }
        #expect(queries.first == 15)
        #expect(zip(queries, queries.dropFirst()).allSatisfy { $1 - $0 >= 5 && $1 - $0 <= 600 })
        #expect(queries.count { $0 <= 315 } == 61)
        #expect(queries.count < 300)
        #expect(transaction.reason?.code == .operatorNeeded)
    }

    @Test func `is asked for once more when something speaks after a person was called`() {
        let woken = Situation.givenUp.transaction.after(.due, at: .sample + .seconds(200_000))
        #expect(woken.dueAt == nil)
        let asked = woken.after(.callback(.error()), at: .sample + .seconds(300_000))
        #expect(asked.dueAt == .sample + .seconds(300_000))
        let change = TransactionMachine.apply(
            .due,
            to: asked,
            at: .sample + .seconds(300_000),
            rules: Situation.rules
        )
        #expect(change.effects == [.query(idPosTxs: "936101")])
        #expect(change.transaction.dueAt == nil)
    }

    @Test func `that expired just before its POST fails as expired, saying what it waited for`() {
        let refusal = SubmissionOutcome.Refusal(.commandExpired, isTransient: false)
        let posting = Situation.waiting.transaction.after(.submissionStarted)
        let ended = posting.after(.submissionEnded(attempt: 2, .notStarted(refusal)))
        #expect(ended.state == .failed)
        #expect(ended.reason == Reason(.commandExpired, waitedFor: .terminalBusy))
    }

    @Test func `whose callback told of a payment that the query denies is contradicted by that payment`() {
        let rules = TransactionRules(callbackNeedsQuery: true)
        func apply(_ input: TransactionInput, to transaction: Transaction) -> Transition {
            TransactionMachine.apply(input, to: transaction, at: .sample, rules: rules)
        }
        let heard = apply(.callback(.approved(charge)), to: charge.submitted).transaction
        let denied = apply(.query(.notCompleted(charge)), to: heard)
        #expect(denied.transaction.state == .notCompleted)
        #expect(denied.events.map(\.occasion.contradiction?.code) == [nil, .paidAfterAll])
        let agreed = apply(.query(.approved(charge)), to: heard)
        #expect(agreed.transaction.state == .approved)
        #expect(agreed.events.map(\.occasion.contradiction?.code) == [nil])
    }

    @Test func `whose callbacks wait for a query is decided by the query alone`() {
        let rules = TransactionRules(callbackNeedsQuery: true)
        for answer in [CloudAnswer.approved(charge), .declined(charge), .notCompleted(charge), .misfit(charge)] {
            let callback = TransactionInput.callback(answer)
            let heard = TransactionMachine.apply(callback, to: charge.submitted, at: .sample, rules: rules)
            #expect(heard.transaction.state == .submitted)
            #expect(heard.finding == .undecided)
            #expect(heard.transaction.dueAt == .sample)
        }
        let agreed = TransactionInput.query(.approved(charge))
        let decided = TransactionMachine.apply(agreed, to: charge.submitted, at: .sample, rules: rules)
        #expect(decided.transaction.state == .approved)
        let unasked = TransactionMachine.apply(
            .callback(.approved(charge)),
            to: charge.after(.submissionStarted),
            at: .sample,
            rules: rules
        )
        #expect(unasked.transaction.state == .submitting(attempt: 1))
        let acknowledged = unasked.transaction.after(
            .submissionEnded(attempt: 1, .acknowledged(idPosTxs: Situation.number))
        )
        #expect(acknowledged.status == .submitted)
        #expect(acknowledged.statusQueries.dueAt == .sample)
    }

    @Test func `that comes back after the clock was set back is asked for as soon as any other`() {
        let submitted = charge.submitted
        #expect(submitted.after(.recovered, at: .sample).statusQueries.dueAt == submitted.statusQueries.dueAt)
        let earlier = Timestamp.sample - .seconds(3_600)
        let back = submitted.after(.recovered, at: earlier)
        let usual = earlier + max(Situation.rules.firstQueryAfter, Situation.rules.queryInterval)
        #expect(back.statusQueries.dueAt == usual && back.dueAt == usual)
    }

    @Test func `claims Getnet's number and what it was paid by`() {
        let claims = TransactionMachine.claims(of: .callback(.approved(charge)), for: charge)
        #expect(claims == [.idPosTxs("936101"), .paidResult("80005000|17|10929|2026-11-22 07:12:31")])
        let submitted = charge.submitted
        #expect(TransactionMachine.claims(of: .callback(.declined(charge)), for: submitted).isEmpty)
        let acknowledged = TransactionInput.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101"))
        #expect(TransactionMachine.claims(of: acknowledged, for: charge) == [.idPosTxs("936101")])
        #expect(TransactionMachine.claims(of: .due, for: charge).isEmpty)
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite("What people decide")
struct PeopleTests {
    private let doubt = Situation.doubtWithNumber.transaction

    private func apply(
        _ input: TransactionInput,
        to transaction: Transaction,
        claimant: TransactionID? = nil
    ) -> Transition {
        TransactionMachine.apply(input, to: transaction, at: .sample, rules: Situation.rules, claimant: claimant)
    }

    private func approval(_ code: String, _ operation: Int64?, _ amount: Int64? = 15_990) -> TransactionInput {
        .operatorDecision(.approved(authorizationCode: code, operationID: operation, amount: amount), by: .sample)
    }

    @Test func `a later callback of the payment that a person approved agrees and adds what it knows`() {
        let approved = doubt.after(approval("010929", 17))
        #expect(approved.paidClaim == "80005000|17|10929|")
        let again = apply(.callback(.approved(doubt)), to: approved)
        #expect(again.finding == .agreed)
        #expect(again.events.isEmpty)
        #expect(again.transaction.paidClaim == "80005000|17|10929|2026-11-22 07:12:31")
        let bare = apply(.callback(.approved(doubt)), to: doubt.after(approval("010929", nil)))
        #expect(bare.finding == .agreed)
    }

    @Test func `a callback of another payment contradicts it, and one of another number too`() {
        let approved = doubt.after(approval("010929", 17))
        let other = apply(.callback(.approved(doubt, receipt: 18)), to: approved)
        #expect(other.events.map(\.occasion.contradiction?.code) == [.secondPayment])
        let renumbered = apply(.callback(.renumbered(doubt)), to: approved)
        #expect(renumbered.events.map(\.occasion.contradiction?.code) == [.secondPayment])
        let declined = doubt.after(.operatorDecision(.declined, by: .sample))
        let paid = apply(.callback(.approved(doubt)), to: declined)
        #expect(paid.events.map(\.occasion.contradiction?.code) == [.paidAfterAll])
    }

    @Test func `a payment that another transaction has claimed approves nothing`() {
        let claims = TransactionMachine.claims(of: approval("010929", 17), for: doubt)
        #expect(claims == [.paidReceipt("80005000|17|10929|")])
        #expect(TransactionMachine.claims(of: approval("010929", nil), for: doubt).isEmpty)
        let change = apply(approval("010929", 17), to: doubt, claimant: TransactionID(at: .sample, random: 9))
        #expect(change.finding == .refused)
        #expect(change.transaction == doubt)
    }

    @Test func `the payment that did not fit is the person's where the codes are the same`() {
        let doubt = Situation.doubtAboutPayment.transaction
        let code = doubt.result?.authorizationCode ?? ""
        let approved = doubt.after(approval(code, doubt.result?.operationID, nil))
        #expect(approved.result?.localTime == doubt.result?.localTime)
        #expect(approved.paidClaim?.hasSuffix("|") == false)
        #expect(apply(.callback(.misfit(doubt)), to: approved).events.isEmpty)
    }

    @Test("D1: an approval by a person has the receipt's own amount, never the one that was asked for")
    func amount() {
        let misfit = Situation.doubtAboutPayment.transaction
        let code = misfit.result?.authorizationCode ?? ""
        let told = misfit.result?.amount
        #expect(told != nil && told != misfit.command.content.amount?.value)
        for spelling in [code, "0" + code, code.lowercased()] {
            let approved = misfit.after(approval(spelling, misfit.result?.operationID, nil))
            #expect(approved.state == .approved && approved.result?.amount == told)
        }
        // If a person states another amount than the evidence has, the bridge asks again.
        #expect(apply(approval(code, misfit.result?.operationID, 1), to: misfit).finding == .refused)
        // The evidence has another receipt, or none: then the person must state the amount.
        for doubt in [misfit, doubt] {
            #expect(apply(approval("777777", 99, nil), to: doubt).finding == .refused)
            #expect(doubt.after(approval("777777", 99, 1_599)).result?.amount == 1_599)
        }
    }

    @Test(
        "D2: the lane stays closed behind a person's word until the terminal's time is over",
        arguments: [
            TransactionInput.OperatorDecision.notCompleted, .declined, .failed,
        ]
    )
    func lane(decision: TransactionInput.OperatorDecision) {
        let posted = Situation.submitted.transaction
        let ended = posted.after(.operatorDecision(decision, by: .sample))
        #expect(ended.state.isFinal && ended.isInLane)
        #expect(!ended.after(.lifeEnded).isInLane)
        // The end of a cancel says nothing about the terminal: it may still work on the sale.
        let cancelled = posted.after(.cancel).after(.operatorDecision(decision, by: .sample))
            .after(.cancelEnded(.answered(0)))
        #expect(cancelled.state.isFinal && cancelled.isInLane)
        // If the time is over already, the lane does not wait.
        let late = posted.after(.lifeEnded, at: .sample + Situation.rules.terminalLife)
        let open = late.after(.operatorDecision(decision, by: .sample), at: .sample + Situation.rules.terminalLife)
        #expect(open.state.isFinal && !open.isInLane)
        // A receipt says that the terminal is done.
        #expect(!posted.after(approval("010929", 17)).isInLane)
    }

    @Test func `what speaks against a decision refuses it in the same step, unless the person says that they know it`()
        throws
    {
        let life = Situation.rules.terminalLife
        func end(
            _ transaction: Transaction,
            _ decision: TransactionInput.OperatorDecision,
            _ knows: OperatorNote.Assurance...
        ) throws -> Transition {
            let note = try OperatorNote(name: "Ana", reason: "looked", knows: Set(knows))
            let change = apply(.operatorDecision(decision, by: note), to: transaction)
            // A refused decision changes nothing, and has a reason that the bridge can tell a person.
            let objection = transaction.objection(to: decision, by: note, terminalLife: life)
            #expect((change.finding == .refused) == (objection != nil), "\(decision), \(knows)")
            if objection != nil { #expect(change.transaction == transaction && change.events.isEmpty) }
            return change
        }
        let posted = Situation.submitted.transaction
        let over = posted.after(.lifeEnded, at: .sample + life)
        let told = Situation.doubtAboutPayment.transaction.after(.lifeEnded, at: .sample + life)
        #expect(told.isToldPaid && told.stay.isLifeOver && over.stay.isLifeOver)
        for decision in [TransactionInput.OperatorDecision.notCompleted, .declined, .failed] {
            #expect(try end(posted, decision).finding == .refused)
            #expect(try end(posted, decision, .now).transaction.state.isFinal)
            #expect(try end(over, decision).transaction.state.isFinal)
            #expect(try end(told, decision, .now).finding == .refused)
            #expect(try end(told, decision, .althoughToldPaid).transaction.state.isFinal)
            // A payment that is told a moment before the decision counts too.
            let late = over.after(.callback(.misfit(over)))
            #expect(try end(late, decision, .now).finding == .refused)
        }
        let other = TransactionInput.OperatorDecision.approved(authorizationCode: "1", operationID: 2, amount: 1)
        #expect(try end(posted, other, .now, .althoughToldPaid).finding == .refused)
        #expect(try end(posted, other, .amountDiffers).transaction.state == .approved)
        #expect(try end(posted, .approved(authorizationCode: "1", operationID: 2, amount: 15_990)).finding == .decided)
    }

    @Test func `a second sale is told with a person's end of the first`() {
        let doubt = Situation.submitted.transaction.after(
            .submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936199"))
        )
        let second = doubt.after(.lifeEnded, at: .sample + Situation.rules.terminalLife)
        let change = apply(.operatorDecision(.notCompleted, by: .sample), to: second)
        let told = change.events.compactMap(\.occasion.contradiction)
        #expect(told.map(\.code) == second.contradictions.known.map(\.code))
    }

    @Test func `contradictions stay open until a person has dealt with them, and new ones open again`() {
        let first = doubt.after(approval("010929", 17)).after(.callback(.approved(doubt, receipt: 18)))
        #expect(first.contradictions.open == 1)
        let settled = apply(.settled(by: .sample), to: first)
        #expect(settled.finding == .settled)
        #expect(settled.events.isEmpty)
        #expect(settled.transaction.contradictions.open == 0)
        #expect(apply(.settled(by: .sample), to: settled.transaction).finding == .refused)
        let again = settled.transaction.after(.callback(.approved(doubt, receipt: 19)))
        #expect(again.contradictions.open == 1)
    }

    @Test func `a restored transaction lives from the restore, is never sent and ends by no absence`() {
        let restore = Timestamp.sample + .seconds(5_000)
        let rules = TransactionRules(absenceIsFinal: true)
        func apply(_ input: TransactionInput, _ transaction: Transaction, _ seconds: Int) -> Transition {
            TransactionMachine.apply(input, to: transaction, at: restore + .seconds(seconds), rules: rules)
        }
        let restored = apply(.restored, Situation.accepted.transaction, 0).transaction
        #expect(restored.reason?.code == .noAcknowledgement)
        #expect(restored.postingPeriod == restored.acceptedAt...restore)
        #expect(apply(.submissionStarted, restored, 1).finding == .refused)
        #expect(apply(.cancel, restored, 1).finding == .refused)
        #expect(apply(.journalAbsence, restored, 300).finding == .refused)
        let over = apply(.lifeEnded, restored, 400).transaction
        #expect(over.isInLane)
        let absent = apply(.journalAbsence, over, 400).transaction
        #expect(absent.reason?.code == .notInJournal)
        #expect(apply(.due, restored, 86_399).events.isEmpty)
        #expect(apply(.due, restored, 86_400).transaction.reason?.code == .operatorNeeded)
        #expect(apply(.callback(.approved(restored)), restored, 1).transaction.state == .approved)
    }

    @Test(arguments: [
        ("", "why"), (" ", "why"), ("who", ""), ("who\n", "why"), ("who", "a\u{0}b"), ("who", "\u{202E}reversed"),
        (String(repeating: "x", count: 101), "why"), ("who", String(repeating: "x", count: 1_001)),
        ("who", "line\u{2028}break"), ("NAME", "why"), ("who", "TEXT"),
    ])
    func `words that are empty, endless, hidden or the pages' own placeholders are not taken`(
        _ name: String,
        _ reason: String
    ) {
        #expect(throws: OperatorNote.Fault.self) { try OperatorNote(name: name, reason: reason) }
    }
}

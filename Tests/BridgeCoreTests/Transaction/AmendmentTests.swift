// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite struct `What is left of a sale` {
    private func refund(_ number: Int, _ amount: Int64, _ inputs: TransactionInput...) -> Transaction {
        let begun = TransactionMachine.accept(.sample(number, type: .refund, amount: amount), rules: TransactionRules())
        return inputs.reduce(begun.transaction) { $0.after($1) }
    }

    private func left(_ transactions: Transaction...) -> Int64 {
        Amendments(of: .sample(), among: transactions).remaining.value
    }

    @Test func `what is under way or in doubt counts in full, what ended without effect does not`() {
        let busy = SubmissionOutcome.Refusal(.terminalUnknown, isTransient: false)
        #expect(left() == 15_990)
        #expect(left(refund(2, 1_000)) == 14_990)
        #expect(left(refund(2, 1_000, .submissionStarted)) == 14_990)
        let doubt = refund(2, 1_000, .submissionStarted, .submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        #expect(left(doubt) == 14_990)
        #expect(left(refund(2, 1_000, .submissionStarted, .submissionEnded(attempt: 1, .notStarted(busy)))) == 15_990)
        let submitted = refund(2, 1_000).submitted
        #expect(left(submitted.after(.callback(.declined(submitted)))) == 15_990)
        #expect(left(submitted.after(.callback(.notCompleted(submitted)))) == 15_990)
        #expect(left(submitted.after(.callback(.approved(submitted)))) == 14_990)
    }

    @Test func `a refund that was declined and turns out to be paid counts again`() {
        let submitted = refund(2, 1_000).submitted
        let declined = submitted.after(.callback(.declined(submitted)))
        let paid = declined.after(.callback(.approved(submitted)))
        #expect(paid.state == .declined && paid.contradictions.open == 1)
        #expect(left(paid) == 14_990)
    }

    @Test func `a refund that was given back twice counts twice`() {
        let submitted = refund(2, 1_000).submitted
        let approved = submitted.after(.callback(.approved(submitted)))
        let twice = approved.after(.callback(.approved(submitted, receipt: 18)))
        #expect(twice.contradictions.open == 1)
        #expect(left(twice) == 13_990)
    }

    @Test func `a void takes everything, so that nothing stands beside it`() {
        let void = TransactionMachine.accept(.sample(3, type: .void), rules: TransactionRules()).transaction
        #expect(left(void) == 0)
        let beside = Amendments(of: .sample(), among: [refund(2, 1)])
        #expect(beside.obstacle(to: Money(15_990, .clp))?.code == .exceedsRemaining)
        #expect(beside.obstacle(to: Money(15_989, .clp)) == nil)
    }

    @Test func `an approval against a final status can be given back, a sale without a payment cannot`() throws {
        let charge = Transaction.sample().submitted
        #expect(OriginalSale(charge) == nil)
        let declined = charge.after(.callback(.declined(charge)))
        #expect(OriginalSale(declined) == nil)
        let paid = declined.after(.callback(.approved(charge)))
        let sale = try #require(OriginalSale(paid))
        #expect(sale.operationID == 17 && sale.authorizationCode == "010929" && sale.amount == Money(15_990, .clp))
        #expect(sale.date == "2026-11-22")
    }

    @Test func `an amended sale says what was given back and keeps its status`() {
        let charge = Transaction.sample().submitted
        let approved = charge.after(.callback(.approved(charge)))
        let amendments = Amendments(of: .sample(), among: [refund(2, 1_000)])
        let transition = TransactionMachine.amend(approved, amendments)
        #expect(transition.transaction.state == .approved && transition.transaction.sequence == approved.sequence + 1)
        #expect(transition.events.map(\.occasion) == [.amendments(amendments)])
    }
}

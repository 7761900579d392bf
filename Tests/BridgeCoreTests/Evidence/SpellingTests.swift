// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import BridgeCore

/// Kind J: one payment that is told in two ways is one payment.
@Suite struct `Two spellings of one payment` {
    private let sale = Transaction.sample().after(.submissionStarted)
        .after(.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101")))

    private func callback(_ change: (inout CloudAnswer) -> Void) -> TransactionInput {
        var answer = CloudAnswer.approved(sale)
        change(&answer)
        return .evidence(Evidence(source: .callback, answer: answer, receivedAt: .sample))
    }

    @Test(
        "J1: are no second payment",
        arguments: [
            "10929", "010929", "0010929",
        ]
    )
    func authorization(spelling: String) {
        let approved = sale.after(.query(.approved(sale)))
        let again = TransactionMachine.apply(
            callback { $0.result?.authorizationCode = spelling },
            to: approved,
            at: .sample,
            rules: TransactionRules()
        )
        #expect(again.finding == .agreed && again.events.isEmpty)
        #expect(again.transaction.result?.authorizationCode == "010929")
    }

    @Test("J1: letters in another case and a time one second apart are no second payment")
    func caseAndTime() {
        let first = callback {
            $0.result?.authorizationCode = "00AB9"
            $0.result?.transToken = "tok-a"
            $0.result?.localTime = "2026-11-22 07:12:59"
        }
        let second = callback {
            $0.result?.authorizationCode = "ab9"
            $0.result?.transToken = "TOK-A"
            $0.result?.localTime = "2026-11-22 07:13:00"
        }
        let change = TransactionMachine.apply(second, to: sale.after(first), at: .sample, rules: TransactionRules())
        #expect(change.finding == .agreed && change.events.isEmpty)
    }

    @Test("J1: a time ten seconds apart, another receipt or another authorization is a second payment")
    func another() {
        let approved = sale.after(.query(.approved(sale)))
        let changes: [(inout CloudAnswer) -> Void] = [
            { $0.result?.localTime = "2026-11-22 07:12:41" }, { $0.result?.operationID = 18 },
            { $0.result?.authorizationCode = "010920" }, { $0.result?.authorizationCode = "109290" },
        ]
        for change in changes {
            let again = TransactionMachine.apply(callback(change), to: approved, at: .sample, rules: TransactionRules())
            #expect(again.finding == .contradicted)
            #expect(again.events.first?.occasion.contradiction?.code == .secondPayment)
        }
    }

    @Test(
        "J2: if name and number are ours, a ticket alone does not make an answer another transaction's",
        arguments: [
            "1", "a0000001", "X9", "A00000",
        ]
    )
    func ticket(_ ticket: String) {
        #expect(sale.after(callback { $0.result?.ticket = ticket }).state == .approved)
        // Without our name the ticket does so, unless it is another spelling of ours.
        let unnamed = sale.after(
            callback {
                $0.result?.ticket = ticket
                $0.customID = nil
            }
        )
        let reference = sale.command.content.reference ?? ""
        #expect((unnamed.state == .approved) == (Spelling.key(ticket) == Spelling.key(reference)))
    }

    @Test("J2: before an acknowledgement only a ticket that was cut or written differently passes beside our name")
    func ticketBeforeNumber() {
        let long = Transaction.sample(reference: "ORDER-2026-0000123456789").after(.submissionStarted)
        func state(_ ticket: String) -> TransactionState {
            var answer = CloudAnswer.approved(long)
            answer.result?.ticket = ticket
            return long.after(.callback(answer)).state
        }
        #expect(state("ORDER-2026-000012345") == .approved)
        #expect(state("order-2026-0000123456789") == .approved)
        #expect(state("ORDER-2026-000099999") == .submitting(attempt: 1))
        #expect(state("ORDER") == .submitting(attempt: 1))
    }

    @Test("J3: the published amount shows everything that was paid")
    func tip() {
        let approved = sale.after(
            callback {
                $0.result?.amount = 17_589
                $0.result?.tip = 1_599
            }
        )
        #expect(approved.state == .approved)
        #expect(approved.result?.amount == 17_589 && approved.result?.tip == 1_599)
    }

    @Test("J4: a callback that proves a \"busy\" wrong is a doubt while another POST was told busy too")
    func busy() {
        let busy = SubmissionOutcome.notStarted(.init(.terminalBusy, isTransient: true))
        let first = Transaction.sample().after(.submissionStarted, .submissionEnded(attempt: 1, busy))
        let second = first.after(.submissionStarted, .submissionEnded(attempt: 2, busy))
        #expect(second.state == .accepted && second.posting.attempts == 2)
        let told = second.after(.callback(.notCompleted(second)))
        #expect(told.state == .inDoubt && told.reason?.code == .inconsistentResult && told.idPosTxs == nil)
        #expect(told.after(.callback(.notCompleted(second))).state == .inDoubt)
        #expect(told.after(.callback(.declined(second))).state == .inDoubt)
        #expect(told.after(.callback(.approved(second, idPosTxs: "936199"))).state == .approved)
        // The bridge believes a refusal that nothing contradicts: only the POST whose answer was lost may have started.
        let lost = first.after(.submissionStarted, .submissionEnded(attempt: 2, .unknown(.noAcknowledgement)))
        #expect(lost.after(.callback(.notCompleted(second))).state == .notCompleted)
        // With one POST there is no other POST that may be paid.
        #expect(first.after(.callback(.notCompleted(first))).state == .notCompleted)
    }

    @Test(
        "J4: a callback that comes while a later POST is under way may be of an earlier one, after every refusal",
        arguments: [Reason.Code.cloudUnavailable, .blocked, .terminalBusy, .tokenRejected]
    )
    func refused(code: Reason.Code) {
        let refusal = SubmissionOutcome.notStarted(.init(code, isTransient: true, said: "HTTP status 429"))
        let posting = Transaction.sample().after(.submissionStarted, .submissionEnded(attempt: 1, refusal))
            .after(.submissionStarted)
        let told = posting.after(.callback(.notCompleted(posting, idPosTxs: "936199")))
        #expect(!told.state.isFinal && told.idPosTxs == nil)
        let paid = told.after(.submissionEnded(attempt: 2, .acknowledged(idPosTxs: "936101")))
        #expect(paid.state == .submitted && paid.after(.callback(.approved(paid))).state == .approved)
    }

    @Test(
        "J4: a refusal cannot be about a POST that certainly never started",
        arguments: [Reason.Code.tokenRejected, .cloudUnavailable, .blocked]
    )
    func neverStarted(code: Reason.Code) {
        // These refusals also ask to wait, and nothing was sent: the account is held, the login has no token, or the
        // turn came too late.
        let never = SubmissionOutcome.notStarted(.init(code, isTransient: true, retryAfter: .seconds(1)))
        let waiting = Transaction.sample().after(.submissionStarted, .submissionEnded(attempt: 1, never))
        let posting = waiting.after(.submissionStarted)
        #expect(posting.posting.attempts == 2 && posting.posting.refused == 0)
        #expect(posting.after(.callback(.declined(posting))).state == .declined)
        #expect(posting.after(.callback(.notCompleted(posting))).state == .notCompleted)
        let lost = posting.after(.submissionEnded(attempt: 2, .unknown(.noAcknowledgement)))
        #expect(lost.after(.callback(.notCompleted(lost))).state == .notCompleted)
    }

    @Test func `a payment that did not fit is claimed while it is in doubt, and by no other transaction`() {
        let doubt = sale.after(callback { $0.result?.amount = 15_991 })
        #expect(doubt.state == .inDoubt && doubt.paidClaim == sale.after(callback { _ in }).paidClaim)
        let unpaid = sale.after(callback { $0.result?.responseCode = .missing })
        #expect(unpaid.state == .inDoubt && unpaid.paidClaim == nil)
    }

    @Test func `a key is the same for every spelling and another one for everything else`() {
        for (left, right, isOne) in [
            ("010929", "10929", true), ("a1", "A1", true), ("0A1", "a1", true), ("A1", "A10", false),
            ("1", "10", false),
            ("é1", "É1", false), ("", "0", true),
        ] {
            #expect((Spelling.key(left) == Spelling.key(right)) == isOne, "\(left) \(right)")
        }
    }

    @Test func `times are one within two seconds, also over midnight, and never where one cannot be read`() {
        #expect(Spelling.isSameTime("2026-12-31 23:59:59", "2027-01-01 00:00:01"))
        #expect(!Spelling.isSameTime("2026-12-31 23:59:59", "2027-01-01 00:00:02"))
        #expect(!Spelling.isSameTime("2026-12-31", "2026-12-30"))
        #expect(Spelling.isSameTime("noon", "noon"))
        #expect(!Spelling.isSameTime("noon", "2026-12-31 23:59:59"))
    }
}

/// Kind B: a command that moves no money is known by its name only.
@Suite struct `A command that moves no money` {
    private static let argentina = Account(name: "main", profile: .argentina, environment: "uat")
    private let rules = TransactionRules()

    private func posted(_ type: CommandType, _ account: Account) -> Transaction {
        TransactionMachine.accept(.sample(type: type, account: account), rules: rules).transaction
            .after(.submissionStarted)
    }

    /// The record of a sale: its number, its name, its ticket.
    private func record(functionCode: Int64) -> CloudAnswer {
        var answer = CloudAnswer.approved(.sample())
        answer.customID = "0recordedsale00000000000"
        answer.result?.functionCode = functionCode
        answer.result?.ticket = "OTHER"
        return answer
    }

    @Test(
        "B1, B4: is completed by the record of a sale, with all of that sale's identities",
        arguments: [
            100, 102, 108, 126,
        ]
    )
    func lastVoucher(functionCode: Int64) {
        let voucher = posted(.lastVoucher, Self.argentina)
        let input = TransactionInput.submissionEnded(attempt: 1, .answered(record(functionCode: functionCode)))
        #expect(TransactionMachine.claims(of: input, for: voucher).isEmpty)
        let done = voucher.after(input)
        #expect(done.state == .completed && done.idPosTxs == nil)
    }

    @Test("B4: is completed also by an answer that has a number and a name of its own around the record")
    func recordInside() {
        let voucher = posted(.lastVoucher, Self.argentina)
        var answer = record(functionCode: 100)
        answer.result?.idPosTxs = answer.idPosTxs
        answer.recordedName = answer.customID
        (answer.idPosTxs, answer.customID) = ("970001", voucher.id.description)
        #expect(voucher.after(.submissionEnded(attempt: 1, .answered(answer))).state == .completed)
        #expect(voucher.after(.callback(answer)).state == .completed)
        // Such an answer does not show a sale, even if parts of it belong to that sale.
        let sale = Transaction.sample().after(.submissionStarted)
        let known = sale.after(.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101")))
        for (number, recorded, name, recordedName) in [
            ("936101", "970001", sale.id.description, nil), ("970001", "936101", sale.id.description, nil),
            ("936101", "936101", sale.id.description, "q-1"), ("936101", "936101", "q-1", sale.id.description),
        ] as [(String, String, String, String?)] {
            var paid = CloudAnswer.approved(known)
            paid.result?.idPosTxs = recorded
            (paid.idPosTxs, paid.customID, paid.recordedName) = (number, name, recordedName)
            #expect(Judgement.of(paid, for: known) == .foreign)
            let doubt = sale.after(.submissionEnded(attempt: 1, .answered(paid)))
            #expect(doubt.state == .inDoubt && doubt.idPosTxs == nil && doubt.result == nil)
        }
    }

    @Test("B4: a duplicate is completed by such a record too")
    func duplicate() {
        let chile = Account(name: "main", profile: .chile, environment: "uat")
        let done = posted(.duplicate, chile).after(.submissionEnded(attempt: 1, .answered(record(functionCode: 100))))
        #expect(done.state == .completed && done.idPosTxs == nil)
    }

    @Test(
        "B1: claims no number, with any answer",
        arguments: CommandType.allCases.filter { !$0.effect.movesMoney }
    )
    func claims(type: CommandType) {
        let asked = Transaction.sample(type: type)
        for functionCode in [type.functionCode, 100, 102] {
            let answer = record(functionCode: functionCode)
            let inputs: [TransactionInput] = [
                .callback(answer), .submissionEnded(attempt: 1, .answered(answer)),
                .submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101")),
            ]
            for input in inputs { #expect(TransactionMachine.claims(of: input, for: asked).isEmpty) }
        }
    }

    @Test("B1: another terminal's record completes nothing")
    func otherTerminal() {
        var answer = record(functionCode: 100)
        answer.result?.terminalID = "80009999"
        let voucher = posted(.lastVoucher, Self.argentina).after(.submissionEnded(attempt: 1, .answered(answer)))
        #expect(voucher.state != .completed)
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

/// What the machine does with commands that are not sales.
@Suite struct `Commands beside the sale` {
    private static let rules = TransactionRules()

    private func begun(_ type: CommandType) -> Transaction {
        TransactionMachine.accept(.sample(type: type), rules: Self.rules).transaction
    }

    private func answer(_ transaction: Transaction, _ change: (inout TerminalResult) -> Void = { _ in }) -> CloudAnswer
    {
        var result = TerminalResult.answering(transaction, responseCode: 0)
        change(&result)
        return .finished(transaction, result)
    }

    // MARK: - Void

    @Test func `a void is not sent before its receipt was seen, and once for each time it was`() {
        let void = begun(.void)
        let early = TransactionMachine.apply(.submissionStarted, to: void, at: .sample, rules: Self.rules)
        #expect(early.finding == .refused && early.effects.isEmpty && early.transaction == void)
        let sent = void.after(.receiptRead(.seen), .submissionStarted)
        #expect(sent.state == .submitting(attempt: 1))
        let refused = sent.after(.submissionEnded(attempt: 1, .notStarted(.busy)))
        #expect(refused.after(.submissionStarted).state == .accepted)
        #expect(refused.after(.receiptRead(.seen), .submissionStarted).state == .submitting(attempt: 2))
    }

    @Test func `what only reads claims no number of the sale that it was answered with`() {
        let account = Account(name: "main", profile: .argentina, environment: "uat")
        let asked = Transaction.sample(type: .lastVoucher, account: account)
        func claims(_ functionCode: Int64) -> [Claim] {
            let voucher = answer(asked) { $0.functionCode = functionCode }
            let evidence = Evidence(source: .acknowledgement, answer: voucher, receivedAt: .sample)
            return TransactionMachine.claims(of: .evidence(evidence), for: asked).filter { $0 == .idPosTxs("936101") }
        }
        #expect(claims(100).isEmpty)
        #expect(claims(101).isEmpty)
    }

    @Test func `a void that is told again with an amount, or without, is the same void`() {
        let sent = begun(.void).after(.receiptRead(.seen)).submitted
        func told(_ amount: Int64?) -> TransactionInput {
            .callback(answer(sent) { ($0.operationID, $0.amount) = (17, amount) })
        }
        let approved = sent.after(told(15_990))
        #expect(approved.state == .approved)
        for amount in [nil, 15_990] as [Int64?] {
            let again = TransactionMachine.apply(
                told(amount),
                to: approved,
                at: .sample,
                rules: Self.rules
            )
            #expect(again.finding == .agreed && again.events.isEmpty)
        }
        let other = TransactionMachine.apply(
            told(1),
            to: approved,
            at: .sample,
            rules: Self.rules
        )
        #expect(other.finding == .contradicted)
        let plain = sent.after(told(nil))
        let after = TransactionMachine.apply(told(15_990), to: plain, at: .sample, rules: Self.rules)
        #expect(after.events.isEmpty)
    }

    @Test func `no wake is planned for what its reader sends, until that reader is gone`() {
        let seen = begun(.void).after(.receiptRead(.seen))
        #expect(seen.dueAt == seen.command.expiresAt)
        let read = begun(.close).after(.batchRead(.init(notRead: .cloudUnavailable)))
        #expect(read.dueAt == read.command.expiresAt)
        for left in [seen, read] {
            #expect(left.after(.recovered, at: .sample + .seconds(9)).dueAt == .sample + .seconds(9))
        }
    }

    @Test func `a void whose receipt is missing has failed and says that a refund is the way`() {
        let failed = begun(.void).after(.receiptRead(.missing))
        #expect(failed.state == .failed && failed.reason?.code == .originalNotInBatch && failed.posting.attempts == 0)
        #expect(failed.reason?.message.contains("refund") == true)
    }

    @Test func `a void whose receipt is gone after a POST that is said to have started nothing is in doubt`() {
        let seen = begun(.void).after(.receiptRead(.seen), .submissionStarted)
        for refusal in [SubmissionOutcome.Refusal.busy, .init(.cloudUnavailable, isTransient: true)] {
            let waiting = seen.after(.submissionEnded(attempt: 1, .notStarted(refusal)))
            #expect(waiting.status == .waiting)
            let doubted = waiting.after(.receiptRead(.missing))
            #expect(doubted.state == .inDoubt && doubted.reason?.code == .inconsistentResult && doubted.isInLane)
        }
    }

    @Test func `a void waits while the terminal does not tell its receipts`() {
        let waiting = begun(.void).after(.receiptRead(.notRead(.busy)))
        #expect(waiting.status == .waiting && waiting.dueAt == .sample + Self.rules.busyRetryAfter)
        let expired = waiting.after(.due, at: .sample + .seconds(120))
        #expect(expired.state == .failed && expired.reason?.waitedFor == .terminalBusy)
    }

    @Test(
        arguments: [
            (17, nil, "approved"), (17, true, "approved"), (17, false, "inDoubt"), (18, true, "inDoubt"),
            (nil, true, "inDoubt"),
        ] as [(Int64?, Bool?, String)]
    )
    func `a void is approved for its own receipt alone`(operation: Int64?, success: Bool?, state: String) {
        let sent = begun(.void).after(.receiptRead(.seen)).submitted
        let ended = sent.after(
            .callback(
                answer(sent) { result in
                    result.operationID = operation
                    result.success = success
                }
            )
        )
        #expect("\(ended.state)" == state)
    }

    @Test func `a row is the original only if number, authorization, amount and time are`() {
        let void = begun(.void)
        var row = TerminalResult()
        (row.operationID, row.authorizationCode, row.amount) = (17, "010929", 15_990)
        row.localTime = "2026-11-22 06:12:31"
        func isOriginal(_ change: (inout TerminalResult) -> Void) -> Bool {
            var changed = row
            change(&changed)
            return void.isOriginal(JournalRow(result: changed, instants: []))
        }
        #expect(isOriginal { _ in })
        // A list can write the same receipt in another way than the callback did.
        #expect(isOriginal { $0.authorizationCode = $0.authorizationCode.map { String($0.drop { $0 == "0" }) } })
        #expect(isOriginal { $0.authorizationCode = $0.authorizationCode?.lowercased() })
        #expect(isOriginal { $0.localTime = nil })
        // Yesterday's receipt 17 is another sale than today's receipt 17.
        #expect(!isOriginal { $0.localTime = "2026-11-21 06:12:31" })
        #expect(!isOriginal { $0.authorizationCode = "010930" })
        #expect(!isOriginal { $0.amount = 15_991 })
        #expect(!isOriginal { $0.operationID = 18 })
        #expect(!isOriginal { $0.functionCode = 108 })
        #expect(!isOriginal { $0.terminalID = "80005001" })
    }

    // MARK: - Close

    @Test func `a close keeps what was read before it until its end, and is sent whatever that was`() {
        let close = begun(.close)
        #expect(close.needsBatchReading && !begun(.poll).needsBatchReading)
        let unread = TransactionInput.BatchReading(notRead: .cloudUnavailable)
        let read = close.after(.batchRead(unread))
        #expect(read.preparation.batchReport == unread.report && !read.needsBatchReading && read.status == .accepted)
        #expect(close.after(.batchRead(.init(notRead: .terminalBusy))).needsBatchReading)
        let sent = read.submitted
        let ended = sent.after(.callback(answer(sent)))
        #expect(ended.state == .completed && ended.result?.report == unread.report)
        // This reading comes too late. The next one comes to a command that is not a close.
        #expect(sent.after(.batchRead(.init(notRead: .blocked))).preparation.batchReport == unread.report)
        #expect(begun(.poll).after(.batchRead(unread)).preparation.batchReport == nil)
    }

    // MARK: - Refund

    @Test(
        arguments: [
            ("020311", nil, nil, "approved"), ("020311", true, 15_990, "approved"), ("", true, nil, "inDoubt"),
            ("020311", false, nil, "inDoubt"), ("020311", true, 15_991, "inDoubt"),
        ] as [(String, Bool?, Int64?, String)]
    )
    func `a refund needs an authorization, and its amount where one is told`(
        code: String,
        success: Bool?,
        amount: Int64?,
        state: String
    ) {
        let sent = begun(.refund).submitted
        let ended = sent.after(
            .callback(
                answer(sent) { result in
                    (result.authorizationCode, result.success, result.amount) = (code, success, amount)
                }
            )
        )
        #expect("\(ended.state)" == state)
    }

    @Test(arguments: [CommandType.void, .refund])
    func `what gives money back is not repeated when its end is not known`(type: CommandType) {
        let sent = begun(type).after(.receiptRead(.seen), .submissionStarted)
        let unknown = sent.after(.submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        #expect(unknown.state == .inDoubt)
        #expect(unknown.after(.receiptRead(.seen), .submissionStarted).posting.attempts == 1)
        #expect(sent.after(.recovered).state == .inDoubt)
    }

    // MARK: - Commands without money

    @Test func `what only reads is asked again until it expires and then says that no answer came`() {
        let sent = begun(.poll).after(.submissionStarted)
        let unknown = sent.after(.submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        #expect(unknown.status == .waiting && unknown.reason?.code == .cloudUnavailable)
        #expect(unknown.after(.submissionStarted).state == .submitting(attempt: 2))
        #expect(sent.after(.recovered).after(.submissionStarted).state == .submitting(attempt: 2))
        let expired = unknown.after(.due, at: .sample + .seconds(120))
        #expect(expired.state == .notCompleted && expired.reason?.code == .commandExpired)
    }

    @Test func `a second number of what only reads is no second sale`() {
        let first = begun(.poll).submitted
        let again = first.after(.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936199")))
        #expect(again.contradictions.known.isEmpty && again.state == .submitted)
    }

    @Test(arguments: [CommandType.poll, .close, .print])
    func `what moves no money is completed and never approved`(type: CommandType) {
        let sent = begun(type).submitted
        let ended = sent.after(.callback(answer(sent)))
        #expect(ended.state == .completed && ended.status == .completed)
        // A later result of another kind changes nothing.
        let later = TransactionMachine.apply(
            .callback(.declined(sent)),
            to: ended,
            at: .sample,
            rules: Self.rules
        )
        #expect(later.events.isEmpty && later.transaction.contradictions.known.isEmpty)
    }

    @Test func `what is no sale is not in doubt for longer than its terminal lives`() {
        let sent = begun(.close).after(.submissionStarted)
        let unknown = sent.after(.submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        #expect(unknown.state == .inDoubt && unknown.after(.submissionStarted).posting.attempts == 1)
        let over = TransactionMachine.apply(
            .lifeEnded,
            to: unknown,
            at: .sample + Self.rules.terminalLife,
            rules: Self.rules
        )
        #expect(over.transaction.state == .notCompleted && over.transaction.reason?.code == .noResult)
        #expect(over.effects.isEmpty && !over.transaction.isInLane)
    }

    @Test func `a voucher that is read tells of another sale and claims nothing`() {
        let sent = begun(.lastVoucher).submitted
        let voucher = answer(sent) { result in
            (result.functionCode, result.operationID, result.authorizationCode) = (100, 17, "010929")
            result.ticket = "A0000099"
        }
        #expect(TransactionMachine.claims(of: .callback(voucher), for: sent).isEmpty)
        let ended = sent.after(.callback(voucher))
        #expect(ended.state == .completed && ended.paidClaim == nil)
    }
}

/// A sale that its terminal is told to end.
@Suite struct `A cancel at the terminal` {
    private static let argentina = Account(name: "main", profile: .argentina, environment: "uat")

    private var submitted: Transaction {
        TransactionMachine.accept(.sample(account: Self.argentina), rules: Situation.rules).transaction.submitted
    }

    private func apply(_ input: TransactionInput, to transaction: Transaction) -> Transition {
        TransactionMachine.apply(input, to: transaction, at: .sample + .seconds(1), rules: Situation.rules)
    }

    @Test func `is sent for a sale that holds its lane, once, and changes nothing of the sale`() {
        let cancelled = apply(.cancel, to: submitted)
        #expect(cancelled.effects == [.sendCancel] && cancelled.transaction.state == .submitted)
        #expect(cancelled.transaction.isBeingCancelled && cancelled.events.isEmpty)
        let again = apply(.cancel, to: cancelled.transaction)
        #expect(again.finding == .agreed && again.effects.isEmpty)
        let answered = apply(.cancelEnded(.answered(0)), to: cancelled.transaction).transaction
        #expect(answered.state == .submitted && answered.isInLane && !answered.isBeingCancelled)
    }

    @Test func `keeps the lane behind a sale that ended until it was answered`() {
        let cancelled = apply(.cancel, to: submitted).transaction
        let paid = apply(.callback(.approved(cancelled)), to: cancelled).transaction
        #expect(paid.state == .approved && paid.isInLane)
        #expect(!apply(.cancelEnded(.answered(1)), to: paid).transaction.isInLane)
        #expect(!apply(.cancelEnded(.notStarted(.terminalBusy)), to: paid).transaction.isInLane)
    }

    @Test func `keeps the lane until the terminal's life is over where it is not known whether it arrived`() {
        let cancelled = apply(.cancel, to: submitted).transaction
        let paid = apply(.callback(.approved(cancelled)), to: cancelled).transaction
        #expect(paid.after(.recovered).isInLane)
        let over = apply(.lifeEnded, to: paid)
        #expect(!over.transaction.isInLane && over.transaction.state == .approved && over.events.isEmpty)
        #expect(apply(.cancelEnded(.answered(0)), to: over.transaction).finding == .refused)
    }

    @Test func `is refused where the country has no command for it, and for what is over`() {
        let chilean = TransactionMachine.accept(.sample(), rules: Situation.rules).transaction.submitted
        #expect(apply(.cancel, to: chilean).finding == .refused)
        let over = apply(.lifeEnded, to: submitted).transaction
        #expect(apply(.cancel, to: over).finding == .refused)
        let sending = TransactionMachine.accept(.sample(account: Self.argentina), rules: Situation.rules).transaction
            .after(.submissionStarted)
        #expect(apply(.cancel, to: sending).finding == .refused)
        let paid = apply(.callback(.approved(submitted)), to: submitted).transaction
        #expect(apply(.cancel, to: paid).finding == .refused)
    }
}

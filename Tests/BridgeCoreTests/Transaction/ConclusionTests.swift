// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import BridgeCore

/// What a person reads first about a transaction.
@Suite struct `A conclusion` {
    private func conclusion(_ transaction: Transaction, at now: Timestamp = .sample) -> Conclusion {
        Conclusion(about: transaction, at: now, rules: Situation.rules)
    }

    @Test(
        "says what is certain of the money in its first sentence",
        arguments: [
            (Situation.accepted, "It waits to be sent."),
            (.queued, "It waits to be sent: another command holds the terminal."),
            (.waiting, "Nothing began at the terminal yet: the terminal is busy."),
            (.submitting, "It is being sent to Getnet now."),
            (.submitted, "It is at the terminal, and has no result yet."),
            (.declined, "Not paid: declined by the terminal or the issuer"),
            (.notCompleted, "Not paid: no payment was made in time, or it was cancelled at the terminal."),
            (.failed, "Certainly not started at the terminal: Getnet does not know this terminal."),
            (
                .doubtWithoutNumber,
                "It was sent, and no answer tells whether it reached the terminal. Whether it was paid is not known."
            ),
            (
                .doubtWithNumber,
                "It reached Getnet (number 936101), and no result came that decides. Whether it was paid is not known."
            ),
        ]
    )
    func money(situation: Situation, beginning: String) {
        let first = conclusion(situation.transaction).sentences[0]
        #expect(first.hasPrefix(beginning), "\(first)")
    }

    @Test("M1: names what was asked and what was told, until when the bridge goes on, and from when a person decides")
    func doubtAboutPayment() {
        let doubt = Situation.doubtAboutPayment.transaction
        let found = conclusion(doubt)
        let asked = doubt.command.content.amount
        let told = asked.map { Money($0.value + 1, $0.currency) }
        #expect(
            found.sentences[0]
                == "Paid \(told?.text ?? ""), asked \(asked?.text ?? ""). The bridge cannot know which is right."
        )
        let end = Timestamp.sample + Situation.rules.giveUpAfter
        #expect(found.person == .from(end))
        #expect(found.text.contains("A person may decide it already. The bridge goes on asking Getnet by itself."))
        #expect(found.sentences.last == "From \(end) a person decides.")
        // The event that goes out with it says the same.
        #expect(
            doubt.reasonText
                == "the result does not fit the request: asked \(asked?.text ?? ""), told \(told?.text ?? "")"
        )
        // The conclusion still names the reason before when a person is called.
        let called = doubt.after(.due, at: end)
        #expect(called.reason?.code == .operatorNeeded)
        #expect(called.reasonText?.hasSuffix("asked \(asked?.text ?? ""), told \(told?.text ?? "")") == true)
        #expect(conclusion(called, at: end).person == .now)
        #expect(conclusion(called, at: end).sentences.last == "A person must decide now.")
    }

    @Test("M1: what does not fit is one step of its own, also if it is told several times")
    func step() {
        func step(_ input: TransactionInput, _ before: Transaction) -> String? {
            let transition = TransactionMachine.apply(input, to: before, at: .sample, rules: Situation.rules)
            return TransactionMachine.step(of: input, from: before, to: transition, at: .sample)?.detail
        }
        let submitted = Situation.submitted.transaction
        let asked = submitted.command.content.amount?.text ?? ""
        #expect(step(.callback(.misfit(submitted)), submitted)?.hasPrefix("asked \(asked), told ") == true)
        let doubt = submitted.after(.callback(.misfit(submitted)))
        #expect(step(.query(.misfit(submitted)), doubt) == nil)
        #expect(step(.query(.hostUnreachable(submitted)), doubt)?.contains("could not reach its host") == true)
        #expect(step(.callback(.approved(submitted)), submitted) == nil)
    }

    @Test("M1: a person is called with the cause, for every cause", arguments: [true, false])
    func cause(hasNumber: Bool) {
        let doubt = (hasNumber ? Situation.doubtWithNumber : .doubtOutOfLane).transaction
        let called = doubt.after(.due, at: .sample + Situation.rules.giveUpAfter)
        let cause = hasNumber ? "no result is known" : "it may have reached the terminal, and no answer is known"
        #expect(called.reasonText == "\(Reason(.operatorNeeded).message): \(cause)")
        let absent = doubt.after(.journalAbsence).after(.due, at: .sample + Situation.rules.giveUpAfter)
        if absent.stay.journalReadAt != nil {
            #expect(absent.reasonText?.hasSuffix(Reason(.notInJournal).message) == true)
        }
    }

    @Test("M1: a payment that was told under another number is never told as no result")
    func renumbered() {
        let submitted = Situation.submitted.transaction
        let doubt = submitted.after(.callback(.renumbered(submitted)))
        #expect(doubt.state == .inDoubt && doubt.result != nil)
        let called = doubt.after(.lifeEnded, at: .sample + Situation.rules.terminalLife).after(.journalAbsence)
            .after(.due, at: .sample + Situation.rules.giveUpAfter)
        for transaction in [doubt, called] {
            let texts = [transaction.reasonText ?? "", conclusion(transaction).text]
            for text in texts {
                #expect(
                    text.contains("it has Getnet's number") && !text.contains("no result")
                        && !text.contains("has no such payment"),
                    "\(text)"
                )
            }
        }
    }

    @Test func `of a fault of the bridge's own says no cause that it does not know`() {
        let failed = Situation.accepted.transaction.after(.notStorable)
        if let text = failed.reasonText { #expect(!text.contains("may have reached"), "\(text)") }
        let doubt = Situation.submitted.transaction.after(.notStorable)
        #expect(doubt.reasonText?.contains("no result") != true)
    }

    @Test func `of a refund that was told twice does not speak of a customer who paid`() {
        let refund = TransactionMachine.accept(.sample(7, type: .refund, amount: 5_000), rules: Situation.rules)
            .transaction
        let approved = refund.submitted.after(.callback(.approved(refund)))
        var second = CloudAnswer.approved(refund)
        second.result?.authorizationCode = "B77777"
        second.result?.operationID = 4_711
        let contradicted = approved.after(.callback(second))
        guard contradicted.contradictions.known.contains(where: { $0.code == .secondPayment }) else { return }
        #expect(conclusion(contradicted).text.contains("it may have been given back twice"))
    }

    @Test func `of a payment that speaks against the end says which, and calls a person`() {
        let declined = Situation.declined.transaction
        let contradicted = declined.after(.callback(.approved(declined)))
        let found = conclusion(contradicted)
        #expect(found.person == .now)
        #expect(found.sentences[1].hasPrefix("It was told that it was paid after all (authorization "))
        let settled = contradicted.after(.settled(by: .sample))
        #expect(conclusion(settled).person == .notNeeded)
        // The payment stays in the story: the next reader must see both payments.
        #expect(conclusion(settled).text.contains("paid after all"), "\(conclusion(settled).text)")
        #expect(conclusion(settled).text.hasSuffix(" A person settled that."), "\(conclusion(settled).text)")
    }

    @Test(arguments: Situation.allCases)
    func `calls a person only for a doubt, and never tells a doubt as an end`(situation: Situation) {
        let found = conclusion(situation.transaction)
        let isDoubt = situation.transaction.state == .inDoubt
        #expect((found.person != .notNeeded) == isDoubt)
        #expect(found.sentences.allSatisfy { $0.hasSuffix(".") && !$0.contains("  ") })
        if isDoubt {
            for word in ["Not paid", "Certainly", "Done"] { #expect(!found.text.contains(word)) }
        }
    }
}

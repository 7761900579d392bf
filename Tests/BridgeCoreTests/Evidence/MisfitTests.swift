// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import BridgeCore

/// The bridge says in words what does not fit, and these words name the reason of the judgement.
@Suite struct `What does not fit in an answer` {
    private let sale = Situation.submitted.transaction

    private func answer(_ change: (inout CloudAnswer) -> Void) -> CloudAnswer {
        var answer = CloudAnswer.approved(sale)
        change(&answer)
        return answer
    }

    private func told(_ change: (inout CloudAnswer) -> Void) -> (Judgement, String?) {
        let answer = answer(change)
        return (Judgement.of(answer, for: sale), Misfit.of(answer, for: sale)?.text)
    }

    @Test func `of an answer that decides there is none`() {
        for change: (inout CloudAnswer) -> Void in [
            { _ in }, { $0.customID = nil }, { $0.result?.responseCode = .number(51) },
            { $0.result?.responseCode = .number(1006) },
        ] {
            let (judgement, text) = told(change)
            guard case .verdict = judgement else {
                Issue.record("\(judgement)")
                continue
            }
            #expect(text == nil)
        }
    }

    @Test("J2: names both tickets, both terminals, both numbers, the other name")
    func identities() {
        let reference = sale.command.content.reference ?? ""
        let cases: [((inout CloudAnswer) -> Void, String)] = [
            (
                {
                    $0.customID = nil; $0.result?.ticket = "X9"
                }, "it has the ticket X9, sent was \(reference)"
            ),
            (
                { $0.result?.terminalID = "80009999" },
                "it names the terminal 80009999, ours is \(sale.command.content.terminal.idTerminal)"
            ),
            ({ $0.customID = "another-one" }, "it names the transaction another-one"),
            (
                {
                    $0.customID = nil; $0.idPosTxs = "970001"; $0.result?.idPosTxs = nil
                },
                "it has Getnet's number 970001, ours is 936101"
            ),
            (
                {
                    $0.idPosTxs = "936101"; $0.result?.idPosTxs = "970001"
                },
                "it has two numbers of Getnet's, 936101 and 970001"
            ),
        ]
        for (change, expected) in cases {
            let (judgement, text) = told(change)
            #expect(judgement == .foreign && text == expected)
        }
    }

    @Test func `names what was asked and what was told`() {
        let asked = sale.command.content.amount?.text ?? ""
        let cases: [((inout CloudAnswer) -> Void, String)] = [
            ({ $0.result?.amount = 1 }, "asked \(asked), told 1 CLP"),
            (
                {
                    $0.result?.amount = 7; $0.result?.tip = 2
                }, "asked \(asked), told 7 CLP, of it 2 CLP tip"
            ),
            ({ $0.result?.amount = nil }, "asked \(asked), told no amount"),
            ({ $0.result?.authorizationCode = "" }, "it says approved, but has no authorization code"),
            ({ $0.result?.responseCode = .number(-1) }, "the terminal could not reach its host (response code -1)"),
            ({ $0.result?.responseCode = .missing }, "it has no response code that can be read"),
        ]
        for (change, expected) in cases {
            let (judgement, text) = told(change)
            guard case .inconsistent = judgement else {
                Issue.record("\(judgement)")
                continue
            }
            #expect(text == expected)
        }
        let (judgement, text) = told { $0.result?.functionCode = 106 }
        #expect(judgement == .undecided && text == "it is the result of another command (functionCode 106)")
    }

    @Test func `what is no name is not repeated: it may hold anything`() {
        for text in [#"x{"pan":"4111111111111111"}"#, "a\nb", "\u{1B}[31m", "a b"] {
            let (_, told) = told { $0.customID = text }
            #expect(told == "it names the transaction [a text of \(text.utf8.count) bytes]")
        }
    }

    @Test func `what a cloud may write without end is cut`() {
        let (_, text) = told { $0.customID = String(repeating: "x", count: 10_000) }
        #expect((text?.count ?? 0) < 120)
    }

    @Test(arguments: 0..<400)
    func `an answer is foreign or inconsistent exactly where something does not fit`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func maybe(_ change: () -> Void) { if Int.random(in: 0..<3, using: &random) == 0 { change() } }
        var answer = CloudAnswer.approved(sale)
        maybe { answer.customID = [nil, "other"].randomElement(using: &random) ?? nil }
        maybe { answer.idPosTxs = ["936101", "970001", nil].randomElement(using: &random) ?? nil }
        maybe { answer.result?.idPosTxs = ["936101", "970001", nil].randomElement(using: &random) ?? nil }
        maybe { answer.result?.ticket = ["X9", nil].randomElement(using: &random) ?? nil }
        maybe { answer.result?.terminalID = ["80009999", nil].randomElement(using: &random) ?? nil }
        maybe { answer.result?.amount = [1, nil].randomElement(using: &random) ?? nil }
        maybe { answer.result?.authorizationCode = ["", nil].randomElement(using: &random) ?? nil }
        maybe {
            answer.result?.responseCode =
                [.number(51), .number(-1), .missing].randomElement(using: &random) ?? .missing
        }
        let isDecided =
            switch Judgement.of(answer, for: sale) {
            case .verdict: true
            case .foreign, .inconsistent, .undecided: false
            }
        #expect(isDecided == (Misfit.of(answer, for: sale) == nil), "seed \(seed): \(answer)")
    }
}

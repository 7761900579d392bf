// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@testable import GetnetCloud

/// Kind B: an answer has a number and a name of its own, and holds the record of a sale with that sale's.
@Suite("B: the record of a sale inside an answer that has identities of its own")
struct RecordTests {
    private static let record = #""idPosTxs":936101,"customId":"ord-7f3a9c","#
    private let reader = AnswerReader(timeZone: "America/Santiago")

    /// The approved sale 936101, named `ord-7f3a9c`, in an answer to the question 970001 with this name.
    private func shown(by name: String, record: String = record) -> String {
        Fixture.approved(prefix: record).replacing(
            #""idPosTxs":936101,"customId":"ord-7f3a9c","response""#,
            with: #""idPosTxs":970001,"customId":"\#(name)","response""#
        )
    }

    private func end(_ command: JournalCommand, _ text: String, name: String = "q-1") throws -> JournalAnswer? {
        let terminal = try Fixture.transaction().command.content.terminal
        let end = JournalEnd(
            .answered(HTTPAnswer(status: 200, body: Array(text.utf8))),
            of: command,
            at: terminal,
            customID: name,
            reader: reader
        )
        if case .outcome(let answer) = end { return answer }
        return nil
    }

    @Test("B3: get_transaction: an answer with the requested number inside is about that sale")
    func transaction() throws {
        for record in [#""idPosTxs":936101,"#, #""idPosTxs":"0936101","customId":"Q-1","#] {
            guard case .answer(let answer) = try end(.transaction(idPosTxs: "936101"), shown(by: "q-1", record: record))
            else {
                Issue.record("no answer")
                return
            }
            #expect(answer.idPosTxs == "936101" && answer.result?.idPosTxs == "936101" && !answer.showsAnother)
            // The question's name does not name the record: the record needs our ticket.
            #expect(answer.customID == nil && answer.recordedName == nil && answer.code == .done)
        }
        guard case .answer(let named) = try end(.transaction(idPosTxs: "936101"), shown(by: "q-1")) else {
            Issue.record("no answer")
            return
        }
        #expect(named.customID == "ord-7f3a9c")
    }

    @Test("B3: get_transaction: an answer with another number inside than the requested one is not read")
    func anotherTransaction() throws {
        for asked in ["936199", "970001"] {
            let answer = try end(.transaction(idPosTxs: asked), shown(by: "q-1"))
            #expect(answer == .notRead(.cloudUnavailable, retryAfter: nil))
        }
    }

    @Test("B4: the last voucher shows a sale's name, not the question's, and no number")
    func lastVoucher() throws {
        for text in [shown(by: "q-1"), shown(by: "q-1").replacing(#","customId":"q-1""#, with: "")] {
            guard case .rows(let rows, false, _) = try end(.lastVoucher, text) else {
                Issue.record("no rows")
                return
            }
            #expect(rows.map(\.result.idPosTxs) == [nil] && rows.map(\.customID) == ["ord-7f3a9c"])
        }
    }

    @Test(
        "A list with another number or name inside is not read",
        arguments: [#""idPosTxs":970002,"#, #""customId":"q-2","#, #""idPosTxs":970001,"customId":"Q-1","#]
    )
    func list(inside: String) throws {
        let text = """
            {"code":1,"data":{"idPosTxs":970001,"customId":"q-1","response":{\(inside)"functionCode":105,"responseCode":0,\
            "saleDetails":[]}}}
            """
        let isSame = inside.contains("Q-1")
        switch try end(.details, text) {
        case .rows(let rows, isComplete: true, _): #expect(isSame && rows.isEmpty)
        case let answer: #expect(!isSame && answer == .notRead(.cloudUnavailable, retryAfter: nil))
        }
    }

    @Test("B4: a name that only repeats the question's name names no sale")
    func echo() throws {
        let text = shown(by: "q-1").replacing("ord-7f3a9c", with: "Q-1")
        guard case .rows(let rows, _, _) = try end(.lastVoucher, text) else {
            Issue.record("no rows")
            return
        }
        #expect(rows.count == 1 && rows.allSatisfy { $0.customID == nil })
    }

    @Test("B4: an answer under another question's name is still not read")
    func anotherQuestion() throws {
        for command in [JournalCommand.lastVoucher, .transaction(idPosTxs: "936101"), .details] {
            #expect(try end(command, shown(by: "q-2")) == .notRead(.cloudUnavailable, retryAfter: nil))
        }
    }

    @Test("B1, B4: the outer answer and the record inside are read apart")
    func command() throws {
        let answer = try #require(reader.read(Array(shown(by: "ord-7f3a9c").utf8)))
        #expect(answer.idPosTxs == "970001" && answer.result?.idPosTxs == "936101" && answer.showsAnother)
        let named = try #require(reader.read(Array(shown(by: "q-1").utf8)))
        #expect(named.customID == "q-1" && named.recordedName == "ord-7f3a9c" && named.code == .done)
    }

    @Test("B: an acknowledgement with two numbers or two names acknowledges nothing")
    func acknowledgement() {
        for code in ["1", "2"] {
            for name in ["ord-7f3a9c", "q-1", Transaction.sample().id.description] {
                let text = shown(by: name).replacing(#""code":1"#, with: #""code":\#(code)"#)
                let http = HTTPAnswer(status: 200, body: Array(text.utf8))
                switch SaleEnd(.answered(http), of: Transaction.sample().id, reader: reader) {
                // The machine weighs what is in it.
                case .outcome(.answered(let answer)): #expect(code == "1" && answer.showsAnother)
                case let end: #expect(code == "2" && end == .outcome(.unknown(.noAcknowledgement)))
                }
            }
        }
    }
}

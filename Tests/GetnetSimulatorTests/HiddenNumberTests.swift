// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOHTTP1
import Testing

@testable import GetnetSimulator

@Suite("HiddenNumber: refusals that started something")
struct HiddenNumberTests {
    private static let facts = SaleFacts(
        idPosTxs: 936_101,
        request: SaleRequest(terminal: .documented, amount: 15_990),
        operationID: 1,
        terminalTime: TerminalTime(Date(timeIntervalSince1970: 0), in: .gmt),
        seed: 1
    )

    private func text(_ status: HiddenNumber.Status, _ disguise: HiddenNumber.Disguise) -> String {
        let writer = AnswerWriter(dialect: Dialect(), cancelCode: 1_006)
        let (text, coding) = writer.hidden(HiddenNumber(status, disguise), Self.facts)
        return CodedText(text, coding).bytes.map { byte in
            let isPlain = (0x20..<0x7F).contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    @Test func `each disguise has its own bytes`() {
        let busy = #"{"code":0,"status":"ERROR","message":"OPERATION IN PROGRESS (15s)","data":"#
        #expect(text(.ok, .list) == busy + #"[{"idPosTxs":936101}]}"#)
        #expect(text(.ok, .otherName) == busy + #"[{"id":936101}]}"#)
        #expect(text(.ok, .text) == busy + #""[{\"idPosTxs\":936101}]"}"#)
        let refused = #"{"code":0,"status":"ERROR","message":"INVALID REQUEST","data":{"idPosTxs":936101"#
        #expect(text(.badRequest, .mark) == #"\xEF\xBB\xBF"# + refused + "}}")
        #expect(text(.badRequest, .cut) == refused)
        #expect(text(.badRequest, .comment) == refused + "}}<!-- 10.0.0.7 -->")
        let latin = #"{"code":0,"status":"ERROR","message":"OPERACI\xD3N EN CURSO","data":{"idPosTxs":936101}}"#
        #expect(text(.unauthorized, .latin1) == latin)
        #expect(text(.unauthorized, .list).contains(#""message":"UNAUTHORIZED""#))
        #expect(text(.tooManyRequests, .list).contains(#""message":"TOO MANY REQUESTS""#))
    }

    @Test func `every form is drawn`() {
        let words = Set((0..<28).map { HiddenNumber(drawnBy: $0).word })
        #expect(words.count == 28)
        #expect(words.contains("hidden-401-comment"))
    }

    @Test func `the sale runs, and its callback names the number that was hidden`() async throws {
        let configuration = SimulatorConfiguration.fast.with {
            $0.faults.probabilities = [.hiddenNumber: 1]
            $0.firstID = 5_000
        }
        try await SimulatedWorld.run(configuration) { world in
            for number in 0..<8 {
                let answer = try await world.sell(15_990, customID: "c-\(number)", ticket: "T\(number)")
                let callback = try #require(try await world.callbacks(number + 1).last)
                #expect(answer.text.contains("\(5_000 + number)"))
                #expect(callback.data["idPosTxs"] as? Int == 5_000 + number)
                #expect(callback.result["responseCode"] as? Int == 0)
                let reply = world.simulator.ledger.entries().last?.reply
                #expect(reply?.hasPrefix("hidden-\(answer.status)-") == true)
            }
        }
    }

    @Test func `too many requests are told in seconds or as a date, and start nothing`() async throws {
        let configuration = SimulatorConfiguration.fast.with { $0.faults.probabilities = [.tooManyRequests: 1] }
        try await SimulatedWorld.run(configuration) { world in
            var seconds = 0
            for number in 0..<12 {
                let answer = try await world.sell(15_990, customID: "c-\(number)", ticket: "T\(number)")
                #expect(answer.status == 429)
                let wait = try #require(answer.headers.first(name: "Retry-After"))
                if wait == "1" { seconds += 1 } else { #expect(wait.hasSuffix(" GMT")) }
            }
            #expect((1..<12).contains(seconds))
            #expect(world.simulator.ledger.summary.sales == 0)
        }
    }

    @Test func `a date is written as HTTP writes it`() {
        #expect(HTTPDate.text(Date(timeIntervalSince1970: 784_111_777)) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(Date(timeIntervalSince1970: 0)) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }
}

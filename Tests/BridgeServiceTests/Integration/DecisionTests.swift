// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("Decisions of people")
struct DecisionTests {
    /// Brings a charge into doubt: no answer, no callback.
    private func doubt(in world: BridgeWorld) async throws -> (ChargeCommand, TransactionID) {
        let command = ChargeCommand(amount: 15_305)
        try await world.send(command)
        let event = try await world.events.first("it is in doubt") {
            $0.commandID == command.commandID && $0.status == "in_doubt"
        }
        let name = try #require(event.transactionID)
        return (command, try #require(TransactionID(name)))
    }

    private static let approval = #"""
        {"as":"approved","by":"Ana","reason":"a receipt","authorizationCode":"A00001","operationId":17,"amount":15990,\#
        "amountDiffers":true}
        """#

    @Test func `a resolve ends a doubt, is told, and stands in the story; the payment's own callback agrees`()
        async throws
    {
        // The life is so long that no journal decides before the person does.
        try await BridgeWorld.run(configure: { $0.reconcile.terminalLife = .seconds(120) }) { world in
            let (command, id) = try await doubt(in: world)
            #expect(try await world.metric(#"in_doubt{stage="automatic"}"#) == 1)
            #expect(try await world.metric(#"in_doubt{stage="operator"}"#) == 0)
            // The bridge takes another amount than the command asked for as a slip, unless the person says that the
            // receipt has it.
            let slip = Self.approval.replacing(#""amount":15990,"amountDiffers":true"#, with: #""amount":1530500"#)
            let refused = try await world.decide("/v1/transactions/\(id)/resolve", slip)
            #expect(refused.status == 409)
            #expect(refused.json["detail"]?.string?.contains("1,530,500 CLP (1530500)") == true, "\(refused.text)")
            let answer = try await world.decide("/v1/transactions/\(id)/resolve", Self.approval)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json["transaction"]?["status"]?.string == "approved")
            let final = try await world.events.final(of: command.commandID)
            #expect(final.data["evidence"]?.string == "operator")
            #expect(final.data["result"]?["authorizationCode"]?.string == "A00001")
            #expect(try await world.metric(#"in_doubt{stage="automatic"}"#) == 0)

            let again = try await world.decide("/v1/transactions/\(id)/resolve", Self.approval)
            #expect(again.status == 409)
            #expect(again.json["detail"]?.string == "it is final: approved")

            let webhook = try await world.webhook(of: command.commandID)
            let same = BridgeWorld.approval(amount: command.amount)
            #expect(try await world.callBack(webhook, same) == 200)
            #expect(try await world.transaction(of: command.commandID)?.contradictions.known.isEmpty == true)
            let other = BridgeWorld.approval(amount: command.amount, authorization: "B00002", operation: 18)
            #expect(try await world.callBack(webhook, other) == 200)
            let told = try await world.events.first("it is contradicted") { $0.contradiction != nil }
            #expect(told.contradiction == "second_payment")
            #expect(try await world.metric("open_contradictions") == 1)

            let list = try await world.admin("/v1/transactions").json
            #expect(list["contradicted"]?.elements.first?["transactionId"]?.string == "\(id)")
            let settled = try await world.decide(
                "/v1/transactions/\(id)/settle",
                #"{"by":"Ana","reason":"refunded by hand"}"#
            )
            #expect(settled.status == 200)
            #expect(settled.json["openContradictions"]?.integer == 0)
            #expect(try await world.metric("open_contradictions") == 0)
            let story = try await world.admin("/v1/transactions/\(id)").json["story"]?.elements ?? []
            let lines = story.compactMap { $0["what"]?.string }
            let expected = [
                "event charge.accepted", "POST 1 began", "POST 1 ended", "event charge.in_doubt", "operator: decided",
                "event charge.approved", "callback: agreed", "callback: contradicted", "event charge.contradicted",
                "operator: settled",
            ]
            #expect(lines == expected)
            #expect(story[4]["detail"]?.string?.contains(#""by":"Ana""#) == true)
            try await eventually("each event is settled") {
                let story = try await world.admin("/v1/transactions/\(id)").json["story"]?.elements ?? []
                let events = story.filter { $0["what"]?.string?.hasPrefix("event ") == true }
                return events.count == 4 && events.allSatisfy { $0["detail"]?.string?.hasPrefix("confirmed ") == true }
            }
        }
    }

    @Test("D1: evidence of one payment does not confirm the amount of another one")
    func otherPayment() async throws {
        try await BridgeWorld.run { world in
            let command = ChargeCommand(amount: 15_507)
            try await world.send(command)
            let event = try await world.events.first("it is in doubt") {
                $0.commandID == command.commandID && $0.status == "in_doubt"
            }
            let path = "/v1/transactions/\(try #require(event.transactionID))/resolve"
            let approval = #"{"as":"approved","by":"Ana","reason":"a receipt","authorizationCode":"B00002""#
            let slip = try await world.decide(path, approval + #","amount":1550700}"#)
            #expect(
                slip.status == 409 && slip.json["detail"]?.string?.contains("amountDiffers") == true,
                "\(slip.text)"
            )
            let unknown = try await world.decide(path, approval + "}")
            #expect(unknown.status == 409)
            #expect(unknown.json["detail"]?.string?.contains("look at the receipt's code once more") == true)
            #expect(try await world.transaction(of: command.commandID)?.status == .inDoubt)
            // A payment was told, with another receipt than this one. Only Getnet can say that there is none.
            let denial = #"{"as":"not_completed","by":"Ana","reason":"no receipt","now":true"#
            let denied = try await world.decide(path, denial + "}")
            #expect(
                denied.status == 409 && denied.json["detail"]?.string?.contains("althoughToldPaid") == true,
                "\(denied.text)"
            )
            // The amount that the command asked for needs no second word from the person.
            #expect(try await world.decide(path, approval + #","amount":15507}"#).status == 200)
        }
    }

    @Test(
        "M7: while its terminal may still work on it, a doubt ends as not paid only if a person says that they know better"
    )
    func tooEarly() async throws {
        try await BridgeWorld.run(configure: { $0.reconcile.terminalLife = .seconds(600) }) { world in
            let (command, id) = try await doubt(in: world)
            let path = "/v1/transactions/\(id)/resolve"
            let early = try await world.decide(path, #"{"as":"not_completed","by":"Ana","reason":"customer left"}"#)
            #expect(early.status == 409)
            #expect(early.json["detail"]?.string?.contains("may still take the money") == true)
            #expect(try await world.transaction(of: command.commandID)?.status == .inDoubt)
            let known = #"{"as":"not_completed","by":"Ana","reason":"terminal looked at","now":true}"#
            let ended = try await world.decide(path, known)
            #expect(ended.status == 200 && ended.json["transaction"]?["status"]?.string == "not_completed")
            #expect(ended.json["conclusion"]?["text"]?.string?.hasPrefix("Not paid: decided by an operator") == true)
        }
    }

    @Test func `what cannot be decided, or not so, is refused with words and changes nothing`() async throws {
        try await BridgeWorld.run(
            configure: {
                $0.submit.busyRetryAfter = .seconds(20)
                // The journal must not decide before the test has asked for all of them.
                $0.reconcile.terminalLife = .seconds(300)
            }
        ) { world in
            let (command, id) = try await doubt(in: world)
            let path = "/v1/transactions/\(id)/resolve"
            let bodies = [
                "", "[]", "{}", #"{"as":"declined","by":"Ana"}"#, #"{"as":"declined","by":"","reason":"x"}"#,
                #"{"as":"declined","by":"Ana","reason":"x\n"}"#, #"{"as":"in_doubt","by":"Ana","reason":"x"}"#,
                #"{"as":"approved","by":"Ana","reason":"x"}"#,
                #"{"as":"approved","by":"Ana","reason":"x","authorizationCode":"a|b"}"#,
                #"{"as":"approved","by":"Ana","reason":"x","authorizationCode":"A1","operationId":-1}"#,
                #"{"as":"declined","by":"Ana","reason":"x","authorizationCode":"A1"}"#,
                #"{"as":"declined","as":"approved","by":"Ana","reason":"x"}"#,
                #"{"as":"declined","by":"Ana","reason":"x","more":1}"#,
                #"{"as":"declined","by":"Ana","reason":"x","now":"yes"}"#,
                #"{"as":"declined","by":"Ana","reason":"x","amountDiffers":1}"#,
                String(repeating: " ", count: 20_000),
            ]
            for body in bodies { #expect(try await world.decide(path, body).status == 400, "\(body.prefix(80))") }
            let decline = #"{"as":"declined","by":"Ana","reason":"x"}"#
            #expect(try await world.decide(path, decline, token: nil).status == 401)
            #expect(try await world.decide("/v1/transactions/\(id)/shout", decline).status == 404)
            #expect(try await world.decide("/v1/transactions/\(id)/resolve/now", decline).status == 404)
            let nobody = TransactionID(at: .current, random: 1)
            #expect(try await world.decide("/v1/transactions/\(nobody)/resolve", decline).status == 404)
            #expect(try await world.admin("/v1/transactions/\(id)/resolve").status == 405)
            let settle = try await world.decide("/v1/transactions/\(id)/settle", #"{"by":"Ana","reason":"x"}"#)
            #expect(settle.status == 409)
            #expect(settle.json["detail"]?.string == "it is not final (in_doubt): resolve it first")
            #expect(try await world.transaction(of: command.commandID)?.status == .inDoubt)

            let waiting = ChargeCommand(terminal: BridgeWorld.terminal(7), amount: 15_410)
            try await world.send(waiting)
            let event = try await world.events.first("it waits") { $0.status == "waiting" }
            let early = try await world.decide("/v1/transactions/\(event.transactionID ?? "")/resolve", decline)
            #expect(early.status == 409)
            #expect(early.json["detail"]?.string == "it was not sent: cancel it instead")
        }
    }
}

extension JSON {
    var elements: [JSON] {
        if case .array(let elements) = self { elements } else { [] }
    }
}

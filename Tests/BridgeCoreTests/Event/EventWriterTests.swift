// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite struct `An event of a transaction` {
    private typealias Samples = EventSamples
    private static let acknowledged = TransactionInput.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101"))
    private static let getnet = #""getnet":{"idPosTxs":"936101","country":"cl","environment":"uat"}"#
    private static let unnumbered = #""getnet":{"country":"cl","environment":"uat"}"#

    @Test func `tells that it was accepted`() throws {
        let accepted = Samples.writer.event(EventDraft(snapshot: Samples.charge), id: Samples.id, at: .sample)
        #expect(accepted.routingKey == "charge.accepted.cl.main.12983.80005000")
        #expect(accepted.name.text == "charge.accepted")
        #expect(!accepted.mustBeRouted)
        #expect(
            try Samples.equal(
                accepted.data,
                Samples.data(#""status":"accepted","final":false,"sequence":1,\#(Self.unnumbered)"#)
            )
        )
    }

    @Test func `tells what it waits for`() throws {
        let event = try Samples.event(.submissionStarted, .submissionEnded(attempt: 1, .notStarted(.busy)))
        #expect(event.routingKey == "charge.waiting.cl.main.12983.80005000")
        let expected = Samples.data(
            #""status":"waiting","final":false,"sequence":2,"reason":{"code":"terminal_busy","message":"#
                + #""the terminal is busy","retryable":false},\#(Self.unnumbered)"#
        )
        #expect(try Samples.equal(event.data, expected))
    }

    @Test func `tells that it was submitted and by when a result is due`() throws {
        let event = try Samples.event(.submissionStarted, Self.acknowledged)
        #expect(!event.mustBeRouted)
        let expected = Samples.data(
            #""status":"submitted","final":false,"sequence":2,\#(Self.getnet),"#
                + #""submittedAt":"2026-11-22T10:12:02.000Z","resultExpectedBy":"2026-11-22T10:17:16.000Z""#
        )
        #expect(try Samples.equal(event.data, expected))
    }

    @Test func `tells of an approval as the contract shows it`() throws {
        let event = try Samples.event(.submissionStarted, Self.acknowledged, .callback(.approved(Samples.charge)))
        #expect(event.routingKey == "charge.approved.cl.main.12983.80005000")
        #expect(event.mustBeRouted)
        let expected = Samples.data(
            """
            "status":"approved","final":true,"sequence":3,"result":{"functionCode":100,"responseCode":0,
            "responseMessage":"Aprobado","authorizationCode":"010929","operationId":17,"amount":{"value":15990,"tip":0,
            "cashback":0,"currency":"CLP"},"transToken":"8000500012983001720261122071231",
            "terminalLocalTime":"2026-11-22 07:12:31","terminalTime":"2026-11-22T07:12:31-03:00"},
            "card":{"brand":"mastercard","brandCode":"MC","type":"credit","last4":"0042","entryMode":"16"},
            \(Self.getnet),"evidence":"callback","submittedAt":"2026-11-22T10:12:02.000Z",
            "completedAt":"2026-11-22T10:12:03.000Z"
            """
        )
        #expect(try Samples.equal(event.data, expected))
    }

    @Test func `tells of a decline without an amount`() throws {
        let event = try Samples.event(.submissionStarted, Self.acknowledged, .query(.declined(Samples.charge)))
        #expect(event.mustBeRouted)
        let expected = Samples.data(
            """
            "status":"declined","final":true,"sequence":3,"reason":{"code":"declined","message":
            "declined by the terminal or the issuer","retryable":true},"result":{"functionCode":100,"responseCode":51,
            "responseMessage":"Fondos insuficientes","terminalLocalTime":"2026-11-22 07:12:31",
            "terminalTime":"2026-11-22T07:12:31-03:00"},"card":{"brand":"visa","brandCode":"VI","type":"debit",
            "last4":"0043","entryMode":"07"},\(Self.getnet),"evidence":"query",
            "submittedAt":"2026-11-22T10:12:02.000Z","completedAt":"2026-11-22T10:12:03.000Z"
            """
        )
        #expect(try Samples.equal(event.data, expected))
    }

    @Test func `tells that no payment was made, without a card`() throws {
        let event = try Samples.event(.submissionStarted, Self.acknowledged, .callback(.notCompleted(Samples.charge)))
        let expected = Samples.data(
            """
            "status":"not_completed","final":true,"sequence":3,"reason":{"code":"nobody_paid","message":
            "no payment was made in time, or it was cancelled at the terminal","retryable":false},"result":{"functionCode":100,
            "responseCode":1006,"responseMessage":"Tiempo de espera excedido","terminalLocalTime":"2026-11-22 07:12:31",
            "terminalTime":"2026-11-22T07:12:31-03:00"},\(Self.getnet),"evidence":"callback",
            "submittedAt":"2026-11-22T10:12:02.000Z","completedAt":"2026-11-22T10:12:03.000Z"
            """
        )
        #expect(try Samples.equal(event.data, expected))
    }

    @Test func `tells what an expired command waited for`() throws {
        let expired = Samples.charge.after(.submissionStarted, .submissionEnded(attempt: 1, .notStarted(.busy)))
            .after(.due, at: .sample + .seconds(120))
        let event = Samples.writer.event(EventDraft(snapshot: expired), id: Samples.id, at: .sample)
        let expected = Samples.data(
            """
            "status":"failed","final":true,"sequence":3,"reason":{"code":"command_expired","message":
            "the command expired before it was sent; it waited: the terminal is busy","retryable":false,
            "waitedFor":"terminal_busy"},\(Self.unnumbered),"completedAt":"2026-11-22T10:14:00.000Z"
            """
        )
        #expect(try Samples.equal(event.data, expected))
    }

    @Test func `tells of doubt`() throws {
        let event = try Samples.event(.submissionStarted, .submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        #expect(event.mustBeRouted)
        let expected = Samples.data(
            """
            "status":"in_doubt","final":false,"sequence":2,"reason":{"code":"no_acknowledgement","message":
            "the request may have reached the terminal, but no acknowledgement came","retryable":false},
            \(Self.unnumbered)
            """
        )
        #expect(try Samples.equal(event.data, expected))
    }

    @Test func `tells of a second payment with the status unchanged`() throws {
        let approved = Samples.charge.submitted.after(.callback(.approved(Samples.charge)))
        let event = try Samples.event(.callback(.approved(Samples.charge, receipt: 18)), from: approved)
        #expect(event.routingKey == "charge.contradicted.cl.main.12983.80005000")
        #expect(event.name.kind == .contradicted)
        #expect(event.mustBeRouted)
        let data = try JSONParser.parse(event.data)
        #expect(data["status"]?.string == "approved")
        #expect(data["final"] == .bool(true))
        #expect(data["result"]?["operationId"]?.integer == 17)
        let contradiction = try #require(data["contradiction"])
        let expected = """
            {"code":"second_payment","evidence":"callback","status":"approved","idPosTxs":"936101","result":{"functionCode":100,
            "responseCode":0,"responseMessage":"Aprobado","authorizationCode":"010930","operationId":18,"amount":
            {"value":15990,"tip":0,"cashback":0,"currency":"CLP"},"transToken":"8000500012983001820261122071231",
            "terminalLocalTime":"2026-11-22 07:12:31","terminalTime":"2026-11-22T07:12:31-03:00"},
            "receivedAt":"2026-11-22T10:12:00.000Z"}
            """
        #expect(try Samples.equal(contradiction.serialized, expected))
    }

    @Test
    func
        `that money of a contradicted sale was given back says that its status is contradicted, until a person settles it`()
        throws
    {
        let approved = Samples.charge.submitted.after(.callback(.approved(Samples.charge)))
        let twice = approved.after(.callback(.approved(Samples.charge, receipt: 18)))
        let settled = twice.after(.settled(by: .sample))
        let sales: [(sale: Transaction, open: Int64?)] = [(approved, nil), (twice, 1), (settled, nil)]
        for (sale, open) in sales {
            let original = try #require(OriginalSale(sale))
            let change = TransactionMachine.amend(sale, Amendments(of: original, among: []))
            let draft = try #require(change.events.first)
            let event = Samples.writer.event(draft, id: Samples.id, at: .sample)
            #expect(event.name.kind == .amended)
            let data = try JSONParser.parse(event.data)
            #expect(data["openContradictions"]?.integer == open && data["contradiction"] == nil)
        }
    }

    @Test func `of an operator's approval carries what the operator read`() throws {
        let doubt = Situation.givenUp.transaction
        let decision = TransactionInput.operatorDecision(
            .approved(authorizationCode: "010929", operationID: 17, amount: 15_990),
            by: .sample
        )
        let data = try JSONParser.parse(try Samples.event(decision, from: doubt).data)
        #expect(data["evidence"]?.string == "operator")
        #expect(data["reason"] == nil)
        let expected = #"{"authorizationCode":"010929","operationId":17,"amount":{"value":15990,"currency":"CLP"}}"#
        #expect(try Samples.equal(try #require(data["result"]).serialized, expected))
    }

    @Test func `holds neither null nor an empty string`() throws {
        for situation in Situation.allCases where situation != .completed {
            let draft = EventDraft(snapshot: situation.transaction)
            let data = try JSONParser.parse(Samples.writer.event(draft, id: Samples.id, at: .sample).data)
            #expect(Self.isMeaningful(data), "\(situation)")
        }
    }

    private static func isMeaningful(_ value: JSON) -> Bool {
        switch value {
        case .null: false
        case .string(let text): !text.isEmpty
        case .bool, .number: true
        case .array(let elements): elements.allSatisfy(isMeaningful)
        case .object(let members): !members.isEmpty && members.allSatisfy { isMeaningful($0.value) }
        }
    }

    @Test func `writes the terminal's time with its zone`() throws {
        for (offset, time, zone) in [
            (-10_800, "07:12:31", "-03:00"), (0, "10:12:31", "+00:00"), (20_700, "15:57:31", "+05:45"),
            (-12_600, "06:42:31", "-03:30"),
        ] {
            var answer = CloudAnswer.approved(Samples.charge)
            answer.result?.utcOffset = offset
            answer.result?.localTime = "2026-11-22 \(time)"
            let event = try Samples.event(.submissionStarted, .callback(answer))
            let told = try JSONParser.parse(event.data)["result"]?["terminalTime"]?.string
            #expect(told == "2026-11-22T\(time)\(zone)")
        }
    }
}

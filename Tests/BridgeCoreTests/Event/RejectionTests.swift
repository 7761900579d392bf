// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite struct `A rejection` {
    private let writer = EventSamples.writer
    private let message = CommandMessage.sample(#"{"commandId":"c-1"}"#)
    private let rejection = CommandRejection(
        faults: [CommandFault("amount", .required, "is missing"), CommandFault("x", .unknownMember, "unknown")],
        commandID: "c-1",
        type: "charge",
        metadata: Array(#"{"a":1}"#.utf8)
    )

    @Test func `tells every fault and where the command came from`() throws {
        let event = writer.rejection(rejection, of: message, at: .sample).event
        #expect(event.routingKey == "command.rejected.cl.main.-.-")
        #expect(event.causationID == "c-1")
        #expect(event.subject == nil)
        #expect(event.mustBeRouted)
        let expected = """
            {"commandId":"c-1","type":"charge","faults":[{"path":"amount","code":"required","message":"is missing"},
            {"path":"x","code":"unknown_member","message":"unknown"}],"metadata":{"a":1},
            "exchange":"getnet.commands","routingKey":"charge.main"}
            """
        #expect(try EventSamples.equal(event.data, expected))
    }

    @Test func `names the transaction that stands in the way`() throws {
        var conflicting = rejection
        conflicting.faults = [CommandFault("commandId", .idempotencyConflict, "used before")]
        conflicting.conflict = CommandRejection.Conflict(
            transactionID: EventSamples.charge.id,
            status: .approved,
            differs: ["amount", "reference"]
        )
        let data = try JSONParser.parse(writer.rejection(conflicting, of: message, at: .sample).event.data)
        let expected = """
            {"transactionId":"\(EventSamples.charge.id)","status":"approved","final":true,
            "differs":["amount","reference"]}
            """
        #expect(try EventSamples.equal(try #require(data["conflict"]).serialized, expected))
    }

    @Test func `of a redelivery has the same id, of another message another`() {
        let first = writer.rejection(rejection, of: message, at: .sample)
        let again = writer.rejection(rejection, of: message, at: .sample + .seconds(60))
        #expect(first.event.id == again.event.id)
        #expect(first.deadLetter.eventID == first.event.id)
        var other = message
        other.body.append(0x20)
        other.fullSize += 1
        #expect(writer.rejection(rejection, of: other, at: .sample).event.id != first.event.id)
    }

    @Test func `keeps the message and says why in headers`() {
        var given = message
        given.headers = ["ce-id": "1", "getnet-reason": "forged"]
        given.address.correlationID = "till-3"
        let letter = writer.rejection(rejection, of: given, at: .sample).deadLetter
        #expect(letter.body == given.body)
        #expect(letter.exchange == "getnet.commands")
        #expect(letter.routingKey == "charge.main")
        #expect(letter.contentType == "application/json")
        #expect(letter.correlationID == "till-3")
        let faults =
            #"[{"path":"amount","code":"required","message":"is missing"},"#
            + #"{"path":"x","code":"unknown_member","message":"unknown"}]"#
        #expect(
            letter.headers == [
                "ce-id": "1", "getnet-reason": "required", "getnet-detail": "is missing", "getnet-faults": faults,
                "getnet-exchange": "getnet.commands", "getnet-routing-key": "charge.main",
                "getnet-rejected-at": "2026-11-22T10:12:00.000Z", "getnet-event-id": letter.eventID.description,
            ]
        )
    }

    @Test("M6: names the sender from the message's own property, not from a header that looks like it")
    func sender() {
        var given = message
        given.headers = ["getnet-app-id": "forged", "getnet-user-id": "forged"]
        given.appID = "shop-7"
        let headers = writer.rejection(rejection, of: given, at: .sample).deadLetter.headers
        #expect(headers["getnet-app-id"] == "shop-7" && headers["getnet-user-id"] == nil)
    }

    @Test func `of a body above the limit keeps its beginning, whatever else is wrong`() {
        var large = message
        large.body = [UInt8](repeating: 0x41, count: 300_000)
        large.fullSize = large.body.count
        large.address.replyTo = "getnet-bridge.commands"
        let refused = CommandFixture.read(large).rejection ?? rejection
        #expect(refused.faults.map(\.code) == [.invalidReplyTo, .bodyTooLarge])
        let written = writer.rejection(refused, of: large, at: .sample)
        #expect(written.deadLetter.body.count == DeadLetter.keptBytes)
        #expect(written.event.address.replyTo == nil)
    }

    @Test func `fits one AMQP frame whatever the message was`() {
        var hostile = message
        hostile.headers = ["x": String(repeating: "x", count: 120_000)]
        let path = String(repeating: "\u{1}", count: 120)
        let many = CommandRejection(faults: (0..<50).map { CommandFault("\(path)\($0)", .null, path) })
        let letter = writer.rejection(many, of: hostile, at: .sample).deadLetter
        let size = letter.headers.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        #expect(size < 60_000)
        #expect((try? JSONParser.parse(Array((letter.headers["getnet-faults"] ?? "").utf8))) != nil)
    }
}

@Suite struct `An unmatched callback` {
    @Test func `is announced with what it says about itself`() throws {
        let answer = CloudAnswer.approved(.sample())
        let event = EventSamples.writer.unmatched(answer, id: EventSamples.id, receivedAt: .sample)
        #expect(event.routingKey == "callback.unmatched.cl.main.-.-")
        #expect(!event.mustBeRouted)
        let expected = """
            {"idPosTxs":"936101","customId":"\(Transaction.sample().id)","receivedAt":"2026-11-22T10:12:00.000Z"}
            """
        #expect(try EventSamples.equal(event.data, expected))
        let empty = EventSamples.writer.unmatched(nil, id: EventSamples.id, receivedAt: .sample)
        #expect(String(decoding: empty.data, as: UTF8.self) == #"{"receivedAt":"2026-11-22T10:12:00.000Z"}"#)
    }
}

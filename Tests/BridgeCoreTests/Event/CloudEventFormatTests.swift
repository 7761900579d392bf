// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite struct `The CloudEvents envelope` {
    private let event: OutboundEvent = {
        var charge = EventSamples.charge
        charge.address = ReplyAddress(correlationID: "till-3/991", traceparent: "00-4b-00-01", tracestate: "v=1")
        return EventSamples.writer.event(EventDraft(snapshot: charge), id: EventSamples.id, at: .sample)
    }()

    private var attributes: [String: String] {
        [
            "specversion": "1.0", "id": EventSamples.id.description, "source": "/getnet/uat/cl/main",
            "type": "io.getnet-bridge.charge.accepted.v1", "subject": EventSamples.charge.id.description,
            "time": "2026-11-22T10:12:00.000Z", "datacontenttype": "application/json",
            "dataschema": "urn:getnet-bridge:schema:transaction-event:1", "correlationid": "till-3/991",
            "causationid": "command-1", "partitionkey": EventSamples.charge.id.description,
            "traceparent": "00-4b-00-01", "tracestate": "v=1",
        ]
    }

    private func headers(without name: String? = nil) -> [String: String] {
        let kept = attributes.filter { $0.key != name }.map { ("ce-" + $0.key, $0.value) }
        return Dictionary(uniqueKeysWithValues: kept)
    }

    private func format(_ mode: CloudEventFormat.Mode) -> CloudEventFormat {
        CloudEventFormat(mode: mode, accounts: Accounts(Account.sample), typePrefix: "io.getnet-bridge")
    }

    @Test func `holds all attributes in its structured body, and repeats them in headers`() throws {
        let message = format(.structured).message(event)
        #expect(message.contentType == "application/cloudevents+json")
        #expect(message.type == "io.getnet-bridge.charge.accepted.v1")
        #expect(message.headers == headers())
        let body = try JSONParser.parse(message.body)
        let data = try JSONParser.parse(event.data)
        let members = attributes.map { JSON.Member($0.key, .string($0.value)) } + [JSON.Member("data", data)]
        #expect(body.canonical == JSON.object(members).canonical)
    }

    @Test func `in binary mode leaves the body to the data`() {
        let message = format(.binary).message(event)
        #expect(message.contentType == "application/json")
        #expect(message.headers == headers(without: "datacontenttype"))
        #expect(message.body == event.data)
    }

    @Test func `leaves out what a rejection does not have`() throws {
        let rejection = CommandRejection(faults: [CommandFault("", .invalidJSON, "the text is empty")])
        let rejected = EventSamples.writer.rejection(rejection, of: .sample(""), at: .sample).event
        let message = format(.structured).message(rejected)
        #expect(message.type == "io.getnet-bridge.command.rejected.v1")
        #expect(
            Set(message.headers.keys) == [
                "ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time", "ce-datacontenttype", "ce-dataschema",
            ]
        )
        #expect(message.headers["ce-dataschema"] == "urn:getnet-bridge:schema:command-rejected:1")
        #expect(try JSONParser.parse(message.body)["subject"] == nil)
    }

    @Test func `is the same for the same event`() {
        #expect(format(.structured).message(event) == format(.structured).message(event))
    }

    @Test func `can be read as a command's envelope is`() throws {
        let message = format(.structured).message(event)
        let envelope = CommandMessage(
            exchange: "x",
            routingKey: "charge",
            body: message.body,
            contentType: message.contentType
        )
        let faults = try #require(CommandFixture.read(envelope).rejection).faults
        #expect(faults.contains { $0.path == "transactionId" && $0.code == .unknownMember })
    }
}

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import Testing

@testable import getnet_bridge

@Suite("What send makes of events")
struct ChargeWatchTests {
    @Test(
        arguments: [
            ("approved", getnet_bridge.ExitStatus.done), ("completed", .done), ("declined", .declined),
            ("not_completed", .notCompleted), ("failed", .failed),
        ]
    )
    func `a final event ends it with its exit code`(status: String, expected: getnet_bridge.ExitStatus) throws {
        var watch = ChargeWatch(commandID: "c-1")
        watch.take(try event("e1", "accepted", isFinal: false))
        #expect(watch.end == nil)
        watch.take(try event("e2", status, isFinal: true))
        #expect(watch.end == expected)
        #expect(watch.statusSoFar == expected)
    }

    @Test func `a doubt does not end it, but is its code when the time is over`() throws {
        var watch = ChargeWatch(commandID: "c-1")
        #expect(watch.statusSoFar == .noAnswer)
        watch.take(try event("e1", "in_doubt", isFinal: false))
        #expect(watch.end == nil)
        #expect(watch.statusSoFar == .inDoubt)
        watch.take(try event("e2", "approved", isFinal: true))
        #expect(watch.end == .done)
    }

    @Test func `an unfinished charge is no answer, but no silence either`() throws {
        var watch = ChargeWatch(commandID: "c-1")
        watch.take(try event("e1", "submitted", isFinal: false, of: "c-2"))
        #expect(watch.isSilent)
        watch.take(try event("e1", "submitted", isFinal: false))
        #expect(watch.statusSoFar == .noAnswer)
        #expect(!watch.isSilent)
    }

    @Test(arguments: [(0, "has no consumer"), (1, "has 1 consumer."), (2, "has 2 consumers.")])
    func `silence is told with the number of consumers, and with what may be repeated`(
        consumers: Int,
        expected: String
    ) {
        let silence = ChargeSilence(queue: "commands", isConfirmed: true, consumers: consumers)
        let text = silence.text("the same line with --command-id c-1", startsNothing: false)
        #expect(text.contains("No bridge answered: the command lies in the queue commands"))
        #expect(text.contains(expected))
        #expect(text.contains("--command-id c-1"))
    }

    @Test func `silence about an unconfirmed command claims neither that it lies there nor who would take it`() {
        let silence = ChargeSilence(queue: "commands", isConfirmed: false, consumers: nil)
        let text = silence.text("the same line with --command-id c-1", startsNothing: false)
        #expect(text.contains("the command may lie in the queue commands"))
        #expect(!text.contains("consumer"))
    }

    @Test func `a repeated event and one of another command are passed over`() throws {
        var watch = ChargeWatch(commandID: "c-1")
        watch.take(try event("e1", "accepted", isFinal: false))
        let isRepeatedTaken = watch.take(try event("e1", "accepted", isFinal: false))
        let isForeignTaken = watch.take(try event("e2", "approved", isFinal: true, of: "c-2"))
        #expect(!isRepeatedTaken)
        #expect(!isForeignTaken)
        #expect(watch.end == nil)
    }

    @Test func `a rejection ends it`() throws {
        let body = """
            {"specversion":"1.0","id":"e1","type":"io.getnet-bridge.command.rejected.v1","time":"2026-11-22T10:12:31.412Z",
             "data":{"commandId":"c-1","faults":[{"path":"reference","code":"reference_in_use","message":"is in use"}],
                     "conflict":{"transactionId":"t1","status":"approved","final":true}}}
            """
        var watch = ChargeWatch(commandID: "c-1")
        let rejection = try #require(ChargeEvent(structured, body: Array(body.utf8)))
        watch.take(rejection)
        #expect(watch.end == .rejected)
        #expect(
            rejection.line
                == """
                10:12:31.412  rejected       reference: is in use (reference_in_use), transaction t1 is approved: \
                do NOT send it under another id or reference
                """
        )
    }

    @Test("K2: a final status that something speaks against is for a person, and never a new attempt")
    func contradicted() throws {
        let body = """
            {"specversion":"1.0","id":"e1","type":"io.getnet-bridge.charge.contradicted.v1","time":"2026-11-22T10:12:31.412Z",
             "data":{"commandId":"c-1","status":"not_completed","final":true,"reason":{"code":"nobody_paid","message":"x"},
                     "contradiction":{"code":"paid_after_all","status":"approved"}}}
            """
        let event = try #require(ChargeEvent(structured, body: Array(body.utf8)))
        #expect(event.line.contains("CONTRADICTED (paid_after_all): do NOT charge again, a person must look"))
        var watch = ChargeWatch(commandID: "c-1")
        watch.take(event)
        #expect(watch.end == .inDoubt)
    }

    @Test("K2: a contradicted sale stays contradicted for every reader, also after money of it was given back")
    func contradictedAndAmended() throws {
        let body = """
            {"specversion":"1.0","id":"e1","type":"io.getnet-bridge.charge.amended.v1","time":"2026-11-22T10:12:31.412Z",
             "data":{"commandId":"c-1","status":"approved","final":true,"amendments":[],"openContradictions":1}}
            """
        let event = try #require(ChargeEvent(structured, body: Array(body.utf8)))
        #expect(event.line.contains("CONTRADICTED: do NOT charge again, a person must look"))
        var watch = ChargeWatch(commandID: "c-1")
        watch.take(event)
        #expect(watch.end == .inDoubt)
    }

    @Test func `an event in binary mode says the same`() throws {
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.headers = [
            "ce-id": "e1", "ce-type": "io.getnet-bridge.charge.declined.v1", "ce-time": "2026-11-22T10:12:31.412Z",
        ]
        let data = """
            {"commandId":"c-1","status":"declined","final":true,"result":{"responseCode":51,"responseMessage":"No"}}
            """
        let event = try #require(ChargeEvent(properties, body: Array(data.utf8)))
        #expect(event.outcome == .final(.declined))
        #expect(event.line == "10:12:31.412  declined       No (51)")
        let thatDay = try #require(Timestamp("2026-11-22T23:59:59.999Z"))
        #expect(event.line(on: thatDay) == event.line)
        #expect(event.line(on: thatDay + .milliseconds(1)) == "2026-11-22 10:12:31.412  declined       No (51)")
        let whole = try JSONParser.parse(event.document)
        #expect(whole["id"]?.string == "e1")
        #expect(whole["data"]?["status"]?.string == "declined")
    }

    @Test func `what is no event is passed over`() {
        #expect(ChargeEvent(structured, body: Array("[]".utf8)) == nil)
        #expect(ChargeEvent(structured, body: Array("{".utf8)) == nil)
        #expect(ChargeEvent(AMQPProperties(), body: Array(#"{"status":"approved"}"#.utf8)) == nil)
    }

    private var structured: AMQPProperties {
        var properties = AMQPProperties()
        properties.contentType = "application/cloudevents+json; charset=utf-8"
        return properties
    }

    private func event(_ id: String, _ status: String, isFinal: Bool, of command: String = "c-1") throws -> ChargeEvent
    {
        let body = """
            {"specversion":"1.0","id":"\(id)","type":"io.getnet-bridge.charge.\(status).v1",
             "data":{"commandId":"\(command)","status":"\(status)","final":\(isFinal)}}
            """
        return try #require(ChargeEvent(structured, body: Array(body.utf8)))
    }
}

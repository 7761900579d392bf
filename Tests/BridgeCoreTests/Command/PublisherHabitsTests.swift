// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

/// What libraries of publishers send, and the specifications do not name first.
@Suite("Habits of publishers")
struct PublisherHabitsTests {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private func envelope(_ more: String = "") -> String {
        #"{"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"application/json"\#(more),"data":"#
            + CommandFixture.text() + "}"
    }

    private func message(_ body: [UInt8], _ contentType: String? = "application/json") -> CommandMessage {
        var message = CommandMessage.sample(CommandFixture.text())
        message.body = body
        message.fullSize = body.count
        message.contentType = contentType
        return message
    }

    @Test(
        "H: a content encoding that changes nothing is taken in any case",
        arguments: ["utf8", "UTF8", "Utf-8", "UTF-8", "identity", "Identity", "", nil]
    )
    func encodings(encoding: String?) {
        var message = CommandMessage.sample(CommandFixture.text())
        message.contentEncoding = encoding
        #expect(CommandFixture.read(message).faults.isEmpty)
    }

    @Test(
        "H: any other content encoding is refused in words",
        arguments: ["gzip", "utf-16", "utf 8", "base64", "utf-8, gzip"]
    )
    func otherEncodings(encoding: String) {
        var message = CommandMessage.sample(CommandFixture.text())
        message.contentEncoding = encoding
        #expect(CommandFixture.read(message).faults == ["content_encoding content_type_unsupported"])
    }

    @Test("H: a byte order mark in front of a command or a CloudEvent in either mode is passed over")
    func byteOrderMark() {
        let plain = Self.mark + Array(CommandFixture.text().utf8)
        #expect(CommandFixture.read(message(plain)).faults.isEmpty)
        let structured = message(Self.mark + Array(envelope().utf8), "application/cloudevents+json")
        #expect(CommandFixture.read(structured).faults.isEmpty)
        var binary = message(plain)
        binary.headers = ["ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t"]
        #expect(CommandFixture.read(binary).faults.isEmpty)
    }

    @Test("H: a byte order mark in front of a control message is passed over")
    func controlByteOrderMark() throws {
        let reader = ControlReader(
            rules: CommandReader.Rules(
                accounts: Accounts(.sample),
                maxBytes: 1_000,
                maxAge: .seconds(120),
                ownQueues: []
            )
        )
        let body = Self.mark + Array(#"{"type":"cancel","original":{"commandId":"c-1"}}"#.utf8)
        let message = CommandMessage(exchange: "getnet.control", routingKey: "cancel", body: body)
        #expect(try reader.read(message).verb == .cancel)
    }

    @Test("H: only one mark, and only in front", arguments: [0, 1])
    func misplacedMark(place: Int) {
        let text = Array(CommandFixture.text().utf8)
        let body = place == 0 ? Self.mark + Self.mark + text : text + Self.mark
        #expect(CommandFixture.read(message(body)).faults == [" invalid_json"])
    }

    @Test("H: trace context of a structured CloudEvent is carried on; that of the headers comes first")
    func traceContext() throws {
        let reader = CommandFixture.reader()
        let more = #","traceparent":"\#(Self.parent)","tracestate":"vendor=1""#
        var inside = message(Array(envelope(more).utf8), "application/cloudevents+json")
        _ = try reader.read(&inside, acceptedAt: .sample)
        #expect(inside.address.traceparent == Self.parent)
        #expect(inside.address.tracestate == "vendor=1")

        var both = message(Array(envelope(more).utf8), "application/cloudevents+json")
        both.address.traceparent = "00-header"
        _ = try reader.read(&both, acceptedAt: .sample)
        #expect(both.address.traceparent == "00-header")
        #expect(both.address.tracestate == nil)

        // A refused command keeps its trace context too.
        var refused = message(
            Array(envelope(more).replacing("charge", with: "chargo").utf8),
            "application/cloudevents+json"
        )
        #expect(throws: CommandRejection.self) { try reader.read(&refused, acceptedAt: .sample) }
        #expect(refused.address.traceparent == Self.parent)

        let long = #","tracestate":"\#(String(repeating: "x", count: 513))""#
        var tooLong = message(Array(envelope(long).utf8), "application/cloudevents+json")
        _ = try reader.read(&tooLong, acceptedAt: .sample)
        #expect(tooLong.address.tracestate == nil)
    }

    @Test("H: a correlation that is no text is refused in words, and so is a reply queue")
    func rawBytes() {
        var message = CommandMessage.sample(CommandFixture.text())
        message.unreadableProperties = ["correlation_id"]
        #expect(CommandFixture.read(message).faults == ["correlation_id invalid_format"])
        message.unreadableProperties = ["reply_to"]
        #expect(CommandFixture.read(message).faults == ["reply_to invalid_reply_to"])
        message.unreadableProperties = ["app_id"]
        #expect(CommandFixture.read(message).faults.isEmpty)
    }

    @Test("6: the earliest known time counts, of the publisher or of the broker")
    func earliest() throws {
        let now = Timestamp.sample
        func expiry(_ change: (inout CommandMessage) -> Void, time: Timestamp? = nil) throws -> Timestamp {
            var message = CommandMessage.sample(CommandFixture.text())
            if let time {
                message = self.message(
                    Array(envelope(#","time":"\#(time.description)""#).utf8),
                    "application/cloudevents+json"
                )
            }
            change(&message)
            return try CommandFixture.read(message).get().expiresAt
        }
        let (early, late) = (now - .seconds(100), now - .seconds(50))
        let life = Duration.seconds(120)
        #expect(try expiry({ _ in }) == now + life)
        #expect(try expiry({ $0.timestamp = late }) == late + life)
        #expect(try expiry({ ($0.timestamp, $0.firstDeath) = (late, early) }) == early + life)
        #expect(try expiry({ $0.timestamp = now }, time: early) == early + life)
        #expect(try expiry({ $0.timestamp = early }, time: late) == early + life)
        // A publisher's clock may be ahead within the tolerance: the command is taken, and its life is not longer.
        #expect(try expiry({ $0.timestamp = now + .seconds(300) }) == now + life)
        #expect(try expiry({ $0.expiredAt = now }) == now)
        #expect(try expiry({ ($0.timestamp, $0.expiredAt) = (now - .seconds(500), now) }) == now - .seconds(380))
    }

    @Test("E3: a time more than five minutes ahead is out of range, where it decides")
    func future() {
        let ahead = Timestamp.sample + .milliseconds(300_001)
        var message = CommandMessage.sample(CommandFixture.text())
        message.timestamp = ahead
        #expect(CommandFixture.read(message).faults == ["timestamp out_of_range"])
        message.timestamp = nil
        message.firstDeath = ahead
        #expect(CommandFixture.read(message).faults == ["x-death out_of_range"])
        let event = self.message(
            Array(envelope(#","time":"\#(ahead.description)""#).utf8),
            "application/cloudevents+json"
        )
        #expect(CommandFixture.read(event).faults == ["time out_of_range"])
        var own = CommandMessage.sample(
            CommandFixture.text(("expiresAt", #""\#((Timestamp.sample + .seconds(60)).description)""#))
        )
        own.timestamp = ahead
        #expect(CommandFixture.read(own).faults.isEmpty)
    }
}

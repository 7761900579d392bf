// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite struct `A command's envelope` {
    private func message(_ change: (inout CommandMessage) -> Void) -> CommandMessage {
        var message = CommandMessage.sample(CommandFixture.text())
        change(&message)
        return message
    }

    private func event(_ changes: (String, String?)...) -> CommandMessage {
        var attributes: [(String, String?)] = [
            ("specversion", #""1.0""#), ("id", #""1""#), ("source", #""/till""#), ("type", #""charge""#),
            ("data", CommandFixture.text()),
        ]
        for (name, value) in changes {
            attributes.removeAll { $0.0 == name }
            attributes.append((name, value))
        }
        let written = attributes.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
        return message {
            $0.body = Array("{\(written.joined(separator: ","))}".utf8)
            $0.fullSize = $0.body.count
            $0.contentType = "application/cloudevents+json"
        }
    }

    @Test(arguments: [
        nil, "", "application/json", "Application/JSON", "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"", "application/json ; x=y", "application/json; charset=us-ascii",
    ])
    func `may be any kind of plain JSON`(_ contentType: String?) {
        #expect(CommandFixture.read(message { $0.contentType = contentType }).faults == [])
    }

    @Test(arguments: [
        "text/plain", "application/xml", "application/octet-stream", "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16", "application/vnd.api+json", "application/cloudevents-batch+json", "json",
    ])
    func `of another type is refused`(_ contentType: String) {
        let read = CommandFixture.read(message { $0.contentType = contentType })
        #expect(read.faults == ["content_type content_type_unsupported"])
    }

    @Test func `may not be compressed`() {
        for encoding in ["gzip", "deflate", "br"] {
            let read = CommandFixture.read(message { $0.contentEncoding = encoding })
            #expect(read.faults == ["content_encoding content_type_unsupported"])
        }
        for encoding in ["", "utf-8", "UTF-8", "identity"] {
            #expect(CommandFixture.read(message { $0.contentEncoding = encoding }).faults == [])
        }
    }

    @Test func `may be a structured CloudEvent`() {
        #expect(CommandFixture.read(event()).faults == [])
        #expect(CommandFixture.read(event(("subject", #""x""#), ("extra", "1"), ("time", "null"))).faults == [])
        #expect(CommandFixture.read(event(("datacontenttype", #""application/json; charset=utf-8""#))).faults == [])
        #expect(CommandFixture.read(event(("datacontenttype", "null"))).faults == [])
    }

    @Test(
        arguments: [
            ("specversion", nil), ("specversion", #""0.3""#), ("specversion", "1.0"), ("id", nil), ("id", #""""#),
            ("source", nil), ("source", "1"), ("type", nil), ("data", nil), ("data", "[]"), ("data", #""{}""#),
            ("data", "null"), ("time", #""yesterday""#), ("time", "1"), ("datacontenttype", #""text/plain""#),
            ("datacontenttype", "1"),
        ] as [(String, String?)]
    )
    func `that is a broken structured CloudEvent is refused`(_ name: String, _ value: String?) {
        #expect(CommandFixture.read(event((name, value))).faults == [" invalid_cloud_event"])
    }

    @Test func `with a repeated attribute is refused`() {
        var twice = event()
        twice.body = Array(#"{"id":"2","#.utf8) + twice.body.dropFirst()
        twice.fullSize = twice.body.count
        #expect(CommandFixture.read(twice).faults == [" repeated_member"])
    }

    @Test func `may be a binary CloudEvent`() throws {
        let headers = ["ce-specversion": "1.0", "ce-id": "1", "ce-source": "/till", "ce-type": "charge"]
        #expect(CommandFixture.read(message { $0.headers = headers }).faults == [])
        for name in headers.keys where name != "ce-specversion" {
            let read = CommandFixture.read(message { $0.headers = headers.merging([name: ""]) { $1 } })
            #expect(read.faults == [" invalid_cloud_event"])
        }
        for (name, value) in [("ce-specversion", "0.3"), ("ce-time", "now")] {
            let read = CommandFixture.read(message { $0.headers = headers.merging([name: value]) { $1 } })
            #expect(read.faults == [" invalid_cloud_event"])
        }
    }

    @Test(
        arguments: [
            (-60, nil, 60), (0, nil, 120), (1, nil, 120), (-3_600, nil, -3_480), (nil, -30, 90),
            (-60, -30, 60), (-30, -60, 60), (-60, 30, 60), (60, 30, 120),
        ] as [(Int?, Int?, Int)]
    )
    func `says by its times how long a command without expiry lives`(_ sent: Int?, _ time: Int?, _ life: Int) throws {
        var event = time.map { self.event(("time", "\"\(Timestamp.sample + .seconds($0))\"")) } ?? self.event()
        event.timestamp = sent.map { .sample + .seconds($0) }
        #expect(CommandFixture.read(event).command?.expiresAt == .sample + .seconds(life))
        var headers = ["ce-specversion": "1.0", "ce-id": "1", "ce-source": "/till", "ce-type": "charge"]
        headers["ce-time"] = time.map { "\(Timestamp.sample + .seconds($0))" }
        let binary = message {
            $0.headers = headers
            $0.timestamp = event.timestamp
        }
        #expect(CommandFixture.read(binary).command?.expiresAt == .sample + .seconds(life))
    }

    @Test func `does not change an expiry that the command names`() {
        let expiring = message {
            $0.body = Array(CommandFixture.text(("expiresAt", #""2026-11-22T10:15:00Z""#)).utf8)
            $0.fullSize = $0.body.count
            $0.timestamp = .sample - .seconds(1_000)
        }
        #expect(CommandFixture.read(expiring).command?.expiresAt == .sample + .seconds(180))
    }

    @Test func `names the type by the first word of its key`() {
        for key in ["charge", "charge.main", "charge.main.extra"] {
            #expect(CommandFixture.read(message { $0.routingKey = key }).faults == [])
            let untyped = CommandMessage.sample(CommandFixture.text(("type", nil)), routingKey: key)
            #expect(CommandFixture.read(untyped).command?.content.type == .charge)
        }
        for key in ["", "refund", "charges.main", "Charge", ".main"] {
            #expect(CommandFixture.read(message { $0.routingKey = key }).faults == ["type type_mismatch"])
        }
        let untyped = CommandMessage.sample(CommandFixture.text(("type", nil)), routingKey: "nonsense.main")
        #expect(CommandFixture.read(untyped).faults == ["type unknown_type"])
    }

    @Test("K6: a second word of its key that is no account is the platform's own")
    func accountWord() {
        for key in ["charge", "charge.main", "charge.main.till-7", "charge.till-7", "charge.", "charge.Main"] {
            #expect(CommandFixture.read(message { $0.routingKey = key }).faults == [], "\(key)")
        }
    }

    @Test func `whose headers could not be read is refused, since one of them may have been its time`() {
        let read = CommandFixture.read(message { $0.headersWereDropped = true })
        #expect(read.faults == ["headers out_of_range"])
    }

    @Test func `may not ask for replies to the bridge's own queues`() {
        let own = message { $0.address.replyTo = "getnet-bridge.commands" }
        #expect(CommandFixture.read(own).faults == ["reply_to invalid_reply_to"])
        for queue in ["amq.rabbitmq.reply-to.g1h2AA", "till-3", ""] {
            #expect(CommandFixture.read(message { $0.address.replyTo = queue }).faults == [])
        }
    }

    @Test func `carries trace context within limits`() {
        let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let address = ReplyAddress(traceparent: traceparent, tracestate: String(repeating: "x", count: 512))
        #expect(address.traceparent == traceparent)
        #expect(address.tracestate?.count == 512)
        let hostile = String(repeating: "x", count: 100_000)
        #expect(ReplyAddress(traceparent: hostile, tracestate: hostile) == ReplyAddress())
    }
}

@Suite struct `Poison` {
    private func faults(_ body: [UInt8]) -> [String] {
        CommandFixture.read(CommandMessage(exchange: "x", routingKey: "charge", body: body)).faults
    }

    @Test func `is refused, whatever it is`() {
        #expect(faults([]) == [" invalid_json"])
        #expect(faults([0x00, 0xFF, 0x1F, 0x8B, 0x80]) == [" invalid_json"])
        #expect(faults(Array("[]".utf8)) == [" wrong_type"])
        #expect(faults(Array("null".utf8)) == [" wrong_type"])
        #expect(faults(Array(String(repeating: "[", count: 10_000).utf8)) == [" invalid_json"])
        #expect(faults(Array(String(repeating: #"{"a":"#, count: 10_000).utf8)) == [" invalid_json"])
        #expect(faults([UInt8](repeating: 0x5B, count: 5_000_000)) == [" body_too_large"])
        #expect(faults(Array("{\"\\ud800\":1}".utf8)) == [" invalid_json"])
    }

    @Test func `is cut off at the limit to the byte`() {
        let text = CommandFixture.text()
        let message = CommandMessage.sample(text)
        #expect(CommandFixture.read(message, by: CommandFixture.reader(maxBytes: text.utf8.count)).faults == [])
        let short = CommandFixture.read(message, by: CommandFixture.reader(maxBytes: text.utf8.count - 1))
        #expect(short.faults == [" body_too_large"])
        var cut = message
        cut.fullSize += 1
        #expect(CommandFixture.read(cut).faults == [" body_too_large"])
    }

    @Test func `of a hundred thousand faults reports the first ones, briefly`() throws {
        let long = String(repeating: "n", count: 5_000) + String(repeating: "\u{301}", count: 5_000)
        let members = (0..<2_000).map { "\"\($0)\(long.prefix($0 == 7 ? 5_000 : 3))\":null" }
        let text = "{\"\(long)\":null,\(members.joined(separator: ","))}"
        let rejection = try #require(CommandFixture.read(.sample(text)).rejection)
        #expect(rejection.faults.count == 50)
        #expect(rejection.faults.allSatisfy { $0.path.unicodeScalars.count <= 120 })
    }

    @Test func `in the path of a fault is cut, not the path of an honest one`() {
        let deep = #"{"address":{"delivery":{"instructions":{"language":null}}}}"#
        let read = CommandFixture.read(("metadata", deep))
        #expect(read.faults == ["metadata.address.delivery.instructions.language null"])
    }
}

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("Messages that are no commands")
struct PoisonTests {
    /// A message that must be refused.
    private struct Poison: Sendable {
        let name: String
        let body: [UInt8]
        let reasons: Set<String>
        /// If the headers exceed the bounds of what the bridge reads, it leaves all of them out.
        var keepsHeaders = true
        var change: @Sendable (inout AMQPProperties) -> Void = { _ in }

        init(
            _ name: String,
            _ body: [UInt8],
            _ reasons: Set<String>,
            keepsHeaders: Bool = true,
            _ change: @escaping @Sendable (inout AMQPProperties) -> Void = { _ in }
        ) {
            self.name = name
            self.body = body
            self.reasons = reasons
            self.keepsHeaders = keepsHeaders
            self.change = change
        }
    }

    private static let poison: [Poison] = {
        let good = ChargeCommand()
        var repeated = good
        repeated.more = #""reference":"ANOTHER""#
        var unknown = good
        unknown.more = #""surprise":1"#
        let nested =
            Array(#"{"commandId":"#.utf8) + Array(repeating: UInt8(ascii: "["), count: 10_000)
            + Array(repeating: UInt8(ascii: "]"), count: 10_000) + Array("}".utf8)
        return [
            Poison("empty", [], ["invalid_json"]),
            Poison("binary", [0, 255, 1, 254, 128], ["invalid_json"]),
            Poison("large", [UInt8](repeating: UInt8(ascii: "x"), count: 5_000_000), ["body_too_large"]),
            Poison("nested", nested, ["invalid_json"]),
            Poison(
                "types",
                Array(#"{"commandId":1,"type":[],"terminal":7,"amount":"15","reference":{}}"#.utf8),
                ["wrong_type"]
            ),
            Poison("unknown", unknown.json, ["unknown_member"]),
            Poison("repeated", repeated.json, ["repeated_member"]),
            Poison("content", good.json, ["content_type_unsupported"]) { $0.contentType = "text/plain" },
            Poison("header name", unknown.json, ["unknown_member"]) {
                $0.headers[String(repeating: "n", count: 255)] = .string("long")
            },
            Poison("properties", unknown.json, ["unknown_member"]) {
                $0.contentEncoding = "identity"
                $0.messageID = "message-of-the-caller"
                $0.timestamp = 1_700_000_000
                $0.replyTo = "replies"
            },
            Poison("binary headers", unknown.json, ["unknown_member"]) {
                $0.headers["blob"] = .bytes([0, 255, 1, 254, 128])
                $0.headers["ce-id"] = .bytes([0xC3, 0x28])
                $0.headers["getnet-reason"] = .bytes([7])
            },
            Poison("deep headers", good.json, ["out_of_range"], keepsHeaders: false) {
                $0.headers["deep"] = (1...12).reduce(AMQPValue.string("end")) { inner, level in
                    .table(["level-\(level)": inner])
                }
            },
        ]
            + ["commands", "control", "dead-letters", "owner"].map { queue in
                Poison("reply to \(queue)", good.json, ["invalid_reply_to"]) { $0.replyTo = "getnet-bridge.\(queue)" }
            }
    }()

    @Test func `each ends in the dead letters with its reason, is told, and the consumer goes on`() async throws {
        try await BridgeWorld.run { world in
            for poison in Self.poison {
                try await world.send(poison.body) {
                    $0.correlationID = poison.name
                    $0.headers["x-order"] = .string(poison.name)
                    $0.appID = "shop-7"
                    poison.change(&$0)
                }
            }
            let letters = try await world.surroundings.takeDeadLetters(Self.poison.count)
            for poison in Self.poison {
                let letter = try #require(letters.first { $0.properties.correlationID == poison.name })
                #expect(poison.reasons.contains(letter.header("getnet-reason") ?? ""), "\(poison.name)")
                #expect(letter.header("getnet-exchange") == world.configuration.commands.exchange)
                #expect(letter.header("getnet-routing-key") == "charge.main")
                // The header says which program to ask about it.
                #expect(letter.header("getnet-app-id") == "shop-7")
                #expect(letter.header("getnet-rejected-at").flatMap { Timestamp($0) } != nil)
                #expect(letter.header("getnet-detail")?.isEmpty == false)
                #expect(letter.header("x-order") == (poison.keepsHeaders ? poison.name : nil))
                #expect(letter.properties.headers["blob"] == nil && letter.properties.headers["deep"] == nil)
                var sent = AMQPProperties()
                poison.change(&sent)
                #expect(letter.properties.contentEncoding == sent.contentEncoding)
                #expect(letter.properties.replyTo == sent.replyTo)
                if let messageID = sent.messageID { #expect(letter.properties.messageID == messageID) }
                if let timestamp = sent.timestamp { #expect(letter.properties.timestamp == timestamp) }
                let whole = poison.body.count <= world.configuration.commands.maxBytes
                #expect(letter.body == (whole ? poison.body : Array(poison.body.prefix(4_096))), "\(poison.name)")
                let event = try await world.events.first("\(poison.name) is told") { $0.correlationID == poison.name }
                #expect(event.routingKey == "command.rejected.cl.main.-.-")
                #expect(event.id == letter.header("getnet-event-id"))
            }
            let command = ChargeCommand()
            try await world.send(command)
            #expect(try await world.events.final(of: command.commandID).status == "approved")
            #expect(world.simulator.ledger.summary.posts == 1)
            #expect(try await world.virtualHost.depth(of: world.configuration.commands.queue) == 0)
        }
    }

    @Test func `an entry that cannot be written as a message stops neither the others nor the commands`() async throws {
        try await BridgeWorld.run { world in
            // No message over AMQP leads to such an entry any more, so the test puts it into the store by hand.
            let message = CommandMessage(
                exchange: world.configuration.commands.exchange,
                routingKey: "charge.main",
                body: [],
                address: ReplyAddress(correlationID: String(repeating: "c", count: 300))
            )
            let rejection = CommandRejection(faults: [CommandFault("", .invalidJSON, "put there by hand")])
            _ = try await world.store.reject(rejection, of: message, at: .current)
            let series = #"events_total{outcome="unencodable"}"#
            try await eventually("both entries are set aside") { try await world.metric(series) >= 2 }
            let command = ChargeCommand()
            try await world.send(command)
            #expect(try await world.events.final(of: command.commandID).status == "approved")
            try await eventually("the outbox is empty") { try await world.store.census().pendingEntries == 0 }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import Foundation
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// What publishers and the broker do, through the whole bridge.
@Suite("Commands as they arrive")
struct ArrivalTests {
    @Test("H: a command that expires in its queue ends as failed, command_expired")
    func expired() async throws {
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge { _ in }
            let command = ChargeCommand()
            try await surroundings.send(command) {
                $0.expiration = "1"
                $0.correlationID = "order-7"
            }
            try await eventually("it died in the queue") {
                try await surroundings.virtualHost.depth(of: surroundings.configuration.commands.queue + ".expired")
                    == 1
            }
            try await surroundings.withBridge { world in
                let event = try await world.events.final(of: command.commandID)
                #expect(event.status == "failed")
                #expect(event.reason == "command_expired")
                #expect(event.correlationID == "order-7")
                #expect(world.simulator.ledger.summary.posts == 0)
                // People look for it among the messages that the bridge did not take.
                let letter = try await world.surroundings.takeDeadLetters(1)[0]
                #expect(letter.body == command.json)
                try await eventually("its queue is empty") {
                    try await world.virtualHost.depth(of: world.configuration.commands.queue + ".expired") == 0
                }
            }
        }
    }

    @Test("H: if a taken command comes again and expires, its current status is told")
    func expiredAgain() async throws {
        try await Surroundings.run { surroundings in
            let command = ChargeCommand()
            try await surroundings.withBridge { world in
                try await world.send(command)
                #expect(try await world.events.final(of: command.commandID).status == "approved")
            }
            try await surroundings.virtualHost.declareQueue("replies.again")
            try await surroundings.send(command) {
                $0.expiration = "1"
                $0.replyTo = "replies.again"
            }
            try await surroundings.withBridge { world in
                let reply = try await world.surroundings.take(1, from: "replies.again")[0]
                #expect(try JSONParser.parse(reply.body)["data"]?["status"]?.string == "approved")
                #expect(world.simulator.ledger.summary.posts == 1)
            }
        }
    }

    @Test("H: an expired message that is no command gets its refusal, and a copy of a dead letter gets nothing")
    func expiredPoison() async throws {
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge { _ in }
            try await surroundings.send(Array(#"{"commandId":"c-1"}"#.utf8)) { $0.expiration = "1" }
            try await surroundings.withBridge { world in
                let refusal = try await world.events.first("it is refused") { !$0.faults.isEmpty }
                #expect(refusal.faults.contains("required"))
                // The broker's letter and the bridge's; the bridge does not refuse the second one again.
                let letters = try await world.surroundings.takeDeadLetters(2)
                #expect(letters.compactMap { $0.header("getnet-event-id") } == [refusal.id].compactMap { $0 })
                try await eventually("its queue is empty") {
                    try await world.virtualHost.depth(of: world.configuration.commands.queue + ".expired") == 0
                }
                #expect(world.events.all.filter { !$0.faults.isEmpty }.count == 1)
            }
        }
    }

    @Test("H: a correlation_id of 16 raw bytes is refused in words, and nothing is charged")
    func rawCorrelation() async throws {
        try await BridgeWorld.run { world in
            // The bytes of a UUID as some clients write them. They are not UTF-8.
            let raw: [UInt8] = [
                0x01, 0xA2, 0x2A, 0xE0, 0xBA, 0xA6, 0x71, 0x13, 0xBC, 0x39, 0x8E, 0xE3, 0x92, 0x16, 0xCC, 0x9B,
            ]
            let command = ChargeCommand()
            var conversation = RawAMQP(virtualHost: world.virtualHost.name)
            conversation.publish(
                to: world.configuration.commands.exchange,
                key: "charge.main",
                body: command.json,
                correlationID: raw,
                timestamp: Int(Date().timeIntervalSince1970)
            )
            let event = try await conversation.send(to: world.virtualHost.broker.port) {
                try await world.events.first("it is refused") { !$0.faults.isEmpty }
            }
            #expect(event.faults == ["invalid_format"])
            #expect(String(decoding: event.body, as: UTF8.self).contains("correlation_id"))
            #expect(event.correlationID == nil && event.commandID == command.commandID)
            #expect(try await world.surroundings.takeDeadLetters(1)[0].body == command.json)
            #expect(world.simulator.ledger.summary.posts == 0)
        }
    }

    @Test("E3: if no time is earlier, the command's time is when another queue first dropped it")
    func firstDeath() async throws {
        try await BridgeWorld.run { world in
            func death(_ minutesAgo: Double, _ queue: String) -> AMQPValue {
                let time = UInt64(Date(timeIntervalSinceNow: -60 * minutesAgo).timeIntervalSince1970)
                return .table([
                    "queue": .string(queue), "reason": "expired", "count": .int64(1), "time": .timestamp(time),
                ])
            }
            let (old, fresh) = (ChargeCommand(), ChargeCommand())
            try await world.send(old) {
                $0.timestamp = nil
                $0.headers["x-death"] = .array([death(0.1, "retry"), death(10, "of-the-shop")])
            }
            try await world.send(fresh) {
                $0.timestamp = nil
                $0.headers["x-death"] = .array([death(0.1, "retry")])
            }
            #expect(try await world.events.final(of: old.commandID).reason == "command_expired")
            #expect(try await world.events.final(of: fresh.commandID).status == "approved")
            #expect(world.simulator.ledger.summary.posts == 1)
        }
    }

    @Test("H: trace context inside a CloudEvent, a byte order mark and `utf8` reach every event")
    func habits() async throws {
        try await BridgeWorld.run { world in
            let command = ChargeCommand()
            let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let head =
                #"{"specversion":"1.0","id":"1","source":"/s","type":"t","traceparent":"\#(parent)","tracestate":"v=1","data":"#
            let body = [0xEF, 0xBB, 0xBF] + Array(head.utf8) + command.json + Array("}".utf8)
            try await world.send(body) {
                $0.contentType = "application/cloudevents+json"
                $0.contentEncoding = "utf8"
            }
            #expect(try await world.events.final(of: command.commandID).status == "approved")
            for event in world.events.of(command.commandID) {
                #expect(event.headers["traceparent"] == .string(parent))
                #expect(event.headers["tracestate"] == "v=1")
                #expect(event.envelope["traceparent"]?.string == parent)
            }
        }
    }

    @Test("6: a bridge that gets nothing although it is connected is found within 15 s and named")
    func notConsuming() async throws {
        try await Surroundings.run { surroundings in
            try await FaultProxy.use(to: surroundings.virtualHost.broker.port) { proxy in
                try await surroundings.withBridge({
                    $0.amqp.hosts = [.init(host: "127.0.0.1", port: proxy.port)]
                    // The bridge must not see a lost connection first.
                    $0.amqp.heartbeat = .seconds(60)
                }) { world in
                    // After it connects, the bridge looks at the topology. A look that meets the stall would be another
                    // fault, so the test waits for the looks to end.
                    try await always("it is ready", for: TopologyWatch.settleTime * 10) { world.bridge.takesCommands }
                    proxy.stall(.toClient)
                    try await eventually("it is named", within: .seconds(15)) {
                        let page = try await world.health("/readyz/commands?verbose")
                        return page.status == 503 && page.text.contains("[-] consumer: connected but not consuming")
                    }
                    proxy.pass()
                    try await world.settle()
                    let command = ChargeCommand()
                    try await world.send(command)
                    #expect(try await world.events.final(of: command.commandID).status == "approved")
                }
            }
        }
    }

    @Test("6: a bridge that is idle for long stays ready, and its queue stays empty")
    func idle() async throws {
        try await BridgeWorld.run { world in
            try await always("it is ready", for: ProbeRounds.idleLimit * 2) {
                let page = try await world.health("/readyz/commands")
                return page.status == 200
            }
            #expect(try await world.virtualHost.depth(of: world.configuration.commands.queue) == 0)
            #expect(world.events.all.isEmpty)
            #expect(try await world.store.transactions(TransactionQuestion()).isEmpty)
        }
    }
}

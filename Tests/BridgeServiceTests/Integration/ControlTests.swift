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

@Suite("The control queue")
struct ControlTests {
    @Test func `a cancel of what waits ends it, nothing is sent, and a repetition gets the same event`() async throws {
        try await BridgeWorld.run(configure: { $0.submit.busyRetryAfter = .seconds(20) }) { world in
            try await world.virtualHost.declareQueue("cancels")
            // 410: the terminal is busy at the first POST.
            let command = ChargeCommand(amount: 15_410)
            try await world.send(command)
            _ = try await world.events.first("it waits") { $0.status == "waiting" }
            for number in 0..<2 {
                try await world.control("cancel", #""original":{"commandId":"\#(command.commandID)"}"#) {
                    ($0.replyTo, $0.correlationID) = ("cancels", "cancel-\(number)")
                }
            }
            let final = try await world.events.final(of: command.commandID)
            #expect(final.status == "failed")
            #expect(final.reason == "cancelled_before_start")
            let answers = try await world.surroundings.take(2, from: "cancels")
            #expect(answers.map(\.properties.messageID) == [final.id, final.id])
            #expect(Set(answers.map(\.properties.correlationID)) == ["cancel-0", "cancel-1"])
            #expect(try await world.metric(#"commands_total{type="cancel",outcome="accepted"}"#) == 1)
            #expect(try await world.metric(#"commands_total{type="cancel",outcome="repeated"}"#) == 1)
            #expect(try await world.posts(of: command.commandID).count == 1)
            #expect(try await world.metric(#"amqp_connected{role="control"}"#) == 1)
        }
    }

    @Test func `a cancel of what was sent is refused with the transaction's status`() async throws {
        try await BridgeWorld.run(configure: { $0.reconcile.firstQueryAfter = .seconds(60) }) { world in
            world.simulator.controls.holdCallbacks()
            let command = ChargeCommand()
            try await world.send(command)
            let submitted = try await world.events.first("submitted") { $0.status == "submitted" }
            let id = try #require(submitted.transactionID)
            try await world.control("cancel", #""commandId":"x-1","original":{"transactionId":"\#(id)"}"#)
            let refusal = try await world.events.first("it is refused") { $0.commandID == "x-1" }
            #expect(refusal.faults == ["not_possible"])
            #expect(refusal.data["conflict"]?["transactionId"]?.string == id)
            #expect(refusal.data["conflict"]?["status"]?.string == "submitted")
            #expect(refusal.data["conflict"]?["final"] == .bool(false))
            world.simulator.controls.releaseCallbacks()
            #expect(try await world.events.final(of: command.commandID).status == "approved")
            let letter = try await world.surroundings.takeDeadLetters(1)[0]
            #expect(letter.header("getnet-reason") == "not_possible")
            #expect(letter.routingKey == "cancel")
        }
    }

    @Test func `a status is answered with the latest event or not_found, and starts nothing`() async throws {
        try await BridgeWorld.run { world in
            try await world.virtualHost.declareQueue("asked")
            let command = ChargeCommand()
            try await world.send(command)
            let final = try await world.events.final(of: command.commandID)
            try await world.control("status", #""original":{"commandId":"\#(command.commandID)"}"#) {
                ($0.replyTo, $0.correlationID) = ("asked", "q-1")
            }
            let answer = try await world.surroundings.take(1, from: "asked")[0]
            #expect(answer.properties.messageID == final.id)
            #expect(answer.properties.correlationID == "q-1")
            try await world.control("status", #""commandId":"q-2","original":{"commandId":"nobody"}"#) {
                ($0.replyTo, $0.correlationID) = ("asked", "q-2")
            }
            let unknown = try await world.surroundings.take(1, from: "asked")[0]
            #expect(unknown.properties.type == "io.getnet-bridge.status.not_found.v1")
            let event = try JSONParser.parse(unknown.body)
            #expect(event["data"]?["original"]?["commandId"]?.string == "nobody")
            try await world.control("status", #""commandId":"q-3","original":{"commandId":"nobody"}"#)
            let refusal = try await world.events.first("it is refused") { $0.commandID == "q-3" }
            #expect(refusal.faults == ["required"])
            #expect(!world.events.all.contains { $0.commandID == "q-2" })
            #expect(world.simulator.ledger.summary.posts == 1)
            #expect(try await world.metric(#"commands_total{type="status",outcome="not_found"}"#) == 1)
            #expect(try await world.metric(#"commands_total{type="status",outcome="accepted"}"#) == 1)
            #expect(try await world.metric(#"commands_total{type="status",outcome="rejected"}"#) == 1)
        }
    }

    @Test func `control messages are answered while no command is taken`() async throws {
        try await Surroundings.run(configure: { $0.outbox.holdCommandsAfter = .milliseconds(200) }) { surroundings in
            try await surroundings.withBridge { _ in }
            try await surroundings.virtualHost.declareQueue("asked")
            try await surroundings.withBridge({ $0.topology.mode = .none }) { world in
                let command = ChargeCommand(amount: 15_410)
                try await world.send(command)
                _ = try await world.events.first("it waits") {
                    $0.commandID == command.commandID && $0.status == "waiting"
                }
                try await world.surroundings.deleteEventsExchange()
                try await eventually("the outbox stands in the way", within: BridgeWorld.patience) {
                    try await world.health("/readyz/commands?verbose").text.contains("[-] outbox:")
                }
                let original = #""original":{"commandId":"\#(command.commandID)"}"#
                try await world.control("status", original) { $0.replyTo = "asked" }
                #expect(try await world.surroundings.take(1, from: "asked").count == 1)
                #expect(!world.bridge.takesCommands)
            }
        }
    }

    @Test func `a cancel outlives a full disk and is acknowledged only when it is durable`() async throws {
        try await Surroundings.run(configure: { $0.submit.busyRetryAfter = .seconds(20) }) { surroundings in
            try await surroundings.withFailingStore { world, store in
                let command = ChargeCommand(amount: 15_410)
                try await world.send(command)
                _ = try await world.events.first("it waits") { $0.status == "waiting" }
                store.fillDisk(true)
                try await world.control("cancel", #""original":{"commandId":"\#(command.commandID)"}"#)
                try await always("nothing is told", for: .milliseconds(500)) {
                    try await world.virtualHost.depth(of: world.configuration.deadLetters.queue) == 0
                        && !world.events.of(command.commandID).contains(where: \.isFinal)
                }
                store.fillDisk(false)
                #expect(try await world.events.final(of: command.commandID).reason == "cancelled_before_start")
            }
        }
    }

    @Test func `each queue refuses the other's messages`() async throws {
        try await BridgeWorld.run { world in
            try await world.send(Array(#"{"type":"cancel","commandId":"a"}"#.utf8), routingKey: "cancel")
            let command = try await world.events.first("the command queue refuses") { $0.commandID == "a" }
            #expect(command.faults.contains("wrong_exchange"))
            let charge = ChargeCommand()
            try await world.control(body: charge.json, routingKey: "charge.main")
            let control = try await world.events.first("the control queue refuses") {
                $0.commandID == charge.commandID
            }
            #expect(control.faults.contains("wrong_exchange"))
            #expect(world.simulator.ledger.summary.posts == 0)
        }
    }
}

extension CommandSending {
    /// Publishes a control message of a type with further members.
    func control(
        _ type: String,
        _ members: String,
        _ change: (inout AMQPProperties) -> Void = { _ in }
    ) async throws {
        try await control(body: Array(#"{"type":"\#(type)",\#(members)}"#.utf8), routingKey: type, change)
    }

    /// Publishes any body as a control message.
    func control(
        body: [UInt8],
        routingKey: String,
        _ change: (inout AMQPProperties) -> Void = { _ in }
    ) async throws {
        var properties = AMQPProperties()
        properties.contentType = "application/json"
        properties.deliveryMode = .persistent
        change(&properties)
        let message = AMQPMessage(
            exchange: configuration.control.exchange,
            routingKey: routingKey,
            mandatory: true,
            properties: properties,
            body: body
        )
        try await eventually("the control message is confirmed", within: BridgeWorld.patience) {
            await publisher.publish(message) == .confirmed
        }
    }
}

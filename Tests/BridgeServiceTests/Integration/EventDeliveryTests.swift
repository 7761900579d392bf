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

@Suite("Events reach every bound queue")
struct EventDeliveryTests {
    @Test func `bound to approvals only, every approval arrives and nothing else`() async throws {
        try await BridgeWorld.run(bindings: ["charge.approved.#"]) { world in
            var commands: [ChargeCommand] = []
            for number in 0..<30 {
                let command = ChargeCommand(
                    terminal: BridgeWorld.terminal(number + 1),
                    amount: number.isMultiple(of: 3) ? 15_101 : 15_000
                )
                commands.append(command)
                try await world.send(command)
            }
            for command in commands where command.amount == 15_000 {
                _ = try await world.events.final(of: command.commandID)
            }
            try await eventually("every charge ended") { try await world.store.census().unfinished.isEmpty }
            #expect(world.events.all.count == 20)
            #expect(world.events.all.allSatisfy { $0.status == "approved" })
        }
    }

    @Test func `without a bound queue charges end and the outbox drains; a final event arrives once a queue is bound`()
        async throws
    {
        try await BridgeWorld.run(bindings: []) { world in
            var commands: [ChargeCommand] = []
            for number in 0..<200 {
                let command = ChargeCommand(terminal: BridgeWorld.terminal(number + 1))
                commands.append(command)
                try await world.send(command)
            }
            try await eventually("every charge ended and the outbox is empty", within: BridgeWorld.patience) {
                let census = try await world.store.census()
                return census.unfinished.isEmpty && census.pendingEntries == 0
                    && world.simulator.ledger.summary.sales == 200
            }
            #expect(world.bridge.takesCommands)
            try await world.virtualHost.bind(EventLog.queue, to: world.configuration.events.exchange)
            for command in commands {
                #expect(try await world.events.final(of: command.commandID).status == "approved")
            }
            #expect(world.events.all.filter { !$0.isFinal }.isEmpty)
        }
    }

    @Test func `a reply queue that is deleted in mid-charge disturbs nothing`() async throws {
        try await BridgeWorld.run { world in
            try await world.virtualHost.declareQueue("replies.gone")
            world.simulator.controls.holdCallbacks()
            let command = ChargeCommand()
            try await world.send(command) { $0.replyTo = "replies.gone" }
            _ = try await world.surroundings.take(2, from: "replies.gone")
            try await world.virtualHost.deleteQueue("replies.gone")
            world.simulator.controls.releaseCallbacks()
            #expect(try await world.events.final(of: command.commandID).status == "approved")
            let next = ChargeCommand(terminal: BridgeWorld.terminal(2))
            try await world.virtualHost.declareQueue("replies.there")
            try await world.send(next) { $0.replyTo = "replies.there" }
            _ = try await world.events.final(of: next.commandID)
            _ = try await world.surroundings.take(3, from: "replies.there")
            #expect(world.events.statuses(of: command.commandID) == ["accepted", "submitted", "approved"])
        }
    }

    @Test func `direct reply-to is answered with every event`() async throws {
        try await BridgeWorld.run { world in
            let session = try await AMQPSession.open(world.virtualHost.endpoint())
            try await session.consume(queue: "amq.rabbitmq.reply-to", automaticAcknowledgement: true)
            let command = ChargeCommand()
            var properties = AMQPProperties()
            properties.contentType = "application/json"
            properties.replyTo = "amq.rabbitmq.reply-to"
            properties.correlationID = "direct"
            properties.timestamp = UInt64(clamping: Timestamp.current.milliseconds / 1_000)
            let message = AMQPMessage(
                exchange: world.configuration.commands.exchange,
                routingKey: "charge.main",
                mandatory: true,
                properties: properties,
                body: command.json
            )
            #expect(await session.publish(message) == .confirmed)
            var seen: [String] = []
            while seen.count < 3, let delivery = try await session.nextDelivery(timeout: .seconds(10)) {
                #expect(delivery.properties.correlationID == "direct")
                let event = try JSONParser.parse(delivery.body)
                if let status = event["data"]?["status"]?.string { seen.append(status) }
            }
            #expect(Set(seen) == ["accepted", "submitted", "approved"])
            await session.close()
        }
    }

    @Test func `in binary mode the body is the data and the attributes are headers`() async throws {
        try await BridgeWorld.run(configure: { $0.events.mode = .binary }) { world in
            let command = ChargeCommand()
            try await world.send(command)
            try await eventually("three events arrived") { world.events.all.count == 3 }
            let last = try #require(world.events.all.last)
            #expect(last.envelope["status"]?.string == "approved")
            #expect(last.envelope["commandId"]?.string == command.commandID)
            // cloudevents.core.bindings.rabbitmq gives the headers these names (docs/promises.md 3.5).
            #expect(last.headers["ce-specversion"] == "1.0")
            #expect(last.headers["ce-type"] == "io.getnet-bridge.charge.approved.v1")
            #expect(last.headers["ce-id"] == last.id.map { .string($0) })
            #expect(last.headers["ce-subject"] == last.envelope["transactionId"]?.string.map { .string($0) })
        }
    }

    @Test func `steps on the way can be switched off, ends cannot`() async throws {
        try await BridgeWorld.run(
            configure: { $0.events.statuses.subtract([.accepted, .submitted, .waiting]) }
        ) { world in
            try await world.meet([
                Expectation(0, "approved"), Expectation(410, "approved"), Expectation(305, "in_doubt"),
            ])
            #expect(world.events.all.allSatisfy { $0.isFinal || $0.status == "in_doubt" })
            try await eventually("the outbox is empty") { try await world.store.census().pendingEntries == 0 }
        }
    }

    @Test func `correlation and trace context come back on every event`() async throws {
        try await BridgeWorld.run { world in
            let command = ChargeCommand()
            let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            try await world.send(command) {
                $0.correlationID = "order-991"
                $0.headers["traceparent"] = .string(parent)
                $0.headers["tracestate"] = "vendor=1"
            }
            _ = try await world.events.final(of: command.commandID)
            for event in world.events.of(command.commandID) {
                #expect(event.correlationID == "order-991")
                #expect(event.headers["traceparent"] == .string(parent))
                #expect(event.headers["tracestate"] == "vendor=1")
                #expect(event.envelope["traceparent"]?.string == parent)
                #expect(event.envelope["correlationid"]?.string == "order-991")
                #expect(event.envelope["causationid"]?.string == command.commandID)
                #expect(event.envelope["partitionkey"]?.string == event.transactionID)
                #expect(event.envelope["id"]?.string == event.id)
            }
        }
    }

    @Test func `connections that the broker closes under load lose nothing and keep the order`() async throws {
        try await BridgeWorld.run { world in
            var commands: [ChargeCommand] = []
            for number in 0..<120 {
                let command = ChargeCommand(terminal: BridgeWorld.terminal(number + 1))
                commands.append(command)
            }
            let all = commands
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { for command in all { try await world.send(command) } }
                group.addTask {
                    for name in ["getnet-bridge events", "getnet-bridge commands"] {
                        try await world.virtualHost.closeConnection(named: name)
                    }
                }
                try await group.waitForAll()
            }
            for command in all {
                #expect(try await world.events.final(of: command.commandID).status == "approved")
                world.events.expectOrder(of: command.commandID)
            }
            #expect(world.simulator.ledger.summary.posts == 120)
            #expect(world.simulator.ledger.summary.repeatedSales == 0)
        }
    }
}

extension EventLog {
    /// Every event arrived, and the first arrivals came in order; an event that arrives again has the same id.
    ///
    /// `submitted` is missing when a callback overtakes the acknowledgement; `waiting` is between them when a POST was
    /// held back.
    func expectOrder(of commandID: String, _ statuses: [String] = ["accepted", "submitted", "approved"]) {
        var seen: Set<String> = []
        let first = of(commandID).filter { $0.id.map { seen.insert($0).inserted } ?? true }
        let arrived = first.compactMap(\.status).filter { $0 != "waiting" }
        let expected = statuses.filter { $0 != "waiting" }
        #expect(arrived == expected || arrived == expected.filter { $0 != "submitted" }, "\(arrived)")
        #expect(first.compactMap(\.sequence) == first.compactMap(\.sequence).sorted())
    }
}

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

@Suite("A command that comes again")
struct IdempotencyTests {
    @Test func `ten deliveries over two connections at once are one sale`() async throws {
        try await BridgeWorld.run { world in
            let command = ChargeCommand()
            let other = AMQPPublisher(endpoint: world.virtualHost.endpoint(), name: "other", logger: BridgeWorld.quiet)
            try await withRunning({ await other.run() }) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<10 {
                        let sender = number.isMultiple(of: 2) ? world.publisher : other
                        group.addTask { try await world.send(command.json, by: sender) }
                    }
                    try await group.waitForAll()
                }
                _ = try await world.events.final(of: command.commandID)
                try await eventually("all ten were taken") {
                    try await world.metric(#"commands_total{type="charge",outcome="repeated"}"#) == 9
                }
            }
            #expect(world.simulator.ledger.summary.posts == 1)
            #expect(world.events.statuses(of: command.commandID) == ["accepted", "submitted", "approved"])
            #expect(try await world.virtualHost.depth(of: world.configuration.deadLetters.queue) == 0)
        }
    }

    @Test func `a new expiry, new metadata and another order of members are the same command`() async throws {
        try await BridgeWorld.run { world in
            let command = ChargeCommand(more: #""metadata":{"try":1},"options":{"saleType":1,"printOnPos":false}"#)
            try await world.send(command)
            _ = try await world.events.final(of: command.commandID)
            let expiry = Timestamp.current + .seconds(600)
            try await world.send(
                Array(
                    """
                    {"metadata":{"try":2},"expiresAt":"\(expiry)","options":{"printOnPos":false,"saleType":1.0},
                    "reference":"\(command.reference)","amount":{"currency":"CLP","value":1.5e4},
                    "terminal":{"serialNumber":"snprueba1234","idSucursal":12983,"idTerminal":"80005000"},
                    "type":"charge","commandId":"\(command.commandID)"}
                    """.utf8
                )
            )
            try await eventually("it was taken as the same") {
                try await world.metric(#"commands_total{type="charge",outcome="repeated"}"#) == 1
            }
            #expect(world.simulator.ledger.summary.posts == 1)
            #expect(world.events.all.allSatisfy { $0.commandID == command.commandID && $0.status != nil })
            #expect(world.events.of(command.commandID).last?.data["metadata"]?["try"]?.integer == 1)
        }
    }

    @Test func `other content under the same id is refused and the first one goes on untouched`() async throws {
        try await BridgeWorld.run { world in
            world.simulator.controls.holdCallbacks()
            let command = ChargeCommand()
            try await world.send(command)
            let first = try await world.events.first("submitted") { $0.status == "submitted" }
            var other = command
            other.amount = 16_000
            try await world.send(other) { $0.correlationID = "other" }
            let refusal = try await world.events.first("it is refused") { $0.data["conflict"] != nil }
            #expect(refusal.routingKey == "command.rejected.cl.main.-.-")
            #expect(refusal.correlationID == "other")
            #expect(refusal.data["conflict"]?["transactionId"]?.string == first.transactionID)
            #expect(refusal.data["conflict"]?["status"]?.string == "submitted")
            #expect(refusal.data["conflict"]?["final"] == .bool(false))
            let letter = try await world.surroundings.takeDeadLetters(1)[0]
            #expect(letter.body == other.json)
            #expect(letter.header("getnet-reason") == "idempotency_conflict")
            #expect(letter.header("getnet-event-id") == refusal.id)
            world.simulator.controls.releaseCallbacks()
            let final = try await world.events.final(of: command.commandID)
            #expect(final.status == "approved")
            #expect(final.data["amount"]?["value"]?.integer == 15_000)
            #expect(world.simulator.ledger.summary.posts == 1)
        }
    }

    @Test func `a reference in use is refused while unfinished, in doubt or approved, and free after a decline`()
        async throws
    {
        try await BridgeWorld.run(simulate: { $0.thinkTime = .seconds(60) }) { world in
            // 203: the callback comes after think time; 305: no answer, no callback; 101: declined.
            let cases: [(amount: Int64, state: @Sendable (EventLog.Entry) -> Bool, isRefused: Bool)] = [
                (15_000, { $0.status == "submitted" }, true),
                (15_305, { $0.status == "in_doubt" }, true),
                (15_000, { $0.status == "approved" }, true),
                (15_101, { $0.status == "declined" }, false),
                (15_110, { $0.status == "not_completed" }, false),
            ]
            for (number, item) in cases.enumerated() {
                let first = ChargeCommand(terminal: BridgeWorld.terminal(number + 1), amount: item.amount)
                try await world.send(first)
                let before = try await world.events.first("case \(number)") {
                    $0.commandID == first.commandID && item.state($0)
                }
                let second = ChargeCommand(terminal: BridgeWorld.terminal(number + 101), reference: first.reference)
                try await world.send(second)
                let answer = try await world.events.first("an answer to case \(number)") {
                    $0.commandID == second.commandID
                }
                let code = answer.faults.first
                #expect(code == (item.isRefused ? "reference_in_use" : nil), "case \(number)")
                #expect(answer.status == (item.isRefused ? nil : "accepted"), "case \(number)")
                if item.isRefused {
                    #expect(answer.data["conflict"]?["transactionId"]?.string == before.transactionID)
                    #expect(try await world.posts(of: second.commandID).isEmpty)
                }
            }
        }
    }

    @Test func `the latest event answers the repeated delivery, and later ones go there too`() async throws {
        try await BridgeWorld.run { world in
            for queue in ["replies.one", "replies.two"] { try await world.virtualHost.declareQueue(queue) }
            world.simulator.controls.holdCallbacks()
            let command = ChargeCommand()
            try await world.send(command) { ($0.replyTo, $0.correlationID) = ("replies.one", "one") }
            let submitted = try await world.events.first("submitted") { $0.status == "submitted" }
            let one = try await world.surroundings.take(2, from: "replies.one")
            #expect(one.allSatisfy { $0.properties.correlationID == "one" })
            try await world.send(command) { ($0.replyTo, $0.correlationID) = ("replies.two", "two") }
            let latest = try await world.surroundings.take(1, from: "replies.two")[0]
            #expect(latest.properties.messageID == submitted.id)
            #expect(latest.properties.correlationID == "two")
            world.simulator.controls.releaseCallbacks()
            let final = try await world.events.final(of: command.commandID)
            #expect(final.correlationID == "two")
            let last = try await world.surroundings.take(1, from: "replies.two")[0]
            #expect(last.properties.messageID == final.id)
            #expect(try await world.virtualHost.depth(of: "replies.one") == 0)
        }
    }
}

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

@Suite("Exchanges and queues")
struct TopologyTests {
    /// A queue as the management API shows it.
    private struct Queue: Decodable {
        let arguments: [String: Argument]
        let durable: Bool
        let type: String
    }

    private enum Argument: Decodable, Equatable {
        case text(String)
        case number(Int)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    private func queue(_ name: String, in world: BridgeWorld) async throws -> Queue {
        let answer = try await world.virtualHost.broker.management("GET", "queues/\(world.virtualHost.name)/\(name)")
        return try JSONDecoder().decode(Queue.self, from: answer)
    }

    @Test func `declare makes everything with the arguments of the contract`() async throws {
        try await BridgeWorld.run { world in
            let work: [String: Argument] = [
                "x-queue-type": .text("quorum"), "x-dead-letter-exchange": .text("getnet.dead-letters"),
                "x-dead-letter-strategy": .text("at-least-once"), "x-overflow": .text("reject-publish"),
                "x-delivery-limit": .number(100),
            ]
            for name in ["getnet-bridge.commands", "getnet-bridge.control"] {
                let queue = try await queue(name, in: world)
                #expect(queue.arguments == work)
                #expect(queue.durable)
            }
            let letters = try await queue("getnet-bridge.dead-letters", in: world)
            #expect(letters.arguments == ["x-queue-type": .text("quorum")])
            for name in ["getnet.commands", "getnet.control", "getnet.events", "getnet.dead-letters"] {
                let answer = try await world.virtualHost.broker.management(
                    "GET",
                    "exchanges/\(world.virtualHost.name)/\(name)"
                )
                let exchange = try JSONParser.parse(Array(answer))
                #expect(exchange["type"]?.string == "topic")
                #expect(exchange["durable"] == .bool(true))
            }
        }
    }

    @Test func `verify names what is missing, takes nothing, and goes on once it is there`() async throws {
        try await Surroundings.run(configure: { $0.topology.mode = .verify }) { surroundings in
            try await surroundings.withBridge(isSettled: false) { world in
                try await eventually("the missing queue is named") {
                    let parts = try await world.health("/readyz/commands?verbose")
                    return parts.status == 503 && parts.text.contains("[-] topology:")
                        && parts.text.contains("getnet-bridge.commands")
                }
                #expect(try await world.health("/readyz").status == 200)
                for name in ["getnet.commands", "getnet.control", "getnet.dead-letters"] {
                    try await world.virtualHost.declareExchange(name)
                }
                for name in ["commands", "control", "dead-letters"] {
                    try await world.virtualHost.declareQueue("getnet-bridge.\(name)")
                    try await world.virtualHost.bind("getnet-bridge.\(name)", to: "getnet.\(name)")
                }
                try await world.settle()
                let command = ChargeCommand()
                try await world.send(command)
                #expect(try await world.events.final(of: command.commandID).status == "approved")
            }
        }
    }

    @Test func `a queue that is deleted while the bridge runs is made again and consumed`() async throws {
        try await BridgeWorld.run { world in
            let before = ChargeCommand()
            try await world.send(before)
            _ = try await world.events.final(of: before.commandID)
            try await world.virtualHost.deleteQueue(world.configuration.commands.queue)
            let after = ChargeCommand(terminal: BridgeWorld.terminal(2))
            try await world.send(after)
            #expect(try await world.events.final(of: after.commandID).status == "approved")
        }
    }

    @Test func `a second bridge with a store of its own takes nothing and says why`() async throws {
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge { first in
                let port = try freePort()
                try await surroundings.withBridge(
                    { $0.http.port = port },
                    database: "second.db",
                    isSettled: false
                ) { second in
                    try await eventually("it says why") {
                        try await second.health("/readyz/commands?verbose").text
                            .contains("[-] consumer: another bridge holds getnet-bridge.owner")
                    }
                    #expect(try await second.health("/readyz").status == 200)
                    for number in 1...20 {
                        let command = ChargeCommand(terminal: BridgeWorld.terminal(number))
                        try await first.send(command)
                        if number == 20 { _ = try await first.events.final(of: command.commandID) }
                    }
                    #expect(try await second.store.transactions(TransactionQuestion()).isEmpty)
                    #expect(try await first.store.transactions(TransactionQuestion()).count == 20)
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Foundation
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("One command at a time per terminal")
struct TerminalLaneTests {
    private func charges(_ count: Int, terminal: String = "8000500A", amount: Int64 = 15_000) -> [ChargeCommand] {
        (0..<count).map { ChargeCommand(commandID: "lane-\($0)", terminal: terminal, amount: amount) }
    }

    private func outcomes(_ charges: [ChargeCommand], in world: BridgeWorld) async throws -> [String] {
        var outcomes: [String] = []
        for charge in charges {
            let final = try await world.events.final(of: charge.commandID)
            outcomes.append([final.status, final.reason].compactMap { $0 }.joined(separator: ":"))
        }
        return outcomes
    }

    @Test
    func `charges of one terminal are POSTed one after the other in the order of the queue, whatever its spelling`()
        async throws
    {
        try await BridgeWorld.run(simulate: { $0.timeScale = 0.02 }) { world in
            var charges = charges(8)
            for index in charges.indices where index % 2 == 1 { charges[index].terminal = "8000500a" }
            for charge in charges { try await world.send(charge) }
            #expect(try await outcomes(charges, in: world) == Array(repeating: "approved", count: 8))
            let posts = world.simulator.ledger.entries()
            #expect(posts.map(\.reply) == Array(repeating: "sent", count: 8))
            #expect(posts.map(\.ticketNumber) == charges.map(\.reference))
            let waits = world.events.of("lane-7").filter { $0.status == "waiting" }
            #expect(waits.map(\.reason) == ["lane_occupied"])
        }
    }

    @Test func `a busy terminal keeps its charge first`() async throws {
        try await BridgeWorld.run(simulate: { $0.timeScale = 0.02 }) { world in
            // Busy once, then approved.
            let first = charges(1, amount: 15_410)
            let others = (1..<4).map { ChargeCommand(commandID: "lane-\($0)", terminal: "8000500A") }
            for charge in first + others { try await world.send(charge) }
            #expect(try await outcomes(first + others, in: world) == Array(repeating: "approved", count: 4))
            let tickets = world.simulator.ledger.entries().map(\.ticketNumber)
            #expect(tickets == [first[0].reference] + (first + others).map(\.reference))
        }
    }

    @Test func `a doubt holds its terminal for the life of its POST, then the journal decides, then the next one goes`()
        async throws
    {
        try await BridgeWorld.run(
            simulate: { $0.timeScale = 0.02 },
            configure: { $0.reconcile.terminalLife = .seconds(2) }
        ) { world in
            // A reset POST that started a sale, without a callback; a reset POST that started none; an ordinary sale.
            let paid = ChargeCommand(commandID: "paid", terminal: "80005001", amount: 15_302)
            let unpaid = ChargeCommand(commandID: "unpaid", terminal: "80005001", amount: 15_303)
            let next = ChargeCommand(commandID: "next", terminal: "80005001")
            for charge in [paid, unpaid, next] { try await world.send(charge) }
            let approved = try await world.events.final(of: "paid")
            #expect(approved.status == "approved")
            #expect(approved.data["evidence"]?.string == "journal")
            #expect(try await world.events.final(of: "next").status == "approved")
            let told = world.events.of("unpaid").filter { $0.status == "in_doubt" }
            #expect(told.map(\.reason) == ["no_acknowledgement", "not_in_journal"])
            #expect(told.last?.data["reason"]?["journalReadAt"]?.string != nil)
            let posts = world.simulator.ledger.entries().map(\.receivedAt)
            #expect(posts.count == 3)
            for (earlier, later) in zip(posts, posts.dropFirst()) {
                #expect(later.timeIntervalSince(earlier) >= 1.9)
            }
        }
    }

    @Test func `a journal that cannot be read lets the next command pass and leaves the doubt`() async throws {
        try await BridgeWorld.run(
            simulate: {
                $0.timeScale = 0.02
                $0.journalCommands = []
            },
            configure: { $0.reconcile.terminalLife = .seconds(1) }
        ) { world in
            let doubt = ChargeCommand(commandID: "doubt", terminal: "80005001", amount: 15_302)
            let next = ChargeCommand(commandID: "next", terminal: "80005001")
            for charge in [doubt, next] { try await world.send(charge) }
            #expect(try await world.events.final(of: "next").status == "approved")
            #expect(world.events.of("doubt").compactMap(\.reason) == ["no_acknowledgement"])
        }
    }

    @Test func `a result that no callback tells and no query finds comes from the terminal by its number`() async throws
    {
        try await BridgeWorld.run(
            simulate: { $0.timeScale = 0.005 },
            configure: { $0.reconcile.terminalLife = .seconds(2) }
        ) { world in
            // The customer pays, no callback comes, and the cloud says TIMEOUT for ever.
            let charge = ChargeCommand(commandID: "by-number", terminal: "80005001", amount: 15_205)
            try await world.send(charge)
            let final = try await world.events.final(of: "by-number")
            #expect(final.status == "approved")
            #expect(final.data["evidence"]?.string == "journal")
        }
    }

    @Test func `the command that finds its lane full fails at once`() async throws {
        try await BridgeWorld.run(
            simulate: { $0.timeScale = 0.2 },
            configure: { $0.lanes.depth = 2 }
        ) { world in
            let charges = charges(5)
            for charge in charges { try await world.send(charge) }
            #expect(
                try await outcomes(charges, in: world)
                    == ["approved", "approved", "approved", "failed:lane_full", "failed:lane_full"]
            )
        }
    }

    @Test func `a command that expires in its lane says what it waited for`() async throws {
        try await BridgeWorld.run(simulate: { $0.timeScale = 1 }) { world in
            let first = ChargeCommand(commandID: "first", terminal: "80005001")
            var second = ChargeCommand(commandID: "second", terminal: "80005001")
            second.more = #""expiresAt":"\#(Timestamp.current + .milliseconds(1_200))""#
            try await world.send(first)
            try await world.send(second)
            let failed = try await world.events.final(of: "second")
            #expect(failed.reason == "command_expired")
            #expect(failed.data["reason"]?["waitedFor"]?.string == "lane_occupied")
            #expect(try await world.posts(of: "second").isEmpty)
        }
    }

    @Test func `after a restart those who waited go on in their order`() async throws {
        try await Surroundings.run(simulate: { $0.timeScale = 0.1 }) { surroundings in
            let charges = charges(4)
            try await surroundings.withBridge { world in
                for charge in charges { try await world.send(charge) }
                try await eventually("all are accepted") {
                    try await world.transaction(of: "lane-3")?.status == .waiting
                }
            }
            try await surroundings.withBridge { world in
                let ends = try await outcomes(charges, in: world)
                #expect(ends == Array(repeating: "approved", count: 4))
                #expect(world.simulator.ledger.entries().map(\.ticketNumber) == charges.map(\.reference))
            }
        }
    }

    @Test func `dead terminals and ten thousand commands for one of them do not keep the others waiting`()
        async throws
    {
        try await BridgeWorld.run(
            alone: true,
            simulate: { $0.timeScale = 0.01 },
            configure: {
                $0.submit.timeout = .seconds(8)
                $0.reconcile.terminalLife = .seconds(600)
            }
        ) { world in
            // No answer comes to the POST, and never a callback.
            let dead = (0..<20).map {
                ChargeCommand(commandID: "dead-\($0)", terminal: BridgeWorld.terminal($0), amount: 15_305)
            }
            let alive = (20..<500).map { ChargeCommand(commandID: "alive-\($0)", terminal: BridgeWorld.terminal($0)) }
            for charge in dead { try await world.send(charge) }
            try await withThrowingDiscardingTaskGroup { group in
                for lane in 0..<8 {
                    group.addTask {
                        for number in stride(from: lane, to: 10_000, by: 8) {
                            let command = ChargeCommand(
                                commandID: "flood-\(number)",
                                terminal: BridgeWorld.terminal(0)
                            )
                            try await world.send(command)
                        }
                    }
                }
                group.addTask { for charge in alive { try await world.send(charge) } }
            }
            for charge in alive {
                #expect(try await world.events.final(of: charge.commandID).status == "approved")
            }
            try await eventually("all but the line are refused", within: BridgeWorld.patience) {
                world.events.all.count { $0.reason == "lane_full" } == 10_000 - world.configuration.lanes.depth
            }
            // All this happened while the dead terminals still held their charges.
            for charge in dead { #expect(world.events.statuses(of: charge.commandID).allSatisfy { $0 != "approved" }) }
        }
    }
}

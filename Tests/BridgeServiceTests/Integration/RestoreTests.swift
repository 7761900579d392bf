// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import CorrelationStoreSQLite
import Foundation
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("A restored store")
struct RestoreTests {
    /// Puts a backup into the place of the store, as an operator would.
    private func restore(_ backup: String, in surroundings: Surroundings) throws -> String {
        let path = surroundings.folder.appendingPathComponent("store.db").path
        for file in [path, path + "-wal", path + "-shm"] where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.removeItem(atPath: file)
        }
        try FileManager.default.moveItem(atPath: backup, toPath: path)
        return path
    }

    /// Asks for a cancel, `x-1`, as soon as there is a queue for it.
    private func askToCancel(_ command: ChargeCommand, in world: BridgeWorld) async throws {
        try await world.surroundings.awaitControlQueue()
        try await world.control("cancel", #""commandId":"x-1","original":{"commandId":"\#(command.commandID)"}"#)
    }

    @Test func `sends nothing that its backup shows as waiting, learns from Getnet, and goes on when released`()
        async throws
    {
        try await Surroundings.run(configure: {
            $0.commands.maxAge = .seconds(600)
            $0.submit.busyRetryAfter = .seconds(2)
        }) { surroundings in
            let backup = surroundings.folder.appendingPathComponent("backup.db").path
            let path = surroundings.folder.appendingPathComponent("store.db").path
            let waiting = ChargeCommand(terminal: BridgeWorld.terminal(1), amount: 15_410)
            let submitted = ChargeCommand(terminal: BridgeWorld.terminal(2))
            let late = ChargeCommand(terminal: BridgeWorld.terminal(3))
            try await surroundings.withBridge { world in
                world.simulator.controls.holdCallbacks()
                for command in [waiting, submitted] { try await world.send(command) }
                _ = try await world.events.first("it waits") { $0.status == "waiting" }
                _ = try await world.events.first("it is submitted") { $0.status == "submitted" }
                _ = try SQLiteStore(path: path).backup(to: backup, at: .current)
                world.simulator.controls.releaseCallbacks()
                // After the backup all of them end, and more commands come.
                try await world.send(late)
                for command in [waiting, submitted, late] { _ = try await world.events.final(of: command.commandID) }
            }
            let postsBefore = surroundings.simulator.ledger.summary.posts
            let sales = surroundings.simulator.ledger.entries().filter { $0.terminal?.idTerminal == late.terminal }
            let webhook = try #require(sales.first?.webhook)
            _ = try restore(backup, in: surroundings)
            try SQLiteStore(path: path).hold(at: .current)

            // It is held at the first start, and at a second one without another command to hold.
            for _ in 0..<2 {
                try await surroundings.withBridge(isSettled: false) { world in
                    try await eventually("it says that it is held", within: BridgeWorld.patience) {
                        try await world.health("/readyz/commands?verbose").text.contains("[-] held: ")
                    }
                    let first = try #require(try await world.transaction(of: waiting.commandID))
                    #expect(first.status == .inDoubt)
                    #expect(first.restoredAt != nil)
                    try await eventually("Getnet was asked", within: BridgeWorld.patience) {
                        try await world.transaction(of: submitted.commandID)?.status == .approved
                    }
                    #expect(try await world.transaction(of: late.commandID) == nil)
                    // The callback comes again, and the store does not know its transaction any more.
                    #expect(try await world.callBack(webhook, BridgeWorld.approval()) == 200)
                    #expect(try await world.metric(#"callbacks_total{outcome="unmatched"}"#) == 1)
                    try await always("no command is taken and nothing sent", for: .milliseconds(500)) {
                        !world.bridge.takesCommands && world.simulator.ledger.summary.posts == postsBefore
                    }
                }
            }

            try await surroundings.withBridge(isSettled: false) { world in
                try await eventually("it is held", within: BridgeWorld.patience) { world.bridge.adminPort != nil }
                // The bridge takes evidence of what happened after the backup at any time.
                let webhook = try await world.webhook(of: waiting.commandID)
                let paid = BridgeWorld.approval(amount: waiting.amount, terminal: waiting.terminal)
                #expect(try await world.callBack(webhook, paid) == 200)
                #expect(try await world.transaction(of: waiting.commandID)?.status == .approved)
                #expect(try await world.decide("/v1/store/release", token: nil).status == 401)
                let person = #""by":"Ana","reason":"looked at the terminals""#
                #expect(try await world.decide("/v1/store/release", "{}").status == 400)
                let early = try await world.decide("/v1/store/release", "{\(person)}")
                #expect(early.status == 409 && early.json["detail"]?.string?.contains("--now") == true)
                #expect(!world.bridge.takesCommands)
                let released = try await world.decide("/v1/store/release", #"{\#(person),"now":true}"#)
                #expect(released.json["released"] == .bool(true))
                try await world.settle()
                let next = ChargeCommand(terminal: BridgeWorld.terminal(4))
                try await world.send(next)
                #expect(try await world.events.final(of: next.commandID).status == "approved")
                #expect(world.simulator.ledger.summary.posts == postsBefore + 1)
            }
            #expect(try SQLiteStore(path: path).status().heldSince == nil)
        }
    }

    @Test func `no terminal is told to end its sale while it is held, and the sale ends by its own evidence`()
        async throws
    {
        try await Surroundings.run(
            simulate: {
                $0.country = "ar"
                $0.timeScale = 0.1
                $0.thinkTime = .seconds(80)
            },
            configure: { $0.cloud.country = .ar }
        ) { surroundings in
            let command = ChargeCommand(amount: 15_000)
            try await surroundings.withBridge { world in
                try await world.sendCharge(command, .argentina)
                _ = try await world.events.first("it is submitted") { $0.status == "submitted" }
            }
            let path = surroundings.folder.appendingPathComponent("store.db").path
            try SQLiteStore(path: path).hold(at: .current)
            try await surroundings.withBridge(isSettled: false) { world in
                try await askToCancel(command, in: world)
                try await eventually("the cancel is dealt with", within: BridgeWorld.patience) {
                    let outcomes = ["accepted", "rejected"].map { #"commands_total{type="cancel",outcome="\#($0)"}"# }
                    for outcome in outcomes where try await world.metric(outcome) == 1 { return true }
                    return false
                }
                #expect(try await world.events.final(of: command.commandID).status == "approved")
                #expect(world.simulator.ledger.commands().isEmpty)
            }
        }
    }

    @Test func `a charge that was only accepted neither expires into failed nor is cancelled while it is held`()
        async throws
    {
        try await Surroundings.run(configure: { $0.commands.maxAge = .seconds(2) }) { surroundings in
            let path = surroundings.folder.appendingPathComponent("store.db").path
            let command = ChargeCommand()
            let store = try SQLiteStore(path: path).open(rules: surroundings.configuration.storeRules)
            let message = CommandMessage(
                exchange: "getnet.commands",
                routingKey: "charge.main",
                body: command.json,
                timestamp: .current
            )
            let read = try CommandReader(rules: surroundings.configuration.commandRules).read(
                message,
                acceptedAt: .current
            )
            let transaction = Transaction(
                id: TransactionID(at: .current, random: systemRandom()),
                command: read,
                country: "cl",
                environment: "uat",
                address: ReplyAddress(),
                acceptedAt: .current
            )
            _ = try await store.accept(transaction, from: message)
            await store.close()
            try SQLiteStore(path: path).hold(at: .current)
            try await surroundings.withBridge(isSettled: false) { world in
                try await askToCancel(command, in: world)
                let refusal = try await world.events.first("the cancel is refused") { $0.commandID == "x-1" }
                #expect(refusal.faults == ["not_possible"])
                try await eventually("it would have expired") { Timestamp.current > read.expiresAt + .seconds(1) }
                #expect(try await world.transaction(of: command.commandID)?.reason?.code == .noAcknowledgement)
                #expect(world.simulator.ledger.summary.posts == 0)
            }
            #expect(surroundings.events.statuses(of: command.commandID) == ["accepted", "in_doubt"])
        }
    }
}

extension Surroundings {
    /// Waits until a bridge has made the control queue and its binding.
    func awaitControlQueue() async throws {
        try await eventually("the control queue is there", within: Self.patience) {
            (try? await virtualHost.depth(of: configuration.control.queue)) != nil
        }
    }
}

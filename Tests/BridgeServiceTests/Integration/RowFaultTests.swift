// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Foundation
import GRDB
import GetnetSimulator
import Logging
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// A fault of one row concerns only that row: the others go on.
@Suite("A row that the store refuses")
struct RowFaultTests {
    /// Makes the store refuse what a condition describes, as a broken constraint would.
    private func refuse(_ trigger: String, in world: BridgeWorld) async throws {
        let connection = try DatabaseQueue(path: world.folder.appendingPathComponent("store.db").path)
        try await connection.write { try $0.execute(sql: trigger) }
        try connection.close()
    }

    private static func trigger(_ event: String, on table: String, when condition: String) -> String {
        """
        CREATE TRIGGER refused \(event) ON \(table) WHEN \(condition)
        BEGIN SELECT RAISE(ABORT, 'refused by the test'); END
        """
    }

    private func chargesAreApproved(_ count: Int, in world: BridgeWorld) async throws {
        var commands: [ChargeCommand] = []
        for _ in 0..<count {
            let command = ChargeCommand()
            commands.append(command)
            try await world.send(command)
        }
        for command in commands {
            let final = try await world.events.final(of: command.commandID)
            #expect(final.data["status"]?.string == "approved")
        }
    }

    @Test("B1: ends in doubt for an operator, and no gate closes", arguments: ["submitted", "approved"])
    func inDoubt(refused: String) async throws {
        try await BridgeWorld.run { world in
            let poisoned = ChargeCommand()
            let condition = "NEW.command_id = '\(poisoned.commandID)' AND NEW.status = '\(refused)'"
            try await refuse(Self.trigger("BEFORE UPDATE", on: "transactions", when: condition), in: world)
            // If a callback is faster than the acknowledgement, there is no `submitted` to refuse.
            if refused == "submitted" { world.simulator.controls.holdCallbacks() }
            try await world.send(poisoned)
            let event = try await world.events.first("a person is needed") {
                $0.commandID == poisoned.commandID && $0.data["reason"]?["code"]?.string == "operator_needed"
            }
            #expect(event.data["status"]?.string == "in_doubt")
            #expect(world.bridge.takesCommands)
            world.simulator.controls.releaseCallbacks()
            try await chargesAreApproved(5, in: world)
            #expect(try await world.metric("row_faults_total") >= 1)
            #expect(world.simulator.ledger.summary.posts <= 6)
        }
    }

    @Test("J5: a number that names another sale now is said in an error line, and the new sale is approved")
    func numbersBegunAnew() async throws {
        let lines = NIOLockedValueBox<[String]>([])
        var logger = Logger(label: "numbers") { _ in CapturingLogHandler(lines: lines) }
        logger.logLevel = .error
        let captured = logger
        try await Surroundings.run { surroundings in
            let short: (inout BridgeConfiguration) -> Void = { $0.reconcile.giveUpAfter = .milliseconds(200) }
            try await surroundings.withBridge(short, logger: captured) { world in
                let (old, new) = (ChargeCommand(), ChargeCommand())
                try await world.send(old)
                let former = try await world.events.final(of: old.commandID)
                try await Task.sleep(for: .milliseconds(300))
                world.simulator.controls.beginNumbersAnew()
                try await world.send(new)
                let final = try await world.events.final(of: new.commandID)
                #expect(final.status == "approved")
                let (oldID, newID) = (former.data["transactionId"]?.string, final.data["transactionId"]?.string)
                try await eventually("it is said") {
                    lines.withLockedValue { lines in
                        lines.contains { line in
                            line.hasPrefix("error a number of Getnet's names another transaction now")
                                && line.contains("getnet.former_owner=\(oldID ?? "?")")
                                && line.contains("getnet.transaction=\(newID ?? "?")")
                        }
                    }
                }
            }
        }
    }

    @Test("a command that cannot be stored is refused and told so, and the next ones are taken")
    func command() async throws {
        try await BridgeWorld.run { world in
            let poisoned = ChargeCommand()
            let condition = "NEW.command_id = '\(poisoned.commandID)'"
            try await refuse(Self.trigger("BEFORE INSERT", on: "transactions", when: condition), in: world)
            try await world.send(poisoned)
            let event = try await world.events.first("it is refused") { $0.routingKey.hasPrefix("command.rejected") }
            #expect(event.data["faults"]?.string == nil)
            #expect("\(event.data)".contains("not_storable"))
            try await chargesAreApproved(3, in: world)
        }
    }

    @Test("a callback whose evidence cannot be stored is kept and answered 200")
    func callback() async throws {
        try await BridgeWorld.run { world in
            let poisoned = ChargeCommand()
            let condition = """
                (SELECT command_id FROM transactions WHERE id = NEW.transaction_id) = '\(poisoned.commandID)'
                """
            try await refuse(Self.trigger("BEFORE INSERT", on: "evidence", when: condition), in: world)
            try await world.send(poisoned)
            try await eventually("it is kept", within: BridgeWorld.patience) {
                try await world.metric(#"callbacks_total{outcome="not_storable"}"#) >= 1
            }
            _ = try await world.events.first("a person is needed") {
                $0.commandID == poisoned.commandID && $0.data["reason"]?["code"]?.string == "operator_needed"
            }
            #expect(world.bridge.takesCommands)
            try await chargesAreApproved(3, in: world)
        }
    }
}

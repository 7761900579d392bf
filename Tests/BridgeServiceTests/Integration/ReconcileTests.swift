// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// Compares a terminal's open batch with the table: through the broker, the bridge, the simulator, and back.
@Suite("Reconcile") struct ReconcileTests {
    private static let terminal = "80005000"

    @Test(arguments: [Country.chile, .argentina])
    func `finds nothing where both sides know the same`(country: Country) async throws {
        try await country.run { world in
            _ = try await world.charge(15_000, country)
            _ = try await world.charge(16_000, country)
            let report = try await world.reconcile(country)
            #expect(report["agrees"] == .bool(true))
            #expect(report["since"]?["known"]?.string == "oldest_row")
            #expect(report["currency"]?.string == country.currency)
            for side in ["terminal", "table"] {
                #expect(report[side]?["count"]?.integer == 2 && report[side]?["total"]?.integer == 31_000)
            }
            #expect(world.simulator.ledger.faults.isEmpty)
        }
    }

    @Test func `finds a sale made at the terminal without the bridge`() async throws {
        try await Country.chile.run { world in
            _ = try await world.charge(15_000, .chile)
            let sale = try #require(world.simulator.controls.sellAtTerminal(4_444, idTerminal: Self.terminal))
            let report = try await world.reconcile(.chile)
            #expect(report["agrees"] == .bool(false))
            let row = try #require(report.list("unclaimed").first)
            #expect(report.list("unclaimed").count == 1 && report.list("missing").isEmpty)
            #expect(row["type"]?.string == "charge" && row["amount"]?.integer == 4_444)
            #expect(row["operationId"]?.integer == Int64(sale.payment.operationID))
            #expect(row["authorizationCode"]?.string == sale.payment.authorizationCode)
            #expect(report["terminal"]?["total"]?.integer == 19_444 && report["table"]?["total"]?.integer == 15_000)
        }
    }

    @Test func `finds an approval that the terminal does not have`() async throws {
        try await Country.chile.run { world in
            _ = try await world.charge(15_000, .chile)
            let gone = try await world.charge(16_000, .chile)
            let receipt = try #require(gone.data["result"]?["operationId"]?.integer)
            #expect(world.simulator.controls.voidAtTerminal(Int(receipt), idTerminal: Self.terminal))
            let report = try await world.reconcile(.chile)
            #expect(report["agrees"] == .bool(false))
            let payment = try #require(report.list("missing").first)
            #expect(report.list("missing").count == 1 && report.list("unclaimed").isEmpty)
            #expect(payment["transactionId"]?.string == gone.transactionID)
            #expect(payment["status"]?.string == "approved" && payment["amount"]?.integer == 16_000)
            #expect(report["terminal"]?["count"]?.integer == 1 && report["table"]?["count"]?.integer == 2)
            // The bridge tells it and decides nothing.
            let commandID = try #require(gone.commandID)
            let stored = try #require(try await world.transaction(of: commandID))
            #expect(stored.status == .approved && stored.contradictions.known.isEmpty)
        }
    }

    @Test func `misses nothing of a batch that was closed, and the first sale since a close of ours`() async throws {
        try await Country.chile.run { world in
            _ = try await world.charge(15_000, .chile)
            let close = try await world.ask(.close, .chile)
            #expect(try await world.events.final(of: close).status == "completed")
            let empty = try await world.reconcile(.chile)
            #expect(empty["agrees"] == .bool(true) && empty["since"]?["known"]?.string == "close")
            #expect(empty["table"]?["count"]?.integer == 0)
            let gone = try await world.charge(16_000, .chile)
            let receipt = try #require(gone.data["result"]?["operationId"]?.integer)
            #expect(world.simulator.controls.voidAtTerminal(Int(receipt), idTerminal: Self.terminal))
            let report = try await world.reconcile(.chile)
            #expect(report.list("missing").map { $0["transactionId"]?.string } == [gone.transactionID])
        }
    }

    @Test(arguments: SimulatorConfiguration.VoidedRows.allCases)
    func `takes a sale that the bridge voided for neither missing nor foreign`(
        rows: SimulatorConfiguration.VoidedRows
    ) async throws {
        try await Country.chile.run(simulate: { $0.voidedRows = rows }) { world in
            _ = try await world.charge(15_000, .chile)
            let second = try await world.charge(16_000, .chile)
            let sale = try #require(second.transactionID)
            let void = try await world.void(#"{"transactionId":"\#(sale)"}"#)
            #expect(try await world.events.final(of: void).status == "approved")
            let report = try await world.reconcile(.chile)
            #expect(report["agrees"] == .bool(true))
            #expect(report["table"] == report["terminal"])
        }
    }

    @Test func `decides a doubt whose journal could not be read before, by the one row that fits`() async throws {
        try await Country.chile.run(configure: { $0.reconcile.terminalLife = .seconds(2) }) { world in
            #expect(
                world.simulator.controls.spoilJournal(
                    with: .journalReset,
                    times: JournalReader.tries,
                    idTerminal: Self.terminal
                )
            )
            // The customer pays; no acknowledgement and no callback come.
            let command = ChargeCommand(amount: 15_302)
            try await world.sendCharge(command, .chile)
            try await eventually("the doubt lets the next one pass", within: .seconds(30)) {
                let doubt = try await world.transaction(of: command.commandID)
                return doubt?.status == .inDoubt && doubt?.isInLane == false
            }
            let report = try await world.reconcile(.chile)
            let charge = try await world.events.final(of: command.commandID)
            #expect(charge.status == "approved" && charge.data["evidence"]?.string == "journal")
            #expect(report["agrees"] == .bool(true) && report["table"]?["total"]?.integer == 15_302)
        }
    }

    @Test func `is done by a close before it, and told with it`() async throws {
        try await Country.chile.run { world in
            _ = try await world.charge(15_000, .chile)
            _ = try #require(world.simulator.controls.sellAtTerminal(4_444, idTerminal: Self.terminal))
            // The sale occupies the terminal for a moment, and a close asks for the journal only once. So a `reconcile`
            // goes first.
            _ = try await world.reconcile(.chile)
            let id = try await world.ask(.close, .chile)
            let final = try await world.events.final(of: id)
            #expect(final.status == "completed")
            let report = try #require(final.data["result"]?["report"]?["reconciliation"])
            #expect(report["agrees"] == .bool(false) && report["table"]?["total"]?.integer == 15_000)
            #expect(report.list("unclaimed").map { $0["amount"]?.integer } == [4_444])
        }
    }

    @Test func `does not keep a close back where the journal cannot be read`() async throws {
        try await Country.chile.run { world in
            _ = try await world.charge(15_000, .chile)
            #expect(world.simulator.controls.spoilJournal(with: .journalReset, idTerminal: Self.terminal))
            let id = try await world.ask(.close, .chile)
            let final = try await world.events.final(of: id)
            #expect(final.status == "completed")
            let report = final.data["result"]?["report"]?["reconciliation"]
            #expect(report == .object([JSON.Member("notRead", .string("cloud_unavailable"))]))
            #expect(world.simulator.ledger.journalReads().count == 1)
        }
    }

    @Test func `asks again while the journal cannot be read, and compares no damaged list`() async throws {
        try await Country.chile.run { world in
            _ = try await world.charge(15_000, .chile)
            let controls = world.simulator.controls
            #expect(controls.spoilJournal(with: .journalReset, idTerminal: Self.terminal))
            #expect(try await world.reconcile(.chile)["agrees"] == .bool(true))
            #expect(controls.spoilJournal(with: .journalUnreadableRow, idTerminal: Self.terminal))
            let id = try await world.ask(.reconcile, .chile)
            let final = try await world.events.final(of: id)
            #expect(final.status == "not_completed" && final.reason == "inconsistent_result")
            #expect(final.data["result"]?["report"] == nil)
        }
    }
}

extension BridgeWorld {
    /// Reconciles, and waits for the report.
    fileprivate func reconcile(_ country: Country) async throws -> JSON {
        let id = try await ask(.reconcile, country)
        let final = try await events.final(of: id)
        #expect(final.status == "completed", "\(String(decoding: final.body, as: UTF8.self))")
        return try #require(final.data["result"]?["report"]?["reconciliation"])
    }
}

extension JSON {
    /// The elements of a member that is a list.
    fileprivate func list(_ name: String) -> [JSON] {
        guard case .array(let elements) = self[name] else { return [] }
        return elements
    }
}

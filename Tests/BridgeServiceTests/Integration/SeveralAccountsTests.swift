// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import GetnetSimulator
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// One bridge with a Chilean and an Argentine account, each at a cloud of its own.
@Suite("One bridge with several accounts")
struct SeveralAccountsTests {
    /// The Chilean cloud is the surroundings' simulator; the Argentine cloud is one more simulator.
    private func run(
        names: String = "",
        argentineCloud: String? = nil,
        _ test: @escaping @Sendable (BridgeWorld, Simulator) async throws -> Void
    ) async throws {
        try await Surroundings.run { surroundings in
            var simulation = SimulatorConfiguration()
            simulation.country = "ar"
            simulation.clientID = "argentine"
            // The real clocks never differ by two hours, so a wrong clock shows here.
            simulation.timeZone = "America/Bogota"
            simulation.timeScale = 0.01
            simulation.thinkTime = .seconds(15)
            let argentina = Simulator(configuration: simulation, logger: BridgeWorld.quiet)
            let file = surroundings.folder.appendingPathComponent("terminals.yaml")
            try Data(names.utf8).write(to: file)
            try await serving([argentina]) {
                let address: String
                if let argentineCloud { address = argentineCloud } else { address = try await argentina.baseURL() }
                try await surroundings.withBridge(
                    { configuration in
                        configuration.accountNames = ["cl-main", "ar-main"]
                        configuration.clouds["ar-main"] = configuration.cloud
                        configuration.clouds["ar-main"]?.country = .ar
                        configuration.clouds["ar-main"]?.clientID = "argentine"
                        configuration.clouds["ar-main"]?.timeZone = "America/Bogota"
                        configuration.clouds["ar-main"]?.baseURL = address
                        configuration.terminals.file = file.path
                    },
                    database: "both.db"
                ) { world in try await test(world, argentina) }
            }
        }
    }

    private func charge(
        _ world: BridgeWorld,
        _ currency: String,
        account: String?,
        terminal: String? = nil
    ) async throws -> String {
        var command = ChargeCommand()
        if let account { command.more = #""account":"\#(account)""# }
        var text = String(decoding: command.json, as: UTF8.self).replacing("CLP", with: currency)
        if let terminal {
            let triplet = #"{"idTerminal":"80005000","idSucursal":"12983","serialNumber":"SNPRUEBA1234"}"#
            text = text.replacing(triplet, with: "\"\(terminal)\"")
        }
        try await world.send(Array(text.utf8), routingKey: "charge")
        return command.commandID
    }

    @Test func `each charge goes to its account's cloud, in its currency, by its clock`() async throws {
        try await run { world, argentina in
            let chilean = try await charge(world, "CLP", account: "cl-main")
            let argentine = try await charge(world, "ARS", account: "ar-main")
            let paidInChile = try await world.events.final(of: chilean)
            let paidInArgentina = try await world.events.final(of: argentine)
            #expect(paidInChile.status == "approved" && paidInArgentina.status == "approved")
            #expect(paidInChile.routingKey.hasPrefix("charge.approved.cl.cl-main.12983.80005000"))
            #expect(paidInArgentina.routingKey.hasPrefix("charge.approved.ar.ar-main.12983.80005000"))
            #expect(paidInArgentina.data["amount"]?["currency"]?.string == "ARS")
            #expect(paidInArgentina.terminalTime.hasSuffix("-05:00"), "\(paidInArgentina.terminalTime)")
            #expect(paidInChile.terminalTime.hasSuffix("-03:00") || paidInChile.terminalTime.hasSuffix("-04:00"))
            #expect(world.simulator.ledger.summary.posts == 1 && argentina.ledger.summary.posts == 1)
            #expect(world.simulator.ledger.faults.isEmpty && argentina.ledger.faults.isEmpty)
        }
    }

    @Test func `a name in the file says whose terminal it is; without one a command is refused`() async throws {
        try await run(names: "caja-1: 80005000/12983/SNPRUEBA1234/ar-main\n") { world, argentina in
            let byName = try await charge(world, "ARS", account: nil, terminal: "caja-1")
            #expect(try await world.events.final(of: byName).data["account"]?.string == "ar-main")
            let unknown = ChargeCommand(terminal: "80005001")
            try await world.send(unknown)
            let refused = try await world.events.first("it is refused") { $0.commandID == unknown.commandID }
            #expect(refused.faults == ["account_ambiguous"])
            #expect(refused.routingKey == "command.rejected.-.-.-.-")
            #expect(argentina.ledger.summary.posts == 1 && world.simulator.ledger.summary.posts == 0)
        }
    }

    @Test func `an account whose cloud cannot be reached does not hold up the other one`() async throws {
        // No server listens there.
        try await run(argentineCloud: "http://127.0.0.1:\(freePort())/api") { world, _ in
            let waiting = try await charge(world, "ARS", account: "ar-main")
            for _ in 0..<3 {
                let id = try await charge(world, "CLP", account: "cl-main")
                #expect(try await world.events.final(of: id).status == "approved")
            }
            #expect(try await world.transaction(of: waiting)?.state.isFinal == false)
        }
    }

    @Test func `one account's refund does not take from the other one's sale`() async throws {
        try await run { world, argentina in
            let sale = try await world.events.final(of: charge(world, "CLP", account: "cl-main"))
            let id = UUID().uuidString.lowercased()
            let body = """
                {"commandId":"\(id)","type":"refund","account":"ar-main","reference":"R1",\
                "terminal":{"idTerminal":"80005000","idSucursal":"12983","serialNumber":"SNPRUEBA1234"},\
                "amount":{"value":1000,"currency":"ARS"},\
                "original":{"transactionId":"\(try #require(sale.transactionID))"}}
                """
            try await world.send(Array(body.utf8), routingKey: "refund")
            let refused = try await world.events.first("it is refused") { $0.commandID == id }
            #expect(refused.faults == ["unknown_transaction"])
            #expect(argentina.ledger.summary.posts == 0)
        }
    }
}

extension EventLog.Entry {
    /// The time of the payment as the terminal says it, with the offset of its clock.
    fileprivate var terminalTime: String { data["result"]?["terminalTime"]?.string ?? "" }
}

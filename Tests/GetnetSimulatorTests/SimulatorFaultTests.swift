// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import NIOHTTP1
import Testing

@Suite("Simulator: faults and terminals over real sockets")
struct SimulatorFaultTests {
    private func simulator(_ world: SimulatedWorld, _ path: String) -> String {
        world.baseURL.replacingOccurrences(of: "/api", with: "/simulator") + path
    }

    private func list(_ world: SimulatedWorld, _ path: String) async throws -> [[String: Any]] {
        let answer = try await world.send(.GET, simulator(world, path))
        return try #require(JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [[String: Any]])
    }

    private func faulty(_ probabilities: [Fault: Double]) -> SimulatorConfiguration {
        .fast.with { $0.faults.probabilities = probabilities }
    }

    @Test func `a reset that is not called back is in the ledger alone`() async throws {
        try await SimulatedWorld.run(faulty([.reset: 1, .noCallback: 1, .declined: 1])) { world in
            let token = try await world.token()
            await #expect(throws: (any Error).self) { _ = try await world.sell(15_990, token: token) }
            let entry = try #require(try await list(world, "/ledger").first)
            #expect(entry["appliedFaults"] as? [String] == ["reset", "declined", "no-callback"])
            #expect(entry["attempt"] as? Int == 1)
            #expect(entry["reply"] as? String == "reset")
            let sale = try #require(entry["sale"] as? [String: Any])
            #expect((sale["payments"] as? [Any])?.count == 0)
        }
    }

    @Test func `a late acknowledgement comes after every callback was answered`() async throws {
        let configuration = faulty([.lateAcknowledgement: 1, .duplicateCallbacks: 1, .spanish: 1, .textID: 1])
        try await SimulatedWorld.run(configuration) { world in
            let answer = try await world.sell(15_990)
            #expect(world.receiver.callbacks.count == 3)
            #expect(answer.message == "TRANSACCION ENVIADA")
            #expect(answer.data["idPosTxs"] is String)
        }
    }

    @Test func `a token that is revoked by chance is good no longer`() async throws {
        try await SimulatedWorld.run(faulty([.tokenRevoked: 1])) { world in
            let token = try await world.token()
            let refused = try await world.sell(15_990, token: token)
            #expect(refused.status == 401)
            let query = try await world.query(1, token: token)
            #expect(query.status == 401)
            #expect(world.simulator.ledger.summary.sales == 0)
        }
    }

    @Test func `busy and yet started is told by the callback`() async throws {
        try await SimulatedWorld.run(faulty([.busyYetStarted: 1])) { world in
            let answer = try await world.sell(15_990)
            #expect(answer.message == "OPERATION IN PROGRESS (15s)")
            let callback = try #require(try await world.callbacks(1).first)
            #expect(callback.result["responseCode"] as? Int == 0)
            #expect(world.simulator.ledger.summary.overlaps == 0)
        }
    }

    @Test func `a customer pays at the terminal, and the batch is closed`() async throws {
        try await SimulatedWorld.run { world in
            let path = "/terminals/80005000"
            let sold = try await world.send(.POST, simulator(world, path + "/sales?amount=4500"))
            #expect(sold.status == 200)
            #expect((sold.object["payment"] as? [String: Any])?["operationId"] as? Int == 1)
            let closed = try await world.send(.POST, simulator(world, path + "/close"))
            #expect(closed.object["payments"] as? Int == 1)
            #expect(closed.object["cause"] as? String == "control")
            let sales = try await list(world, "/ledger/terminal-sales")
            #expect(sales.map { $0["idTerminal"] as? String } == ["80005000"])
            let batches = try await list(world, "/ledger/batches?from=0&limit=5")
            #expect(batches.map { $0["payments"] as? Int } == [1])
            #expect(world.simulator.ledger.summary.terminalSales == 1)
            #expect(world.simulator.ledger.summary.batchCloses == 1)
        }
    }

    @Test(
        arguments: [
            ("/terminals/80005000/sales", 400), ("/terminals/80005000/sales?amount=0", 400),
            ("/terminals/80005000/close", 404), ("/terminals/80005000/journal/reset", 400),
            ("/terminals/80005000/journal/nonsense", 400), ("/terminals/80005000/journal/journal-busy", 204),
            ("/terminals/80005000/journal/journal-busy?times=0", 400),
            ("/terminals/80005000/journal/journal-busy?times=1001", 400),
        ]
    )
    func `a control that makes no sense is refused`(path: String, status: Int) async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.send(.POST, simulator(world, path))
            #expect(answer.status == status)
        }
    }

    @Test func `the same seed makes the same run, with other ids and another order`() async throws {
        let configuration = faulty([.busy: 0.3, .noCallback: 0.3, .declined: 0.3, .duplicateCallbacks: 0.3])
        func run(_ order: [Int]) async throws -> [String: [Fault]] {
            var struck: [String: [Fault]] = [:]
            try await SimulatedWorld.run(configuration) { world in
                let token = try await world.token()
                for number in order {
                    let terminal = TerminalIdentity(
                        idTerminal: String(80_005_000 + number),
                        idSucursal: "12983",
                        serialNumber: "SNPRUEBA1234"
                    )
                    _ = try await world.sell(
                        15_990,
                        customID: "c\(number)-\(order.count)",
                        ticket: "T\(number)",
                        terminal: terminal,
                        token: token
                    )
                }
                for entry in world.simulator.ledger.entries() {
                    struck[entry.ticketNumber ?? ""] = entry.appliedFaults
                }
            }
            return struck
        }
        let (first, second) = (try await run(Array(0..<30)), try await run((0..<30).reversed()))
        #expect(first == second)
        #expect(first.count == 30)
        #expect(Set(first.values).count > 3)
    }
}

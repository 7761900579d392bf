// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import NIOHTTP1
import Testing

@Suite("Simulator: floods")
struct FloodTests {
    private func control(_ world: SimulatedWorld, _ path: String) async throws -> Int {
        let url = world.baseURL.replacingOccurrences(of: "/api", with: "/simulator/floods/") + path
        return try await world.send(.POST, url).status
    }

    @Test func `sales are washed away until the flood ends, and start nothing`() async throws {
        try await SimulatedWorld.run { world in
            let token = try await world.token()
            let begun = try await control(world, "sales?status=503&retryAfter=7")
            #expect(begun == 204)
            for _ in 0..<2 {
                let answer = try await world.sell(15_990, customID: "washed", token: token)
                #expect(answer.status == 503)
                #expect(answer.headers["Retry-After"] == ["7"])
            }
            let washed = world.simulator.ledger.entries(customID: "washed")
            #expect(washed.map(\.reply) == ["serviceUnavailable", "serviceUnavailable"])
            #expect(washed.allSatisfy { $0.sale == nil && $0.scenario == nil })
            let ended = try await control(world, "sales/end")
            #expect(ended == 204)
            let answer = try await world.sell(15_990, customID: "after", token: token)
            #expect(answer.message == "TRANSACTION SENT")
            #expect(world.simulator.ledger.summary.flooded == 2)
            #expect(world.simulator.ledger.summary.sales == 1)
        }
    }

    @Test func `questions are washed away, sales and their callbacks are not`() async throws {
        try await SimulatedWorld.run { world in
            let token = try await world.token()
            let begun = try await control(world, "questions?status=429&retryAfter=3600")
            #expect(begun == 204)
            let sale = try await world.sell(15_990, token: token)
            #expect(sale.message == "TRANSACTION SENT")
            _ = try await world.callbacks(1)
            let polled = try await world.command(.poll, token: token)
            #expect(polled.code == 1)
            let asked = try await world.query(sale.data["idPosTxs"], token: token)
            let read = try await details(world, token)
            for answer in [asked, read] {
                #expect(answer.status == 429)
                #expect(answer.headers["Retry-After"] == ["3600"])
            }
            #expect(world.simulator.ledger.summary.queries == 0)
            #expect(world.simulator.ledger.summary.journalReads == 0)
            #expect(world.simulator.ledger.summary.flooded == 2)
            world.simulator.controls.flood(.questions, with: nil)
            let told = try await world.query(sale.data["idPosTxs"], token: token)
            #expect(told.result["responseCode"] as? Int == 0)
        }
    }

    private func details(_ world: SimulatedWorld, _ token: String) async throws -> SimulatedWorld.Answer {
        let body = """
            {"idTerminal":"80005000","idSucursal":12983,"serialNumber":"SNPRUEBA1234","command":105,"customId":"read-1"}
            """
        return try await world.send(.POST, world.baseURL + "/postxs/details", world.authorized(token), body: body)
    }

    @Test func `a flood without Retry-After names none`() async throws {
        try await SimulatedWorld.run { world in
            world.simulator.controls.flood(.sales, with: FloodAnswer(status: 418))
            let answer = try await world.sell(15_990, customID: "washed")
            #expect(answer.status == 418)
            #expect(answer.headers["Retry-After"].isEmpty)
            #expect(world.simulator.ledger.entries(customID: "washed").map(\.reply) == ["status418"])
        }
    }

    @Test(arguments: [("sales?status=200", 400), ("sales", 400), ("rivers?status=503", 404), ("rivers/end", 404)])
    func `a flood that is none is refused`(path: String, status: Int) async throws {
        try await SimulatedWorld.run { world in
            let answer = try await control(world, path)
            #expect(answer == status)
        }
    }
}

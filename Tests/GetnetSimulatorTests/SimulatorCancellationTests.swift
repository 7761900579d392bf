// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import NIOCore
import NIOHTTP1
import Testing

@Suite("Simulator: a cancellation over real sockets")
struct SimulatorCancellationTests {
    private static let argentina = SimulatorConfiguration.fast.with {
        $0.country = "ar"
        $0.timeScale = 0.1
        $0.thinkTime = .seconds(60)
    }

    @Test func `a running sale is called back as cancelled long before it would have been paid`() async throws {
        try await SimulatedWorld.run(Self.argentina) { world in
            let sale = try await world.sell(15_990)
            let begin = ContinuousClock.now
            let answer = try await world.command(.cancelSale)
            #expect(answer.message == "TRANSACTION FINISHED")
            #expect(Set(answer.result.keys) == ["functionCode", "responseCode", "responseMessage"])
            #expect(answer.result["functionCode"] as? Int == 116)
            #expect(answer.result["responseCode"] as? Int == 0)
            let callback = try #require(try await world.callbacks(1).first)
            #expect(ContinuousClock.now - begin < .seconds(5))
            #expect(callback.data["idPosTxs"] as? Int == sale.data["idPosTxs"] as? Int)
            #expect(callback.result["responseCode"] as? Int == 1006)
            #expect(callback.result["responseMessage"] as? String == "Operacion Cancelada")
            let status = try await world.query(sale.data["idPosTxs"])
            #expect(status.result["responseCode"] as? Int == 1006)
            #expect(world.simulator.ledger.summary.cancelledSales == 1)
            #expect(world.simulator.ledger.faults == [])
        }
    }

    @Test func `a held answer comes as soon as its sale is cancelled`() async throws {
        try await SimulatedWorld.run(Self.argentina) { world in
            let token = try await world.token()
            let begin = ContinuousClock.now
            let body = SimulatedWorld.body(of: .poll, "\"amount\":15990").replacingOccurrences(of: "106", with: "100")
            async let held = world.post(body, token: token)
            try await world.eventually { world.simulator.ledger.summary.sales == 1 }
            _ = try await world.command(.cancelSale, token: token)
            #expect(try await held.result["responseCode"] as? Int == 1006)
            #expect(ContinuousClock.now - begin < .seconds(5))
        }
    }

    @Test func `where nothing runs the terminal says no`() async throws {
        try await SimulatedWorld.run(Self.argentina) { world in
            let answer = try await world.command(.cancelSale)
            #expect(answer.code == 1)
            #expect(answer.result["responseCode"] as? Int == 12)
            #expect(world.simulator.ledger.commands().map(\.ending) == [.refused])
        }
    }

    @Test func `a late cancellation hits the sale after the one that was meant`() async throws {
        let configuration = Self.argentina.with {
            $0.thinkTime = .seconds(3)
            $0.cancelDelay = .seconds(6)
        }
        try await SimulatedWorld.run(configuration) { world in
            let token = try await world.token()
            _ = try await world.sell(15_990, customID: "meant", token: token)
            async let cancelled = world.command(.cancelSale, token: token, timeout: .seconds(30))
            _ = try await world.callbacks(1)
            // This sale runs for nine seconds: also on a slow machine it still runs when the cancellation comes.
            _ = try await world.sell(15_207, customID: "next", ticket: "A2", token: token)
            let answer = try await cancelled
            #expect(answer.result["responseCode"] as? Int == 0)
            #expect(world.simulator.ledger.commands().first?.met?.customID == "next")
            #expect(world.simulator.ledger.sales(customID: "meant").first?.payments.count == 1)
            #expect(world.simulator.ledger.sales(customID: "next").first?.payments.count == 0)
        }
    }
}

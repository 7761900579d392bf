// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import NIOCore
import NIOHTTP1
import Testing

@Suite("Simulator: ledger and controls")
struct SimulatorControlsTests {
    private func simulator(_ world: SimulatedWorld, _ path: String) -> String {
        world.baseURL.replacingOccurrences(of: "/api", with: "/simulator") + path
    }

    private func ledger(_ world: SimulatedWorld, _ path: String) async throws -> [LedgerEntry] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            return try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text)
        }
        let answer = try await world.send(.GET, simulator(world, path))
        return try decoder.decode([LedgerEntry].self, from: Data(answer.text.utf8))
    }

    @Test func `the ledger tells over HTTP what really happened`() async throws {
        try await SimulatedWorld.run { world in
            _ = try await world.sell(15_307, customID: "lost")
            _ = try await world.callbacks(1)
            try await world.eventually { world.simulator.ledger.summary.callbacksAccepted == 1 }
            let entry = try #require(try await ledger(world, "/ledger?customId=lost").first)
            #expect(entry.reply == "serverError")
            #expect(entry.scenario == 307)
            #expect(entry.webhook == world.webhook)
            #expect(entry.sale?.payments.map(\.amount) == [15_307])
            #expect(entry.callbacks.map(\.status) == [200])
            #expect(entry.callbacks.map(\.kind) == ["result"])
            let raw = try await world.send(.GET, simulator(world, "/ledger?customId=lost"))
            #expect(raw.text.contains("\"customId\":\"lost\""))
            #expect(raw.text.contains("\"operationId\":1"))
            let others = try await ledger(world, "/ledger?customId=other")
            #expect(others.isEmpty)
        }
    }

    @Test func `the ledger is read in pages`() async throws {
        try await SimulatedWorld.run { world in
            let token = try await world.token()
            for number in 0..<5 { _ = try await world.sell(15_411, customID: "\(number)", token: token) }
            let page = try await ledger(world, "/ledger?from=1&limit=2")
            #expect(page.map(\.number) == [1, 2])
            let rest = try await ledger(world, "/ledger?from=3")
            #expect(rest.map(\.number) == [3, 4])
        }
    }

    @Test func `the summary counts over HTTP`() async throws {
        try await SimulatedWorld.run { world in
            _ = try await world.sell(15_990)
            _ = try await world.callbacks(1)
            try await world.eventually {
                let answer = try await world.send(.GET, simulator(world, "/ledger/summary"))
                let summary = try JSONDecoder().decode(LedgerSummary.self, from: Data(answer.text.utf8))
                return summary.callbacksAccepted == 1 && summary.payments == 1 && summary.paidAmount == 15_990
            }
            let faults = try await world.send(.GET, simulator(world, "/ledger/faults"))
            #expect(faults.text == "[]")
        }
    }

    @Test func `held callbacks come when they are released`() async throws {
        try await SimulatedWorld.run { world in
            _ = try await world.send(.POST, simulator(world, "/callbacks/hold"))
            _ = try await world.sell(15_203)
            try await world.eventually { world.simulator.ledger.summary.callbacksHeld == 3 }
            #expect(world.receiver.callbacks.isEmpty)
            _ = try await world.send(.POST, simulator(world, "/callbacks/release"))
            _ = try await world.callbacks(3)
            #expect(world.simulator.ledger.summary.callbacksHeld == 0)
        }
    }

    @Test func `a terminal can be lost and found, tokens revoked`() async throws {
        try await SimulatedWorld.run { world in
            let token = try await world.token()
            _ = try await world.send(.POST, simulator(world, "/terminals/80005000/offline"))
            let lost = try await world.sell(15_990, token: token)
            #expect(lost.message == "C2C SERVICE NOT RESPONDING")
            _ = try await world.send(.POST, simulator(world, "/terminals/80005000/online"))
            let found = try await world.sell(15_990, token: token)
            #expect(found.message == "TRANSACTION SENT")
            _ = try await world.send(.POST, simulator(world, "/tokens/revoke"))
            let refused = try await world.sell(15_990, token: token)
            #expect(refused.status == 401)
        }
    }

    @Test func `a callback that is refused is not repeated unless configured`() async throws {
        try await SimulatedWorld.run(webhookAnswers: [503]) { world in
            _ = try await world.sell(15_990)
            try await world.eventually { world.simulator.ledger.summary.callbacks == 1 }
            #expect(world.simulator.ledger.entries()[0].callbacks.map(\.status) == [503])
        }
        let configuration = SimulatorConfiguration.fast.with {
            $0.callbackRetries = 2
            $0.callbackRetryDelay = .milliseconds(1)
        }
        try await SimulatedWorld.run(configuration, webhookAnswers: [503, 500]) { world in
            _ = try await world.sell(15_990)
            _ = try await world.callbacks(3)
            try await world.eventually { world.simulator.ledger.summary.callbacksAccepted == 1 }
            #expect(world.simulator.ledger.entries()[0].callbacks.map(\.status) == [503, 500, 200])
        }
    }

    @Test func `every callback can be sent several times`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.callbackCopies = 4 }) { world in
            _ = try await world.sell(15_990)
            let bodies = try await world.callbacks(4).map(\.body)
            #expect(Set(bodies).count == 1)
        }
    }

    @Test func `a webhook without a listener is noted without a status`() async throws {
        try await SimulatedWorld.run { world in
            _ = try await world.sell(15_990, webhook: "http://127.0.0.1:1/")
            try await world.eventually { world.simulator.ledger.summary.callbacks == 1 }
            #expect(world.simulator.ledger.entries()[0].callbacks.map(\.status) == [nil])
        }
    }

    @Test func `a simulator that hangs on purpose stops at once when asked to`() async throws {
        let begin = ContinuousClock.now
        try await SimulatedWorld.run(.fast.with { $0.timeScale = 1 }) { world in
            let token = try await world.token()
            await #expect(throws: (any Error).self) {
                _ = try await world.sell(15_305, token: token, timeout: .milliseconds(200))
            }
        }
        // Without the stop, the simulator would hang for the five minutes of a sale's life.
        #expect(ContinuousClock.now - begin < .seconds(240))
    }

    @Test func `a port that is taken is an error to everyone who waits for it`() async throws {
        try await SimulatedWorld.run { world in
            var configuration = SimulatorConfiguration.fast
            configuration.port = try await world.simulator.port()
            let second = Simulator(configuration: configuration, logger: .quiet)
            async let port = second.port()
            await #expect(throws: (any Error).self) { try await second.run() }
            await #expect(throws: SimulatorStopped.self) { _ = try await second.port() }
            do { _ = try await port } catch is SimulatorStopped {}
        }
    }
}

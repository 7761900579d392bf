// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import GetnetSimulator
import NIOCore
import NIOHTTP1
import Testing

@Suite("Simulator: what a scenario does over real sockets")
struct SimulatorScenarioTests {
    @Test func `a sale without a callback is known to the query alone`() async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.sell(15_201)
            let token = try await world.token()
            try await world.eventually {
                try await world.query(answer.data["idPosTxs"], token: token).result["responseCode"] as? Int == 0
            }
            #expect(world.receiver.callbacks.isEmpty)
        }
    }

    @Test func `a callback can be answered before its sale is acknowledged`() async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.sell(15_202)
            #expect(world.receiver.callbacks.count == 1)
            #expect(world.simulator.ledger.summary.callbacksAccepted == 1)
            #expect(answer.message == "TRANSACTION SENT")
        }
    }

    @Test func `three callbacks are identical`() async throws {
        try await SimulatedWorld.run { world in
            _ = try await world.sell(15_203)
            let bodies = try await world.callbacks(3).map(\.body)
            #expect(Set(bodies).count == 1)
        }
    }

    @Test func `a 90-second time-out comes before its approval, in ms where so scaled`() async throws {
        try await SimulatedWorld.run { world in
            let begin = ContinuousClock.now
            _ = try await world.sell(15_207)
            let callbacks = try await world.callbacks(2)
            #expect(callbacks.map(\.code) == [0, 1])
            #expect(callbacks[0].object["message"] as? String == "TIMEOUT (90 SECONDS)")
            #expect(callbacks[0].arrivedAt - begin >= .milliseconds(90))
            #expect(callbacks[1].result["responseCode"] as? Int == 0)
        }
    }

    @Test func `two approvals differ in authorization and receipt`() async throws {
        try await SimulatedWorld.run { world in
            _ = try await world.sell(15_214)
            let callbacks = try await world.callbacks(2)
            let codes = callbacks.compactMap { $0.result["authorizationCode"] as? String }
            let payments = try #require(world.simulator.ledger.sales(customID: "sale-1").first).payments
            #expect(codes == payments.map(\.authorizationCode))
            #expect(Set(codes).count == 2)
        }
    }

    @Test func `odd bodies reach the webhook as they are`() async throws {
        try await SimulatedWorld.run { world in
            _ = try await world.sell(15_210, customID: "a")
            #expect(try await world.callbacks(1)[0].body.hasPrefix("TRANSACTION FINISHED"))
            try await world.eventually { try await world.sell(15_211, customID: "b").code == 1 }
            #expect(try await world.callbacks(2)[1].body.utf8.count > 300 * 1_024)
            try await world.eventually { try await world.sell(15_218, customID: "c").code == 1 }
            let empty = try await world.callbacks(3)[2]
            #expect(empty.body.isEmpty)
            try await world.eventually { try await world.sell(15_212, customID: "d").code == 1 }
            let other = try await world.callbacks(4)[3]
            #expect(other.data["customId"] as? String == "other-sale")
        }
    }

    @Test(arguments: [(301, 1), (302, 1), (303, 0)])
    func `a reset connection answers nothing, whether the sale was started or not`(
        number: Int,
        sales: Int
    ) async throws {
        try await SimulatedWorld.run { world in
            let token = try await world.token()
            await #expect(throws: (any Error).self) { _ = try await world.sell(15_000 + number, token: token) }
            #expect(world.simulator.ledger.summary.sales == sales)
            #expect(world.simulator.ledger.entries().map(\.reply) == ["reset"])
            if number == 301 { _ = try await world.callbacks(1) }
        }
    }

    @Test func `a POST that hangs is never answered while its sale goes on`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.timeScale = 0.01 }) { world in
            let token = try await world.token()
            await #expect(throws: (any Error).self) {
                _ = try await world.sell(15_304, token: token, timeout: .milliseconds(300))
            }
            _ = try await world.callbacks(1)
        }
    }

    @Test func `a cut-off acknowledgement is HTTP 200 and no JSON text`() async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.sell(15_312)
            #expect(answer.status == 200)
            #expect(answer.object.isEmpty)
            _ = try await world.callbacks(1)
        }
    }

    @Test(
        arguments: [
            (306, 500, 0), (307, 500, 1), (309, 502, 1), (400, 400, 0), (403, 403, 0), (407, 307, 0), (428, 429, 0),
            (404, 401, 0),
        ]
    )
    func `an HTTP failure has its status, and the ledger knows the truth`(
        number: Int,
        status: Int,
        sales: Int
    ) async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.sell(15_000 + number)
            #expect(answer.status == status)
            #expect(answer.code == nil || status == 401)
            #expect(world.simulator.ledger.summary.sales == sales)
            #expect(world.simulator.ledger.faults == [])
        }
    }

    @Test(
        arguments: [
            (411, "OPERATION IN PROGRESS (15s)", 0), (413, "OPERATION IN PROGRESS (15s)", 1),
            (430, "C2C SERVICE NOT RESPONDING", 0), (431, "C2C SERVICE NOT RESPONDING", 1),
            (440, "KEYPOS NOT FOUND", 0), (441, "INCORRECT REQUEST FOR MERCHANT ID", 0),
            (420, "INTERNAL FAILURE 7781", 0), (315, "TIMEOUT (90 SECONDS)", 1),
        ]
    )
    func `a refusal is code 0 without data, and the ledger knows the truth`(
        number: Int,
        message: String,
        sales: Int
    ) async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.sell(15_000 + number)
            #expect(answer.status == 200)
            #expect(answer.code == 0)
            #expect(answer.message == message)
            #expect(answer.object["data"] is NSNull)
            #expect(world.simulator.ledger.summary.sales == sales)
        }
    }

    @Test(arguments: [(401, 401), (402, 200), (410, 200), (412, 200), (405, 403), (429, 429)])
    func `what is refused once is sold to the second POST`(number: Int, status: Int) async throws {
        try await SimulatedWorld.run { world in
            let refused = try await world.sell(15_000 + number)
            #expect(refused.status == status)
            if status == 429 { #expect(refused.headers["Retry-After"] == ["1"]) }
            let sold = try await world.sell(15_000 + number)
            #expect(sold.message == "TRANSACTION SENT")
            #expect(world.simulator.ledger.summary.sales == 1)
            #expect(world.simulator.ledger.summary.repeatedSales == 0)
        }
    }

    @Test func `a client that follows the redirect is noted`() async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.sell(15_407)
            let location = try #require(answer.headers["Location"].first)
            let origin = world.baseURL.replacingOccurrences(of: "/api", with: "")
            _ = try await world.send(.POST, origin + location, body: "{}")
            #expect(world.simulator.ledger.faults.map(\.part) == ["redirect"])
        }
    }

    @Test func `the acknowledgement may hold the result already`() async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.sell(15_511)
            #expect(answer.result["responseCode"] as? Int == 0)
            let callback = try await world.callbacks(1)[0]
            #expect(callback.body == answer.text)
        }
    }

    @Test func `dialects change answers and callbacks alike`() async throws {
        try await SimulatedWorld.run { world in
            let spanish = try await world.sell(15_502, customID: "a")
            #expect(spanish.message == "TRANSACCION ENVIADA")
            _ = try await world.callbacks(1)
            let text = try await world.sell(15_503, customID: "b")
            #expect(text.data["idPosTxs"] is String)
            _ = try await world.callbacks(2)
            let flat = try await world.sell(15_501, customID: "c")
            #expect(flat.code == 1)
            let callbacks = try await world.callbacks(3)
            #expect(callbacks[0].object["message"] as? String == "TRANSACCION FINALIZADA")
            #expect(callbacks[1].data["idPosTxs"] is String)
            #expect(callbacks[2].data["authorizationCode"] is String)
        }
    }
}

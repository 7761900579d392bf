// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import NIOHTTP1
import Testing

@Suite("Simulator: login, sale, query")
struct SimulatorTests {
    @Test func `a sale is acknowledged, called back and found by the query`() async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.sell(15_990)
            #expect(answer.status == 200)
            #expect(answer.code == 1)
            #expect(answer.message == "TRANSACTION SENT")
            #expect(answer.data["customId"] as? String == "sale-1")
            let callback = try await world.callbacks(1)[0]
            #expect(callback.path == "/callbacks/1?token=t")
            #expect(callback.contentType == "application/json")
            #expect(callback.data["idPosTxs"] as? Int == answer.data["idPosTxs"] as? Int)
            #expect(callback.result["responseCode"] as? Int == 0)
            #expect(callback.result["amount"] as? Int == 15_990)
            #expect(callback.result["ticket"] as? String == "A0001")
            let status = try await world.query(answer.data["idPosTxs"])
            #expect(status.message == "TRANSACTION COMPLETED")
            let told = callback.body.replacingOccurrences(of: "TRANSACTION FINISHED", with: "TRANSACTION COMPLETED")
            #expect(status.text == told)
            #expect(world.simulator.ledger.faults == [])
        }
    }

    @Test(arguments: [(101, 51), (105, 5), (110, 1006), (111, 1006), (801, 54), (505, -1)])
    func `a payment that is refused says so in callback and query`(number: Int, code: Int) async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.sell(20_000 + number)
            #expect(try await world.callbacks(1)[0].result["responseCode"] as? Int == code)
            let status = try await world.query(answer.data["idPosTxs"])
            #expect(status.result["responseCode"] as? Int == code)
            #expect(status.result["authorizationCode"] as? String == "")
            #expect(world.simulator.ledger.sales(customID: "sale-1").map(\.payments.count) == [0])
        }
    }

    @Test func `a sale that is not over is in process`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.timeScale = 1 }) { world in
            let answer = try await world.sell(15_990)
            let status = try await world.query(answer.data["idPosTxs"])
            #expect(status.code == 2)
            #expect(status.object["data"] is NSNull)
        }
    }

    @Test func `without a webhook the answer is held until the sale is over`() async throws {
        try await SimulatedWorld.run { world in
            let body = """
                {"idTerminal":"80005000","idSucursal":"0000012983","serialNumber":"SNPRUEBA1234","command":100,\
                "amount":15990,"ticketNumber":"A1"}
                """
            let answer = try await world.post(body, token: world.token())
            #expect(answer.message == "TRANSACTION FINISHED")
            #expect(answer.result["responseCode"] as? Int == 0)
            #expect(world.simulator.ledger.entries().map(\.reply) == ["held"])
            #expect(world.receiver.callbacks.isEmpty)
        }
    }

    @Test func `an unknown id is not found`() async throws {
        try await SimulatedWorld.run { world in
            let status = try await world.query(1)
            #expect(status.message == "ID NOT FOUND")
        }
    }

    @Test func `wrong credentials are an error in a wrapper`() async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.logIn("ClientId=demo-client&ClientSecret=wrong")
            #expect(answer.status == 200)
            #expect(answer.code == 0)
            #expect(world.simulator.ledger.summary.failedLogins == 1)
        }
    }

    @Test func `wrong credentials are HTTP 401 where configured`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.authFailure = .http401 }) { world in
            let login = try await world.logIn("clientId=a&clientSecret=b")
            #expect(login.status == 401)
        }
    }

    @Test func `field names of the login are bound in any case`() async throws {
        try await SimulatedWorld.run { world in
            let answer = try await world.logIn("ClientId=demo-client&CLIENTSECRET=demo%2Bsecret%2F2026%3D%3D")
            #expect(answer.message == "LOGIN SUCCESSFUL")
            #expect(answer.data["expires_in"] as? Int == 86_400)
        }
    }

    @Test func `several tokens are good at once until they are revoked`() async throws {
        try await SimulatedWorld.run { world in
            let (first, second) = (try await world.token(), try await world.token())
            #expect(first != second)
            let sold = try await world.sell(15_990, token: first)
            #expect(sold.code == 1)
            try await world.eventually { try await world.sell(15_990, token: second).code == 1 }
            world.simulator.controls.revokeTokens()
            let refused = try await world.sell(15_990, token: first)
            #expect(refused.status == 401)
            let query = try await world.query(1, token: second)
            #expect(query.status == 401)
        }
    }

    @Test func `a token ends with its life, and the literal comes where configured`() async throws {
        let configuration = SimulatorConfiguration.fast.with {
            $0.tokenLifetime = .zero
            $0.unauthorized = .wrapper
        }
        try await SimulatedWorld.run(configuration) { world in
            let answer = try await world.sell(15_990)
            #expect(answer.status == 200)
            #expect(answer.message == "UNAUTHORIZED")
        }
    }

    @Test func `a terminal does one command at a time`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.timeScale = 1 }) { world in
            let first = try await world.sell(15_990, customID: "first")
            #expect(first.code == 1)
            let second = try await world.sell(15_990, customID: "second")
            #expect(second.message == "OPERATION IN PROGRESS (15s)")
            let other = TerminalIdentity(idTerminal: "80005001", idSucursal: "12983", serialNumber: "SNPRUEBA1235")
            let third = try await world.sell(15_990, customID: "third", terminal: other)
            #expect(third.code == 1)
            #expect(world.simulator.ledger.summary.sales == 2)
        }
    }

    @Test func `special terminals and known terminals decide who is found`() async throws {
        let configuration = SimulatorConfiguration.fast.with { $0.knownTerminals = [.documented] }
        try await SimulatedWorld.run(configuration) { world in
            let other = TerminalIdentity(idTerminal: "80005001", idSucursal: "12983", serialNumber: "SNPRUEBA1235")
            let stranger = try await world.sell(15_990, terminal: other)
            #expect(stranger.message == "KEYPOS NOT FOUND")
            let unknown = try await world.sell(15_990, terminal: .unknown)
            #expect(unknown.message == "KEYPOS NOT FOUND")
            let refused = try await world.sell(15_990, terminal: .ofOtherMerchant)
            #expect(refused.message == "INCORRECT REQUEST FOR MERCHANT ID")
            let known = try await world.sell(15_990)
            #expect(known.code == 1)
        }
    }

    @Test func `paths are found in any case`() async throws {
        try await SimulatedWorld.run { world in
            let url = world.baseURL.replacingOccurrences(of: "/api", with: "/API") + "/PosTxs/1"
            let answer = try await world.send(.GET, url, world.authorized(world.token()))
            #expect(answer.message == "ID NOT FOUND")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import NIOHTTP1
import Testing

@Suite("Simulator: strictness over real sockets")
struct SimulatorStrictnessTests {
    private static let body = """
        {"idTerminal":"80005000","idSucursal":12983,"serialNumber":"SNPRUEBA1234","command":100,"amount":15990,\
        "ticketNumber":"A1","customId":"c","webhook":"http://127.0.0.1:9/"}
        """

    @Test(arguments: ["env", "country", "app", "Authorization", "Content-Type"])
    func `a sale without a header is refused and noted`(name: String) async throws {
        try await SimulatedWorld.run { world in
            var headers = try await world.authorized(world.token())
            headers.remove(name: name)
            let answer = try await world.send(.POST, world.baseURL + "/postxs/sale", headers, body: Self.body)
            #expect(answer.status == 400)
            #expect(answer.text.contains(name))
            #expect(world.simulator.ledger.faults.map(\.part) == [name])
            #expect(world.simulator.ledger.summary.sales == 0)
            #expect(world.simulator.ledger.entries().map(\.reply) == ["faulty"])
        }
    }

    @Test func `a header with another value is refused`() async throws {
        try await SimulatedWorld.run { world in
            var headers = try await world.authorized(world.token())
            headers.replaceOrAdd(name: "country", value: "CL")
            let answer = try await world.send(.POST, world.baseURL + "/postxs/sale", headers, body: Self.body)
            #expect(answer.status == 400)
        }
    }

    @Test func `parameters of the content type are no fault`() async throws {
        try await SimulatedWorld.run { world in
            var headers = try await world.authorized(world.token())
            headers.replaceOrAdd(name: "content-type", value: "application/json ; charset=utf-8")
            let answer = try await world.send(.POST, world.baseURL + "/postxs/sale", headers, body: Self.body)
            #expect(answer.status == 200)
        }
    }

    @Test func `login and query want their headers too`() async throws {
        try await SimulatedWorld.run { world in
            let token = try await world.token()
            let login = try await world.send(
                .POST,
                world.baseURL + "/postxs/auth",
                SimulatedWorld.headers,
                body: "clientId=demo-client"
            )
            #expect(login.status == 400)
            let bearer: HTTPHeaders = ["Authorization": "Bearer \(token)"]
            let query = try await world.send(.GET, world.baseURL + "/postxs/1", bearer)
            #expect(query.status == 400)
            #expect(world.simulator.ledger.faults.map(\.part) == ["Content-Type", "env", "country", "app"])
            #expect(world.simulator.ledger.summary.faultyRequests == 2)
        }
    }

    @Test func `a wrong member is named in the answer`() async throws {
        try await SimulatedWorld.run { world in
            let body = Self.body.replacingOccurrences(of: "15990", with: "\"15990\"")
            let answer = try await world.post(body, token: world.token())
            #expect(answer.status == 400)
            #expect(answer.headers["Content-Type"] == ["application/problem+json"])
            #expect(answer.text.contains("\"amount\":\"must be an integer, not a string\""))
        }
    }

    @Test func `lenient wants no headers but the token`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.strict = false }) { world in
            let bearer: HTTPHeaders = ["Authorization": "Bearer \(try await world.token())"]
            let body = Self.body.replacingOccurrences(of: "100", with: "\"100\"")
            let sold = try await world.send(.POST, world.baseURL + "/postxs/sale", bearer, body: body)
            #expect(sold.message == "TRANSACTION SENT")
            let refused = try await world.send(.POST, world.baseURL + "/postxs/sale", [:], body: body)
            #expect(refused.status == 401)
        }
    }

    @Test func `the firewall wants its key where there is one`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.apiKey = "k" }) { world in
            let refused = try await world.logIn()
            #expect(refused.status == 403)
            #expect(refused.headers["Content-Type"].first?.hasPrefix("text/html") == true)
        }
    }
}

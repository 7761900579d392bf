// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOHTTP1
import Testing

@testable import GetnetSimulator

@Suite("Numbers that begin anew")
struct SaleNumbersTests {
    @Test func `a number means the latest sale that got it`() {
        var numbers = SaleNumbers(first: 100)
        #expect((0..<3).map(numbers.number) == [100, 101, 102])
        numbers.beginAnew(with: 3)
        #expect((3..<5).map(numbers.number) == [100, 101])
        // A number that was not given out again still means the old sale.
        #expect([100, 101, 102].map { numbers.post($0, before: 5) } == [3, 4, 2])
        numbers.beginAnew(with: 5)
        #expect(numbers.number(of: 5) == 100)
        #expect([100, 101, 102].map { numbers.post($0, before: 6) } == [5, 4, 2])
    }

    @Test func `the status query of a number tells the sale that has it now`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.firstID = 700 }) { world in
            let token = try await world.token()
            _ = try await world.sell(15_990, customID: "old", ticket: "T1", token: token)
            _ = try await world.callbacks(1)
            let control = world.baseURL.replacingOccurrences(of: "/api", with: "/simulator/numbers/anew")
            #expect(try await world.send(.POST, control).status == 204)
            let sent = try await world.sell(15_101, customID: "new", ticket: "T2", token: token)
            #expect(sent.data["idPosTxs"] as? Int == 700)
            _ = try await world.callbacks(2)
            let told = try await world.query(700, token: token)
            #expect(told.data["customId"] as? String == "new")
            #expect(told.result["responseCode"] as? Int == 51 || told.result["responseCode"] as? Int == 5)
        }
    }
}

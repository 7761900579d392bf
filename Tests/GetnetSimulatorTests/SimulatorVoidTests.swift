// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import NIOHTTP1
import Testing

@Suite("Simulator: a void over real sockets")
struct SimulatorVoidTests {
    private func rows(_ world: SimulatedWorld) async throws -> [Int] {
        let body = SimulatedWorld.body(of: .poll).replacingOccurrences(of: "106", with: "105")
        var found: [Int] = []
        try await world.eventually {
            let headers = try await world.authorized(world.token())
            let answer = try await world.send(.POST, world.baseURL + "/postxs/details", headers, body: body)
            let rows = answer.result["saleDetails"] as? [[String: Any]]
            found = rows?.compactMap { $0["operationId"] as? Int } ?? []
            return rows != nil
        }
        return found
    }

    @Test func `a sale of the open batch is taken back as a whole and leaves the journal`() async throws {
        try await SimulatedWorld.run { world in
            let first = try await world.sold(customID: "a")
            let second = try await world.sold(16_990, customID: "b", ticket: "A0002")
            let answer = try await world.command(.void, "\"operationId\":\(first.operationID),\"printOnPos\":true")
            #expect(answer.message == "TRANSACTION FINISHED")
            #expect(answer.data["customId"] as? String == "cmd-1")
            #expect(answer.data["idPosTxs"] is Int)
            let result = answer.result
            #expect(
                Set(result.keys) == [
                    "functionCode", "responseCode", "responseMessage", "commerceCode", "terminalId",
                    "authorizationCode", "operationId", "success",
                ]
            )
            #expect(result["functionCode"] as? Int == 102)
            #expect(result["responseCode"] as? Int == 0)
            #expect(result["success"] as? Bool == true)
            #expect(result["operationId"] as? Int == first.operationID)
            #expect(result["authorizationCode"] as? String == first.authorizationCode)
            #expect(try await rows(world) == [second.operationID])
            let entry = try #require(world.simulator.ledger.commands().last)
            #expect(entry.command == .void)
            #expect(entry.ending == .done)
            #expect(entry.movedMoney)
            #expect(entry.original?.post == 0)
            #expect(entry.original?.voided == 15_990)
            #expect(world.simulator.ledger.sales(customID: "a").first?.payments.first?.voided == 15_990)
            #expect(world.simulator.ledger.sales(customID: "b").first?.payments.first?.voided == 0)
            #expect(world.simulator.ledger.summary.voidedAmount == 15_990)
            #expect(world.simulator.ledger.faults == [])
        }
    }

    @Test func `a second void of the same receipt is refused, and moves nothing`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold()
            _ = try await world.command(.void, "\"operationId\":\(sale.operationID)")
            let again = try await world.command(.void, "\"operationId\":\(sale.operationID)")
            #expect(again.code == 1)
            #expect(again.result["responseCode"] as? Int == 12)
            #expect(again.result["success"] as? Bool == false)
            #expect(again.result["authorizationCode"] as? String == "")
            #expect(world.simulator.ledger.commands().map(\.movedMoney) == [true, false])
            #expect(world.simulator.ledger.summary.voids == 1)
        }
    }

    @Test func `a receipt of a closed batch or of no sale is refused`() async throws {
        try await SimulatedWorld.run { world in
            let nobody = try await world.command(.void, "\"operationId\":17")
            #expect(nobody.result["responseCode"] as? Int == 25)
            let sale = try await world.sold()
            world.simulator.controls.closeBatch(idTerminal: "80005000")
            let closed = try await world.command(.void, "\"operationId\":\(sale.operationID)")
            #expect(closed.result["success"] as? Bool == false)
            #expect(world.simulator.ledger.summary.voids == 0)
        }
    }

    @Test func `a receipt number that has come again means the sale of the open batch`() async throws {
        try await SimulatedWorld.run { world in
            let yesterday = try await world.sold(customID: "a")
            let closed = try await world.command(.close, "\"printOnPos\":false")
            #expect(closed.result["success"] as? Bool == true)
            #expect(closed.result["functionCode"] as? Int == 103)
            let today = try await world.sold(customID: "b", ticket: "A0002")
            #expect(today.operationID == yesterday.operationID)
            _ = try await world.command(.void, "\"operationId\":\(yesterday.operationID)")
            #expect(world.simulator.ledger.sales(customID: "a").first?.payments.first?.voided == 0)
            #expect(world.simulator.ledger.sales(customID: "b").first?.payments.first?.voided == 15_990)
            #expect(world.simulator.ledger.batchCloses().map(\.cause) == ["command"])
            #expect(world.simulator.ledger.batchCloses().map(\.payments) == [1])
        }
    }

    @Test func `voided rows can stay in the journal`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.voidedRows = .present }) { world in
            let sale = try await world.sold()
            _ = try await world.command(.void, "\"operationId\":\(sale.operationID)")
            #expect(try await rows(world) == [sale.operationID])
        }
    }

    @Test func `with a webhook it is acknowledged, called back and known to the status query`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold()
            let answer = try await world.command(
                .void,
                "\"operationId\":\(sale.operationID),\"webhook\":\"\(world.webhook)\""
            )
            #expect(answer.message == "TRANSACTION SENT")
            let callback = try #require(try await world.callbacks(2).last)
            #expect(callback.data["idPosTxs"] as? Int == answer.data["idPosTxs"] as? Int)
            #expect(callback.result["functionCode"] as? Int == 102)
            let status = try await world.query(answer.data["idPosTxs"])
            #expect(status.message == "TRANSACTION COMPLETED")
            #expect(status.result["success"] as? Bool == true)
            try await world.eventually { world.simulator.ledger.commands().last?.callbacks.map(\.status) == [200] }
        }
    }

    @Test func `a void whose answer is lost is made all the same`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold()
            world.simulator.controls.setNextCommand(302, idTerminal: "80005000")
            await #expect(throws: (any Error).self) {
                _ = try await world.command(.void, "\"operationId\":\(sale.operationID)")
            }
            let entry = try #require(world.simulator.ledger.commands().last)
            #expect(entry.reply == "reset")
            #expect(entry.movedMoney)
        }
    }

    @Test func `what is voided at the terminal itself leaves the journal, once`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold(customID: "a")
            let controls = world.simulator.controls
            #expect(controls.voidAtTerminal(sale.operationID, idTerminal: "80005000"))
            #expect(!controls.voidAtTerminal(sale.operationID, idTerminal: "80005000"))
            #expect(!controls.voidAtTerminal(99, idTerminal: "80005000"))
            #expect(try await rows(world) == [])
            #expect(world.simulator.ledger.sales(customID: "a").first?.payments.first?.voided == 15_990)
            #expect(world.simulator.ledger.commands().isEmpty)
        }
    }

    @Test func `what is sold at the terminal itself can be voided too`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try #require(world.simulator.controls.sellAtTerminal(4_500, idTerminal: "80005000"))
            _ = try await world.command(.void, "\"operationId\":\(sale.payment.operationID)")
            #expect(world.simulator.ledger.terminalSales().map(\.payment.voided) == [4_500])
            #expect(world.simulator.ledger.commands().last?.original?.terminalSale == 0)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import NIOHTTP1
import Testing

@Suite("Simulator: a refund over real sockets")
struct SimulatorRefundTests {
    private static let argentina = SimulatorConfiguration.fast.with { $0.country = "ar" }

    private func refund(
        _ world: SimulatedWorld,
        _ amount: Int,
        of sale: SimulatedWorld.Paid,
        _ others: String = ""
    ) async throws -> SimulatedWorld.Answer {
        try await world.command(
            .refund,
            "\"authorizationCode\":\"\(sale.authorizationCode)\",\"amount\":\(amount)\(others)"
        )
    }

    @Test func `partial refunds are approved to exactly nothing left, the next one is declined`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold(15_990)
            let part = try await refund(world, 10_000, of: sale)
            #expect(
                Set(part.result.keys) == [
                    "functionCode", "responseCode", "responseMessage", "commerceCode", "terminalId",
                    "authorizationCode", "operationId", "success", "dateTime",
                ]
            )
            #expect(part.result["functionCode"] as? Int == 108)
            #expect(part.result["responseCode"] as? Int == 0)
            #expect(part.result["success"] as? Bool == true)
            #expect(part.result["operationId"] as? Int == sale.operationID + 1)
            #expect((part.result["authorizationCode"] as? String)?.count == 6)
            #expect(part.result["authorizationCode"] as? String != sale.authorizationCode)
            world.simulator.controls.closeBatch(idTerminal: "80005000")
            #expect(try await refund(world, 5_990, of: sale).result["success"] as? Bool == true)
            let above = try await refund(world, 1, of: sale)
            #expect(above.result["responseCode"] as? Int == 13)
            #expect(above.result["success"] as? Bool == false)
            let commands = world.simulator.ledger.commands()
            #expect(commands.map(\.movedAmount) == [10_000, 5_990, 0])
            #expect(commands.map { $0.original?.refunded } == [10_000, 15_990, 15_990])
            #expect(commands[0].refunds.map(\.authorizationCode) == [part.result["authorizationCode"] as? String])
            #expect(world.simulator.ledger.sales(customID: "sale-1").first?.payments.first?.refunded == 15_990)
            #expect(world.simulator.ledger.summary.refundedAmount == 15_990)
            #expect(world.simulator.ledger.summary.overRefunds == 0)
            #expect(world.simulator.ledger.faults == [])
        }
    }

    @Test func `an authorization of no sale is declined`() async throws {
        try await SimulatedWorld.run { world in
            let nobody = SimulatedWorld.Paid(operationID: 1, authorizationCode: "999999x", day: "")
            let answer = try await refund(world, 1_000, of: nobody)
            #expect(answer.result["responseCode"] as? Int == 25)
            #expect(world.simulator.ledger.commands().last?.original == nil)
        }
    }

    @Test func `a voided sale has nothing left, and a refunded one is not voided`() async throws {
        try await SimulatedWorld.run { world in
            let voided = try await world.sold(customID: "a")
            _ = try await world.command(.void, "\"operationId\":\(voided.operationID)")
            #expect(try await refund(world, 1_000, of: voided).result["responseCode"] as? Int == 13)
            let refunded = try await world.sold(customID: "b", ticket: "A0002")
            #expect(try await refund(world, 1_000, of: refunded).result["responseCode"] as? Int == 0)
            let void = try await world.command(.void, "\"operationId\":\(refunded.operationID)")
            #expect(void.result["success"] as? Bool == false)
        }
    }

    @Test func `the amount chooses what happens to a refund as to a sale`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold(90_990)
            let declined = try await refund(world, 1_101, of: sale)
            #expect(declined.result["responseCode"] as? Int == 51)
            let unpaid = try await refund(world, 1_110, of: sale)
            #expect(unpaid.result["responseCode"] as? Int == 1006)
            await #expect(throws: (any Error).self) { _ = try await refund(world, 1_302, of: sale) }
            let timedOut = try await refund(world, 1_207, of: sale)
            #expect(timedOut.message == "TIMEOUT (90 SECONDS)")
            let twice = try await refund(world, 1_214, of: sale)
            #expect(twice.result["responseCode"] as? Int == 0)
            #expect(
                world.simulator.ledger.commands().map(\.scenario).filter { $0 != nil } == [101, 110, 302, 207, 214]
            )
            let moved = world.simulator.ledger.commands().filter { $0.scenario != nil }.map(\.movedAmount)
            #expect(moved == [0, 0, 1_302, 1_207, 2_428])
            #expect(world.simulator.ledger.summary.refundedAmount == 1_302 + 1_207 + 2_428)
        }
    }

    @Test func `what is refused once is done for the second POST`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold()
            #expect(try await refund(world, 1_429, of: sale).status == 429)
            #expect(try await refund(world, 1_429, of: sale).result["success"] as? Bool == true)
        }
    }

    @Test func `a refund takes the terminal as long as a sale`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.timeScale = 0.02 }) { world in
            let sale = try await world.sold()
            let begin = ContinuousClock.now
            _ = try await refund(world, 1_000, of: sale)
            #expect(ContinuousClock.now - begin >= .milliseconds(60))
        }
    }

    @Test func `faults strike refunds that the table leaves alone, and the ledger knows them`() async throws {
        let configuration = SimulatorConfiguration.fast.with {
            $0.faults.probabilities = [.serverErrorAfter: 1, .noCallback: 1]
        }
        try await SimulatedWorld.run(configuration) { world in
            _ = try await world.sell(15_990)
            let payment = try #require(world.simulator.ledger.sales(customID: "sale-1").first?.payments.first)
            let sale = SimulatedWorld.Paid(
                operationID: payment.operationID,
                authorizationCode: payment.authorizationCode,
                day: ""
            )
            #expect(try await refund(world, 1_000, of: sale).status == 500)
            #expect(try await world.command(.poll).result["connected"] as? Bool == true)
            let entry = try #require(
                world.simulator.ledger.commands().first { $0.command == .refund && $0.attempt != nil }
            )
            #expect(entry.appliedFaults == [.serverErrorAfter, .noCallback])
            #expect(entry.movedAmount == 1_000)
        }
    }

    @Test func `a refund whose answer is lost is known to the terminal`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold(15_990)
            let body = ",\"webhook\":\"\(world.webhook)\""
            let answer = try await refund(world, 1_213, of: sale, body)
            let id = try #require(answer.data["idPosTxs"] as? Int)
            _ = try await world.callbacks(3)
            let read = SimulatedWorld.body(of: .poll, "\"idPosTxs\":\(id)")
                .replacingOccurrences(of: "\"command\":106", with: "\"command\":99")
            let headers = try await world.authorized(world.token())
            let told = try await world.send(.POST, world.baseURL + "/postxs/get_transaction", headers, body: read)
            #expect(told.data["idPosTxs"] as? Int == id)
            #expect(told.result["functionCode"] as? Int == 108)
            #expect(told.result["success"] as? Bool == true)
            #expect(world.simulator.ledger.journalReads().last?.rows == [sale.operationID + 1])
            #expect(world.simulator.ledger.commands(customID: "cmd-1").map(\.movedAmount) == [1_213])
        }
    }

    @Test func `without a cap an over-refund is seen`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.capsRefunds = false }) { world in
            let sale = try await world.sold(15_990)
            #expect(try await refund(world, 15_991, of: sale).result["success"] as? Bool == true)
            #expect(world.simulator.ledger.summary.overRefunds == 1)
        }
    }

    @Test func `the result names the amount where it is asked to`() async throws {
        try await SimulatedWorld.run(.fast.with { $0.refundAmount = true }) { world in
            let sale = try await world.sold(15_990)
            #expect(try await refund(world, 1_000, of: sale).result["amount"] as? Int == 1_000)
        }
    }

    @Test func `in Argentina the day of the payment must be right`() async throws {
        try await SimulatedWorld.run(Self.argentina) { world in
            let sale = try await world.sold(15_990)
            let missing = try await refund(world, 1_000, of: sale)
            #expect(missing.status == 400)
            #expect(world.simulator.ledger.faults.map(\.part) == ["originalTransDate"])
            let other = try await refund(world, 1_000, of: sale, ",\"originalTransDate\":\"2020-02-29\"")
            #expect(other.result["responseCode"] as? Int == 25)
            let right = try await refund(
                world,
                1_000,
                of: sale,
                ",\"originalTransDate\":\"\(sale.day)\",\"skipConfirmation\":false,\"skipReceipt\":true"
            )
            #expect(right.result["success"] as? Bool == true)
        }
    }

    @Test func `Chile knows no day of the payment`() async throws {
        try await SimulatedWorld.run { world in
            let sale = try await world.sold(15_990)
            let answer = try await refund(world, 1_000, of: sale, ",\"originalTransDate\":\"\(sale.day)\"")
            #expect(answer.status == 400)
            #expect(world.simulator.ledger.commands().last?.reply == "faulty")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GetnetSimulator

@Suite("CloudState: what happens at terminals without the cloud")
struct TerminalTests {
    @Test func `a sale at the terminal is a row without a ticket and keeps the terminal busy`() throws {
        var world = JournalWorld()
        world.sell(15_990, at: 0)
        let made = world.cloud.sellAtTerminal(4_500, idTerminal: "80005000", at: .seconds(1))
        let sale = try #require(made)
        #expect(sale.payment.amount == 4_500)
        #expect(sale.payment.operationID == 2)
        #expect(sale.cause == "control")
        // The cloud's sale lasts until 3 s, the other one until 6 s.
        #expect(world.read(at: 2).refusal == .busy15Seconds)
        #expect(world.read(at: 5).refusal == .busy15Seconds)
        #expect(world.cloud.ledger.journal.page(from: 0, limit: 9).map(\.foundBusyWith) == ["sale", "terminalSale"])
        #expect(world.cloud.ledger.summary.overlaps == 1)
        let rows = world.rows(world.read(at: 6))
        #expect(rows.map { $0["amount"] as? Int } == [15_990, 4_500])
        #expect(rows.last?["authorizationCode"] as? String == sale.payment.authorizationCode)
        #expect(rows.last?["realDate"] as? String == sale.payment.terminalTime)
        let voucher = world.response(world.read(.lastVoucher, at: 10))
        #expect(voucher["ticket"] is NSNull)
        #expect(voucher["functionCode"] as? Int == 100)
    }

    @Test func `a terminal that no command came to yet can sell`() {
        var world = JournalWorld()
        _ = world.cloud.sellAtTerminal(4_500, idTerminal: "80005000", at: .zero)
        #expect(world.rows(world.read(at: 3)).map { $0["operationId"] as? Int } == [1])
        #expect(world.rows(world.read(at: 10)).first?["commerceCode"] as? Int == 12_983)
    }

    @Test func `a closed batch leaves an empty journal and receipts from 1`() throws {
        var world = JournalWorld()
        world.sell(15_990, "A1", at: 0)
        world.sell(15_990, "A2", at: 10)
        let closed = world.cloud.closeBatch(idTerminal: "80005000", at: .seconds(20))
        let close = try #require(closed)
        #expect(close.payments == 2)
        #expect(world.rows(world.read(at: 30)).isEmpty)
        #expect(world.response(world.read(.lastVoucher, at: 40))["responseCode"] as? Int == 1)
        #expect(world.sell(15_990, "A3", at: 50).started?.facts.operationID == 1)
        #expect(world.rows(world.read(at: 60)).map { $0["operationId"] as? Int } == [1])
        #expect(world.cloud.closeBatch(idTerminal: "80009999", at: .zero) == nil)
    }

    @Test func `a batch is not closed before the terminal is free`() throws {
        var world = JournalWorld()
        world.sell(15_990, at: 0)
        let closed = world.cloud.closeBatch(idTerminal: "80005000", at: .seconds(1))
        let close = try #require(closed)
        #expect(close.payments == 1)
        let begin = try #require(world.cloud.ledger.entries(from: 0, limit: 1).first).receivedAt
        #expect(close.closedAt == begin.addingTimeInterval(3))
        #expect(world.rows(world.read(at: 3)).isEmpty)
    }

    @Test func `a batch closes by itself when it is full`() {
        var world = JournalWorld { $0.batchLimit = 3 }
        let receipts = (0..<7).compactMap { world.sell(15_990, "A\($0)", at: 10 * $0).started?.facts.operationID }
        #expect(receipts == [1, 2, 3, 1, 2, 3, 1])
        #expect(world.rows(world.read(at: 100)).count == 1)
        #expect(world.cloud.ledger.batchCloses.page(from: 0, limit: 9).map(\.cause) == ["limit", "limit"])
        #expect(world.cloud.ledger.batchCloses.page(from: 0, limit: 9).map(\.after) == [2, 5])
    }

    @Test func `sales at terminals and closes by chance come after the sale they were drawn for`() throws {
        var world = JournalWorld { $0.faults.probabilities = [.terminalSale: 1, .batchCloses: 1] }
        world.sell(15_990, "A1", at: 0)
        let sale = try #require(world.cloud.ledger.terminalSales.page(from: 0, limit: 9).first)
        #expect(sale.after == 0)
        #expect(sale.cause == "fault")
        #expect(sale.payment.amount != 15_990)
        let close = try #require(world.cloud.ledger.batchCloses.page(from: 0, limit: 9).first)
        #expect(close.payments == 2)
        #expect(close.closedAt == sale.payment.paidAt)
        #expect(world.rows(world.read(at: 10)).isEmpty)
        var again = JournalWorld { $0.faults.probabilities = [.terminalSale: 1] }
        again.sell(15_990, "A0", at: 0)
        again.sell(15_990, "A1", at: 10)
        let amounts = again.cloud.ledger.terminalSales.page(from: 0, limit: 9).map(\.payment.amount)
        #expect(amounts.last == sale.payment.amount)
    }

    @Test func `a terminal that is lost by chance comes back after a minute`() {
        var world = JournalWorld { $0.faults.probabilities = [.offline: 1] }
        #expect(world.sell(15_990, "A1", at: 0).plan.reply == .refused(.notResponding))
        #expect(world.read(at: 59).refusal == .notResponding)
        #expect(world.read(at: 60).refusal == nil)
    }

    @Test func `the ledger tells when and at what the terminal's clock said so`() throws {
        var world = JournalWorld()
        world.sell(15_990, at: 0)
        let entry = try #require(world.cloud.ledger.entries(from: 0, limit: 1).first)
        let payment = try #require(entry.sale?.payments.first)
        #expect(payment.paidAt == entry.receivedAt.addingTimeInterval(3))
        #expect(payment.terminalTime == "2026-01-21 09:53:23")
    }

    @Test func `what happened is remembered in order and within a limit`() {
        var chronicle = Chronicle<Int>()
        for number in 0..<35_000 { chronicle.append(number) }
        #expect(chronicle.nextNumber == 35_000)
        #expect(chronicle.page(from: 0, limit: 2).count == 2)
        #expect(chronicle.page(from: 34_998, limit: 9) == [34_998, 34_999])
        #expect(chronicle.page(from: 40_000, limit: 9).isEmpty)
        #expect(chronicle.page(from: 0, limit: .max / 2).count <= 2 * Chronicle<Int>.limit)
        chronicle.update(34_999) { $0 = 7 }
        chronicle.update(0) { $0 = 7 }
        #expect(chronicle.page(from: 34_999, limit: 1) == [7])
    }
}

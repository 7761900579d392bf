// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GetnetSimulator

@Suite("CloudState: money that is taken back")
struct CloudStateMoneyTests {
    @discardableResult
    private func refund(
        _ world: inout JournalWorld,
        _ amount: Int,
        of authorizationCode: String,
        customID: String = "r",
        terminal: TerminalIdentity = .documented,
        at second: Int
    ) -> CommandEntry? {
        var request = CommandRequest(command: .refund, terminal: terminal, customID: customID)
        request.amount = amount
        request.authorizationCode = authorizationCode
        let taken = world.cloud.run(request, token: "", at: .seconds(second))
        return world.cloud.ledger.commands[taken.number]?.entry
    }

    private func authorization(_ taken: TakenSale) throws -> String {
        try #require(taken.started).facts.authorizationCode(payment: 1)
    }

    @Test func `a refund elsewhere finds the payment of the terminal that made it`() throws {
        var world = JournalWorld()
        let code = try authorization(world.sell(15_990, at: 0))
        let entry = refund(&world, 1_000, of: code, terminal: JournalWorld.other, at: 10)
        #expect(entry?.movedAmount == 1_000)
        #expect(entry?.original?.idTerminal == "80005000")
        #expect(entry?.terminal?.idTerminal == "80005001")
    }

    @Test func `a payment is not given back before it is made`() throws {
        var world = JournalWorld()
        let code = try authorization(world.sell(15_990, at: 0))
        let early = refund(&world, 1_000, of: code, terminal: JournalWorld.other, at: 1)
        #expect(early?.ending == .refused)
        #expect(early?.original == nil)
    }

    @Test func `what would give back twice is declined as a whole if there is not enough`() throws {
        var world = JournalWorld()
        let code = try authorization(world.sell(15_990, at: 0))
        #expect(refund(&world, 9_214, of: code, at: 10)?.movedAmount == 0)
        let twice = refund(&world, 7_214, of: code, at: 20)
        #expect(twice?.movedAmount == 14_428)
        #expect(twice?.refunds.map(\.amount) == [7_214, 7_214])
        #expect(Set(twice?.refunds.map(\.authorizationCode) ?? []).count == 2)
        #expect(refund(&world, 1_507, of: code, at: 30)?.movedAmount == 1_508)
    }

    @Test func `a refund of the last unit is approved, one of another unit is not`() throws {
        var world = JournalWorld()
        let code = try authorization(world.sell(15_990, at: 0))
        #expect(refund(&world, 15_990, of: code, at: 10)?.ending == .done)
        let above = refund(&world, 1, of: code, at: 20)
        #expect(above?.ending == .refused)
        #expect(above?.original?.refunded == 15_990)
    }

    @Test func `the same seed strikes the same refunds, whatever their ids and order`() throws {
        func faults(_ amounts: [Int], customID: String) throws -> [Int: [Fault]] {
            var world = JournalWorld {
                $0.faults.seed = 11
                $0.faults.probabilities = [.noCallback: 0.5, .spanish: 0.5]
            }
            let code = try authorization(world.sell(900_990, "A1", at: 0))
            var found: [Int: [Fault]] = [:]
            for (index, amount) in amounts.enumerated() {
                let entry = refund(&world, amount, of: code, customID: "\(customID)\(index)", at: 10 + index * 10)
                found[amount] = entry?.appliedFaults
            }
            return found
        }
        let amounts = (1...20).map { $0 * 1_000 }
        let first = try faults(amounts, customID: "a")
        #expect(try faults(amounts.reversed(), customID: "b") == first)
        #expect(Set(first.values.map(\.count)).count > 1)
    }

    @Test func `a batch that is closed by command begins with receipt 1`() throws {
        var world = JournalWorld()
        world.sell(15_990, at: 0)
        let close = CommandRequest(command: .close, terminal: .documented)
        _ = world.cloud.run(close, token: "", at: .seconds(10))
        #expect(world.cloud.ledger.batchCloses.page(from: 0, limit: 9).map(\.payments) == [1])
        #expect(world.sell(15_990, "A2", at: 20).started?.facts.operationID == 1)
        let elsewhere = CommandRequest(command: .close, terminal: JournalWorld.other)
        _ = world.cloud.run(elsewhere, token: "", at: .seconds(10))
        #expect(world.cloud.ledger.commands.page(from: 0, limit: 9).map(\.entry.ending) == [.done, .done])
    }
}

@Suite("PaymentBook")
struct PaymentBookTests {
    private func payment(
        _ number: Int,
        code: String,
        terminal: String = "A",
        day: String = "2026-01-21"
    ) -> KnownPayment {
        KnownPayment(
            source: .sale(post: number, index: 0),
            terminal: terminal,
            batch: 0,
            operationID: number,
            authorizationCode: code,
            amount: 100,
            finishedAt: .seconds(number),
            day: day,
            key: "\(number)"
        )
    }

    @Test func `payments of the own terminal come first, then the latest`() {
        var book = PaymentBook(limit: 9)
        for (number, terminal) in ["A", "B", "A", "B"].enumerated() {
            book.add(payment(number, code: "010929", terminal: terminal))
        }
        func found(_ day: String?, at second: Int) -> [Int] {
            book.numbers(authorizationCode: "010929", terminal: "A", day: day, at: .seconds(second))
        }
        #expect(found(nil, at: 9) == [2, 0, 3, 1])
        #expect(found("2026-01-21", at: 1) == [0, 1])
        #expect(found("2026-01-22", at: 9) == [])
    }

    @Test func `it forgets the oldest, and whatever leads to it`() {
        var book = PaymentBook(limit: 2)
        for number in 0..<3 { book.add(payment(number, code: "\(number)")) }
        #expect(book[0] == nil)
        #expect(book.number(terminal: "A", batch: 0, operationID: 0) == nil)
        #expect(book.numbers(authorizationCode: "0", terminal: "A", day: nil, at: .seconds(9)) == [])
        #expect(book[2]?.operationID == 2)
        book.update(1) { $0.refunded = 7 }
        #expect(book[1]?.left == 93)
    }
}

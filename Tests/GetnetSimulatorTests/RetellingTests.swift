// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GetnetSimulator

@Suite("One payment told in two ways")
struct RetellingTests {
    private func facts(_ retelling: Dialect.Retelling, seed: UInt64 = 1) -> SaleFacts {
        SaleFacts(
            idPosTxs: 936_101,
            request: SaleRequest(terminal: .documented, amount: 15_990, ticketNumber: "A1", customID: "sale-1"),
            operationID: 1,
            terminalTime: TerminalTime(Date(timeIntervalSince1970: 59), in: .gmt),
            seed: seed,
            retelling: retelling
        )
    }

    private func text(_ facts: SaleFacts, _ result: TerminalResult = .paid) -> String {
        AnswerWriter(dialect: Dialect(), cancelCode: 1_006).report(.result(result), about: facts, as: .finished)
    }

    /// A seed whose authorization begins with a zero.
    private var zeroSeed: UInt64 {
        (1...1_000).first { facts(.number, seed: $0).authorizationCode(payment: 1).hasPrefix("0") } ?? 1
    }

    @Test func `an authorization is told as a number without its zeros`() throws {
        let facts = facts(.number, seed: zeroSeed)
        let code = facts.authorizationCode(payment: 1)
        #expect(text(facts).contains("\"authorizationCode\":\"\(code)\""))
        #expect(text(facts.retold).contains("\"authorizationCode\":\(try #require(Int(code))),"))
        // If there is no authorization, the member stays empty.
        #expect(text(facts.retold, .declined).contains(#""authorizationCode":"""#))
    }

    @Test func `names come in the other letter case`() {
        let facts = facts(.letterCase)
        let code = facts.authorizationCode(payment: 1)
        #expect(code.hasPrefix("A") && code.count == 6)
        #expect(text(facts).contains(#""customId":"sale-1""#))
        #expect(text(facts.retold).contains(#""customId":"SALE-1""#))
        #expect(text(facts.retold).contains("\"authorizationCode\":\"\(code.lowercased())\""))
    }

    @Test func `the time is a second later, and the rest is the same`() {
        let facts = facts(.secondLater)
        #expect(text(facts).contains(#""realDate":"1970-01-01 00:00:59""#))
        #expect(text(facts.retold) == text(facts).replacing("1970-01-01 00:00:59", with: "1970-01-01 00:01:00"))
    }

    @Test func `query and journal retell, the callback does not`() async throws {
        var seeds = 0
        try await SimulatedWorld.run(.fast.with { $0.faults.probabilities = [.retold: 1] }) { world in
            let token = try await world.token()
            for number in 0..<12 {
                let answer = try await world.sell(15_990, customID: "c\(number)", ticket: "T\(number)", token: token)
                let told = try #require(try await world.callbacks(number + 1).last).result
                let asked = try await world.query(answer.data["idPosTxs"], token: token)
                #expect(told["authorizationCode"] is String)
                let names = ["authorizationCode", "realDate"]
                let isOther = names.contains { "\(told[$0] ?? "")" != "\(asked.result[$0] ?? "")" }
                if isOther || asked.data["customId"] as? String != "c\(number)" { seeds += 1 }
            }
        }
        // An authorization that begins with another digit looks the same as a number.
        #expect(seeds >= 6)
    }

    @Test func `a ticket comes back rewritten`() {
        #expect(Dialect.Ticket.withoutZeros.spell("0001234") == "1234")
        #expect(Dialect.Ticket.otherCase.spell("pos-a1") == "POS-A1")
        #expect(Dialect.Ticket.otherCase.spell("POS-A1") == "pos-a1")
        #expect(Dialect.Ticket.cut.spell("S77-3-XXXXXXXXXXXXXXXXXX") == "S77-3-XXXXXXXXXXXXXX")
        var world = JournalWorld { $0.faults.probabilities = [.rewrittenTicket: 1] }
        let tickets = (0..<30).map { world.sell(15_990, "00s77-\($0)-XXXXXXXXXXXXXXX", at: 10 * $0) }
        let forms = Set(tickets.compactMap { $0.started?.facts.ticket?.prefix(3) })
        #expect(forms == ["s77", "00S", "00s"])
    }

    @Test func `a tip is in the result and in the ledger`() throws {
        var world = JournalWorld { $0.faults.probabilities = [.tip: 1] }
        let sale = world.sell(15_990, at: 0)
        let facts = try #require(sale.started?.facts)
        let tip = try #require(sale.plan.run?.tip)
        #expect((1...900).contains(tip))
        guard case .result(let result) = sale.plan.callbacks[0].report else { return #expect(Bool(false)) }
        #expect(text(facts, result).contains("\"amount\":\(15_990 + tip),"))
        #expect(text(facts, result).contains("\"tip\":\(tip),"))
        let payment = try #require(world.cloud.ledger.entries(from: 0, limit: 1).first?.sale?.payments.first)
        #expect(payment.amount == 15_990 + tip && payment.tip == tip)
        let row = try #require(sale.started?.journalRows.first)
        #expect(JournalRowWriter(row: row, facts: facts).object.contains("\"amount\":\(15_990 + tip),\"tip\":\(tip),"))
        // The layout of the documentation has no member for a tip.
        #expect(DisturbedPlan([.tip, .flat], PlanContext()).faults == [.flat])
    }

    @Test func `a receipt of another sale comes again, and no payment was made`() throws {
        var world = JournalWorld { $0.faults.probabilities = [.othersReceipt: 1] }
        // The first sale finds no payment to repeat.
        let first = world.sell(15_990, "T1", at: 0)
        let second = world.sell(4_000, "T2", at: 60)
        let (own, repeated) = (try #require(first.started?.facts), try #require(second.started?.facts))
        #expect(repeated.operationID == own.operationID && repeated.terminalTime == own.terminalTime)
        #expect(repeated.authorizationCode(payment: 1) == own.authorizationCode(payment: 1))
        #expect(repeated.idPosTxs == own.idPosTxs + 1 && repeated.request.amount == 4_000)
        let sales = world.cloud.ledger.entries(from: 0, limit: 2).compactMap(\.sale)
        #expect(sales.map(\.payments.count) == [1, 0])
        #expect(sales.map(\.repeats) == [nil, own.idPosTxs])
    }

    @Test func `some terminals stand in another zone for ever`() throws {
        let world = JournalWorld { $0.faults.probabilities = [.otherZone: 0.5] }
        let moment = Duration.seconds(10)
        let santiago = try #require(TimeZone(identifier: "America/Santiago"))
        let hour = { (time: TerminalTime) in Int(time.text.dropFirst(11).prefix(2)) ?? 0 }
        let usual = hour(TerminalTime(world.cloud.clock.date(moment), in: santiago))
        let shifts = (0..<60).map { number in
            return (hour(world.cloud.clock.time(moment, at: "8100\(number)")) - usual + 24) % 24
        }
        #expect(Set(shifts) == [0, 1, 2, 22, 23])
    }
}

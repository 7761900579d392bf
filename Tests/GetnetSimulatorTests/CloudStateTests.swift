// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GetnetSimulator

@Suite("CloudState: decisions without sockets and clocks")
struct CloudStateTests {
    private func cloud(_ change: (inout SimulatorConfiguration) -> Void = { _ in }) -> CloudState {
        var configuration = SimulatorConfiguration()
        configuration.firstID = 936_101
        change(&configuration)
        return CloudState(configuration: configuration, startedAt: Date(timeIntervalSince1970: 1_769_000_000))
    }

    private func sale(
        _ amount: Int,
        _ customID: String = "c",
        _ terminal: TerminalIdentity = .documented
    ) -> SaleRequest {
        SaleRequest(
            terminal: terminal,
            amount: amount,
            ticketNumber: "A1",
            customID: customID,
            webhook: "http://127.0.0.1:9/"
        )
    }

    @Test func `a busy terminal says 15 s first and 5 min after 90 s, and is free after 5 min`() {
        var cloud = cloud()
        #expect(cloud.take(sale(15_205, "a"), token: "", at: .zero).plan.reply == .sent)
        let moments: [(Duration, SaleReply)] = [
            (.seconds(1), .refused(.busy15Seconds)), (.milliseconds(89_999), .refused(.busy15Seconds)),
            (.seconds(90), .refused(.busy5Minutes)), (.milliseconds(299_999), .refused(.busy5Minutes)),
            (.seconds(300), .sent),
        ]
        for (index, (moment, reply)) in moments.enumerated() {
            #expect(cloud.take(sale(15_000, "b\(index)"), token: "", at: moment).plan.reply == reply)
        }
        #expect(cloud.ledger.summary.sales == 2)
    }

    @Test func `a refusal by a busy terminal is no attempt`() {
        var cloud = cloud()
        _ = cloud.take(sale(15_000, "a"), token: "", at: .zero)
        #expect(cloud.take(sale(15_410, "b"), token: "", at: .seconds(1)).plan.reply == .refused(.busy15Seconds))
        #expect(cloud.take(sale(15_410, "b"), token: "", at: .seconds(10)).plan.reply == .refused(.busy15Seconds))
        #expect(cloud.take(sale(15_410, "b"), token: "", at: .seconds(20)).plan.reply == .sent)
        #expect(cloud.ledger.entries(customID: "b").map(\.scenario) == [nil, 410, 410])
    }

    @Test func `ids ascend, receipts count per terminal`() throws {
        var cloud = cloud()
        let other = TerminalIdentity(idTerminal: "80005001", idSucursal: "12983", serialNumber: "SNPRUEBA1235")
        let first = try #require(cloud.take(sale(15_214, "a"), token: "", at: .zero).started)
        let second = try #require(cloud.take(sale(15_000, "b", other), token: "", at: .zero).started)
        let third = try #require(cloud.take(sale(15_000, "c"), token: "", at: .seconds(10)).started)
        #expect([first, second, third].map(\.facts.idPosTxs) == [936_101, 936_102, 936_103])
        #expect([first, second, third].map(\.facts.operationID) == [1, 1, 3])
        #expect(first.journalRows.map(\.operationID) == [1, 2])
    }

    @Test func `a status query is answered from the plan`() {
        var cloud = cloud { $0.queryRace = .seconds(1) }
        _ = cloud.take(sale(15_000), token: "", at: .seconds(100))
        #expect(cloud.status(of: 936_101, at: .milliseconds(100_999)) == nil)
        #expect(cloud.status(of: 936_101, at: .seconds(102))?.report == .message(.inProcess))
        let paid = Report.result(TerminalResult(.approved(payment: 1)))
        #expect(cloud.status(of: 936_101, at: .seconds(103))?.report == paid)
        #expect(cloud.status(of: 936_102, at: .seconds(103)) == nil)
        #expect(cloud.status(of: -1, at: .seconds(103)) == nil)
        #expect(cloud.ledger.summary.queries == 5)
    }

    @Test func `the same seed makes the same sales, another seed others`() {
        func codes(_ seed: UInt64) -> [String] {
            var cloud = cloud { $0.seed = seed }
            return (0..<5).compactMap { number in
                let taken = cloud.take(sale(15_000, "\(number)"), token: "", at: .seconds(10 * number))
                return taken.started?.facts.authorizationCode(payment: 1)
            }
        }
        #expect(codes(7) == codes(7))
        #expect(codes(7) != codes(8))
        #expect(Set(codes(7)).count == 5)
    }

    @Test func `a sale is told apart from its repetition`() {
        var cloud = cloud()
        _ = cloud.take(sale(15_301, "a"), token: "", at: .zero)
        #expect(cloud.ledger.summary.repeatedSales == 0)
        _ = cloud.take(sale(15_301, "a"), token: "", at: .seconds(10))
        #expect(cloud.ledger.summary.repeatedSales == 1)
        #expect(cloud.ledger.summary.payments == 2)
        #expect(cloud.ledger.summary.paidAmount == 30_602)
    }

    @Test func `a revoking scenario revokes the token it was sent with and no other`() throws {
        var cloud = cloud()
        let secret = SimulatorConfiguration.demoClientSecret
        let firstToken = cloud.logIn(clientID: "demo-client", clientSecret: secret, at: .zero)
        let secondToken = cloud.logIn(clientID: "demo-client", clientSecret: secret, at: .zero)
        let (first, second) = (try #require(firstToken), try #require(secondToken))
        #expect(cloud.take(sale(15_401), token: first, at: .zero).plan.reply == .unauthorized)
        #expect(!cloud.accepts(first, at: .zero))
        #expect(cloud.accepts(second, at: .zero))
        #expect(!cloud.accepts(second, at: .seconds(86_400)))
    }

    @Test func `an offline terminal does not respond`() {
        var cloud = cloud()
        cloud.setOffline(true, idTerminal: "80005000")
        #expect(cloud.take(sale(15_000), token: "", at: .zero).plan.reply == .refused(.notResponding))
        cloud.setOffline(false, idTerminal: "80005000")
        #expect(cloud.take(sale(15_000), token: "", at: .zero).plan.reply == .sent)
    }

    @Test func `the ledger forgets the oldest and counts on`() {
        var cloud = cloud { $0.ledgerLimit = 3 }
        for number in 0..<10 { _ = cloud.take(sale(15_000, "\(number % 5)"), token: "", at: .seconds(10 * number)) }
        #expect(cloud.ledger.entries(from: 0, limit: 100).map(\.number) == [7, 8, 9])
        #expect(cloud.ledger.entries(from: 8, limit: 1).map(\.number) == [8])
        #expect(cloud.ledger.entries(from: 10, limit: 5).isEmpty)
        #expect(cloud.ledger.entries(customID: "4").map(\.number) == [9])
        #expect(cloud.ledger.entries(customID: "0").isEmpty)
        #expect(cloud.ledger.summary.sales == 10)
        #expect(cloud.status(of: 936_101, at: .seconds(200)) == nil)
        #expect(cloud.status(of: 936_110, at: .seconds(200)) != nil)
    }

    @Test func `tokens are bounded`() {
        var book = TokenBook(seed: 1)
        let first = book.issue(until: .seconds(1))
        for _ in 0..<TokenBook.maximumTokens { _ = book.issue(until: .seconds(1)) }
        #expect(!book.accepts(first, at: .zero))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GetnetSimulator

/// A cloud and the questions to it; the test gives it every moment.
struct JournalWorld {
    static let other = TerminalIdentity(idTerminal: "80005001", idSucursal: "12983", serialNumber: "SNPRUEBA1235")
    var cloud: CloudState

    init(_ change: (inout SimulatorConfiguration) -> Void = { _ in }) {
        var configuration = SimulatorConfiguration()
        configuration.firstID = 936_101
        change(&configuration)
        cloud = CloudState(configuration: configuration, startedAt: Date(timeIntervalSince1970: 1_769_000_000))
    }

    @discardableResult
    mutating func sell(
        _ amount: Int,
        _ ticket: String = "A1",
        terminal: TerminalIdentity = .documented,
        at second: Int
    ) -> TakenSale {
        let request = SaleRequest(
            terminal: terminal,
            amount: amount,
            ticketNumber: ticket,
            customID: "c-\(ticket)",
            webhook: "http://127.0.0.1:9/"
        )
        return cloud.take(request, token: "", at: .seconds(second))
    }

    @discardableResult
    mutating func read(
        _ command: JournalCommand = .details,
        idPosTxs: Int? = nil,
        terminal: TerminalIdentity = .documented,
        at second: Int
    ) -> TakenRead {
        let request = JournalRequest(
            command: command,
            terminal: terminal,
            idPosTxs: idPosTxs,
            customID: "read-1",
            webhook: nil
        )
        return cloud.read(request, at: .seconds(second))
    }

    /// The answer's `data.response`.
    func response(_ read: TakenRead) -> [String: Any] {
        let text = AnswerWriter(dialect: Dialect(), cancelCode: 1006).journal(read)
        let wrapper = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
        return (wrapper?["data"] as? [String: Any])?["response"] as? [String: Any] ?? [:]
    }

    func rows(_ read: TakenRead) -> [[String: Any]] {
        response(read)["saleDetails"] as? [[String: Any]] ?? []
    }
}

@Suite("CloudState: the journal of a terminal")
struct CloudStateJournalTests {
    @Test func `details lists the payments of the batch, oldest first, and nothing that was not paid`() {
        var world = JournalWorld()
        world.sell(15_990, "A1", at: 0)
        world.sell(15_101, "A2", at: 10)
        world.sell(15_214, "A3", at: 20)
        world.sell(15_507, "A4", at: 30)
        world.sell(15_990, "A5", terminal: JournalWorld.other, at: 30)
        let read = world.read(at: 40)
        #expect(world.rows(read).map { $0["operationId"] as? Int } == [1, 3, 4, 5])
        #expect(world.rows(read).map { $0["amount"] as? Int } == [15_990, 15_214, 15_214, 15_508])
        let paid = world.cloud.ledger.entries(from: 0, limit: 4).flatMap { $0.sale?.payments ?? [] }
        #expect(world.rows(read).map { $0["authorizationCode"] as? String } == paid.map(\.authorizationCode))
        #expect(world.rows(read).map { $0["realDate"] as? String } == paid.map(\.terminalTime))
        #expect(world.cloud.ledger.journal.page(from: 0, limit: 9).map(\.rows) == [[1, 3, 4, 5]])
    }

    @Test func `a row of details has the members of the reference and no others`() throws {
        var world = JournalWorld()
        world.sell(15_990, at: 0)
        let read = world.read(at: 10)
        let response = world.response(read)
        #expect(Set(response.keys) == ["functionCode", "responseCode", "responseMessage", "saleDetails"])
        #expect(response["functionCode"] as? Int == 105)
        #expect(response["responseCode"] as? Int == 0)
        let row = try #require(world.rows(read).first)
        let members: Set<String> = [
            "operationId", "amount", "authorizationCode", "cardBrand", "cardType", "last4Digits", "accountingDate",
            "realDate", "terminalId", "transToken", "entryMode", "expiryDate", "aid", "bin", "commerceCode",
            "commerceRut", "commerceName", "branchName", "branchAddress", "branchDistrict",
        ]
        #expect(Set(row.keys) == members)
    }

    @Test func `a row agrees with the callback of its sale in all that both tell`() throws {
        var world = JournalWorld()
        let taken = world.sell(15_990, at: 0)
        let sale = try #require(taken.started)
        let told = ResultWriter(result: .paid, facts: sale.facts, cancelCode: 1006).object
        let callback = try #require(JSONSerialization.jsonObject(with: Data(told.utf8)) as? [String: Any])
        let read = world.read(at: 10)
        let row = try #require(world.rows(read).first)
        for (name, value) in row { #expect("\(value)" == "\(callback[name] ?? "")", "\(name)") }
    }

    @Test func `the journal shows the terminal's clock, however wrong`() throws {
        var world = JournalWorld {
            $0.clockSkew = 60
            $0.clockSkews = ["80005001": -3_600]
        }
        world.sell(15_990, at: 0)
        world.sell(15_990, terminal: JournalWorld.other, at: 0)
        // 1,769,000,000 is 2026-01-21 12:53:20 UTC, 09:53:20 in Santiago; the customer takes 3 s.
        #expect(world.rows(world.read(at: 10)).first?["realDate"] as? String == "2026-01-21 09:54:23")
        let other = world.read(terminal: JournalWorld.other, at: 10)
        #expect(world.rows(other).first?["realDate"] as? String == "2026-01-21 08:53:23")
    }

    @Test func `the last voucher is that of the last payment, ticket included`() {
        var world = JournalWorld()
        let none = world.response(world.read(.lastVoucher, at: 0))
        #expect(none["functionCode"] as? Int == 101)
        #expect(none["responseCode"] as? Int == 1)
        world.sell(15_990, "A1", at: 10)
        world.sell(16_990, "A2", at: 20)
        world.sell(15_110, "A3", at: 30)
        let voucher = world.response(world.read(.lastVoucher, at: 40))
        #expect(voucher["functionCode"] as? Int == 100)
        #expect(voucher["responseCode"] as? Int == 0)
        #expect(voucher["ticket"] as? String == "A2")
        #expect(voucher["amount"] as? Int == 16_990)
        #expect(voucher["operationId"] as? Int == 2)
    }

    @Test func `a transaction is told as it was, paid or not, whatever callbacks said`() throws {
        var world = JournalWorld()
        let ids = [15_990, 15_101, 15_212, 15_213, 15_206].enumerated().compactMap { index, amount in
            world.sell(amount, "A\(index)", at: 400 * index).started?.facts.idPosTxs
        }
        let answers = ids.enumerated().map { index, id in
            world.response(world.read(.getTransaction, idPosTxs: id, at: 2_500 + 10 * index))
        }
        #expect(answers.map { $0["responseCode"] as? Int } == [0, 51, 1006, 0, 1006])
        #expect(answers.allSatisfy { $0["functionCode"] as? Int == 100 })
        #expect(answers.map { $0["amount"] as? Int } == [15_990, 15_101, 15_212, 15_213, 15_206])
    }

    @Test func `a transaction of another terminal, another batch or none is an error`() throws {
        var world = JournalWorld()
        let (first, second) = (world.sell(15_990, terminal: JournalWorld.other, at: 0), world.sell(15_990, at: 0))
        let (elsewhere, here) = (try #require(first.started), try #require(second.started))
        func code(_ id: Int, at second: Int) -> Int? {
            let answer = world.response(world.read(.getTransaction, idPosTxs: id, at: second))
            return answer["functionCode"] as? Int == 99 ? answer["responseCode"] as? Int : nil
        }
        #expect(code(elsewhere.facts.idPosTxs, at: 10) == 1)
        #expect(code(936_999, at: 20) == 1)
        #expect(code(here.facts.idPosTxs, at: 30) == nil)
        _ = world.cloud.closeBatch(idTerminal: "80005000", at: .seconds(40))
        #expect(code(here.facts.idPosTxs, at: 50) == 1)
    }

    @Test func `a sale whose answer and callback were lost is in the journal`() {
        var world = JournalWorld()
        for (index, amount) in [15_302, 15_305, 15_308, 15_311, 15_413].enumerated() {
            world.sell(amount, "A\(index)", at: 10 * index)
        }
        #expect(world.rows(world.read(at: 100)).map { $0["operationId"] as? Int } == [1, 2, 3, 4, 5])
    }

    // MARK: - One command at a time

    @Test func `a read is refused while a sale runs, and a sale while the journal is read`() {
        var world = JournalWorld()
        world.sell(15_990, at: 0)
        #expect(world.read(at: 1).refusal == .busy15Seconds)
        #expect(world.read(at: 3).refusal == nil)
        #expect(world.sell(15_990, at: 4).plan.reply == .refused(.busy15Seconds))
        #expect(world.read(at: 4).refusal == .busy15Seconds)
        #expect(world.sell(15_990, at: 5).plan.reply == .sent)
        #expect(world.cloud.ledger.summary.overlaps == 3)
        let reads = world.cloud.ledger.journal.page(from: 0, limit: 9)
        #expect(reads.map(\.ending) == ["busy15Seconds", "answered", "busy15Seconds"])
        #expect(reads.map(\.foundBusyWith) == ["sale", nil, "journal"])
        #expect(world.cloud.ledger.entries(from: 0, limit: 9).map(\.foundBusyWith) == [nil, "journal", nil])
    }

    @Test func `a terminal that is lost or unknown does not read`() {
        var world = JournalWorld()
        world.cloud.setOffline(true, idTerminal: "80005000")
        #expect(world.read(at: 0).refusal == .notResponding)
        #expect(world.read(terminal: .unknown, at: 0).refusal == .keyPosNotFound)
        #expect(world.read(terminal: .ofOtherMerchant, at: 0).refusal == .wrongMerchant)
    }

    // MARK: - Reads that end badly

    @Test func `the first reads of each terminal end as the script says`() {
        var world = JournalWorld { $0.journalScript = [.journalBusy, .journalServerError, .journalTimeout] }
        world.sell(15_990, at: 0)
        let reads = [10, 20, 30, 130].map { world.read(at: $0) }
        #expect(reads.map(\.ending) == ["busy15Seconds", "journal-500", "journal-timeout", "answered"])
        #expect(reads.map { $0.content == nil } == [true, true, true, false])
        #expect(reads[2].finishesAt == .seconds(120))
        #expect(world.read(terminal: JournalWorld.other, at: 0).ending == "busy15Seconds")
    }

    @Test func `a damaged row and a cut journal are told from whole ones`() {
        var world = JournalWorld { $0.journalScript = [.journalUnreadableRow, .journalCutOff] }
        world.sell(15_990, "A1", at: 0)
        world.sell(16_990, "A2", at: 10)
        let damaged = world.read(at: 20)
        #expect(world.rows(damaged).count == 2)
        #expect(world.rows(damaged).map { $0["amount"] as? Int } == [nil, 16_990])
        let cut = AnswerWriter(dialect: Dialect(), cancelCode: 1006).journal(world.read(at: 30))
        let whole = AnswerWriter(dialect: Dialect(), cancelCode: 1006).journal(world.read(at: 40))
        #expect(whole.hasPrefix(cut.prefix(70)))
        #expect(cut.utf8.count == whole.utf8.count / 2)
    }

    @Test func `in the flat layout the rows are in the data itself`() throws {
        var world = JournalWorld()
        world.sell(15_990, at: 0)
        let read = world.read(at: 10)
        let text = AnswerWriter(dialect: Dialect(layout: .flat), cancelCode: 1006).journal(read)
        let wrapper = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let data = try #require(wrapper["data"] as? [String: Any])
        #expect(Set(data.keys) == ["functionCode", "code", "message", "saleDetails"])
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

/// Compares a terminal's open batch with the table, without a terminal and without a store.
@Suite("Reconciliation") struct ReconciliationTests {
    private static let rules = TransactionRules()

    /// A payment whose terminal showed that minute and receipt; its POST was half a minute before.
    private static func result(_ receipt: Int64, amount: Int64, minute: Int64) -> TerminalResult {
        var result = TerminalResult()
        result.functionCode = 100
        result.responseCode = .number(0)
        result.operationID = receipt
        result.authorizationCode = "A\(receipt)"
        result.amount = amount
        result.localTime = "2026-11-22 07:\(10 + minute):00"
        return result
    }

    private static func at(_ minute: Int64) -> Timestamp { .sample + .seconds(minute * 60) }

    /// An approved charge.
    private func sale(_ receipt: Int64, amount: Int64 = 1_000, minute: Int64? = nil) -> Transaction {
        let minute = minute ?? receipt
        var sale = Transaction.sample(Int(receipt + (minute + 100) * 100), amount: amount, acceptedAt: Self.at(minute))
        sale.state = .approved
        sale.posting.startedAt = Self.at(minute) - .seconds(30)
        sale.outcome.result = Self.result(receipt, amount: amount, minute: minute)
        return sale
    }

    private func row(_ receipt: Int64, amount: Int64 = 1_000, minute: Int64? = nil) -> JournalRow {
        var result = Self.result(receipt, amount: amount, minute: minute ?? receipt)
        (result.functionCode, result.responseCode) = (nil, .missing)
        return JournalRow(result: result, instants: [Self.at(minute ?? receipt)])
    }

    private func compare(
        _ rows: [JournalRow],
        _ paid: [Transaction],
        undecided: [Transaction] = [],
        lastClose: Timestamp? = nil,
        readAt: Timestamp = .sample + .seconds(86_400)
    ) -> Reconciliation {
        let books = TerminalBooks(
            paid: paid,
            undecided: undecided,
            lastClose: lastClose,
            readFrom: .sample - Reconciliation.longestBatch,
            readAt: readAt
        )
        return Reconciliation(of: rows, with: books, rules: Self.rules)
    }

    private func receipts(_ missing: [Reconciliation.MissingPayment]) -> [Int64?] { missing.map(\.result.operationID) }

    @Test func `agrees where each row is a payment and each payment has a row`() {
        let found = compare([row(1), row(2, amount: 500)], [sale(1), sale(2, amount: 500)])
        #expect(found.agrees && found.terminal == found.table)
        #expect(found.terminal.count == 2 && found.terminal.total == 1_500)
        #expect(found.since == .oldestRow(Self.at(1)))
    }

    @Test func `a row of no transaction is unclaimed, and a payment without a row is missing`() {
        let found = compare([row(1), row(3, amount: 70)], [sale(1), sale(2)])
        #expect(!found.agrees)
        #expect(found.unclaimed.map(\.row.result.operationID) == [3])
        #expect(receipts(found.missing) == [2])
        #expect(found.terminal.total == 1_070 && found.table.total == 2_000)
    }

    @Test func `the same receipt over another amount is both`() {
        let found = compare([row(1, amount: 1_001)], [sale(1)])
        #expect(found.unclaimed.count == 1 && receipts(found.missing) == [1])
    }

    @Test func `what is older than the oldest row is not missing, be it paid or not`() {
        let found = compare([row(5)], [sale(3), sale(4), sale(5)])
        #expect(found.agrees && found.table.count == 1)
    }

    @Test func `since a close of ours the first sale may be missing too`() {
        let found = compare([row(2)], [sale(9, minute: -20), sale(1), sale(2)], lastClose: Self.at(-5))
        #expect(found.since == .close(Self.at(-5)))
        #expect(receipts(found.missing) == [1])
    }

    @Test func `an empty list misses what was paid since a close of ours, and nothing where none is known`() {
        #expect(receipts(compare([], [sale(1)], lastClose: Self.at(0)).missing) == [1])
        let unknown = compare([], [sale(1)])
        #expect(unknown.agrees && unknown.since == nil)
    }

    @Test func `a batch that another program closed since is told by its receipts`() {
        // Two sales of one batch, then the receipts begin with 1 again.
        let found = compare([row(1, minute: 20)], [sale(1, minute: 2), sale(2, minute: 3)], lastClose: Self.at(0))
        #expect(found.since == .oldestRow(Self.at(20)) && found.missing.isEmpty)
    }

    @Test func `a close that left older rows closed nothing`() {
        let found = compare([row(1), row(3)], [sale(1), sale(2), sale(3)], lastClose: Self.at(20))
        #expect(found.since == .oldestRow(Self.at(1)) && receipts(found.missing) == [2])
    }

    @Test func `a thin approval takes the row that fits it, and no other one's`() {
        var thin = sale(1)
        thin.outcome.result = TerminalResult()
        thin.outcome.result?.authorizationCode = "0A2"
        thin.outcome.result?.amount = 1_000
        let found = compare([row(1), row(2, minute: 1)], [sale(1, minute: 1), thin])
        #expect(found.agrees, "\(found.unclaimed) \(found.missing)")
    }

    @Test func `a payment against another status and a second payment have rows of their own`() {
        var declined = sale(1)
        declined.state = .declined
        declined.contradictions.known = [Self.paid(2, minute: 1, .paidAfterAll)]
        var twice = sale(3)
        twice.contradictions.known = [Self.paid(4, minute: 3, .secondPayment)]
        let found = compare([row(2, minute: 1), row(3), row(4, minute: 3)], [declined, twice])
        #expect(found.agrees && found.table.count == 3)
        #expect(receipts(compare([row(2, minute: 1), row(3)], [declined, twice]).missing) == [4])
    }

    private static func paid(_ receipt: Int64, minute: Int64, _ code: Contradiction.Code) -> Contradiction.Identity {
        let result = result(receipt, amount: 1_000, minute: minute)
        return Contradiction.Identity(code: code, status: .approved, payment: PaymentIdentity(of: result))
    }

    @Test(arguments: [true, false])
    func `a sale that a void names may be listed or not`(isListed: Bool) {
        let sold = sale(2)
        var void = Transaction.sample(7, type: .void, acceptedAt: Self.at(4))
        void.state = .approved
        void.original = OriginalSale(sold)
        let found = compare([row(1)] + (isListed ? [row(2)] : []), [sale(1), sold, void])
        #expect(found.agrees && found.terminal == found.table)
        void.state = .inDoubt
        void.posting.startedAt = Self.at(4)
        let open = compare([row(1)], [sale(1), sold], undecided: [void])
        #expect(open.missing.isEmpty && open.undecided.map(\.id) == [void.id] && !open.agrees)
    }

    @Test func `what is in doubt is neither missing nor the owner of a row that it fits`() {
        var doubt = Transaction.sample(3, amount: 1_000, acceptedAt: Self.at(3))
        doubt.state = .inDoubt
        doubt.posting.startedAt = Self.at(3)
        let found = compare([row(1), row(3), row(4)], [sale(1)], undecided: [doubt])
        #expect(found.missing.isEmpty && found.undecided.map(\.id) == [doubt.id])
        #expect(found.unclaimed.map(\.candidates) == [[doubt.id], [doubt.id]])
    }

    @Test func `a doubt of a batch before is not of this one`() {
        var doubt = Transaction.sample(3, amount: 1_000, acceptedAt: Self.at(-60))
        doubt.state = .inDoubt
        doubt.posting.startedAt = Self.at(-60)
        // While the bridge knows nothing of the terminal's clock, the oldest row may be hours older.
        #expect(compare([row(1)], [sale(1)], undecided: [doubt]).undecided.map(\.id) == [doubt.id])
        var known = sale(1)
        known.outcome.result?.utcOffset = -10_800
        (known.outcome.completedAt, known.outcome.decidedBy) = (Self.at(2), .callback)
        #expect(compare([row(1)], [known], undecided: [doubt]).agrees)
    }

    @Test("K3: a clock that shows a future time hides no doubt")
    func clockAhead() {
        var doubt = Transaction.sample(3, amount: 1_000, acceptedAt: Self.at(3))
        doubt.state = .inDoubt
        doubt.posting.startedAt = Self.at(3)
        let found = compare([row(1, minute: 45)], [], undecided: [doubt], readAt: Self.at(20))
        #expect(found.since == nil && found.undecided.map(\.id) == [doubt.id])
    }

    @Test func `sums that no integer holds stay at the bound`() {
        let found = compare([row(1, amount: .max), row(2, amount: .max)], [])
        #expect(found.terminal.total == .max && found.terminal.count == 2)
    }

    @Test func `a report names at most so many and says so`() throws {
        let count = Int64(Reconciliation.listLimit + 1)
        let found = compare((1...count).map { row($0, minute: $0 % 40) }, [])
        let report = try #require(try JSONParser.parse(found.report(in: .clp))["reconciliation"])
        guard case .array(let rows) = report["unclaimed"] else {
            Issue.record("no list")
            return
        }
        #expect(rows.count == Reconciliation.listLimit && report["truncated"] == .bool(true))
        #expect(report["terminal"]?["count"]?.integer == count)
        let short = try JSONParser.parse(compare([row(1)], []).report(in: .clp))["reconciliation"]
        #expect(short?["agrees"] == .bool(false) && short?["truncated"] == nil)
    }
}

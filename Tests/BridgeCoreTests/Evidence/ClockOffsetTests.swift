// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import BridgeCore

/// What a terminal's sales show about its clock, and what that means for the rows of its journal.
@Suite struct `A terminal's clock` {
    private let rules = TransactionRules()

    /// An approved sale whose customer paid at an instant of the bridge's clock, at a terminal whose clock is ahead.
    private func sale(
        _ number: Int,
        paidAt instant: Timestamp,
        ahead seconds: Int64,
        arrived delay: Int64 = 4
    ) -> Transaction {
        var sale = Transaction.sample(number, acceptedAt: instant - .seconds(20))
        sale.state = .approved
        sale.outcome.decidedBy = .callback
        sale.posting.startedAt = instant - .seconds(15)
        sale.outcome.completedAt = instant + .seconds(delay)
        var result = TerminalResult.answering(sale, responseCode: 0)
        (result.localTime, result.utcOffset) = (Self.local(instant + .seconds(seconds)), -10_800)
        sale.outcome.result = result
        return sale
    }

    /// `YYYY-MM-DD HH:mm:ss`, three hours west of Greenwich.
    private static func local(_ instant: Timestamp) -> String {
        String((instant - .seconds(10_800)).description.prefix(19)).replacing("T", with: " ")
    }

    private func doubt(postedAt instant: Timestamp) -> Transaction {
        var doubt = Transaction.sample(99, acceptedAt: instant).after(.submissionStarted)
            .after(.submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        doubt.posting.startedAt = instant
        return doubt
    }

    private func row(of doubt: Transaction, shownAt instant: Timestamp) -> JournalRow {
        var result = TerminalResult.answering(doubt, responseCode: 0)
        result.localTime = Self.local(instant)
        return JournalRow(result: result, instants: [instant])
    }

    @Test func `is known between the POST and the arrival of each result, and closer with each sale`() throws {
        let one = try #require(ClockOffset(sale(1, paidAt: .sample, ahead: 300)))
        #expect(one.ahead == .seconds(296)...(.seconds(316)))
        let sales = [
            sale(1, paidAt: .sample, ahead: 300), sale(2, paidAt: .sample + .seconds(600), ahead: 303, arrived: 1),
        ]
        #expect(ClockOffset(of: sales)?.ahead == .seconds(302)...(.seconds(316)))
        #expect(ClockOffset(of: [Transaction]()) == nil)
        #expect(ClockOffset(of: [.sample()]) == nil, "no result")
    }

    @Test func `after it was set only what came since counts`() {
        let sales = [sale(1, paidAt: .sample, ahead: 300), sale(2, paidAt: .sample + .seconds(600), ahead: 0)]
        #expect(ClockOffset(of: sales)?.ahead == .seconds(-4)...(.seconds(16)))
        #expect(ClockOffset(of: sales.reversed())?.isOff(by: .seconds(120)) == false)
    }

    @Test func `a person's approval and a refund say nothing of it`() {
        var decided = sale(1, paidAt: .sample, ahead: 300)
        decided.outcome.decidedBy = .operator
        #expect(ClockOffset(decided) == nil)
        var open = sale(1, paidAt: .sample, ahead: 300)
        open.state = .submitted
        #expect(ClockOffset(open) == nil)
    }

    @Test(
        "K3: is told as off beyond the tolerance, unless another time zone explains it",
        arguments: [
            (0, false, "0 s"), (100, false, "1 min"), (300, true, "4 min 56 s ahead"),
            (-300, true, "4 min 44 s behind"),
            (3_600, false, "1 h"), (3_900, true, "1 h 4 min ahead"), (-7_200, false, "2 h"),
            (20_000, true, "5 h 33 min ahead"), (-840_000_000, true, "9722 d 5 h behind"),
        ] as [(Int64, Bool, String)]
    )
    func off(seconds: Int64, isOff: Bool, text: String) throws {
        let offset = try #require(ClockOffset(sale(1, paidAt: .sample, ahead: seconds)))
        #expect(offset.isOffInEveryZone(by: .seconds(120)) == isOff)
        if isOff { #expect(offset.text == text) }
    }

    @Test(
        "K3: while nothing is known of the clock, a row that may be another doubt's decides neither doubt"
    )
    func unknown() throws {
        let first = doubt(postedAt: .sample - .seconds(900))
        var second = Transaction.sample(98, acceptedAt: .sample).after(.submissionStarted)
            .after(.submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        second.posting.startedAt = .sample
        // If the terminal's clock is 16 minutes ahead, the row is the first charge's; otherwise the second one's.
        let row = row(of: first, shownAt: .sample + .seconds(60))
        func finding(_ row: JournalRow, _ clock: ClockOffset?) -> JournalMatch.Finding {
            JournalMatch(rows: [row], undecided: [first, second], clock: clock, rules: rules).finding(for: second)
        }
        #expect(finding(row, nil) == .ambiguous)
        #expect(finding(row, ClockOffset(sale(1, paidAt: .sample - .seconds(2_000), ahead: 1))) == .row(row))
        #expect(finding(row, ClockOffset(sale(1, paidAt: .sample - .seconds(2_000), ahead: 960))) != .row(row))
        // The ticket names the second charge, for every offset of the clock.
        let named = JournalRow(
            result: row.result.with(ticket: second.command.content.reference),
            instants: row.instants
        )
        #expect(finding(named, nil) == .row(named))
    }

    @Test(
        "K3: the row of a doubt is found by the offset that a sale before and a sale after show, and no row of another time is taken",
        arguments: 0..<200
    )
    func found(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let ahead = Int64.random(in: -1_700...1_700, using: &random)
        var sales = (0..<Int.random(in: 1...30, using: &random)).map { number in
            let paid = Timestamp.sample - .seconds(Int64.random(in: 400...20_000, using: &random))
            return sale(number, paidAt: paid, ahead: ahead, arrived: Int64.random(in: 1...60, using: &random))
        }
        let doubt = doubt(postedAt: .sample)
        let lasts = rules.terminalLife.components.seconds
        let own = row(of: doubt, shownAt: .sample + .seconds(Int64.random(in: 0...lasts, using: &random) + ahead))
        func finding(_ rows: [JournalRow]) -> JournalMatch.Finding {
            JournalMatch(
                rows: rows,
                undecided: [doubt],
                clock: ClockOffset(of: sales.shuffled(using: &random)),
                rules: rules
            ).finding(for: doubt)
        }
        // A person may have set the clock since the last sale.
        let isRight = ClockOffset(of: sales).map { !$0.isOff(by: rules.clockTolerance) } ?? false
        if !isRight { #expect(finding([own]) == .near([own]), "seed \(seed): \(ahead) s") }
        sales.append(sale(99, paidAt: .sample + .seconds(lasts + 60), ahead: ahead))
        let fits = isRight ? finding([own]) != .absent : finding([own]) == .row(own)
        #expect(fits, "seed \(seed): \(ahead) s")
        // A row that is farther away than a whole life and both tolerances is no payment of the doubt, and it is no
        // proof that there was none.
        let away = lasts + 2 * rules.clockTolerance.components.seconds + 120
        for side in [-1, 1] as [Int64] {
            let other = row(of: doubt, shownAt: .sample + .seconds(ahead + side * away))
            let found = finding([other])
            #expect(found == .near([other]) || isRight, "seed \(seed): \(ahead) s: \(found)")
        }
    }

    @Test("K3: after the clock was set, a stranger's payment is not taken for ours, and one of two rows is not either")
    func setMeanwhile() {
        let doubt = doubt(postedAt: .sample)
        let before = sale(1, paidAt: .sample - .seconds(900), ahead: -600)
        func finding(_ rows: [JournalRow], _ sales: [Transaction]) -> JournalMatch.Finding {
            JournalMatch(rows: rows, undecided: [doubt], clock: ClockOffset(of: sales), rules: rules).finding(
                for: doubt
            )
        }
        // A customer paid this by hand ten minutes before the POST, and the clock is right again.
        let strangers = row(of: doubt, shownAt: .sample - .seconds(590))
        #expect(finding([strangers], [before]) == .near([strangers]))
        // One row is ours if the clock is right. The other one would be ours if the clock were still as it was before.
        let ours = row(of: doubt, shownAt: .sample + .seconds(30))
        #expect(finding([ours, strangers], [before]) == .ambiguous)
        let after = sale(2, paidAt: .sample + .seconds(900), ahead: 0)
        #expect(finding([ours], [before, after]) == .row(ours))
        #expect(finding([strangers], [before, after]) != .row(strangers))
    }

    @Test("K3: if nothing is known of the clock, or it is off, a row of any day is named, and proves no absence")
    func anyDay() {
        let doubt = doubt(postedAt: .sample)
        let tomorrow = row(of: doubt, shownAt: .sample + .seconds(86_400))
        func finding(_ clock: ClockOffset?) -> JournalMatch.Finding {
            JournalMatch(rows: [tomorrow], undecided: [doubt], clock: clock, rules: rules).finding(for: doubt)
        }
        #expect(finding(nil) == .near([tomorrow]))
        #expect(finding(ClockOffset(sale(1, paidAt: .sample - .seconds(900), ahead: 600))) == .near([tomorrow]))
        #expect(finding(ClockOffset(sale(1, paidAt: .sample - .seconds(900), ahead: 0))) == .absent)
    }

    @Test("K3: a sale whose result came late confirms nothing, and a sale that the journal decided does not either")
    func lateSales() {
        let doubt = doubt(postedAt: .sample)
        // The clock was right and is ten minutes behind later. The first result came half an hour after its POST.
        let late = sale(1, paidAt: .sample - .seconds(600), ahead: 0, arrived: 1_800)
        let after = sale(2, paidAt: .sample + .seconds(6_000), ahead: -600)
        let strangers = row(of: doubt, shownAt: .sample - .seconds(480))
        let match = JournalMatch(
            rows: [strangers],
            undecided: [doubt],
            clock: ClockOffset(of: [late, after]),
            rules: rules
        )
        #expect(match.finding(for: doubt) == .near([strangers]))
        var byJournal = sale(1, paidAt: .sample, ahead: 300)
        byJournal.outcome.decidedBy = .journal
        #expect(ClockOffset(byJournal) == nil)
    }

    @Test("K3: after a sale that showed an impossible time, a row without our ticket is only named")
    func doubted() {
        let doubt = doubt(postedAt: .sample)
        var far = sale(1, paidAt: .sample - .seconds(900), ahead: -7_200)
        far.outcome.result?.utcOffset = nil
        #expect(ClockOffset(of: [far]) == nil && ClockOffset.isDoubted(by: [far]))
        #expect(!ClockOffset.isDoubted(by: [far, sale(2, paidAt: .sample - .seconds(100), ahead: 0)]))
        let row = row(of: doubt, shownAt: .sample + .seconds(60))
        for isDoubted in [false, true] {
            let match = JournalMatch(rows: [row], undecided: [doubt], isClockDoubted: isDoubted, rules: rules)
            #expect(match.finding(for: doubt) == (isDoubted ? .near([row]) : .row(row)))
        }
        // The clock was right in the morning, and it is a day off since its battery failed: what the sale of the
        // morning showed proves no absence.
        let tomorrow = self.row(of: doubt, shownAt: .sample + .seconds(86_400))
        let morning = ClockOffset(of: [sale(3, paidAt: .sample - .seconds(20_000), ahead: 0)])
        for isDoubted in [false, true] {
            let match = JournalMatch(
                rows: [tomorrow],
                undecided: [doubt],
                clock: morning,
                isClockDoubted: isDoubted,
                rules: rules
            )
            #expect(match.finding(for: doubt) == (isDoubted ? .near([tomorrow]) : .absent))
        }
    }

    @Test("K3: while nothing is known of the clock, a row that may be an approved sale's proves no absence")
    func contested() {
        let doubt = doubt(postedAt: .sample)
        let row = row(of: doubt, shownAt: .sample - .seconds(600))
        let match = JournalMatch(rows: [], contested: [row], undecided: [doubt], rules: rules)
        #expect(match.finding(for: doubt) == .ambiguous)
        // A thin approval without a row of its own may have made this row.
        var thin = sale(1, paidAt: .sample - .seconds(1_800), ahead: 0)
        thin.outcome.result = nil
        #expect(JournalMatch(rows: [row], undecided: [], rules: rules).mayBe(row, of: thin))
    }

    @Test func `of a sale that was POSTed more than once nothing is known`() {
        var sale = sale(1, paidAt: .sample, ahead: 0)
        sale.posting.refused = 1
        #expect(ClockOffset(sale) == nil)
    }
}

extension TerminalResult {
    fileprivate func with(ticket: String?) -> TerminalResult {
        var result = self
        result.ticket = ticket
        return result
    }
}

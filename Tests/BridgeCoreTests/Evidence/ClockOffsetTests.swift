// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import BridgeCore

/// Case K3: what a terminal's sales say of its clock, and what that makes of the rows of its journal.
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
        sale.decidedBy = .callback
        sale.postedAt = instant - .seconds(15)
        sale.completedAt = instant + .seconds(delay)
        var result = TerminalResult.answering(sale, responseCode: 0)
        (result.localTime, result.utcOffset) = (Self.local(instant + .seconds(seconds)), -10_800)
        sale.result = result
        return sale
    }

    /// `YYYY-MM-DD HH:mm:ss`, three hours west of Greenwich.
    private static func local(_ instant: Timestamp) -> String {
        String((instant - .seconds(10_800)).description.prefix(19)).replacing("T", with: " ")
    }

    private func doubt(postedAt instant: Timestamp) -> Transaction {
        var doubt = Transaction.sample(99, acceptedAt: instant).after(.submissionStarted)
            .after(.submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        doubt.postedAt = instant
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
        decided.decidedBy = .operator
        #expect(ClockOffset(decided) == nil)
        var open = sale(1, paidAt: .sample, ahead: 300)
        open.state = .submitted
        #expect(ClockOffset(open) == nil)
    }

    @Test(
        "K3: is told as off beyond the tolerance, but not where another time zone explains it",
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
        "K3: while nothing is known of the clock, a row that may be another doubt's by a clock that is off is nobody's"
    )
    func unknown() throws {
        let first = doubt(postedAt: .sample - .seconds(900))
        var second = Transaction.sample(98, acceptedAt: .sample).after(.submissionStarted)
            .after(.submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        second.postedAt = .sample
        // The first one's, by a clock that is 16 minutes ahead, or the second one's by one that is right.
        let row = row(of: first, shownAt: .sample + .seconds(60))
        func finding(_ row: JournalRow, _ clock: ClockOffset?) -> JournalMatch.Finding {
            JournalMatch(rows: [row], undecided: [first, second], clock: clock, rules: rules).finding(for: second)
        }
        #expect(finding(row, nil) == .ambiguous)
        #expect(finding(row, ClockOffset(sale(1, paidAt: .sample - .seconds(2_000), ahead: 1))) == .row(row))
        #expect(finding(row, ClockOffset(sale(1, paidAt: .sample - .seconds(2_000), ahead: 960))) != .row(row))
        // The ticket names it whatever the clocks say.
        let named = JournalRow(
            result: row.result.with(ticket: second.command.content.reference),
            instants: row.instants
        )
        #expect(finding(named, nil) == .row(named))
    }

    @Test(
        "K3: the row of a doubt is found by the offset that other sales show, and no row of another time is taken for it",
        arguments: 0..<200
    )
    func found(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let ahead = Int64.random(in: -1_700...1_700, using: &random)
        let earlier = (0..<Int.random(in: 1...30, using: &random)).map { number in
            let paid = Timestamp.sample - .seconds(Int64.random(in: 400...20_000, using: &random))
            return sale(number, paidAt: paid, ahead: ahead, arrived: Int64.random(in: 1...60, using: &random))
        }
        let doubt = doubt(postedAt: .sample)
        let lasts = rules.terminalLife.components.seconds
        let own = row(of: doubt, shownAt: .sample + .seconds(Int64.random(in: 0...lasts, using: &random) + ahead))
        let match = JournalMatch(
            rows: [own],
            undecided: [doubt],
            clock: ClockOffset(of: earlier.shuffled(using: &random)),
            rules: rules
        )
        #expect(match.finding(for: doubt) == .row(own), "seed \(seed): \(ahead) s")
        // What stands a whole life and both tolerances away is no payment of it, and no proof that there was none.
        let away = lasts + 2 * rules.clockTolerance.components.seconds + 120
        for side in [-1, 1] as [Int64] {
            let other = row(of: doubt, shownAt: .sample + .seconds(ahead + side * away))
            let match = JournalMatch(
                rows: [other],
                undecided: [doubt],
                clock: ClockOffset(of: earlier),
                rules: rules
            )
            #expect(match.finding(for: doubt) == .near([other]), "seed \(seed): \(ahead) s")
        }
    }
}

extension TerminalResult {
    fileprivate func with(ticket: String?) -> TerminalResult {
        var result = self
        result.ticket = ticket
        return result
    }
}

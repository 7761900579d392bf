// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import BridgeCore

/// Terminals of one account stand in several time zones.
@Suite struct `A terminal in another time zone` {
    private let rules = TransactionRules()
    private let doubt = Transaction.sample().after(.submissionStarted)
        .after(.submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))

    private func row(_ hours: Int64, ticket: String?, amount: Int64 = 15_990, minutes: Int64 = 1) -> JournalRow {
        var result = TerminalResult.answering(doubt, responseCode: 0)
        result.ticket = ticket
        result.amount = amount
        return JournalRow(result: result, instants: [.sample + .seconds(hours * 3_600 + minutes * 60)])
    }

    /// What a sale shows that a customer paid an hour before, at a terminal whose clock is right.
    private var known: ClockOffset? {
        var sale = Transaction.sample(2)
        sale.posting.startedAt = .sample - .seconds(3_600)
        return ClockOffset(of: sale, shown: .sample - .seconds(3_590), arrived: .sample - .seconds(3_588))
    }

    private func finding(
        _ row: JournalRow,
        for transaction: Transaction? = nil,
        clock: ClockOffset? = nil
    ) -> JournalMatch.Finding {
        let transaction = transaction ?? doubt
        return JournalMatch(rows: [row], undecided: [transaction], clock: clock, rules: rules).finding(for: transaction)
    }

    @Test("E4: ticket and amount decide, whole hours do not", arguments: [-3, -2, -1, 0, 1, 2, 3] as [Int64])
    func ticket(hours: Int64) {
        let named = row(hours, ticket: doubt.command.content.reference)
        #expect(finding(named) == .row(named))
        #expect(finding(row(hours, ticket: "OTHER")) == .absent)
        #expect(isNear(finding(row(hours, ticket: doubt.command.content.reference, amount: 1))))
        // An earlier command with this reference may have made the row.
        let match = JournalMatch(rows: [named], undecided: [doubt], reusedReferences: [doubt.id], rules: rules)
        #expect(match.finding(for: doubt) == (hours == 0 ? .row(named) : .ambiguous))
    }

    @Test("B: a row that carries another name proves neither a payment nor an absence")
    func anothersName() {
        let mine = row(0, ticket: doubt.command.content.reference)
        func named(_ name: String) -> JournalRow {
            JournalRow(result: mine.result, instants: mine.instants, customID: name)
        }
        for name in ["ord-7f3a9c", String(doubt.id.description.prefix(20))] {
            #expect(finding(named(name)) == .near([named(name)]))
            // The bridge does not take another row for the sale because this row has another name.
            let match = JournalMatch(rows: [named(name), mine], undecided: [doubt], rules: rules)
            #expect(match.finding(for: doubt) == .ambiguous)
        }
        #expect(finding(named(doubt.id.description)) == .row(named(doubt.id.description)))
        #expect(named("q-1").answering("Q-1") == mine && named("q-1").answering("q-2") == named("q-1"))
    }

    private func isNear(_ finding: JournalMatch.Finding) -> Bool {
        if case .near(let rows) = finding { rows.count == 1 } else { false }
    }

    @Test(
        "K3: a terminal's clock that is minutes off hides no sale, and the row is named",
        arguments: [-20, -5, 5, 20]
    )
    func minutesOff(minutes: Int64) {
        let row = row(0, ticket: nil, minutes: minutes)
        let found = finding(row)
        // Five minutes later the terminal may still have worked on the sale.
        guard case .near(let rows) = found else {
            #expect(found == .row(row) && minutes == 5)
            return
        }
        #expect(rows == [row])
        let text = row.text(for: doubt)
        #expect(
            text.contains("15,990 CLP")
                && text.contains("\(abs(minutes)) min \(minutes < 0 ? "before" : "after") it was sent")
        )
    }

    @Test(
        "E4: a row with our ticket and amount is never another's, at every time that its clock says",
        arguments: [-300, -7, 17, 30, 300]
    )
    func otherClock(minutes: Int64) {
        let reference = doubt.command.content.reference
        #expect(isNear(finding(row(0, ticket: reference, minutes: minutes))))
        #expect(isNear(finding(row(0, ticket: reference, amount: 1, minutes: minutes))), "a tip may be in it")
    }

    @Test(
        "E4: without a ticket a row at another hour proves neither a payment nor its absence",
        arguments: [-2, 1] as [Int64]
    )
    func noTicket(hours: Int64) {
        #expect(isNear(finding(row(hours, ticket: nil))))
        #expect(isNear(finding(row(hours, ticket: nil, minutes: 30))))
        #expect(finding(row(hours, ticket: nil, amount: 1)) == .absent)
        // If the clock is known to be right, a row that is so far away is another sale.
        #expect(isNear(finding(row(5, ticket: nil))))
        #expect(finding(row(5, ticket: nil), clock: known) == .absent)
    }

    @Test("J2: a ticket that the terminal cut hides no sale from the proof of its absence")
    func cutTicket() {
        let long = Transaction.sample(reference: "ORDER-2026-0000123456789").after(.submissionStarted)
            .after(.submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        #expect(isNear(finding(row(0, ticket: "ORDER-2026-000012345"), for: long)))
        #expect(finding(row(0, ticket: "ORDER-2026-0000999"), for: long) == .absent)
        // At every time of its clock such a row is near: other tickets have the same letters when they are cut.
        #expect(isNear(finding(row(0, ticket: "ORDER-2026-000012345", minutes: 300), for: long)))
        #expect(finding(row(0, ticket: "ORDER-2026-000012345", amount: 1, minutes: 300), for: long) == .absent)
    }

    @Test("E4: an impossible time of a terminal is told without an offset")
    func offset() {
        func told(_ local: String) -> TerminalResult? {
            var answer = CloudAnswer.approved(doubt)
            answer.result?.localTime = local
            answer.result?.utcOffset = -10_800
            return doubt.after(.callback(answer)).result
        }
        #expect(told("2026-11-22 07:12:31")?.utcOffset == -10_800)
        #expect(told("2026-11-22 06:12:31")?.utcOffset == nil)
        #expect(told("2026-11-22 09:12:31")?.utcOffset == nil)
        #expect(told("2026-11-22 09:12:31")?.localTime == "2026-11-22 09:12:31")
    }
}

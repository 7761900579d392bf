// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SelfTest

/// Payments that differ from what the commands asked for, or that are told twice or in the place of another one.
@Suite("Judge of odd payments")
struct JudgeOddPaymentTests {
    private func kinds(_ change: (inout Ledgers) -> Void) -> Set<Violation.Kind> {
        var ledgers = Ledgers.healthy
        change(&ledgers)
        return Set(Judge(ledgers).violations().map(\.kind))
    }

    private let approval =
        Ledgers.healthy.events?.firstIndex { $0.transactionID == "t-1" && $0.name == "approved" } ?? 0

    @Test func `with a tip more is paid than was asked for, and all of it is published`() {
        func pay(_ ledgers: inout Ledgers, tip: Int64, published: Int64) {
            ledgers.posts[0].sale?.payments = [1_100]
            ledgers.posts[0].sale?.tip = tip
            ledgers.events?[approval].paidAmount = published
        }
        #expect(kinds { pay(&$0, tip: 100, published: 1_100) } == [])
        #expect(kinds { pay(&$0, tip: 100, published: 1_000) } == [.misstated])
        #expect(kinds { pay(&$0, tip: 0, published: 1_100) } == [.guessed])
    }

    @Test func `an authorization that is not the terminal's is found, another letter case is none`() {
        func publish(_ code: String, _ ledgers: inout Ledgers) {
            ledgers.posts[0].sale?.authorizations = ["A10929"]
            ledgers.events?[approval].paidAmount = 1_000
            ledgers.events?[approval].authorizationCode = code
        }
        #expect(kinds { publish("a10929", &$0) } == [])
        #expect(kinds { publish("10929", &$0) } == [.misstated])
    }

    @Test func `a command of the future is refused only where the clock was moved`() {
        func refuse(_ ledgers: inout Ledgers, _ code: String, isClockMoved: Bool) {
            ledgers.orders.append(.sample(4, ["approved"]))
            ledgers.events?.append(DeliveredEvent(id: "e-4", name: "rejected", commandID: "c-4", faultCodes: [code]))
            ledgers.isClockMoved = isClockMoved
            ledgers.store.entries.append(.sample(90, "e-4", "command.rejected", nil))
        }
        #expect(kinds { refuse(&$0, "out_of_range", isClockMoved: true) } == [])
        #expect(kinds { refuse(&$0, "out_of_range", isClockMoved: false) } == [.lost])
        #expect(kinds { refuse(&$0, "reference_in_use", isClockMoved: true) } == [.lost])
    }

    @Test func `a contradiction that was not told is found`() {
        func contradict(_ ledgers: inout Ledgers) {
            ledgers.store.entries.append(.sample(99, "e-c", "charge.contradicted", "t-1"))
            var event = DeliveredEvent.sample("e-c", "t-1", "c-1", "approved", 4)
            event.name = "contradicted"
            ledgers.events?.append(event)
        }
        #expect(kinds { contradict(&$0) } == [.invented])
        let twice = kinds { ledgers in
            contradict(&ledgers)
            ledgers.posts[0].sale?.payments = [1_000, 1_000]
        }
        #expect(twice == [])
    }

    /// `t-3` is not paid, and its result repeats the receipt of `t-1`.
    private func repeatReceipt(_ ledgers: inout Ledgers, status: String, at instant: Int64) {
        ledgers.posts[0].number = "936100"
        ledgers.posts[2] = .sample("t-3", "R3", paid: [], told: true)
        ledgers.posts[2].faults = ["others-receipt"]
        ledgers.posts[2].sale?.repeats = "936100"
        ledgers.store.transactions[2] = .sample("t-3", "c-3", "R3", status, by: "callback")
        ledgers.store.transactions[2].completedAt = status == "in_doubt" ? nil : instant
        ledgers.store.evidence["t-3"] = .init(callbacks: 1, deciding: 1)
        ledgers.store.entries.removeAll { $0.transactionID == "t-3" && $0.name == "charge.in_doubt" }
        ledgers.store.entries.append(.sample(98, "e-3-2", "charge.\(status)", "t-3"))
        ledgers.events?.removeAll { $0.transactionID == "t-3" && $0.name == "in_doubt" }
        ledgers.events?.append(.sample("e-3-2", "t-3", "c-3", status, 2))
    }

    @Test func `one receipt makes one sale paid`() {
        #expect(kinds { repeatReceipt(&$0, status: "in_doubt", at: 0) } == [])
        #expect(kinds { repeatReceipt(&$0, status: "not_completed", at: 7_000) } == [])
        #expect(kinds { repeatReceipt(&$0, status: "approved", at: 7_000) } == [.guessed])
    }

    @Test func `a receipt without an owner yet may be taken for one's own, and its owner stays in doubt`() {
        // The owner of the receipt is approved later, or never.
        #expect(kinds { repeatReceipt(&$0, status: "approved", at: 5_500) } == [])
        let robbed = kinds { ledgers in
            repeatReceipt(&ledgers, status: "approved", at: 5_500)
            ledgers.store.transactions[0].status = "in_doubt"
            ledgers.store.transactions[0].number = "936100"
            ledgers.store.entries.removeAll { $0.name == "charge.approved" && $0.transactionID == "t-1" }
            ledgers.store.entries.append(.sample(97, "e-1-3", "charge.in_doubt", "t-1"))
            ledgers.events?.removeAll { $0.name == "approved" && $0.transactionID == "t-1" }
            ledgers.events?.append(.sample("e-1-3", "t-1", "c-1", "in_doubt", 3))
        }
        #expect(robbed == [])
    }
}

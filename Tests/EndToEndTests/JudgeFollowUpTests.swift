// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SelfTest

extension Ledgers {
    /// A charge of 1,000 of which 400 were given back, and one that was cancelled before it was sent.
    fileprivate static let givenBack: Ledgers = {
        var ledgers = Ledgers()
        let charge = ChargeOrder.sample(1, ["approved"])
        let cancelled = ChargeOrder.sample(2, ["approved"], terminal: "80000002")
        ledgers.orders = [charge, cancelled]
        ledgers.followUps = [
            FollowUp(verb: .refund, commandID: "f-1", reference: "F1", original: charge, amount: 400, isAlone: true),
            FollowUp(verb: .cancel, commandID: "f-2", reference: "F2", original: cancelled),
        ]
        var sale = TerminalPost.sample("t-1", "R1", paid: [1_000], told: true)
        sale.sale?.givenBack = [400]
        ledgers.posts = [sale, .refund("t-3", 400, of: "t-1")]
        ledgers.store.transactions = [
            .sample("t-1", "c-1", "R1", "approved", by: "callback"), .cancelled("t-2", "c-2", "R2"),
            .refund("t-3", "f-1", "F1", 400, of: "t-1"),
        ]
        ledgers.store.evidence = ["t-1": .init(callbacks: 1, deciding: 1), "t-3": .init(callbacks: 1, deciding: 1)]
        for (id, name, command) in [
            ("t-1", "charge.approved", "c-1"), ("t-1", "charge.amended", "c-1"), ("t-2", "charge.failed", "c-2"),
            ("t-3", "refund.approved", "f-1"),
        ] {
            let position = ledgers.store.entries.count
            ledgers.store.entries.append(.sample(Int64(position), "e-\(position)", name, id))
            let status = name.split(separator: ".").last.map(String.init) ?? ""
            ledgers.events?.append(.sample("e-\(position)", id, command, status, Int64(position + 1)))
        }
        return ledgers
    }()
}

extension TerminalPost {
    fileprivate static func refund(_ id: String, _ amount: Int64, of original: String) -> TerminalPost {
        var post = TerminalPost.sample(id, "", paid: [amount], told: true)
        post.verb = "refund"
        post.reference = nil
        post.amount = amount
        post.originalID = original
        // This is after the end of the sale.
        post.receivedAt = 7_000
        post.sale?.finishesAt = 8_000
        return post
    }
}

extension StoreLedger.Transaction {
    fileprivate static func refund(
        _ id: String,
        _ command: String,
        _ reference: String,
        _ amount: Int64,
        of original: String,
        _ status: String = "approved"
    ) -> StoreLedger.Transaction {
        var transaction = sample(id, command, reference, status, by: "callback")
        transaction.type = "refund"
        transaction.amount = amount
        transaction.originalID = original
        transaction.postedAt = 7_000
        transaction.completedAt = 8_500
        return transaction
    }

    fileprivate static func cancelled(_ id: String, _ command: String, _ reference: String) -> Self {
        var transaction = sample(id, command, reference, "failed", by: nil)
        transaction.reason = "cancelled_before_start"
        transaction.terminal = "80000002"
        transaction.attempts = 0
        transaction.postedAt = nil
        return transaction
    }
}

/// The judge can fail about voids, refunds and cancels, too.
@Suite("Judge of what is given back")
struct JudgeFollowUpTests {
    private func kinds(_ change: (inout Ledgers) -> Void) -> Set<Violation.Kind> {
        var ledgers = Ledgers.givenBack
        change(&ledgers)
        return Set(Judge(ledgers).violations().map(\.kind))
    }

    @Test func `a refund within what was paid, and a cancel before the start, are right`() {
        #expect(Judge(Ledgers.givenBack).violations() == [])
    }

    @Test func `a refund without a transaction and without a refusal is lost`() {
        let found = kinds { ledgers in
            ledgers.followUps.append(
                FollowUp(verb: .refund, commandID: "f-9", reference: "F9", original: ledgers.orders[0], amount: 1)
            )
        }
        #expect(found == [.lost])
    }

    @Test func `a refund that fits and was alone may not be refused, another one may`() {
        for isAlone in [true, false] {
            let found = kinds { ledgers in
                var refused = FollowUp(verb: .refund, commandID: "f-9", reference: "F9", original: ledgers.orders[0])
                refused.amount = 1
                refused.isAlone = isAlone
                ledgers.followUps.append(refused)
                ledgers.store.entries.append(.sample(99, "e-r", "command.rejected", nil))
                ledgers.events?.append(DeliveredEvent(id: "e-r", name: "rejected", commandID: "f-9"))
            }
            #expect(found == (isAlone ? [.lost] : []))
        }
    }

    @Test func `more given back at the terminals than was paid is found`() {
        #expect(kinds { $0.posts[0].sale?.givenBack = [1_001] } == [.overRefunded])
    }

    @Test func `a doubt that could give back too much is found before it does`() {
        let found = kinds { ledgers in
            ledgers.store.transactions.append(.refund("t-4", "f-1", "F1", 601, of: "t-1", "in_doubt"))
        }
        #expect(found.contains(.overRefunded))
        let void = kinds { ledgers in
            ledgers.store.transactions[2].amount = 0
            ledgers.store.transactions.append(.refund("t-4", "f-1", "F1", 0, of: "t-1", "in_doubt"))
            ledgers.store.transactions[3].type = "void"
        }
        #expect(void.contains(.overRefunded))
    }

    @Test func `money of another sale that was given back is misdirected`() {
        #expect(kinds { $0.posts[1].originalID = "t-2" } == [.misdirected])
        #expect(kinds { $0.posts[1].originalID = nil } == [.misdirected])
    }

    @Test func `a sale of which something was given back says so`() {
        let found = kinds { ledgers in
            ledgers.store.entries.removeAll { $0.name == "charge.amended" }
            ledgers.events?.removeAll { $0.status == "amended" }
        }
        #expect(found == [.unannounced])
    }

    @Test func `a refund that is approved and gave nothing back is guessed`() {
        #expect(kinds { $0.posts[1].sale?.payments = [] } == [.guessed])
    }

    @Test func `two refunds for one command are doubled`() {
        let found = kinds { ledgers in
            ledgers.posts.append(ledgers.posts[1])
            ledgers.store.evidence["t-3"]?.callbacks = 2
            ledgers.store.transactions[2].attempts = 2
        }
        #expect(found == [.doubled])
    }

    @Test func `a cancel without a refusal and without a trace is lost`() {
        #expect(kinds { $0.store.transactions[1].reason = "command_expired" }.contains(.lost))
    }

    @Test func `a cancel that met another sale is misdirected, one that no caller sent is invented`() {
        func cancel(of id: String, met: String?) -> CancelPost {
            CancelPost(terminal: "80000001", receivedAt: 1, endedAt: 2, customID: id, met: met)
        }
        #expect(kinds { $0.cancels = [cancel(of: "t-2", met: "t-1")] } == [.misdirected])
        #expect(kinds { $0.cancels = [cancel(of: "t-1", met: "t-1")] } == [.invented])
        #expect(kinds { $0.cancels = [cancel(of: "t-2", met: nil)] } == [])
    }

    @Test func `nothing is sent to a terminal that is told to end what it is at`() {
        let found = kinds { ledgers in
            let cancel = CancelPost(terminal: "80000001", receivedAt: 6_900, endedAt: 7_200, customID: "t-2")
            ledgers.cancels = [cancel]
        }
        #expect(found == [.overlapping])
    }
}

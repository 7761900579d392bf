// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SelfTest

/// What the judge says about a Getnet that tells untrue things, and about a lost store.
@Suite("Judge of untruths and losses")
struct JudgeUntruthTests {
    private func kinds(_ change: (inout Ledgers) -> Void) -> Set<Violation.Kind> {
        var ledgers = Ledgers.healthy
        change(&ledgers)
        return Set(Judge(ledgers).violations().map(\.kind))
    }

    private func publishContradiction(_ ledgers: inout Ledgers) {
        ledgers.store.entries.append(.sample(99, "e-c", "charge.contradicted", "t-1"))
        var event = DeliveredEvent.sample("e-c", "t-1", "c-1", "approved", 4)
        event.name = "contradicted"
        ledgers.events?.append(event)
    }

    private func contradict(_ ledgers: inout Ledgers) {
        ledgers.posts[0].faults = ["contradiction"]
        ledgers.posts[0].callbacks.append(.init(isResult: true, status: 200))
        ledgers.store.evidence["t-1"]?.callbacks = 2
    }

    @Test func `of two callbacks that cannot both be true the second one is published`() {
        #expect(kinds { contradict(&$0) } == [.unannounced])
        let told = kinds { ledgers in
            contradict(&ledgers)
            publishContradiction(&ledgers)
        }
        #expect(told == [])
    }

    @Test func `a sale that was ended at its terminal is told of twice the same way`() {
        func kinds(isCancelled: Bool) -> Set<Violation.Kind> {
            self.kinds { ledgers in
                ledgers.posts[1].faults = ["contradiction"]
                ledgers.posts[1].isCancelled = isCancelled
                ledgers.posts[1].callbacks.append(.init(isResult: true, status: 200))
                ledgers.store.evidence["t-2"] = .init(callbacks: 2, deciding: 1)
            }
        }
        #expect(kinds(isCancelled: false) == [.unannounced])
        // The judge finds something else here: the sale was told as declined, not as ended by the cancel.
        #expect(kinds(isCancelled: true) == [.guessed])
    }

    @Test func `a second callback that was not taken need not be published`() {
        let found = kinds { ledgers in
            contradict(&ledgers)
            ledgers.posts[0].callbacks[1].status = 503
        }
        #expect(found == [])
    }

    @Test func `a sale after one that Getnet denied is no second sale, two more are`() {
        func deny(_ ledgers: inout Ledgers, sales: Int) {
            var denied = TerminalPost.sample("t-1", "R1", paid: [], reply: "busy15Seconds")
            denied.faults = ["busy-yet-started"]
            denied.receivedAt -= 10
            ledgers.posts.insert(denied, at: 0)
            for _ in 1..<sales { ledgers.posts.append(.sample("t-1", "R1", paid: [1_000])) }
            ledgers.store.transactions[0].attempts = 1 + sales
        }
        #expect(kinds { deny(&$0, sales: 1) } == [])
        #expect(kinds { deny(&$0, sales: 2) } == [.doubled])
    }

    @Test func `what a lost store knew alone is forgotten, not lost, and its events are not invented`() {
        func lose(_ ledgers: inout Ledgers) {
            ledgers.lost = ledgers.store
            ledgers.store.transactions.removeAll { $0.id == "t-1" }
            ledgers.store.entries.removeAll { $0.transactionID == "t-1" }
            ledgers.store.evidence["t-1"] = nil
        }
        #expect(kinds { lose(&$0) } == [])
        let alone = kinds { ledgers in
            lose(&ledgers)
            ledgers.lost = nil
        }
        #expect(alone.isSuperset(of: [.lost, .invented, .unevidenced]))
    }

    @Test func `what a copy shows as waiting is not sent again`() {
        func restore(_ ledgers: inout Ledgers, posts: Int) {
            ledgers.lost = ledgers.store
            ledgers.store.transactions[2].isRestored = true
            ledgers.store.transactions[2].attempts = 0
            ledgers.posts[2].callbacks = [.init(isResult: true, status: 200)]
            ledgers.lost?.evidence["t-3"] = .init(callbacks: 1)
            for _ in 1..<posts { ledgers.posts.append(.sample("t-3", "R3", paid: [1_000])) }
        }
        #expect(kinds { restore(&$0, posts: 1) } == [])
        #expect(kinds { restore(&$0, posts: 2) }.contains(.doubled))
    }
}

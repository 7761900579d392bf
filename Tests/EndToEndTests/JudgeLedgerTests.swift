// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SelfTest

/// The judge compares what was told with the terminals' ledger.
@Suite("Judge, told and charged")
struct JudgeLedgerTests {
    private func kinds(_ change: (inout Ledgers) -> Void) -> Set<Violation.Kind> {
        var ledgers = Ledgers.healthy
        change(&ledgers)
        return Set(Judge(ledgers).violations().map(\.kind))
    }

    @Test func `a command that was told refused and was POSTed is found`() {
        let refusal = DeliveredEvent(id: "e-r", name: "rejected", commandID: "c-3")
        let found = kinds { $0.events?.append(refusal) }
        #expect(found.contains(.rejected))
        // If the command was sent again, the bridge may have taken it the second time.
        let again = kinds { ledgers in
            ledgers.events?.append(refusal)
            ledgers.sentAgain = ["c-3"]
        }
        #expect(!again.contains(.rejected))
    }

    @Test func `a number of another transaction's sale is found, its own is right`() {
        let numbered: (inout Ledgers) -> Void = { ledgers in
            for index in 0..<3 { ledgers.posts[index].number = "93610\(index)" }
            ledgers.store.transactions[0].number = "936100"
        }
        #expect(kinds(numbered) == [])
        let found = kinds { ledgers in
            numbered(&ledgers)
            ledgers.store.transactions[1].number = "936102"
        }
        #expect(found == [.stolen])
    }

    @Test func `an amount that was published and not paid is found`() {
        let end = Ledgers.healthy.events?.firstIndex { $0.transactionID == "t-1" && $0.name == "approved" } ?? 0
        #expect(kinds { $0.events?[end].paidAmount = 1_000 } == [])
        #expect(kinds { $0.events?[end].paidAmount = 999 } == [.misstated])
    }

    @Test func `an event that is missing is said to have been in another queue or in none`() {
        func details(_ witnessed: Set<String>?) -> String {
            var ledgers = Ledgers.healthy
            ledgers.events?.removeAll { $0.id == "e-1-2" }
            ledgers.witnessed = witnessed
            return Judge(ledgers).violations().map(\.detail).joined()
        }
        #expect(details(nil).hasSuffix("never came out of the queue"))
        #expect(details(["e-1-2"]).hasSuffix("another queue had it"))
        #expect(details([]).hasSuffix("nor was it in another queue"))
    }

    @Test func `doubt is right after two POSTs were called refused and one of them ended without payment`() {
        // The sample's third charge is in doubt.
        func kinds(refused: Int, paid: [Int64]) -> Set<Violation.Kind> {
            self.kinds { ledgers in
                var started = TerminalPost.sample("t-3", "R3", paid: paid, reply: "busy15Seconds", told: true)
                started.receivedAt += 100
                let others = TerminalPost.sample("t-3", "R3", paid: nil, reply: "busy15Seconds")
                ledgers.posts[2...] = ArraySlice(Array(repeating: others, count: refused - 1) + [started])
                ledgers.store.transactions[2].attempts = refused
                ledgers.store.evidence["t-3"] = .init(callbacks: 1)
            }
        }
        #expect(kinds(refused: 2, paid: []) == [])
        #expect(kinds(refused: 1, paid: []) == [.undecided])
        #expect(kinds(refused: 2, paid: [1_000]) == [.undecided])
    }
}

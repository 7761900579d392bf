// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SelfTest

/// The judge holds what was told against the terminals' ledger.
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
        // Sent again it may have been taken the second time.
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
}

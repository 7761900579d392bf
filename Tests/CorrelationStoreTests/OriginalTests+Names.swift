// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import TestSupport
import Testing

/// One sale under several names: people type receipts by hand, and most of what they type never reaches Getnet.
extension OriginalTests {
    /// POSTs a refund and approves it.
    private func approve(_ refund: Transaction, by store: any TransactionStore, at seconds: Int64) async throws {
        _ = try await store.apply(.submissionStarted, to: refund.id, at: at(seconds))
        var paid = TerminalResult.answering(refund, responseCode: 0)
        (paid.authorizationCode, paid.amount) = ("020311", nil)
        let end = try await store.apply(.callback(paid, number: "940001"), to: refund.id, at: at(seconds + 1))
        #expect(end?.transaction.status == .approved)
    }

    private func codes(_ ask: Ask, by store: any TransactionStore) async throws -> [CommandFault.Code] {
        try await refusal(ask, by: store).faults.map(\.code)
    }

    @Test(arguments: StoreEngine.allCases)
    func `a void counts a refund that named the same sale by a mistaken day`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let mistaken = Ask(original: .receipt(receipt(date: "2026-11-21")), amount: 15_990, acceptedAt: at(20))
            try await approve(try await taken(mistaken, by: store), by: store, at: 21)
            let void = Ask(number: 2, type: .void, original: .receipt(receipt()), acceptedAt: at(30))
            #expect(try await codes(void, by: store) == [.exceedsRemaining])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a mistaken receipt of a sale that was paid after all is no second cap`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let sale = try await store.submitted()
            _ = try await store.apply(.callback(.refused(51)), to: sale.id, at: at(9))
            let late = try await store.apply(.callback(.paid()), to: sale.id, at: at(10))
            #expect(late?.transaction.contradictions.known.map(\.code) == [.paidAfterAll])
            _ = try await taken(Ask(original: .transaction(sale.id), amount: 15_990), by: store)
            let again = Ask(number: 2, original: .receipt(receipt(operation: 18)), amount: 15_990)
            #expect(try await codes(again, by: store) == [.originalMismatch])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a refund by a mistaken receipt counts once the sale turns out to be ours`(_ engine: StoreEngine) async throws
    {
        try await engine.withStore { store in
            let sale = try await store.submitted(Charge(terminal: "80005001"))
            let early = Ask(original: .receipt(receipt(date: "2026-11-23")), amount: 15_990, acceptedAt: at(5))
            try await approve(try await taken(early, by: store), by: store, at: 6)
            var paid = TerminalResult.paid()
            paid.terminalID = "80005001"
            let end = try await store.apply(.callback(paid), to: sale.id, at: at(10))
            #expect(end?.transaction.status == .approved)
            let again = Ask(number: 2, original: .transaction(sale.id), amount: 1, terminal: "80005001")
            #expect(try await codes(again, by: store) == [.exceedsRemaining])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `an authorization is one in whatever case and with however many zeros in front`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let sale = try await store.submitted()
            _ = try await store.apply(.callback(.paid(authorization: "0AB12C")), to: sale.id, at: at(10))
            _ = try await taken(Ask(original: .transaction(sale.id), amount: 15_990), by: store)
            for (number, spelling) in ["ab12c", "AB12C", "000ab12C"].enumerated() {
                let again = Ask(number: number + 2, original: .receipt(receipt(authorization: spelling)))
                #expect(try await codes(again, by: store) == [.exceedsRemaining])
            }
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `two mistakes in a receipt are no second cap, another receipt is another sale`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let sale = try await sale(store)
            _ = try await taken(Ask(original: .transaction(sale.id), amount: 15_000), by: store)
            let mistaken = Ask(number: 2, original: .receipt(receipt(15_909, operation: 18)), amount: 15_000)
            #expect(try await codes(mistaken, by: store) == [.originalMismatch])
            // The same authorization comes again over the years.
            let other = SaleReceipt(
                operationID: 18,
                authorizationCode: "010929",
                date: "2025-03-01",
                amount: Money(20_000, .clp)
            )
            _ = try await taken(Ask(number: 3, original: .receipt(other), amount: 20_000), by: store)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `the smallest of several amounts for one sale is its cap`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            _ = try await taken(Ask(original: .receipt(receipt()), amount: 10_000), by: store)
            // A wrong receipt number, and an amount that is too high.
            let higher = Ask(number: 2, original: .receipt(receipt(159_900, operation: 18)), amount: 6_000)
            #expect(try await codes(higher, by: store) == [.exceedsRemaining])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a sale of which the bridge knows no number can be taken back by its receipt`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let sale = try await store.submitted()
            var thin = TerminalResult.paid()
            (thin.operationID, thin.localTime, thin.transToken) = (nil, nil, nil)
            _ = try await store.apply(.callback(thin), to: sale.id, at: at(10))
            let unnamed = Ask(type: .void, original: .transaction(sale.id))
            #expect(try await codes(unnamed, by: store) == [.originalMismatch])
            let void = try await taken(Ask(number: 2, type: .void, original: .receipt(receipt())), by: store)
            #expect(void.original?.id == sale.id && void.original?.operationID == 17)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a mistyped amount that nothing came of does not pin a receipt`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let mistyped = Ask(type: .void, original: .receipt(receipt(15_909)), acceptedAt: at(0))
            let void = try await taken(mistyped, by: store)
            _ = try await store.apply(.receiptRead(.missing), to: void.id, at: at(2))
            let right = Ask(number: 2, original: .receipt(receipt()), amount: 15_990)
            #expect(try await taken(right, by: store).original?.amount == Money(15_990, .clp))
            // Now a command of this receipt may take money back, so the receipt keeps its amount.
            let wrong = Ask(number: 3, original: .receipt(receipt(15_909)), amount: 1)
            #expect(try await codes(wrong, by: store) == [.originalMismatch])
        }
    }
}

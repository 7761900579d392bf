// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import CorrelationStore
import TestSupport
import Testing

/// One sale, one cap: whatever it is called, and whatever turns out later.
extension OriginalTests {
    @Test(arguments: StoreEngine.allCases)
    func `a sale has one cap, however its receipt is mistaken or spelled`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let charge = try await store.submitted()
            _ = try await store.apply(.callback(.paid()), to: charge.id, at: at(10))
            let known = try #require(try await store.transaction(charge.id)?.result)
            let code = try #require(known.authorizationCode)
            let day = try #require(known.localTime).prefix(10)
            func named(_ number: Int64, _ code: String, _ day: String) -> OriginalReference {
                let amount = Money(15_990, .clp)
                return .receipt(SaleReceipt(operationID: number, authorizationCode: code, date: day, amount: amount))
            }
            let number = try #require(known.operationID)
            let whole = Ask(number: 1, original: .transaction(charge.id), amount: 15_990)
            _ = try await taken(whole, by: store)
            let wrong = [named(number + 1, code, String(day)), named(number, code, "2026-11-23")]
            for (place, original) in wrong.enumerated() {
                let refused = try await refusal(Ask(number: place + 2, original: original), by: store)
                #expect(refused.faults.map(\.code) == [.originalMismatch])
            }
            let bare = named(number, String(code.drop { $0 == "0" }), String(day))
            #expect(code.hasPrefix("0"))
            let refused = try await refusal(Ask(number: 9, original: bare), by: store)
            #expect(refused.faults.map(\.code) == [.exceedsRemaining])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a refund that waits is not sent once another one turns out to have been paid`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let charge = try await store.submitted()
            _ = try await store.apply(.callback(.paid()), to: charge.id, at: at(10))
            let first = try await taken(Ask(number: 1, original: .transaction(charge.id), amount: 15_990), by: store)
            _ = try await store.apply(.submissionStarted, to: first.id, at: at(101))
            let nobody = TerminalResult.answering(first, responseCode: 1006)
            _ = try await store.apply(.callback(nobody, number: "940001"), to: first.id, at: at(102))
            #expect(try await store.transaction(first.id)?.status == .notCompleted)
            let second = try await taken(
                Ask(number: 2, original: .transaction(charge.id), amount: 15_990, acceptedAt: at(103)),
                by: store
            )
            var paid = TerminalResult.answering(first, responseCode: 0)
            (paid.authorizationCode, paid.amount) = ("020311", nil)
            let late = try await store.apply(.callback(paid, number: "940001"), to: first.id, at: at(104))
            #expect(late?.transaction.contradictions.map(\.code) == [.paidAfterAll])
            let start = try await store.apply(.submissionStarted, to: second.id, at: at(105))
            #expect(start?.effects == [] && start?.transaction.attempts == 0)
            #expect(start?.transaction.state == .failed && start?.transaction.reason?.code == .exceedsRemaining)
            #expect(start?.events.count == 1)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a refund that gave back more than was asked counts with what it gave back`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let charge = try await store.submitted()
            _ = try await store.apply(.callback(.paid()), to: charge.id, at: at(10))
            let first = try await taken(Ask(number: 1, original: .transaction(charge.id)), by: store)
            _ = try await store.apply(.submissionStarted, to: first.id, at: at(101))
            var paid = TerminalResult.answering(first, responseCode: 0)
            (paid.authorizationCode, paid.amount) = ("020311", 15_990)
            let end = try await store.apply(.callback(paid, number: "940001"), to: first.id, at: at(102))
            #expect(end?.transaction.status == .inDoubt)
            let next = Ask(number: 2, original: .transaction(charge.id), amount: 14_990, acceptedAt: at(103))
            #expect(try await refusal(next, by: store).faults.map(\.code) == [.exceedsRemaining])
        }
    }
}

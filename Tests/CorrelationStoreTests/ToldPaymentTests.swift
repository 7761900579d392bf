// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// Where a callback is only a hint, a payment that it told of waits for the query; it is its transaction's meanwhile.
@Suite("A payment that was told and is not confirmed")
struct ToldPaymentTests {
    private static let rules = StoreRules.test(transactionRules: TransactionRules(callbackNeedsQuery: true))

    private func charge(_ number: Int, after seconds: Int64 = 0) -> Charge {
        Charge(
            commandID: "c-\(number)",
            reference: "R\(number)",
            terminal: "80005000",
            acceptedAt: at(seconds),
            expiresAt: at(seconds + 3_000)
        )
    }

    private static let told: TerminalResult = {
        var result = TerminalResult.paid(reference: "R1")
        result.localTime = "2026-11-18 07:11:31"
        return result
    }()

    /// A charge whose callback told of the payment; then its terminal's life ends without an answer to the query.
    private func doubt(_ store: any TransactionStore) async throws -> TransactionID {
        let id = try await store.submitted(charge(1), number: "936101").id
        _ = try await store.apply(.callback(Self.told, at: at(60)), to: id, at: at(60))
        #expect(try await store.transaction(id)?.state == .submitted)
        let over = try await store.apply(.lifeEnded, to: id, at: at(400))
        #expect(over?.transaction.reason?.code == .noResult)
        return id
    }

    /// Evidence of a query for another charge, with the payment that was told before.
    private func repeated(for number: String) -> TransactionInput {
        var result = Self.told
        result.ticket = nil
        let answer = CloudAnswer(code: .done, message: "x", idPosTxs: number, customID: nil, result: result)
        return .evidence(Evidence(source: .query, answer: answer, receivedAt: at(500)))
    }

    @Test(arguments: StoreEngine.allCases)
    func `no other transaction can have it`(engine: StoreEngine) async throws {
        try await engine.withStore(Self.rules) { store in
            let first = try await doubt(store)
            _ = try await store.apply(.journalClosed, to: first, at: at(400))
            let second = try await store.submitted(charge(2, after: 450), number: "936102").id
            let heard = try await store.apply(repeated(for: "936102"), to: second, at: at(500))
            #expect(heard?.finding == .foreign)
            #expect(heard?.transaction.state == .submitted)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `its own transaction has it at once, and the query confirms it`(engine: StoreEngine) async throws {
        try await engine.withStore(Self.rules) { store in
            let first = try await store.submitted(charge(1), number: "936101").id
            _ = try await store.apply(.callback(Self.told, at: at(60)), to: first, at: at(60))
            let before = try await store.transaction(first)
            #expect(before?.state == .submitted && before?.paidClaim != nil)
            _ = try await store.apply(repeated(for: "936101"), to: first, at: at(70))
            #expect(try await store.transaction(first)?.state == .approved)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `the row of the terminal's journal confirms it`(engine: StoreEngine) async throws {
        try await engine.withStore(Self.rules) { store in
            let id = try await doubt(store)
            var shown = Self.told
            (shown.functionCode, shown.responseCode) = (nil, .missing)
            let row = JournalRow(result: shown, instants: [at(60)])
            let reading = JournalReading(
                terminal: "80005000",
                account: "main",
                rows: [row],
                isComplete: true,
                readAt: at(500)
            )
            _ = try await store.apply(reading) { _ in }
            let stored = try #require(try await store.transaction(id))
            #expect(stored.state == .approved && stored.outcome.decidedBy == .journal)
            #expect(stored.contradictions.known.isEmpty)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `one with a wrong amount is confirmed by no row, and its absence is not concluded`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore(Self.rules) { store in
            let id = try await store.submitted(charge(1), number: "936101").id
            var wrong = Self.told
            wrong.amount = 1
            _ = try await store.apply(.callback(wrong, at: at(60)), to: id, at: at(60))
            _ = try await store.apply(.lifeEnded, to: id, at: at(400))
            (wrong.functionCode, wrong.responseCode) = (nil, .missing)
            let reading = JournalReading(
                terminal: "80005000",
                account: "main",
                rows: [JournalRow(result: wrong, instants: [at(60)])],
                isComplete: true,
                readAt: at(500)
            )
            _ = try await store.apply(reading) { _ in }
            #expect(try await store.transaction(id)?.state == .inDoubt)
        }
    }
}

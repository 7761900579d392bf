// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// Some layouts leave out the receipt's number and its time, so that a payment has no claim.
///
/// Its authorization tells whose it is.
@Suite("A payment in a layout without receipt and time")
struct ThinPaymentTests {
    private enum Layout: CaseIterable {
        case thin, whole

        func told(_ authorization: String = "10929", amount: Int64 = 4_000) -> TerminalResult {
            var result = TerminalResult.paid(reference: "R1")
            (result.ticket, result.amount, result.authorizationCode) = (nil, amount, authorization)
            result.localTime = "2026-11-18 07:11:31"
            if self == .thin { (result.operationID, result.transToken, result.localTime) = (nil, nil, nil) }
            return result
        }
    }

    private static func charge(_ number: Int, at seconds: Int64, terminal: String = "80005000") -> Charge {
        Charge(
            commandID: "c-\(number)",
            reference: "R\(number)",
            amount: 4_000,
            terminal: terminal,
            acceptedAt: at(seconds),
            expiresAt: at(seconds + 3_000)
        )
    }

    /// A charge that was told of a payment by its callback.
    private static func told(
        _ store: any TransactionStore,
        _ number: Int,
        at seconds: Int64 = 0,
        terminal: String = "80005000",
        _ result: TerminalResult
    ) async throws -> Transition? {
        let charge = charge(number, at: seconds, terminal: terminal)
        var result = result
        result.terminalID = terminal
        let id = try await store.submitted(charge, number: "93610\(number)").id
        return try await tell(store, number, id, at: seconds + 60, result)
    }

    private static func tell(
        _ store: any TransactionStore,
        _ number: Int,
        _ id: TransactionID,
        at seconds: Int64,
        _ result: TerminalResult
    ) async throws -> Transition? {
        let answer = CloudAnswer(code: .done, message: "x", idPosTxs: "93610\(number)", customID: nil, result: result)
        let evidence = Evidence(source: .callback, answer: answer, receivedAt: at(seconds))
        return try await store.apply(.evidence(evidence), to: id, at: at(seconds))
    }

    @Test(
        arguments: StoreEngine.allCases,
        [(Layout.thin, Layout.thin), (.thin, .whole), (.whole, .thin), (.whole, .whole)]
    )
    private func `a receipt that is repeated for the next sale pays it not a second time`(
        engine: StoreEngine,
        layouts: (first: Layout, second: Layout)
    ) async throws {
        try await engine.withStore { store in
            let first = try await Self.told(store, 1, layouts.first.told())
            #expect(first?.transaction.state == .approved)
            let second = try await Self.told(store, 2, at: 400, layouts.second.told("010929"))
            #expect(second?.finding == .foreign)
            #expect(second?.transaction.state == .submitted)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `its own payment is taken a second time, by another report`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let id = try #require(try await Self.told(store, 1, Layout.thin.told())).transaction.id
            let again = try await Self.tell(store, 1, id, at: 80, Layout.whole.told())
            #expect(again?.transaction.state == .approved && again?.transaction.paidClaim != nil)
            #expect(again?.transaction.contradictions.known.isEmpty == true)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `another authorization, terminal or week is another payment`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            _ = try await Self.told(store, 1, Layout.thin.told())
            let others = [
                try await Self.told(store, 2, at: 400, Layout.thin.told("10930")),
                try await Self.told(store, 3, at: 400, terminal: "80005001", Layout.thin.told()),
                try await Self.told(store, 4, at: 8 * 86_400, Layout.thin.told()),
            ]
            #expect(others.map { $0?.transaction.state } == [.approved, .approved, .approved])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a payment that came against the end of a sale is that sale's`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let charge = Self.charge(1, at: 0)
            let id = try await store.submitted(charge, number: "936101").id
            var refusal = Layout.thin.told()
            (refusal.responseCode, refusal.authorizationCode) = (.number(1006), nil)
            _ = try await Self.tell(store, 1, id, at: 50, refusal)
            let late = try await Self.tell(store, 1, id, at: 60, Layout.thin.told())
            #expect(late?.transaction.state == .notCompleted)
            #expect(late?.transaction.contradictions.known.count == 1)
            let second = try await Self.told(store, 2, at: 400, Layout.thin.told())
            #expect(second?.finding == .foreign)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `what a person approved is that sale's as well`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.submitted(Self.charge(1, at: 0), number: "936101").id
            _ = try await store.apply(.lifeEnded, to: first, at: at(400))
            let note = try OperatorNote(name: "Ana", reason: "looked at the terminal")
            let decision = TransactionInput.OperatorDecision.approved(
                authorizationCode: "10929",
                operationID: nil,
                amount: 4_000
            )
            let decided = try await store.apply(.operatorDecision(decision, by: note), to: first, at: at(500))
            #expect(decided?.transaction.state == .approved)
            let second = try await Self.told(store, 2, at: 600, Layout.thin.told())
            #expect(second?.finding == .foreign)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `an authorization of zeros alone tells nothing`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let both = [
                try await Self.told(store, 1, Layout.thin.told("000000")),
                try await Self.told(store, 2, at: 400, Layout.thin.told("000000")),
            ]
            #expect(both.map { $0?.transaction.state } == [.approved, .approved])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a person cannot give it to another sale`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            _ = try await Self.told(store, 1, Layout.thin.told())
            let second = try await store.submitted(Self.charge(2, at: 400), number: "936102").id
            _ = try await store.apply(.lifeEnded, to: second, at: at(800))
            let note = try OperatorNote(name: "Ana", reason: "looked at the terminal")
            let decision = TransactionInput.OperatorDecision.approved(
                authorizationCode: "10929",
                operationID: nil,
                amount: 4_000
            )
            let decided = try await store.apply(.operatorDecision(decision, by: note), to: second, at: at(900))
            #expect(decided?.finding == .refused)
            #expect(decided?.transaction.state == .inDoubt)
        }
    }
}

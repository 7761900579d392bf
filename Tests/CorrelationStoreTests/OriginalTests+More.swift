// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import TestSupport
import Testing

/// A terminal that gave back more than the command asked for. What it told counts, also if it tells less afterwards.
extension OriginalTests {
    /// A refund of 1,000, and the amounts that the terminal told for it.
    private func told(
        _ amounts: [Int64],
        _ sale: Transaction,
        by store: any TransactionStore
    ) async throws -> Transaction {
        let refund = try await taken(Ask(original: .transaction(sale.id), amount: 1_000), by: store)
        _ = try await store.apply(.submissionStarted, to: refund.id, at: at(101))
        var paid = TerminalResult.answering(refund, responseCode: 0)
        for (place, amount) in amounts.enumerated() {
            (paid.authorizationCode, paid.amount) = ("020311", amount)
            _ = try await store.apply(
                .callback(paid, number: "940001"),
                to: refund.id,
                at: at(102 + Int64(place))
            )
        }
        return try #require(try await store.transaction(refund.id))
    }

    private func leavesNothing(of sale: Transaction, in store: any TransactionStore) async throws -> Bool {
        let next = Ask(number: 2, original: .transaction(sale.id), amount: 1, acceptedAt: at(110))
        return try await refusal(next, by: store).faults.map(\.code) == [.exceedsRemaining]
    }

    @Test(arguments: StoreEngine.allCases, [[15_990, 1_000], [1_000, 15_990]])
    func `of two readings of one refund the larger amount counts, and both are told`(
        _ engine: StoreEngine,
        _ amounts: [Int64]
    )
        async throws
    {
        try await engine.withStore { store in
            let sale = try await sale(store)
            let refund = try await told(amounts, sale, by: store)
            #expect(refund.status == .approved && refund.contradictions.known.map(\.code) == [.inconsistentPayment])
            #expect(try await leavesNothing(of: sale, in: store))
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a person who approves a refund that gave back more does not free the rest`(_ engine: StoreEngine) async throws
    {
        try await engine.withStore { store in
            let sale = try await sale(store)
            let refund = try await told([15_990], sale, by: store)
            #expect(refund.status == .inDoubt)
            let decision = TransactionInput.OperatorDecision.approved(authorizationCode: "020311", operationID: nil)
            let end = try await store.apply(.operatorDecision(decision, by: .sample), to: refund.id, at: at(105))
            #expect(end?.transaction.status == .approved)
            #expect(try await leavesNothing(of: sale, in: store))
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `an amount beyond all measure takes everything and ends nothing else`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let sale = try await sale(store)
            let refund = try await told([.max], sale, by: store)
            // A second number of the same refund counts once again.
            _ = try await store.apply(
                .submissionEnded(attempt: 1, .acknowledged(idPosTxs: "940003")),
                to: refund.id,
                at: at(105)
            )
            #expect(try await leavesNothing(of: sale, in: store))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

@Suite("What people decide, in the store")
struct PeopleTests {
    private func approval(_ code: String, _ operation: Int64?) -> TransactionInput {
        .operatorDecision(.approved(authorizationCode: code, operationID: operation, amount: 15_990), by: .sample)
    }

    private func doubtful(_ number: Int, in store: any TransactionStore) async throws -> Transaction {
        let charge = Charge(commandID: "c-\(number)", reference: "A000\(number)", terminal: "80005000")
        let transaction = try await store.create(charge)
        _ = try await store.apply(.submissionStarted, to: transaction.id, at: at(1))
        let end = TransactionInput.submissionEnded(attempt: 1, .unknown(.noAcknowledgement))
        _ = try await store.apply(end, to: transaction.id, at: at(2))
        return transaction
    }

    @Test(
        "A person can give a contradicting payment to another transaction only after that contradiction is settled",
        arguments: StoreEngine.allCases
    )
    func settledClaim(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let sale = try await store.submitted()
            _ = try await store.apply(.callback(.paid()), to: sale.id, at: at(11))
            let second = TransactionInput.callback(.paid(operation: 18, authorization: "020202"))
            #expect(try await store.apply(second, to: sale.id, at: at(12))?.finding == .contradicted)
            let doubtful = try await doubtful(2, in: store)
            let receipt = approval("020202", 18)
            #expect(try await store.apply(receipt, to: doubtful.id, at: at(100))?.finding == .refused)
            _ = try await store.apply(.settled(by: .sample), to: sale.id, at: at(101))
            #expect(try await store.apply(receipt, to: doubtful.id, at: at(102))?.transaction.state == .approved)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `who, why and what stand in the history, and a refused decision leaves nothing`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let transaction = try await doubtful(1, in: store)
            let decided = try await store.apply(approval("010929", 17), to: transaction.id, at: at(100))
            #expect(decided?.transaction.status == .approved)
            let refused = try await store.apply(approval("010929", 17), to: transaction.id, at: at(101))
            #expect(refused?.finding == .refused)
            let story = try await store.story(of: transaction.id)
            #expect(story.evidence.map(\.source) == [.operator])
            #expect(story.evidence.map(\.finding) == [.decided])
            let words = try JSONParser.parse(story.evidence.first?.masked ?? [])
            #expect(words["by"]?.string == "Ana Pérez")
            #expect(words["reason"]?.string == "saw the \"receipt\"")
            #expect(words["as"]?.string == "approved")
            #expect(words["operationId"]?.integer == 17)
            #expect(try await store.waiting().last?.event?.name.text == "charge.approved")
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `one receipt approves one transaction, in whichever order a person and a callback bring it`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let (first, second) = (try await doubtful(1, in: store), try await doubtful(2, in: store))
            _ = try await store.apply(approval("010929", 17), to: first.id, at: at(100))
            let again = try await store.apply(approval("010929", 17), to: second.id, at: at(101))
            #expect(again?.finding == .refused)
            let payment = TerminalResult.paid(reference: "A0002")
            let callback = TransactionInput.callback(payment, number: nil, customID: "\(second.id)", at: at(102))
            #expect(try await store.apply(callback, to: second.id, at: at(102))?.finding == .foreign)
            // A result for the transaction that the person approved adds the terminal's time, so the claim is whole.
            let own = TransactionInput.callback(.paid(reference: "A0001"), number: nil, at: at(103))
            #expect(try await store.apply(own, to: first.id, at: at(103))?.finding == .agreed)
            let third = try await doubtful(3, in: store)
            #expect(try await store.apply(approval("010929", 17), to: third.id, at: at(104))?.finding == .refused)
            let other = try await store.apply(approval("010930", 17), to: third.id, at: at(105))
            #expect(other?.finding == .decided)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `open contradictions are counted and found until they are settled`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let transaction = try await store.submitted()
            _ = try await store.create(Charge(commandID: "c-2", reference: "A0002"))
            _ = try await store.apply(.callback(.paid()), to: transaction.id, at: at(10))
            #expect(try await store.census().openContradictions == 0)
            #expect(try await store.transactions(.contradicted).isEmpty)
            _ = try await store.apply(.callback(.paid(operation: 18)), to: transaction.id, at: at(11))
            #expect(try await store.census().openContradictions == 1)
            #expect(try await store.transactions(.contradicted).map(\.id) == [transaction.id])
            let settled = try await store.apply(.settled(by: .sample), to: transaction.id, at: at(12))
            #expect(settled?.finding == .settled)
            #expect(try await store.transaction(transaction.id) == settled?.transaction)
            #expect(try await store.census().openContradictions == 0)
            #expect(try await store.story(of: transaction.id).evidence.last?.source == .operator)
            _ = try await store.apply(.callback(.paid(operation: 19)), to: transaction.id, at: at(13))
            #expect(try await store.census().openContradictions == 1)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `doubts for a person are counted apart`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let transaction = try await doubtful(1, in: store)
            _ = try await doubtful(2, in: store)
            _ = try await store.apply(.due, to: transaction.id, at: at(1) + TransactionRules().giveUpAfter)
            let census = try await store.census()
            #expect(census.unfinished == [.inDoubt: 2])
            #expect(census.doubtsForOperator == 1)
            #expect(census.oldestDoubt == at(2))
            _ = try await store.apply(.operatorDecision(.failed, by: .sample), to: transaction.id, at: at(100_000))
            #expect(try await store.census().doubtsForOperator == 0)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `an ordinary charge writes no step, each attempt that failed writes one`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let plain = try await store.submitted()
            _ = try await store.apply(.callback(.paid()), to: plain.id, at: at(10))
            #expect(try await store.story(of: plain.id).steps.isEmpty)
            let busy = try await store.create(Charge(commandID: "c-2", reference: "A0002"))
            _ = try await store.apply(.submissionStarted, to: busy.id, at: at(1))
            let refusal = SubmissionOutcome.Refusal(.terminalBusy, isTransient: true)
            _ = try await store.apply(.submissionEnded(attempt: 1, .notStarted(refusal)), to: busy.id, at: at(3))
            _ = try await store.apply(.submissionStarted, to: busy.id, at: at(20))
            _ = try await store.apply(.recovered, to: busy.id, at: at(30))
            let expected = [
                TransactionStep(kind: .attempt, number: 1, startedAt: at(1), detail: "terminal_busy", at: at(3)),
                TransactionStep(kind: .recovered, number: 2, startedAt: at(20), at: at(30)),
            ]
            #expect(try await store.story(of: busy.id).steps == expected)
        }
    }
}

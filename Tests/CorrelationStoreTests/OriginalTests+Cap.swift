// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import TestSupport
import Testing

/// One sale has one cap, under every name, and after everything that turns out later.
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

    @Test("D1: a sale that a person approved is refunded up to its receipt's amount", arguments: StoreEngine.allCases)
    func approvedByPerson(_ engine: StoreEngine) async throws {
        for (told, fits, exceeds): (Int64, Int64, Int64) in [(1_599, 1_599, 1_600), (17_589, 17_589, 17_590)] {
            try await engine.withStore { store in
                let sale = try await store.submitted()
                let doubt = try await store.apply(.callback(.paid(told)), to: sale.id, at: at(10))
                #expect(doubt?.transaction.state == .inDoubt)
                let receipt = TransactionInput.OperatorDecision.approved(
                    authorizationCode: "010929",
                    operationID: 17,
                    amount: nil
                )
                let decided = try await store.apply(.operatorDecision(receipt, by: .sample), to: sale.id, at: at(20))
                #expect(decided?.transaction.state == .approved && decided?.transaction.result?.amount == told)
                let tooMuch = Ask(number: 1, original: .transaction(sale.id), amount: exceeds)
                #expect(try await refusal(tooMuch, by: store).faults.map(\.code) == [.exceedsRemaining])
                let whole = Ask(number: 2, original: .transaction(sale.id), amount: fits)
                #expect(try await taken(whole, by: store).command.content.amount?.value == fits)
                let more = Ask(number: 3, original: .transaction(sale.id), amount: 1)
                #expect(try await refusal(more, by: store).faults.map(\.code) == [.exceedsRemaining])
            }
        }
    }

    @Test("C1: a refund that exceeded the rest or came too early is refused again", arguments: StoreEngine.allCases)
    func refusedAgain(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            func ask(_ ask: Ask, _ message: CommandMessage) async throws -> [CommandFault.Code] {
                switch try await store.accept(ask.candidate, from: message) {
                case .refused(let rejection, _): return rejection.faults.map(\.code)
                case .refusedBefore: return []
                default: throw UnexpectedAcceptance()
                }
            }
            let unpaid = try await store.submitted()
            let (early, earlyMessage) = (Ask(number: 1, original: .transaction(unpaid.id)), message)
            #expect(try await ask(early, earlyMessage) == [.originalNotPaid])
            _ = try await store.apply(.callback(.paid()), to: unpaid.id, at: at(10))
            #expect(try await ask(early, earlyMessage) == [])

            let first = try await taken(Ask(number: 2, original: .transaction(unpaid.id), amount: 15_000), by: store)
            let (second, secondMessage) = (Ask(number: 3, original: .transaction(unpaid.id), amount: 1_000), message)
            #expect(try await ask(second, secondMessage) == [.exceedsRemaining])
            let end = TransactionInput.operatorDecision(.failed, by: .sample)
            _ = try await store.apply(.submissionStarted, to: first.id, at: at(101))
            _ = try await store.apply(
                .submissionEnded(attempt: 1, .unknown(.noAcknowledgement)),
                to: first.id,
                at: at(102)
            )
            #expect(try await store.apply(end, to: first.id, at: at(103))?.transaction.status == .failed)
            #expect(try await ask(second, secondMessage) == [])
            // Another message asks anew.
            #expect(try await !taken(second, by: store).state.isFinal)
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
            #expect(late?.transaction.contradictions.known.map(\.code) == [.paidAfterAll])
            let start = try await store.apply(.submissionStarted, to: second.id, at: at(105))
            #expect(start?.effects == [] && start?.transaction.posting.attempts == 0)
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

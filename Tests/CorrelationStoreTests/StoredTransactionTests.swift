// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// The store holds what the machine made, through every history.
@Suite(.timeLimit(.minutes(1)))
struct StoredTransactionTests {
    @Test(arguments: StoreEngine.allCases)
    func `a transaction with every member comes back as it was`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            var charge = Charge(
                amount: 999_999_999,
                options: ["saleType": .integer(-3), "printOnPos": .bool(true), "planId": .text("día \"1\"\n")],
                metadata: Array("{\"ñ\":[1,2.50,null],\"e\":{}}".utf8)
            )
            charge.address = ReplyAddress(replyTo: "r", correlationID: "", traceparent: "00-aa", tracestate: "k=v")
            let created = try await store.create(charge)
            #expect(created.command.metadata == charge.metadata)
            #expect(try await store.transaction(created.id) == created)
            _ = try await store.apply(.submissionStarted, to: created.id, at: at(1))
            _ = try await store.apply(
                .submissionEnded(attempt: 1, .unknown(.terminalUnreachable)),
                to: created.id,
                at: at(2)
            )
            var result = TerminalResult.paid(999_999_999)
            result.responseMessage = "APROBADO ✓ “sí”"
            result.idPosTxs = "936101"
            result.localTime = "2026-11-18 08:06:43"
            _ = try await store.apply(.callback(result), to: created.id, at: at(3))
            for index in Int64(0)..<3 {
                let other = TransactionInput.callback(.paid(999_999_999, operation: 90 + index))
                _ = try await store.apply(other, to: created.id, at: at(4))
            }
            let transition = try await store.apply(.callback(.refused(51)), to: created.id, at: at(5))
            let stored = try #require(try await store.transaction(created.id))
            #expect(stored == transition?.transaction)
            #expect(stored.result == result)
            #expect(stored.contradictions.known.count == 4)
        }
    }

    /// The machine alone, in memory, is the model; the store must agree with it after every input.
    @Test(arguments: StoreEngine.allCases)
    func `any history is stored as the machine alone would have it`(engine: StoreEngine) async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SplitMix(state: seed)
        let rules = StoreRules.test(transactionRules: TransactionRules(absenceIsFinal: Bool.random(using: &random)))
        for _ in 0..<10 {
            let inputs = (0..<40).map { _ in TransactionInput.random(using: &random) }
            try await engine.withStore(rules) { store in
                let charge = Charge()
                var model = try await store.create(charge)
                var events = 1
                var evidence = 0
                for (step, input) in inputs.enumerated() {
                    let now = at(Int64(step) * 2)
                    let expected = TransactionMachine.apply(input, to: model, at: now, rules: rules.transactionRules)
                    let transition = try await store.apply(input, to: model.id, at: now)
                    #expect(transition == expected, "seed \(seed), step \(step): \(input)")
                    model = expected.transaction
                    events += expected.events.count
                    let isAbsence = input == .journalAbsence && expected.finding != .refused
                    if isAbsence || expected.finding.map({ input.isKept($0) }) == true { evidence += 1 }
                    #expect(try await store.transaction(model.id) == model, "seed \(seed), step \(step): \(input)")
                }
                let story = try await store.story(of: model.id)
                #expect(story.events.count == events)
                #expect(story.evidence.count == evidence)
                let isListed = try await store.unfinished(after: nil, limit: 10).contains(model)
                #expect(isListed != model.state.isFinal)
            }
        }
    }
}

/// A small generator; the same seed gives the same history again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension TransactionInput {
    /// Whether the history keeps the input after this finding.
    fileprivate func isKept(_ finding: Transition.Finding) -> Bool {
        switch self {
        case .evidence, .submissionEnded(_, .answered): true
        case .operatorDecision, .settled: finding != .refused
        case .submissionEnded(_, .acknowledged), .submissionEnded(_, .notStarted), .submissionEnded(_, .unknown), .due,
            .receiptRead, .batchRead, .submissionStarted, .recovered, .unreadableCallback, .queryRequested, .lifeEnded,
            .journalAbsence, .journalNear,
            .journalClosed, .cancel, .cancelEnded, .notStorable, .restored:
            false
        }
    }

    fileprivate static func random(using random: inout some RandomNumberGenerator) -> TransactionInput {
        func result() -> TerminalResult {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: .paid()
            case 1: .paid(operation: Int64.random(in: 1...3, using: &random))
            case 2: .paid(7)
            case 3: .refused(1_006)
            case 4: .refused(-1)
            default: .refused(51)
            }
        }
        func number() -> String? { Bool.random(using: &random) ? "936101" : nil }
        switch Int.random(in: 0..<16, using: &random) {
        case 0...2: return .submissionStarted
        case 3: return .submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101"))
        case 4:
            let answer = CloudAnswer(code: .done, idPosTxs: number(), result: result(), masked: [123, 125])
            return .submissionEnded(attempt: 1, .answered(answer))
        case 5:
            let refusal = SubmissionOutcome.Refusal(.terminalBusy, isTransient: Bool.random(using: &random))
            return .submissionEnded(attempt: 1, .notStarted(refusal))
        case 6: return .submissionEnded(attempt: 1, .unknown(.noAcknowledgement))
        case 7: return .due
        case 8: return .recovered
        case 9: return .queryRequested
        case 10: return [.journalAbsence, .lifeEnded, .journalClosed].randomElement(using: &random) ?? .lifeEnded
        case 11:
            switch Int.random(in: 0..<8, using: &random) {
            case 0: return .cancel
            case 1: return Bool.random(using: &random) ? .restored : .notStorable
            case 2, 3: return .settled(by: .sample)
            default: return .due
            }
        case 12:
            return Int.random(in: 0..<8, using: &random) == 0
                ? .operatorDecision(.approved(authorizationCode: "1", operationID: 2, amount: 15_990), by: .sample)
                : .due
        default: return .callback(result(), number: number())
        }
    }
}

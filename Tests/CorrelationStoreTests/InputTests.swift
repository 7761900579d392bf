// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// What inputs change: state, evidence and events in one commit.
@Suite(.timeLimit(.minutes(1)))
struct InputTests {
    @Test(arguments: StoreEngine.allCases)
    func `a charge takes one commit a step and ends with its verdict, evidence and events`(
        engine: StoreEngine
    ) async throws {
        let counter = CommitCounter()
        try await engine.withStore(report: counter.note) { store in
            let submitted = try await store.submitted()
            let transition = try await store.apply(
                .callback(.paid(), masked: "{\"a\":1}"),
                to: submitted.id,
                at: at(11)
            )
            let approved = try #require(transition?.transaction)
            #expect(approved.state == .approved)
            #expect(transition?.finding == .decided)
            #expect(try await store.transaction(submitted.id) == approved)
            #expect(try await store.unfinished(after: nil, limit: 10).isEmpty)
            let story = try await store.story(of: submitted.id)
            #expect(story.evidence.map(\.finding) == [.decided])
            #expect(story.evidence.first?.source == .callback)
            #expect(story.evidence.first?.masked == Array("{\"a\":1}".utf8))
            #expect(story.evidence.first?.receivedAt == at(10))
            let names = ["charge.accepted", "charge.submitted", "charge.approved"]
            #expect(story.events.map(\.event.name.text) == names)
            #expect(story.events.allSatisfy { $0.settledAt == nil })
            #expect(try await store.waiting().map(\.event?.name.text) == names)
            #expect(try await store.waiting().last?.event?.time == at(11))
            #expect(counter.all.map(\.changes) == [1, 1, 1, 1])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `an input for an unknown transaction is nothing`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let id = Charge().candidate.id
            let transition = try await store.apply(.callback(.paid()), to: id, at: at(1))
            #expect(transition == nil)
            #expect(try await store.transaction(id) == nil)
            #expect(try await store.story(of: id).evidence.isEmpty)
            #expect(try await store.waiting().isEmpty)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `an input that changes nothing leaves no trace`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let submitted = try await store.submitted()
            let before = try await store.waiting()
            for input in [TransactionInput.recovered, .due, .cancel, .journalAbsence, .submissionStarted] {
                let transition = try await store.apply(input, to: submitted.id, at: at(3))
                #expect(transition?.transaction == submitted, "\(input)")
            }
            #expect(try await store.transaction(submitted.id) == submitted)
            #expect(try await store.waiting() == before)
            #expect(try await store.story(of: submitted.id).evidence.isEmpty)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `evidence that agrees is kept and announces nothing`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let submitted = try await store.submitted()
            for _ in 0..<3 { _ = try await store.apply(.callback(.paid()), to: submitted.id, at: at(11)) }
            let story = try await store.story(of: submitted.id)
            #expect(story.evidence.map(\.finding) == [.decided, .agreed, .agreed])
            #expect(story.events.map(\.event.name.text).filter { $0 == "charge.approved" }.count == 1)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a result inside the acknowledgement is kept as its evidence`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let created = try await store.create()
            _ = try await store.apply(.submissionStarted, to: created.id, at: at(1))
            let answer = CloudAnswer(code: .done, idPosTxs: "936101", result: .paid(), masked: Array("{}".utf8))
            _ = try await store.apply(.submissionEnded(attempt: 1, .answered(answer)), to: created.id, at: at(2))
            let piece = try #require(try await store.story(of: created.id).evidence.first)
            #expect(piece.source == .acknowledgement)
            #expect(piece.finding == .decided)
            #expect(piece.receivedAt == at(2))
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a second payment is published once and remembered`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let submitted = try await store.submitted()
            _ = try await store.apply(.callback(.paid()), to: submitted.id, at: at(11))
            for _ in 0..<3 {
                let second = TransactionInput.callback(.paid(operation: 18, authorization: "020202"))
                _ = try await store.apply(second, to: submitted.id, at: at(12))
            }
            let story = try await store.story(of: submitted.id)
            #expect(story.events.map(\.event.name.text).filter { $0 == "charge.contradicted" }.count == 1)
            #expect(story.evidence.map(\.finding) == [.decided, .contradicted, .contradicted, .contradicted])
            let stored = try #require(try await store.transaction(submitted.id))
            #expect(stored.contradictions.known.map(\.code) == [.secondPayment])
            #expect(stored.result?.authorizationCode == "010929")
        }
    }

    // MARK: - Claims: docs/promises.md 4.6

    @Test(arguments: StoreEngine.allCases)
    func `a number of another transaction is a verdict for neither`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await store.submitted(number: "1001")
            let second = try await store.create(Charge(commandID: "c-2", reference: "B0001"))
            _ = try await store.apply(.submissionStarted, to: second.id, at: at(1))
            let transition = try await store.apply(
                .callback(.paid(reference: "B0001"), number: "1001"),
                to: second.id,
                at: at(3)
            )
            #expect(transition?.finding == .foreign)
            #expect(transition?.transaction.idPosTxs == nil)
            #expect(transition?.transaction.state.isFinal == false)
            #expect(try await store.transaction(first.id) == first)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `an acknowledgement with a number that is taken leaves a doubt`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            _ = try await store.submitted(number: "1001")
            let second = try await store.submitted(Charge(commandID: "c-2", reference: "B0001"), number: "1001")
            #expect(second.state == .inDoubt)
            #expect(second.reason?.code == .inconsistentResult)
            #expect(second.idPosTxs == nil)
        }
    }

    @Test(
        "A payment that was told against a final status supports no other transaction",
        arguments: StoreEngine.allCases,
        [TransactionInput.callback(.paid()), .callback(.refused(1))]
    )
    func contradictedClaim(engine: StoreEngine, first: TransactionInput) async throws {
        try await engine.withStore { store in
            let sale = try await store.submitted()
            _ = try await store.apply(first, to: sale.id, at: at(11))
            let other = TransactionInput.callback(.paid(operation: 18, authorization: "020202"))
            #expect(try await store.apply(other, to: sale.id, at: at(12))?.finding == .contradicted)

            let second = Charge(commandID: "c-2", reference: "B0001", terminal: "80005000")
            let next = try await store.submitted(second, number: "1002")
            let repeated = TransactionInput.callback(
                .paid(operation: 18, authorization: "020202", reference: "B0001"),
                number: "1002"
            )
            let transition = try await store.apply(repeated, to: next.id, at: at(13))
            #expect(transition?.finding == .foreign)
            #expect(transition?.transaction.state == .submitted)
            // The first transaction may say it again; a receipt of its own belongs to the next one.
            #expect(try await store.apply(other, to: sale.id, at: at(14))?.finding == .contradicted)
            let own = TransactionInput.callback(
                .paid(operation: 19, authorization: "030303", reference: "B0001"),
                number: "1002"
            )
            #expect(try await store.apply(own, to: next.id, at: at(15))?.transaction.state == .approved)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `one paid result supports one transaction, the one that had it first`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            // A result without number and ticket fits both transactions.
            var result = TerminalResult.paid()
            result.ticket = nil
            let first = try await store.submitted(number: "1001")
            let second = try await store.submitted(Charge(commandID: "c-2", reference: "B0001"), number: "1002")
            let input = TransactionInput.callback(result, number: nil)
            #expect(try await store.apply(input, to: first.id, at: at(11))?.transaction.state == .approved)
            let transition = try await store.apply(input, to: second.id, at: at(12))
            #expect(transition?.finding == .foreign)
            #expect(transition?.transaction.state == .submitted)
            // The first transaction may say it again.
            #expect(try await store.apply(input, to: first.id, at: at(13))?.finding == .agreed)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `of many transactions that claim one paid result at once one gets it`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            var result = TerminalResult.paid()
            result.ticket = nil
            let input = TransactionInput.callback(result, number: nil)
            var ids: [TransactionID] = []
            for index in 0..<20 {
                let charge = Charge(commandID: "c-\(index)", reference: "R\(index)")
                ids.append(try await store.submitted(charge, number: "\(2_000 + index)").id)
            }
            let approved = try await withThrowingTaskGroup(of: Bool.self) { group in
                for id in ids {
                    group.addTask {
                        try await store.apply(input, to: id, at: at(20))?.transaction.state == .approved
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(approved == 1)
        }
    }

    // MARK: - Quarantine

    @Test(arguments: StoreEngine.allCases)
    func `a callback that is no evidence is announced only where it is asked for`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let answer = CloudAnswer(code: .done, idPosTxs: "5005", customID: "x")
            let unmatched = QuarantinedCallback(
                cause: .unmatched,
                transactionID: Charge().candidate.id,
                answer: answer,
                maskedBody: Array("{}".utf8),
                receivedAt: at(1)
            )
            try await store.quarantine(unmatched, announce: true)
            let unreadable = QuarantinedCallback(
                cause: .unreadable,
                transactionID: Charge().candidate.id,
                answer: nil,
                maskedBody: [0xFF, 0x00],
                receivedAt: at(2)
            )
            try await store.quarantine(unreadable, announce: false)
            let entries = try await store.waiting()
            #expect(entries.map(\.event?.name.kind) == [.unmatched])
            #expect(entries.first?.transactionID == nil)
            #expect(entries.first?.appendedAt == at(1))
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `callbacks that are no evidence can be looked at, newest first`(engine: StoreEngine) async throws {
        try await engine.withPlace { place in
            let rules = StoreRules.test()
            try place.create(for: rules.accounts)
            let store = try place.open(rules: rules)
            let id = Charge().candidate.id
            let causes: [QuarantinedCallback.Cause] = [.unmatched, .unreadable, .notStorable, .unmatched]
            for (number, cause) in causes.enumerated() {
                let callback = QuarantinedCallback(
                    cause: cause,
                    transactionID: id,
                    answer: cause == .unmatched ? CloudAnswer(code: .done, idPosTxs: "\(number)", customID: "x") : nil,
                    maskedBody: [0xFF, UInt8(number)],
                    receivedAt: at(Int64(number))
                )
                try await store.quarantine(callback, announce: false)
            }
            // Beside the bridge that has it open.
            let inspection = try place.inspect()
            let all = try await inspection.keptCallbacks(cause: nil, limit: 3)
            #expect(all.map(\.cause) == [.unmatched, .notStorable, .unreadable])
            #expect(all.map(\.maskedBody) == [[0xFF, 3], [0xFF, 2], [0xFF, 1]])
            let unmatched = try await inspection.keptCallbacks(cause: .unmatched, limit: 50)
            #expect(unmatched.map(\.idPosTxs) == ["3", "0"] && unmatched.map(\.receivedAt) == [at(3), at(0)])
            #expect(unmatched.allSatisfy { $0.customID == "x" && $0.transactionID == id })
            await store.close()
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import NIOConcurrencyHelpers
import Testing

/// A `reconcile` in the store: one commit has what its list decides and what it tells.
@Suite("Reconcile in the store") struct ReconcileTests {
    private static let terminal = Terminal(
        storedTerminal: "80005000",
        branch: "12983",
        serialNumber: "SNPRUEBA1234",
        alias: nil
    )

    /// A `reconcile` that was POSTed.
    private func posted(_ store: any TransactionStore, at seconds: Int64) async throws -> TransactionID {
        let id = try await accepted(.reconcile, store, at: seconds)
        _ = try await store.apply(.submissionStarted, to: id, at: at(seconds + 1))
        return id
    }

    private func accepted(
        _ type: CommandType,
        _ store: any TransactionStore,
        at seconds: Int64
    ) async throws -> TransactionID {
        let command = Command(
            commandID: "\(type.rawValue)-\(seconds)",
            content: Command.Content(
                type: type,
                account: "main",
                terminal: Self.terminal,
                amount: nil,
                reference: nil,
                options: [:]
            ),
            expiresAt: at(seconds + 120),
            metadata: nil
        )
        let candidate = Transaction(
            id: TransactionID(at: at(seconds), random: 1),
            command: command,
            country: "cl",
            environment: "uat",
            address: ReplyAddress(),
            acceptedAt: at(seconds)
        )
        _ = try await store.accept(candidate, from: Charge().message)
        return candidate.id
    }

    private func row(_ amount: Int64, receipt: Int64, at seconds: Int64) -> JournalRow {
        var result = TerminalResult.paid(amount, operation: receipt, authorization: "0109\(receipt)")
        (result.functionCode, result.responseCode, result.ticket) = (nil, .missing, nil)
        result.localTime = "2026-11-18 07:\(10 + receipt):31"
        return JournalRow(result: result, instants: [at(seconds)])
    }

    private func answer(_ rows: [JournalRow], isComplete: Bool = true) -> TransactionInput {
        var result = TerminalResult()
        result.functionCode = 105
        result.responseCode = .number(0)
        result.report = Array(#"{"count":1}"#.utf8)
        let journal = JournalList(rows: rows, isComplete: isComplete)
        return .submissionEnded(
            attempt: 1,
            .answered(CloudAnswer(code: .done, result: result, masked: Array("{}".utf8), journal: journal))
        )
    }

    private func report(_ transaction: Transaction?) throws -> JSON {
        let bytes = try #require(transaction?.result?.report)
        let report = try JSONParser.parse(bytes)
        return try #require(report["reconciliation"])
    }

    @Test(arguments: StoreEngine.allCases)
    func `a row that fits one doubt decides it, and is that transaction's in the report`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore { store in
            let doubt = try await store.create(Charge(terminal: "80005000"))
            _ = try await store.apply(.submissionStarted, to: doubt.id, at: at(10))
            _ = try await store.apply(
                .submissionEnded(attempt: 1, .unknown(.noAcknowledgement)),
                to: doubt.id,
                at: at(40)
            )
            _ = try await store.apply(.lifeEnded, to: doubt.id, at: at(400))
            _ = try await store.apply(.journalClosed, to: doubt.id, at: at(401))
            let id = try await posted(store, at: 500)
            let told = NIOLockedValueBox<[TransactionID]>([])
            let own = try await store.apply(
                answer([row(15_990, receipt: 17, at: 60), row(700, receipt: 18, at: 70)]),
                to: id,
                at: at(502)
            ) { transition in told.withLockedValue { $0.append(transition.transaction.id) } }
            #expect(own?.transaction.id == id && own?.transaction.status == .completed)
            #expect(told.withLockedValue { $0 } == [id, doubt.id])
            let decided = try #require(try await store.transaction(doubt.id))
            #expect(decided.status == .approved && decided.outcome.decidedBy == .journal)
            let report = try report(try await store.transaction(id))
            #expect(report["agrees"] == .bool(false) && report["undecided"] == .array([]))
            #expect(report["terminal"]?["count"]?.integer == 2 && report["table"]?["total"]?.integer == 15_990)
            let event = try #require(
                try await store.waiting().compactMap(\.event).first {
                    $0.subject == id.description && $0.name.text == "reconcile.completed"
                }
            )
            #expect(
                String(decoding: event.data, as: UTF8.self).contains(#""unclaimed":[{"type":"charge","amount":700"#)
            )
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `an approval without a row is told and stays what it is; absence decides no doubt`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore { store in
            let first = try await store.submitted(Charge(terminal: "80005000"))
            var paid = TerminalResult.paid(operation: 2)
            paid.localTime = "2026-11-18 07:12:31"
            _ = try await store.apply(.callback(paid), to: first.id, at: at(10))
            let doubt = try await store.create(
                Charge(
                    commandID: "c-2",
                    reference: "R2",
                    amount: 3_000,
                    terminal: "80005000",
                    acceptedAt: at(20),
                    expiresAt: at(200)
                )
            )
            _ = try await store.apply(.submissionStarted, to: doubt.id, at: at(30))
            _ = try await store.apply(.recovered, to: doubt.id, at: at(31))
            _ = try await store.apply(.lifeEnded, to: doubt.id, at: at(400))
            _ = try await store.apply(.journalClosed, to: doubt.id, at: at(401))
            let id = try await posted(store, at: 500)
            let own = try await store.apply(answer([row(500, receipt: 1, at: -5)]), to: id, at: at(502))
            let report = try report(own?.transaction)
            guard case .array(let missing) = report["missing"], case .array(let open) = report["undecided"] else {
                Issue.record("no lists")
                return
            }
            #expect(missing.map { $0["transactionId"]?.string } == [first.id.description])
            #expect(open.map { $0["transactionId"]?.string } == [doubt.id.description])
            #expect(try await store.transaction(first.id)?.status == .approved)
            #expect(try await store.transaction(doubt.id)?.reason?.code == .noAcknowledgement)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `half a list is compared with nothing and decides nothing`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let id = try await posted(store, at: 500)
            let own = try await store.apply(
                answer([row(500, receipt: 1, at: 60)], isComplete: false),
                to: id,
                at: at(502)
            )
            #expect(own?.transaction.status == .notCompleted && own?.transaction.result == nil)
            #expect(own?.transaction.reason?.code == .inconsistentResult)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `what was read before a close is kept with it until its end, after a restart as well`(
        engine: StoreEngine
    ) async throws {
        try await engine.withPlace { place in
            try place.create(for: Accounts(.test))
            let first = try place.open(rules: .test())
            let id = try await accepted(.close, first, at: 500)
            let list = JournalList(rows: [row(500, receipt: 1, at: 60)], isComplete: true)
            _ = try await first.apply(.batchRead(.init(list)), to: id, at: at(501))
            await first.close()
            let store = try place.open(rules: .test())
            _ = try await store.apply(.submissionStarted, to: id, at: at(502))
            var result = TerminalResult()
            (result.functionCode, result.responseCode) = (103, .number(0))
            let closed = CloudAnswer(code: .done, result: result, masked: Array("{}".utf8))
            let own = try await store.apply(.submissionEnded(attempt: 1, .answered(closed)), to: id, at: at(503))
            #expect(own?.transaction.status == .completed)
            #expect(try report(own?.transaction)["terminal"]?["total"]?.integer == 500)
            #expect(try await store.story(of: id).steps.map(\.kind) == [.batchRead])
            await store.close()
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a store that is opened anew keeps the report`(engine: StoreEngine) async throws {
        try await engine.withPlace { place in
            try place.create(for: Accounts(.test))
            let first = try place.open(rules: .test())
            let id = try await posted(first, at: 500)
            let own = try await first.apply(answer([row(500, receipt: 1, at: 60)]), to: id, at: at(502))
            await first.close()
            let store = try place.open(rules: .test())
            #expect(try await store.transaction(id)?.result?.report == own?.transaction.result?.report)
            await store.close()
        }
    }
}

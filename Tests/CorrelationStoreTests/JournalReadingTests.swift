// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// What a terminal's journal does to transactions that no other evidence decides.
@Suite struct JournalReadingTests {
    private static let posted = at(10)
    private static let life = Duration.seconds(315)

    /// A charge that was POSTed, whose answer was lost, and whose terminal's life is over.
    func doubt(
        _ store: any TransactionStore,
        _ number: Int,
        amount: Int64 = 15_990,
        after seconds: Int64 = 0,
        isInLane: Bool = false
    )
        async throws -> Transaction
    {
        let charge = Charge(
            commandID: "c-\(number)",
            reference: "R\(number)",
            amount: amount,
            terminal: "80005000",
            acceptedAt: at(seconds),
            expiresAt: at(seconds + 3_000)
        )
        let id = try await store.create(charge).id
        _ = try await store.apply(.submissionStarted, to: id, at: Self.posted + .seconds(seconds))
        _ = try await store.apply(
            .submissionEnded(attempt: 1, .unknown(.noAcknowledgement)),
            to: id,
            at: at(seconds + 40)
        )
        let over = try await store.apply(.lifeEnded, to: id, at: Self.posted + .seconds(seconds) + Self.life)
        // Without `isInLane` the doubt also leaves its lane, so that the next command may pass.
        if isInLane { return try #require(over?.transaction) }
        _ = try await store.apply(.journalClosed, to: id, at: Self.posted + .seconds(seconds) + Self.life)
        return try #require(over?.transaction)
    }

    func row(
        _ amount: Int64 = 15_990,
        at seconds: Int64,
        receipt: Int64 = 17,
        ticket: String? = nil
    ) -> JournalRow {
        var result = TerminalResult.paid(amount, operation: receipt, authorization: "0109\(receipt)")
        result.functionCode = nil
        result.responseCode = .missing
        result.ticket = ticket
        result.localTime = "2026-11-18 07:\(10 + receipt):31"
        result.transToken = "token-\(receipt)"
        return JournalRow(result: result, instants: [at(seconds)])
    }

    func read(
        _ store: any TransactionStore,
        _ rows: [JournalRow],
        isComplete: Bool = true,
        at seconds: Int64 = 500
    ) async throws -> [Transition] {
        try await store.apply(
            JournalReading(
                terminal: "80005000",
                account: "main",
                rows: rows,
                isComplete: isComplete,
                readAt: at(seconds)
            )
        ) { _ in }
    }

    func status(_ store: any TransactionStore, _ transaction: Transaction) async throws -> String {
        let stored = try #require(try await store.transaction(transaction.id))
        return stored.status.rawValue + (stored.reason.map { ":" + $0.code.rawValue } ?? "")
    }

    @Test(arguments: StoreEngine.allCases)
    func `one row that fits one doubt approves it, on evidence of the journal`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let doubt = try await doubt(store, 1)
            _ = try await read(store, [row(at: 60), row(20_000, at: 61, receipt: 18)])
            let stored = try #require(try await store.transaction(doubt.id))
            #expect(stored.status == .approved)
            #expect(stored.outcome.decidedBy == .journal)
            #expect(stored.result?.operationID == 17)
            #expect(!stored.isInLane)
            #expect(try await store.story(of: doubt.id).evidence.map(\.source) == [.journal])
        }
    }

    @Test(
        "B3: the sale's own late callback, under its own number, is no second payment",
        arguments: StoreEngine.allCases
    )
    func lateCallback(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let doubt = try await doubt(store, 1)
            let row = row(at: 60, ticket: "R1")
            _ = try await read(store, [row])
            var told = row.result
            (told.functionCode, told.responseCode, told.terminalID) = (100, .number(0), "80005000")
            for second: Int64 in [600, 601] {
                let callback = TransactionInput.callback(told, customID: doubt.id.description, at: at(second))
                _ = try await store.apply(callback, to: doubt.id, at: at(second))
            }
            let stored = try #require(try await store.transaction(doubt.id))
            #expect(stored.status == .approved && stored.idPosTxs == "936101" && stored.contradictions.known.isEmpty)
            let names = try await store.waiting().compactMap(\.event?.name.text)
            #expect(names.filter { $0 == "charge.approved" }.count == 1)
            #expect(!names.contains("charge.contradicted"))
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `two doubts of one amount and one row: neither is approved`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await doubt(store, 1)
            let second = try await doubt(store, 2, after: 100)
            _ = try await read(store, [row(at: 120)])
            #expect(try await status(store, first) == "in_doubt:no_acknowledgement")
            #expect(try await status(store, second) == "in_doubt:no_acknowledgement")
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `two rows that fit one doubt decide nothing`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let doubt = try await doubt(store, 1)
            _ = try await read(store, [row(at: 60), row(at: 70, receipt: 18)])
            #expect(try await status(store, doubt) == "in_doubt:no_acknowledgement")
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a row that another transaction claimed is not evidence, be its own result ever so thin`(
        engine: StoreEngine
    ) async throws {
        for isThin in [false, true] {
            try await engine.withStore { store in
                let doubt = try await doubt(store, 1)
                let other = try await self.doubt(store, 2, after: 100)
                let sale = row(at: 130)
                var answer = sale.result
                if isThin {
                    answer = TerminalResult()
                    (answer.authorizationCode, answer.amount) = (sale.result.authorizationCode, 15_990)
                }
                (answer.functionCode, answer.responseCode) = (100, .number(0))
                _ = try await store.apply(.callback(answer, number: nil), to: other.id, at: at(480))
                #expect(try await status(store, other) == "approved")
                _ = try await read(store, [sale])
                #expect(try await status(store, doubt) == "in_doubt:no_acknowledgement")
            }
        }
    }

    @Test(
        arguments: StoreEngine.allCases,
        [
            ("another amount", 15_991, 60, nil), ("hours before the POST", 15_990, -11_400, nil),
            ("hours after the life", 15_990, 11_400, nil), ("another ticket", 15_990, 60, "R9"),
        ] as [(String, Int64, Int64, String?)]
    )
    func `a row that does not fit is no evidence`(
        engine: StoreEngine,
        _ other: (name: String, amount: Int64, time: Int64, ticket: String?)
    ) async throws {
        let (name, amount, time, ticket) = other
        try await engine.withStore { store in
            // The clock is right: without any sale that says so a row of the amount may be ours at any time.
            let receipt = try await sale(store, 3, paidAt: -600, ahead: 0)
            let doubt = try await doubt(store, 1)
            _ = try await read(store, [row(amount, at: time, ticket: ticket), row(at: -600, receipt: receipt)])
            #expect(try await status(store, doubt) == "in_doubt:not_in_journal", "\(name)")
        }
    }

    @Test(
        "K3: a sale of the amount some minutes or hours away proves neither payment nor absence, and is named",
        arguments: StoreEngine.allCases,
        [-300, -111, 446, 7_200] as [Int64]
    )
    func otherClock(engine: StoreEngine, time: Int64) async throws {
        for absenceIsFinal in [false, true] {
            let rules = TransactionRules(absenceIsFinal: absenceIsFinal)
            try await engine.withStore(.test(transactionRules: rules)) { store in
                let doubt = try await doubt(store, 1, isInLane: true)
                _ = try await read(store, [row(at: time)], at: 20_000)
                #expect(try await status(store, doubt) == "in_doubt:no_acknowledgement")
                // The story names the row once, for the reading that the lane waits for.
                _ = try await store.apply(.journalClosed, to: doubt.id, at: at(20_001))
                _ = try await read(store, [row(at: time)], at: 20_002)
                let steps = try await store.story(of: doubt.id).steps.filter { $0.kind == .journalNear }
                #expect(steps.count == 1)
                let step = try #require(steps.first)
                #expect(step.detail?.contains("15,990 CLP at ") == true && step.detail?.contains("receipt 17") == true)
            }
        }
    }

    @Test(arguments: StoreEngine.allCases, [-109, 444] as [Int64])
    func `clocks may be apart by the tolerance`(engine: StoreEngine, _ time: Int64) async throws {
        try await engine.withStore { store in
            let doubt = try await doubt(store, 1)
            _ = try await read(store, [row(at: time, ticket: "R1")])
            #expect(try await status(store, doubt) == "approved")
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `in the hour that a clock change repeats either reading of a row's time may fit`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore { store in
            let doubt = try await doubt(store, 1)
            let sale = row(at: 60)
            _ = try await read(store, [JournalRow(result: sale.result, instants: [at(60 + 3_600), at(60)])])
            #expect(try await status(store, doubt) == "approved")
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `absence is told with the time of the reading and ends nothing`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let doubt = try await doubt(store, 1)
            _ = try await read(store, [], at: 500)
            let stored = try #require(try await store.transaction(doubt.id))
            #expect(stored.reason == Reason(.notInJournal))
            #expect(stored.stay.journalReadAt == at(500))
            let event = try await store.waiting().last?.event
            let text = event.map { String(decoding: $0.data, as: UTF8.self) }
            #expect(text?.contains("\"journalReadAt\":\"\(at(500))\"") == true)
            #expect(try await store.story(of: doubt.id).evidence.map(\.source) == [.journal])
        }
    }

    @Test(arguments: StoreEngine.allCases, [false, true])
    func `absence is final only where the operator says so`(engine: StoreEngine, _ isFinal: Bool) async throws {
        let rules = StoreRules.test(transactionRules: TransactionRules(absenceIsFinal: isFinal))
        try await engine.withStore(rules) { store in
            let doubt = try await doubt(store, 1)
            _ = try await read(store, [])
            #expect(
                try await status(store, doubt) == (isFinal ? "not_completed:not_in_journal" : "in_doubt:not_in_journal")
            )
        }
    }

    @Test(arguments: StoreEngine.allCases, [nil, "R1"])
    func `a doubt from before a restore is decided by a row with its ticket alone`(
        engine: StoreEngine,
        ticket: String?
    ) async throws {
        try await engine.withPlace { place in
            try place.create(for: Accounts(.test))
            let first = try place.open(rules: .test())
            let doubt = try await doubt(first, 1)
            await first.close()
            try place.hold(at: at(400))
            let store = try place.open(rules: .test())
            // It was in doubt before the backup: nothing in its own row tells of the restore.
            #expect(try await store.transaction(doubt.id)?.restoredAt == nil)
            _ = try await read(store, [row(at: 60, ticket: ticket)])
            #expect(try await status(store, doubt) == (ticket == nil ? "in_doubt:no_acknowledgement" : "approved"))
            await store.close()
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a payment that came against another status is no other transaction's`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let declined = try await store.submitted(Charge(commandID: "c-0", reference: "R0", terminal: "80005000"))
            var refusal = TerminalResult.refused(51)
            refusal.ticket = "R0"
            _ = try await store.apply(.callback(refusal), to: declined.id, at: at(5))
            let doubt = try await doubt(store, 1, after: 6)
            var paid = TerminalResult.paid(reference: "R0")
            paid.localTime = "2026-11-18 07:27:31"
            paid.transToken = "token-17"
            paid.authorizationCode = "010917"
            _ = try await store.apply(.callback(paid), to: declined.id, at: at(30))
            #expect(try await store.transaction(declined.id)?.contradictions.open == 1)
            _ = try await read(store, [row(at: 20)])
            #expect(try await status(store, doubt) == "in_doubt:not_in_journal")
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a row that fits a neighbour is not free, though list and callback spell it differently`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore { store in
            let paid = try await store.submitted(Charge(commandID: "c-0", reference: "R0", terminal: "80005000"))
            var result = TerminalResult.paid(reference: "R0")
            (result.localTime, result.authorizationCode) = ("2026-11-18 07:27:35", "10917")
            result.transToken = nil
            _ = try await store.apply(.callback(result), to: paid.id, at: at(5))
            let doubt = try await doubt(store, 1, after: 6)
            _ = try await read(store, [row(at: 20)])
            #expect(try await status(store, doubt) == "in_doubt:not_in_journal")
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a row that may be of a sale whose own row is gone proves neither a payment nor an absence`(
        engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let voided = try await store.submitted(Charge(commandID: "c-0", reference: "R0", terminal: "80005000"))
            var result = TerminalResult.paid(reference: "R0")
            (result.localTime, result.authorizationCode) = ("2026-11-18 07:27:15", "010900")
            (result.operationID, result.transToken) = (16, "token-16")
            _ = try await store.apply(.callback(result), to: voided.id, at: at(5))
            let doubt = try await doubt(store, 1, after: 6)
            // The list has only one row, as if the first sale was voided meanwhile.
            _ = try await read(store, [row(at: 20)])
            #expect(try await status(store, doubt) == "in_doubt:no_acknowledgement")
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `what a whole list did not show is not the row that comes later`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let doubt = try await doubt(store, 1)
            _ = try await read(store, [])
            #expect(try await status(store, doubt) == "in_doubt:not_in_journal")
            // A customer pays the same amount at the terminal, without a command.
            _ = try await read(store, [row(at: 60)])
            #expect(try await status(store, doubt) == "in_doubt:not_in_journal")
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a list that was not read for a doubt proves no absence, though it is whole and nothing came since`(
        engine: StoreEngine
    )
        async throws
    {
        try await engine.withPlace { place in
            try place.create(for: Accounts(.test))
            let rules = StoreRules.test(transactionRules: TransactionRules(absenceIsFinal: true))
            let store = try place.open(rules: rules)
            let doubt = try await doubt(store, 1)
            // The comparison before a close can read such a list, a day after the batch was closed at the terminal.
            let reading = JournalReading(
                terminal: "80005000",
                account: "main",
                rows: [],
                isComplete: true,
                readAt: at(100_000),
                provesAbsence: false
            )
            _ = try await store.apply(reading) { _ in }
            #expect(try await status(store, doubt) == "in_doubt:no_acknowledgement")
            await store.close()
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `an incomplete journal and one read after a later sale prove no absence`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let first = try await doubt(store, 1)
            _ = try await read(store, [], isComplete: false)
            #expect(try await status(store, first) == "in_doubt:no_acknowledgement")
            let second = try await doubt(store, 2, amount: 20_000, after: 600)
            _ = try await read(store, [], at: 1_200)
            #expect(try await status(store, first) == "in_doubt:no_acknowledgement")
            #expect(try await status(store, second) == "in_doubt:not_in_journal")
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a transaction whose terminal's life goes on is a rival and gets no verdict`(engine: StoreEngine) async throws
    {
        try await engine.withStore { store in
            let over = try await doubt(store, 1)
            let alive = try await store.create(
                Charge(commandID: "c-2", reference: "R2", terminal: "80005000", acceptedAt: at(50), expiresAt: at(900))
            )
            _ = try await store.apply(.submissionStarted, to: alive.id, at: at(100))
            _ = try await store.apply(.recovered, to: alive.id, at: at(101))
            _ = try await read(store, [row(at: 110)])
            #expect(try await status(store, over) == "in_doubt:no_acknowledgement")
            #expect(try await status(store, alive) == "in_doubt:no_acknowledgement")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import TestSupport
import Testing

/// What voids and refunds may take from a sale, as the commit that accepts them decides.
@Suite("Voids and refunds in the store")
struct OriginalTests {
    /// A void or refund for which a test asks.
    struct Ask {
        var number = 1
        var type = CommandType.refund
        var original: OriginalReference
        var amount: Int64? = 1_000
        var terminal = "80005000"
        var acceptedAt = at(100)

        var candidate: Transaction {
            Transaction(
                id: TransactionID(at: acceptedAt, random: UInt128.random(in: 0...UInt128.max)),
                command: Command(
                    commandID: "ask-\(number)",
                    content: Command.Content(
                        type: type,
                        account: "main",
                        terminal: Terminal(
                            storedTerminal: terminal,
                            branch: "12983",
                            serialNumber: "SNPRUEBA1234",
                            alias: nil
                        ),
                        amount: type == .refund ? amount.map { Money($0, .clp) } : nil,
                        reference: "R\(number)",
                        original: original,
                        options: [:]
                    ),
                    expiresAt: acceptedAt + .seconds(120),
                    metadata: nil
                ),
                country: "cl",
                environment: "uat",
                address: ReplyAddress(),
                acceptedAt: acceptedAt
            )
        }
    }

    var message: CommandMessage {
        CommandMessage(exchange: "getnet.commands", routingKey: "refund.main", body: [123, 125]).new
    }

    func accept(_ ask: Ask, by store: any TransactionStore) async throws -> Acceptance {
        try await store.accept(ask.candidate, from: message)
    }

    func taken(_ ask: Ask, by store: any TransactionStore) async throws -> Transaction {
        guard case .created(let transition) = try await accept(ask, by: store) else { throw UnexpectedAcceptance() }
        return transition.transaction
    }

    func refusal(_ ask: Ask, by store: any TransactionStore) async throws -> CommandRejection {
        guard case .refused(let rejection, _) = try await accept(ask, by: store) else { throw UnexpectedAcceptance() }
        return rejection
    }

    /// A sale of 15,990 that was approved with receipt 17.
    func sale(_ store: any TransactionStore) async throws -> Transaction {
        let sale = try await store.submitted()
        _ = try await store.apply(.callback(.paid()), to: sale.id, at: at(10))
        return sale
    }

    private func refunded(_ refund: Transaction) -> TransactionInput {
        var result = TerminalResult.answering(refund, responseCode: 0)
        (result.authorizationCode, result.amount) = ("020311", nil)
        return .callback(result, number: "94\(refund.command.commandID.filter(\.isNumber))000")
    }

    @Test(arguments: StoreEngine.allCases)
    func `refunds in parts reach exactly zero, and the next one is refused`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let sale = try await sale(store)
            for number in 1...3 {
                let ask = Ask(number: number, original: .transaction(sale.id), amount: 5_330)
                let refund = try await taken(ask, by: store)
                #expect(refund.original?.id == sale.id && refund.original?.operationID == 17)
                _ = try await store.apply(.submissionStarted, to: refund.id, at: at(101))
                let end = try await store.apply(refunded(refund), to: refund.id, at: at(102))
                #expect(end?.transaction.status == .approved)
            }
            let refused = try await refusal(Ask(number: 4, original: .command("c-1"), amount: 1), by: store)
            #expect(refused.faults.map(\.code) == [.exceedsRemaining])
            #expect(refused.conflict?.transactionID == sale.id && refused.conflict?.remaining == Money(0, .clp))
            let names = try await store.waiting().compactMap(\.event?.name.text).filter { $0 == "charge.amended" }
            #expect(names.count == 3)
            let stored = try #require(try await store.transaction(sale.id))
            #expect(stored.status == .approved && stored.sequence == 6)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `two refunds at once never exceed the sale, though one of them is in doubt`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let sale = try await sale(store)
            let first = Ask(number: 1, original: .transaction(sale.id), amount: 10_000)
            let second = Ask(number: 2, original: .transaction(sale.id), amount: 10_000, terminal: "80005001")
            async let one = accept(first, by: store)
            async let two = accept(second, by: store)
            var created: [Transaction] = []
            for acceptance in [try await one, try await two] {
                if case .created(let transition) = acceptance { created.append(transition.transaction) }
            }
            #expect(created.count == 1)
            let winner = try #require(created.first)
            _ = try await store.apply(.submissionStarted, to: winner.id, at: at(101))
            _ = try await store.apply(
                .submissionEnded(attempt: 1, .unknown(.noAcknowledgement)),
                to: winner.id,
                at: at(102)
            )
            let third = Ask(number: 3, original: .transaction(sale.id), amount: 5_991)
            #expect(try await refusal(third, by: store).conflict?.remaining == Money(5_990, .clp))
            // Evidence that the terminal gave nothing back makes the amount free again.
            var declined = TerminalResult.answering(winner, responseCode: 51)
            declined.amount = nil
            _ = try await store.apply(.callback(declined, number: "940001"), to: winner.id, at: at(103))
            _ = try await taken(third, by: store)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a void takes the whole sale, so that nothing stands beside it`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let sale = try await sale(store)
            let refund = try await taken(Ask(number: 1, original: .transaction(sale.id), amount: 1), by: store)
            let void = Ask(number: 2, type: .void, original: .transaction(sale.id))
            #expect(try await refusal(void, by: store).faults.map(\.code) == [.exceedsRemaining])
            let cancelled = SubmissionOutcome.Refusal(.terminalUnknown, isTransient: false)
            _ = try await store.apply(.submissionStarted, to: refund.id, at: at(101))
            _ = try await store.apply(.submissionEnded(attempt: 1, .notStarted(cancelled)), to: refund.id, at: at(102))
            let taken = try await taken(void, by: store)
            #expect(taken.amount == Money(15_990, .clp))
            let beside = Ask(number: 3, original: .command("c-1"), amount: 1)
            #expect(try await refusal(beside, by: store).faults.map(\.code) == [.exceedsRemaining])
            let again = Ask(number: 4, type: .void, original: .command("c-1"))
            #expect(try await refusal(again, by: store).faults.map(\.code) == [.exceedsRemaining])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `only what was paid is given back, and only a sale`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let charge = try await store.submitted()
            let open = Ask(number: 1, original: .transaction(charge.id))
            #expect(try await refusal(open, by: store).faults.map(\.code) == [.originalNotPaid])
            _ = try await store.apply(.callback(.refused(51)), to: charge.id, at: at(10))
            #expect(try await refusal(open, by: store).faults.map(\.code) == [.originalNotPaid])
            // An approval against the refusal makes the charge a payment after all.
            _ = try await store.apply(.callback(.paid()), to: charge.id, at: at(11))
            let refund = try await taken(open, by: store)
            #expect(refund.original?.authorizationCode == "010929")
            let ofRefund = Ask(number: 2, original: .transaction(refund.id))
            #expect(try await refusal(ofRefund, by: store).faults.map(\.code) == [.originalMismatch])
            let unknown = Ask(number: 3, original: .command("nobody"))
            #expect(try await refusal(unknown, by: store).faults.map(\.code) == [.unknownTransaction])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a void goes to its sale's terminal, in time, and before the batch was closed`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let sale = try await sale(store)
            let elsewhere = Ask(number: 1, type: .void, original: .transaction(sale.id), terminal: "80005001")
            #expect(try await refusal(elsewhere, by: store).faults.map(\.path) == ["terminal"])
            var late = Ask(number: 2, type: .void, original: .transaction(sale.id))
            late.acceptedAt = at(86_411)
            #expect(try await refusal(late, by: store).faults.map(\.code) == [.originalTooOld])
            let close = Ask(number: 3, type: .close, original: .transaction(sale.id)).candidate
            let plain = Transaction(
                id: close.id,
                command: Command(
                    commandID: "close",
                    content: Command.Content(
                        type: .close,
                        account: "main",
                        terminal: close.command.content.terminal,
                        amount: nil,
                        reference: nil,
                        options: [:]
                    ),
                    expiresAt: at(300),
                    metadata: nil
                ),
                country: "cl",
                environment: "uat",
                address: ReplyAddress(),
                acceptedAt: at(100)
            )
            _ = try await store.accept(plain, from: message)
            _ = try await store.apply(.submissionStarted, to: plain.id, at: at(101))
            var closed = TerminalResult.answering(plain, responseCode: 0)
            closed.success = true
            let end = try await store.apply(.callback(closed, number: "945000"), to: plain.id, at: at(102))
            #expect(end?.transaction.status == .completed)
            var after = Ask(number: 4, type: .void, original: .transaction(sale.id))
            after.acceptedAt = at(110)
            #expect(try await refusal(after, by: store).faults.map(\.code) == [.batchClosed])
        }
    }

    // MARK: - Receipts

    func receipt(
        _ amount: Int64 = 15_990,
        operation: Int64 = 17,
        authorization: String = "010929",
        date: String = "2026-11-22"
    ) -> SaleReceipt {
        SaleReceipt(
            operationID: operation,
            authorizationCode: authorization,
            date: date,
            amount: Money(amount, .clp)
        )
    }

    @Test(arguments: StoreEngine.allCases)
    func `a receipt of the bridge's own sale shares what is left of it`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let sale = try await sale(store)
            let byReceipt = Ask(number: 1, original: .receipt(receipt()), amount: 15_000, terminal: "80005001")
            #expect(try await taken(byReceipt, by: store).original?.id == sale.id)
            let byName = Ask(number: 2, original: .transaction(sale.id), amount: 991)
            #expect(try await refusal(byName, by: store).conflict?.remaining == Money(990, .clp))
            let other = Ask(number: 3, original: .receipt(receipt(15_991)))
            #expect(try await refusal(other, by: store).faults.map(\.path) == ["original.getnet.amount"])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a receipt that is not known gets a record, so that two commands share it`(_ engine: StoreEngine) async throws
    {
        try await engine.withStore { store in
            let first = try await taken(Ask(number: 1, original: .receipt(receipt()), amount: 15_000), by: store)
            let second = Ask(number: 2, original: .receipt(receipt()), amount: 991)
            #expect(try await refusal(second, by: store).faults.map(\.code) == [.exceedsRemaining])
            let fitting = try await taken(Ask(number: 3, original: .receipt(receipt()), amount: 990), by: store)
            #expect(fitting.original?.id == first.original?.id && fitting.original?.commandID == nil)
            // Receipt 17 of another day is another sale. But a Chilean refund sends neither the receipt number nor the
            // day, so both share the rest.
            let yesterday = Ask(number: 4, original: .receipt(receipt(date: "2026-11-21")), amount: 15_990)
            #expect(try await refusal(yesterday, by: store).faults.map(\.code) == [.exceedsRemaining])
            let other = Ask(number: 5, original: .receipt(receipt(20_000)))
            #expect(try await refusal(other, by: store).faults.map(\.code) == [.originalMismatch])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `what was refunded by receipt counts when the sale turns out to be the bridge's`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let charge = try await store.submitted()
            _ = try await taken(Ask(number: 1, original: .receipt(receipt()), amount: 15_000), by: store)
            _ = try await store.apply(.callback(.paid()), to: charge.id, at: at(10))
            let refused = try await refusal(Ask(number: 2, original: .transaction(charge.id), amount: 991), by: store)
            #expect(refused.conflict?.remaining == Money(990, .clp))
            let byReceipt = Ask(number: 3, original: .receipt(receipt()), amount: 991)
            #expect(try await refusal(byReceipt, by: store).conflict?.remaining == Money(990, .clp))
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a sale that the cloud told thinly shares what is left with its receipt, in either order`(
        _ engine: StoreEngine
    )
        async throws
    {
        try await engine.withStore { store in
            let charge = try await store.submitted()
            var thin = TerminalResult.paid()
            (thin.operationID, thin.localTime, thin.transToken) = (nil, nil, nil)
            let record = try await taken(
                Ask(number: 1, original: .receipt(receipt(operation: 18)), amount: 990),
                by: store
            )
            #expect(record.original?.commandID == nil)
            _ = try await store.apply(.callback(thin), to: charge.id, at: at(10))
            // Receipt 18 may be the receipt of this sale: nothing speaks against it.
            let refused = try await refusal(
                Ask(number: 2, original: .transaction(charge.id), amount: 15_001),
                by: store
            )
            #expect(refused.conflict?.remaining == Money(15_000, .clp))
            let byReceipt = Ask(number: 3, original: .receipt(receipt(operation: 19)), amount: 15_000)
            #expect(try await taken(byReceipt, by: store).original?.id == charge.id)
            let over = Ask(number: 4, original: .transaction(charge.id), amount: 1)
            #expect(try await refusal(over, by: store).faults.map(\.code) == [.exceedsRemaining])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a payment against another status shares what is left with its receipt`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let charge = try await store.submitted(
                Charge(
                    acceptedAt: Timestamp(milliseconds: 1_795_342_320_000),
                    expiresAt: Timestamp(milliseconds: 1_795_342_400_000)
                )
            )
            let later = charge.acceptedAt
            _ = try await store.apply(.callback(.refused(51)), to: charge.id, at: later + .seconds(5))
            _ = try await store.apply(.callback(.paid()), to: charge.id, at: later + .seconds(6))
            var first = Ask(number: 1, original: .transaction(charge.id), amount: 15_990)
            first.acceptedAt = later + .seconds(10)
            _ = try await taken(first, by: store)
            var second = Ask(number: 2, original: .receipt(receipt()), amount: 1)
            second.acceptedAt = later + .seconds(11)
            #expect(try await refusal(second, by: store).conflict?.transactionID == charge.id)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a void or refund is read back as it was written`(_ engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let sale = try await sale(store)
            let refund = try await taken(Ask(number: 1, original: .command("c-1")), by: store)
            let record = try await taken(
                Ask(number: 2, original: .receipt(receipt(15_991, authorization: "020929"))),
                by: store
            )
            #expect(try await store.transaction(refund.id) == refund)
            #expect(try await store.transaction(record.id) == record)
            let void = try await taken(
                Ask(number: 3, type: .void, original: .receipt(receipt(authorization: "030929"))),
                by: store
            )
            let seen = try await store.apply(.receiptRead(.seen), to: void.id, at: at(101))
            #expect(seen?.transaction.preparation.receiptSeenAt == at(101))
            #expect(try await store.transaction(void.id) == seen?.transaction)
            #expect(try await store.unfinished(after: nil, limit: 10).contains { $0.id == void.id })
            #expect(sale.command.content.original == nil)
        }
    }
}

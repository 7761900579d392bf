// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import TestSupport
import Testing

/// One terminal, one command, two accounts.
@Suite struct `Accounts that meet` {
    private static let second = Account(name: "second", profile: .chile, environment: "uat")
    private static let message = CommandMessage(
        exchange: "getnet.commands",
        routingKey: "charge.main",
        body: Array("{}".utf8)
    )

    private func withBoth(on engine: StoreEngine, _ body: (any TransactionStore) async throws -> Void) async throws {
        try await engine.withPlace { place in
            let accounts = try #require(Accounts([.test, Self.second]))
            try place.create(for: accounts)
            let store = try place.open(rules: .test(accounts: accounts))
            try await body(store)
            await store.close()
        }
    }

    private func charge(
        _ id: String,
        _ account: String,
        at seconds: Int64,
        amount: Int64 = 15_990,
        namesAccount: Bool = true
    ) -> Transaction {
        let sample = Charge(commandID: id, reference: "R\(id)", terminal: "80005000", acceptedAt: at(seconds)).candidate
        let content = sample.command.content
        return Transaction(
            id: sample.id,
            command: Command(
                commandID: id,
                content: Command.Content(
                    type: .charge,
                    account: account,
                    terminal: content.terminal,
                    amount: Money(amount, .clp),
                    reference: content.reference,
                    options: [:]
                ),
                expiresAt: at(seconds + 120),
                metadata: nil,
                namesAccount: namesAccount
            ),
            country: "cl",
            environment: "uat",
            address: ReplyAddress(),
            acceptedAt: at(seconds)
        )
    }

    @Test(arguments: StoreEngine.allCases)
    func `the payment of one decides no doubt of the other at the same terminal`(engine: StoreEngine) async throws {
        try await withBoth(on: engine) { store in
            let lost = charge("a", "main", at: 0)
            _ = try await store.accept(lost, from: Self.message.new)
            _ = try await store.apply(.submissionStarted, to: lost.id, at: at(1))
            let unknown = TransactionInput.submissionEnded(attempt: 1, .unknown(.noAcknowledgement))
            _ = try await store.apply(unknown, to: lost.id, at: at(31))
            let other = charge("b", "second", at: 40)
            _ = try await store.accept(other, from: Self.message.new)
            _ = try await store.apply(.submissionStarted, to: other.id, at: at(41))
            let acknowledged = TransactionInput.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "5"))
            _ = try await store.apply(acknowledged, to: other.id, at: at(42))
            let paid = TransactionInput.callback(.paid(reference: "Rb"), number: "5")
            #expect(try await store.apply(paid, to: other.id, at: at(60))?.transaction.status == .approved)
            _ = try await store.apply(.lifeEnded, to: lost.id, at: at(320))
            var row = TerminalResult.paid()
            (row.functionCode, row.responseCode, row.ticket) = (nil, .missing, nil)
            let reading = JournalReading(
                terminal: "80005000",
                account: "main",
                rows: [JournalRow(result: row, instants: [at(58)])],
                isComplete: true,
                readAt: at(321)
            )
            _ = try await store.apply(reading) { _ in }
            let end = try #require(try await store.transaction(lost.id))
            #expect(end.status == .inDoubt && end.reason?.code == .notInJournal)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a command that names no account is one, whose terminal it is by now`(engine: StoreEngine) async throws {
        try await withBoth(on: engine) { store in
            let first = charge("c-9", "main", at: 1, namesAccount: false)
            guard case .created = try await store.accept(first, from: Self.message.new) else {
                Issue.record("it is not taken")
                return
            }
            let again = charge("c-9", "second", at: 2, namesAccount: false)
            guard case .repeated(let known, _) = try await store.accept(again, from: Self.message.new) else {
                Issue.record("it is taken twice")
                return
            }
            #expect(known.id == first.id)
            let changed = charge("c-9", "second", at: 3, amount: 1, namesAccount: false)
            guard case .refused(let rejection, _) = try await store.accept(changed, from: Self.message.new) else {
                Issue.record("another content is taken under the same id")
                return
            }
            #expect(rejection.faults.map(\.code) == [.idempotencyConflict])
            #expect(rejection.conflict?.differs == ["amount"])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `who names the account has an id of its own there`(engine: StoreEngine) async throws {
        try await withBoth(on: engine) { store in
            for account in ["main", "second"] {
                guard case .created = try await store.accept(charge("c-9", account, at: 1), from: Self.message.new)
                else {
                    Issue.record("\(account) does not take it")
                    return
                }
            }
        }
    }
}

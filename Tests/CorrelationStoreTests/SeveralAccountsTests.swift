// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import TestSupport
import Testing

/// One store for several accounts.
@Suite struct `A store of several accounts` {
    private static let other = Account(name: "ar-main", profile: .argentina, environment: "uat")

    private func both() throws -> Accounts { try #require(Accounts([.test, Self.other])) }

    private func refusal(_ place: any StoreAdministration, _ accounts: Accounts) async -> StoreOpeningError? {
        do throws(StoreOpeningError) {
            await (try place.open(rules: .test(accounts: accounts))).close()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `knows each account that it was made for`(engine: StoreEngine) async throws {
        try await engine.withPlace { place in
            try place.create(for: both())
            #expect(await refusal(place, try both()) == nil)
            #expect(try place.status().owners == [StoreOwner(.test), StoreOwner(Self.other)])
            let abroad = Account(name: "ar-main", profile: .argentina, environment: "prod")
            let expected = try #require(Accounts([.test, abroad]))
            #expect(
                await refusal(place, expected)
                    == .otherAccount(place: place.place, found: StoreOwner(Self.other), expected: StoreOwner(abroad))
            )
        }
    }

    @Test(
        "K4: takes no account that was not admitted, because another store may know its commands",
        arguments: StoreEngine.allCases
    )
    func notAdmitted(engine: StoreEngine) async throws {
        try await engine.withPlace { place in
            try place.create(for: Accounts(.test))
            let expected = StoreOpeningError.accountNotAdmitted(place: place.place, account: "ar-main")
            #expect(await refusal(place, try both()) == expected)
            // No line to copy: where another store has the account it would be the double charge.
            #expect(expected.remedy == nil && expected.description.contains("start with that store"))
            #expect(try place.admit(Self.other, beside: both()))
            #expect(try !place.admit(Self.other, beside: both()))
            #expect(await refusal(place, try both()) == nil)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `takes no new name for an account that it knows, unless it is told that it is another one`(
        engine: StoreEngine
    ) async throws {
        try await engine.withPlace { place in
            try place.create(for: both())
            let renamed = Account(name: "argentina", profile: .argentina, environment: "uat")
            let accounts = try #require(Accounts([.test, renamed]))
            let expected = StoreOpeningError.accountRenamed(place: place.place, account: "argentina", former: "ar-main")
            #expect(await refusal(place, accounts) == expected)
            #expect(expected.remedy == nil)
            #expect(throws: expected) { try place.admit(renamed, beside: accounts) }
            #expect(try place.admit(renamed, beside: accounts, isAnother: true))
            #expect(await refusal(place, accounts) == nil)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `does not open without an account that has unfinished transactions`(engine: StoreEngine) async throws {
        try await engine.withPlace { place in
            try place.create(for: both())
            let store = try place.open(rules: .test(accounts: both()))
            let open = Transaction.sample(account: Self.other)
            _ = try await store.accept(open, from: .sample("{}"))
            await store.close()
            #expect(
                await refusal(place, Accounts(.test))
                    == .accountMissing(place: place.place, account: "ar-main", unfinished: 1)
            )
            let again = try place.open(rules: .test(accounts: both()))
            _ = try await again.apply(.cancel, to: open.id, at: .sample)
            await again.close()
            #expect(await refusal(place, Accounts(.test)) == nil)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `keeps the command ids of accounts apart, and tells none to who names another`(
        engine: StoreEngine
    ) async throws {
        try await engine.withPlace { place in
            try place.create(for: both())
            let store = try place.open(rules: .test(accounts: both()))
            let chilean = Transaction.sample(account: .test)
            let argentine = Transaction.sample(account: Self.other, acceptedAt: .sample + .milliseconds(1))
            #expect(chilean.command.commandID == argentine.command.commandID)
            for transaction in [chilean, argentine] {
                guard case .created = try await store.accept(transaction, from: .sample("{}")) else {
                    Issue.record("the command of \(transaction.command.content.account) is not taken")
                    continue
                }
            }
            let address = ReplyAddress()
            let byName = try await store.latestEvent(of: .transaction(argentine.id), account: nil, for: address)
            #expect(byName?.subject == argentine.id.description)
            #expect(try await store.latestEvent(of: .transaction(argentine.id), account: "main", for: address) == nil)
            let byCommand = try await store.latestEvent(
                of: .command(argentine.command.commandID),
                account: "ar-main",
                for: address
            )
            #expect(byCommand?.subject == argentine.id.description)
            let request = ControlRequest(
                verb: .cancel,
                commandID: nil,
                account: "main",
                original: .transaction(argentine.id),
                metadata: nil
            )
            guard case .refused(let refusal) = try await store.cancel(request, from: .sample("{}"), at: .sample) else {
                Issue.record("another account's transaction was cancelled")
                return
            }
            #expect(refusal.faults.map(\.code) == [.unknownTransaction])
            await store.close()
        }
    }
}

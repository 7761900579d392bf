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

    private func refusal(_ path: String, _ accounts: Accounts) async -> StoreOpeningError? {
        do throws(StoreOpeningError) {
            await (try SQLiteStore.open(path: path, rules: .test(accounts: accounts))).close()
            return nil
        } catch {
            return error
        }
    }

    @Test func `knows each account that it was made for`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore.create(path: path, accounts: both())
            #expect(await refusal(path, try both()) == nil)
            #expect(try SQLiteStore.status(path: path).owners == [StoreOwner(.test), StoreOwner(Self.other)])
            let abroad = Account(name: "ar-main", profile: .argentina, environment: "prod")
            let expected = try #require(Accounts([.test, abroad]))
            #expect(
                await refusal(path, expected)
                    == .otherAccount(path: path, found: StoreOwner(Self.other), expected: StoreOwner(abroad))
            )
        }
    }

    @Test("K4: takes no account that was not admitted, because another store may know its commands")
    func notAdmitted() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore.create(path: path, accounts: Accounts(.test))
            let expected = StoreOpeningError.accountNotAdmitted(path: path, account: "ar-main")
            #expect(await refusal(path, try both()) == expected)
            // The error has no line to copy: if another store has the account, that line would lead to a double charge.
            #expect(expected.remedy == nil && expected.description.contains("start with that store"))
            #expect(try SQLiteStore.admit(Self.other, path: path, beside: both()))
            #expect(try !SQLiteStore.admit(Self.other, path: path, beside: both()))
            #expect(await refusal(path, try both()) == nil)
        }
    }

    @Test func `takes no new name for an account that it knows, unless it is told that it is another one`() async throws
    {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore.create(path: path, accounts: both())
            let renamed = Account(name: "argentina", profile: .argentina, environment: "uat")
            let accounts = try #require(Accounts([.test, renamed]))
            let expected = StoreOpeningError.accountRenamed(path: path, account: "argentina", former: "ar-main")
            #expect(await refusal(path, accounts) == expected)
            #expect(expected.remedy == nil)
            #expect(throws: expected) { try SQLiteStore.admit(renamed, path: path, beside: accounts) }
            #expect(try SQLiteStore.admit(renamed, path: path, beside: accounts, isAnother: true))
            #expect(await refusal(path, accounts) == nil)
        }
    }

    @Test func `does not open without an account that has unfinished transactions`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore.create(path: path, accounts: both())
            let store = try SQLiteStore.open(path: path, rules: .test(accounts: both()))
            let open = Transaction.sample(account: Self.other)
            _ = try await store.accept(open, from: .sample("{}"))
            await store.close()
            #expect(
                await refusal(path, Accounts(.test))
                    == .accountMissing(path: path, account: "ar-main", unfinished: 1)
            )
            let again = try SQLiteStore.open(path: path, rules: .test(accounts: both()))
            _ = try await again.apply(.cancel, to: open.id, at: .sample)
            await again.close()
            #expect(await refusal(path, Accounts(.test)) == nil)
        }
    }

    @Test func `keeps the command ids of accounts apart, and tells none to who names another`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore.create(path: path, accounts: both())
            let store = try SQLiteStore.open(path: path, rules: .test(accounts: both()))
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

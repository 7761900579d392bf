// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import CorrelationStoreSQLite
import Foundation
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// What a process knows of the terminals that it works for (decision 0018).
@Suite("Work at terminals")
struct TerminalWorkTests {
    /// A store, and a way to be another process at it.
    private struct Shop {
        let configuration: BridgeConfiguration
        let store: any TransactionStore

        /// Everything that a process knows, empty as after its start.
        func common() -> CommonParts {
            CommonParts(configuration, store: store, clock: WallClock.now, logger: BridgeWorld.quiet)
        }

        /// Accepts a charge as the intake does.
        func accept(by common: CommonParts) async throws -> TransactionID {
            let message = CommandMessage(
                exchange: "getnet.commands",
                routingKey: "charge.main",
                body: ChargeCommand().json,
                timestamp: .current
            )
            let account = try #require(configuration.accounts.only)
            let candidate = Transaction(
                id: common.names.next(at: .current, random: systemRandom()),
                command: try CommandReader(rules: configuration.commandRules).read(message, acceptedAt: .current),
                country: account.profile.code,
                environment: account.environment,
                address: ReplyAddress(),
                acceptedAt: .current
            )
            let acceptance = try await common.transitions.accept(candidate, from: message)
            guard case .created(let transition) = acceptance else { throw Unaccepted() }
            return transition.transaction.id
        }

        /// Runs the part that fills the work from the store, until it has done so.
        func recover(_ common: CommonParts) async throws {
            common.gate.close(.recovering, because: "the test says so")
            let timekeeper = Timekeeper(
                transitions: common.transitions,
                work: common.work,
                store: store,
                names: common.names,
                gate: common.gate,
                clockIsConfirmed: { true },
                logger: BridgeWorld.quiet
            )
            try await serving([timekeeper]) {
                try await eventually("the work is there again") { common.gate.obstacles[.recovering] == nil }
            }
        }
    }

    private struct Unaccepted: Error {}

    private func withShop(_ test: (Shop) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("store.db").path
        var configuration = BridgeConfiguration.forTests(folder: folder)
        configuration.cloud.baseURL = "http://127.0.0.1:1"
        configuration.http.publicURL = "http://127.0.0.1:1"
        try SQLiteStore(path: path).create(for: configuration.accounts)
        let store = try SQLiteStore(path: path).open(rules: configuration.storeRules)
        try await test(Shop(configuration: configuration, store: store))
        await store.close()
    }

    @Test func `one that is dropped leaves nothing behind, and the next one knows the same from the store`()
        async throws
    {
        try await withShop { shop in
            weak var dropped: TerminalWork?
            let ids = try await {
                let first = shop.common()
                var ids: [TransactionID] = []
                for _ in 0..<3 { ids.append(try await shop.accept(by: first)) }
                #expect(first.work.lines(of: "main").submissions.count == 1)
                #expect(first.work.waiting == 3)
                dropped = first.work
                return ids
            }()
            try await eventually("no queue, no plan and no store holds it any more") { dropped == nil }

            let second = shop.common()
            #expect(second.work.waiting == 0)
            try await shop.recover(second)
            #expect(second.work.waiting == 3)
            #expect(second.work.lines(of: "main").submissions.count == 1)
            #expect(await second.work.lines(of: "main").submissions.next() == ids[0])
            // The first one leaves its terminal: the second one of the lane is offered.
            try await second.transitions.apply(.cancel, to: ids[0])
            #expect(await second.work.lines(of: "main").submissions.next() == ids[1])
        }
    }

    @Test func `each of two at one store follows its own commits, and what it is asked to look at`() async throws {
        try await withShop { shop in
            let (mine, theirs) = (shop.common(), shop.common())
            let id = try await shop.accept(by: mine)
            #expect(mine.work.waiting == 1)
            #expect(theirs.work.waiting == 0, "a commit was told to work that did not make it")
            try await theirs.transitions.apply(.recovered, to: id)
            #expect(theirs.work.account(of: id) == "main")
        }
    }
}

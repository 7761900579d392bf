// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import CorrelationStoreSQLite
import Foundation
import GetnetCloud
import ServiceLifecycle
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("Services of a bridge")
struct ServiceTests {
    /// Puts a configuration together with an empty store; nothing runs and nothing is connected.
    private func with(
        country: BridgeConfiguration.Country = .cl,
        _ test: (BridgeConfiguration, any TransactionStore) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("services-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = BridgeConfiguration.forTests(folder: folder)
        configuration.cloud.country = country
        configuration.cloud.baseURL = "http://127.0.0.1:1"
        configuration.http.publicURL = "http://127.0.0.1:1"
        let path = folder.appendingPathComponent("store.db").path
        try SQLiteStore(path: path).create(for: configuration.accounts)
        let store = try SQLiteStore(path: path).open(rules: configuration.storeRules)
        try await test(configuration, store)
        await store.close()
    }

    @Test func `have short names of their own, so that a fault shows nothing of what they consist of`() async throws {
        try await with { configuration, store in
            let bridge = try Bridge(configuration, store: store, logger: BridgeWorld.quiet)
            let names = bridge.services.map(\.serviceName)
            #expect(Set(names).count == names.count)
            #expect(names.allSatisfy { $0.count < 64 && !$0.contains("(") }, "\(names)")
            #expect(names.contains("submitter of main"), "\(names)")
            await bridge.shutDownClouds()
        }
    }

    @Test func `journals that wait for a closed gate do not end their reader before its turn in a stop`() async throws {
        try await with { configuration, store in
            let parts = try BridgeParts(configuration, store: store, logger: BridgeWorld.quiet)
            let reader = try #require(parts.pipes.accounts.first).journalReader
            parts.common.gate.close(.held, because: "the test says so")
            for _ in 0..<(2 * JournalReader.workers) {
                #expect(reader.line.offer(TransactionID(at: .current, random: systemRandom())))
            }
            // This fails if a service ends before the stop told it to.
            await #expect(throws: Never.self) {
                try await serving([reader]) {
                    try await eventually("every worker waits at the gate") {
                        reader.line.count == JournalReader.workers
                    }
                    parts.common.gate.close(.shutdown, because: "the process is stopping")
                    try await eventually("nothing waits any more") { reader.line.count == 0 }
                }
            }
            await reader.cloud.shutdown()
        }
    }

    @Test func `a cancel that is in line when its sender stops did not leave, and can be asked for again`() async throws
    {
        try await with(country: .ar) { configuration, store in
            let parts = try BridgeParts(configuration, store: store, logger: BridgeWorld.quiet)
            let (transitions, sender) = (
                parts.common.transitions, try #require(parts.pipes.accounts.first).cancelSender
            )
            let id = try await accept(ChargeCommand(currency: "ARS"), by: transitions, configuration)
            try await transitions.apply(.submissionStarted, to: id)
            try await transitions.apply(.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "4711")), to: id)
            try await transitions.apply(.cancel, to: id)
            #expect(try await store.transaction(id)?.isBeingCancelled == true)
            #expect(sender.line.count == 1)
            sender.line.close()
            try await sender.run()
            let after = try #require(try await store.transaction(id))
            #expect(!after.isBeingCancelled)
            #expect(after.state == .submitted)
            try await transitions.apply(.cancel, to: id)
            #expect(try await store.transaction(id)?.isBeingCancelled == true)
            await sender.cloud.shutdown()
        }
    }

    /// Accepts a charge as the intake does.
    private func accept(
        _ command: ChargeCommand,
        by transitions: Transitions,
        _ configuration: BridgeConfiguration
    ) async throws -> TransactionID {
        let message = CommandMessage(
            exchange: "getnet.commands",
            routingKey: "charge.main",
            body: command.json,
            timestamp: .current
        )
        let account = try #require(configuration.accounts.only)
        let candidate = Transaction(
            id: TransactionID(at: .current, random: systemRandom()),
            command: try CommandReader(rules: configuration.commandRules).read(message, acceptedAt: .current),
            country: account.profile.code,
            environment: account.environment,
            address: ReplyAddress(),
            acceptedAt: .current
        )
        guard case .created(let transition) = try await transitions.accept(candidate, from: message) else {
            throw Unaccepted()
        }
        return transition.transaction.id
    }

    private struct Unaccepted: Error {}
}

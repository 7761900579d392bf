// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import CorrelationStorePostgres
import CorrelationStoreSQLite
import Foundation
import MemoryLedger
import NIOConcurrencyHelpers
import Testing

/// An engine behind the port; every suite about behaviour runs once for each engine.
enum StoreEngine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    case sqlite = "SQLite"
    case postgres = "PostgreSQL"

    var testDescription: String { rawValue }

    /// Whether what it holds has a size on a disk.
    var isOnDisk: Bool { self != .memory }

    /// Gives the body a place for a store, and removes what it made there.
    func withPlace(_ body: (any StoreAdministration) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(MemoryStore())
        case .sqlite:
            try await withTemporaryDirectory { try await body(SQLiteStore(path: $0 + "/store.sqlite")) }
        case .postgres:
            let server = try PostgresServer()
            let schema = try server.makeSchema()
            defer { server.drop(schema) }
            try await body(PostgresStore(url: server.url(of: schema)))
        }
    }

    /// Makes an empty store, runs the body, closes and removes it.
    func withStore(
        _ rules: StoreRules = .test(),
        report: @escaping @Sendable (CommitReport) -> Void = { _ in },
        _ body: (any TransactionStore) async throws -> Void
    ) async throws {
        try await withPlace { place in
            try place.create(for: rules.accounts)
            try await place.withOpen(rules, report: report, body)
        }
    }
}

extension StoreAdministration {
    /// Opens the store for the body and closes it.
    func withOpen(
        _ rules: StoreRules = .test(),
        report: @escaping @Sendable (CommitReport) -> Void = { _ in },
        _ body: (any TransactionStore) async throws -> Void
    ) async throws {
        let store = try open(rules: rules, report: report)
        do {
            try await body(store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }
}

/// What an engine itself answers, which the port does not show.
protocol EngineReading {
    var reader: any StoreReader { get }
}

extension LedgerStore: EngineReading {
    var reader: any StoreReader { engine.relayReader }
}

extension TransactionStore {
    /// Every entry that waits, in order; a look, after which each can still be handed out.
    func waiting(
        of kind: OutboxEntry.Kind? = nil,
        after position: Int64 = 0,
        limit: Int = 10_000
    ) async throws -> [OutboxEntry] {
        let store = try #require(self as? any EngineReading)
        return try await store.reader.pending(of: kind, after: position, limit: limit)
    }

    /// Entries to which no queue was bound and that are due.
    func unrouted(dueBy instant: Timestamp, limit: Int) async throws -> [OutboxEntry] {
        let store = try #require(self as? any EngineReading)
        return try await store.reader.unrouted(of: nil, dueBy: instant, limit: limit)
    }
}

/// A directory that is gone afterwards.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    try await body(url.path)
}

/// Adds up what the writer reports.
final class CommitCounter: Sendable {
    private let reports = NIOLockedValueBox<[CommitReport]>([])

    var all: [CommitReport] { reports.withLockedValue { $0 } }
    /// Commits that became durable.
    var commits: Int { all.count(where: \.succeeded) }

    @Sendable
    func note(_ report: CommitReport) {
        reports.withLockedValue { $0.append(report) }
    }

    func reset() {
        reports.withLockedValue { $0 = [] }
    }
}

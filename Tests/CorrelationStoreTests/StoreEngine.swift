// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Foundation
import NIOConcurrencyHelpers
import Testing

/// An engine behind the port; every suite about behaviour runs once for each engine.
enum StoreEngine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite = "SQLite"

    var testDescription: String { rawValue }

    /// Makes an empty store, runs the body, closes and removes it.
    func withStore(
        _ rules: StoreRules = .test(),
        report: @escaping @Sendable (CommitReport) -> Void = { _ in },
        _ body: (any TransactionStore) async throws -> Void
    ) async throws {
        switch self {
        case .sqlite:
            try await withTemporaryDirectory { directory in
                let path = directory + "/store.sqlite"
                try SQLiteStore.create(path: path, accounts: rules.accounts)
                let store = try SQLiteStore.open(path: path, rules: rules, report: report)
                do {
                    try await body(store)
                } catch {
                    await store.close()
                    throw error
                }
                await store.close()
            }
        }
    }
}

/// A directory that is removed afterwards.
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

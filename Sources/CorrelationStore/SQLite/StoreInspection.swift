// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger
internal import GRDB

/// A store that is only looked at, beside the bridge that has it open or without one.
///
/// It takes no lock and writes nothing. *Isolation*: any task.
public struct StoreInspection: Sendable {
    /// The accounts whose transactions the store holds.
    public let owners: [StoreOwner]
    private let reader: SQLiteReader

    /// Opens a store for reading.
    ///
    /// - Throws: `StoreOpeningError`.
    public static func open(path: String) throws(StoreOpeningError) -> StoreInspection {
        let file = SQLiteFile(path: path)
        guard let size = SQLiteFile.size(path) else { throw .missing(path: path) }
        guard size > 0 else { throw .empty(path: path) }
        let connection = try file.reader("store.inspection")
        do {
            let owners = try connection.read { database in
                try file.checkSchema(database)
                return try file.owners(database)
            }
            return StoreInspection(owners: owners, reader: SQLiteReader(connection))
        } catch {
            throw file.opening(error)
        }
    }

    /// One transaction.
    public func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction? {
        try await reader.transaction(id)
    }

    /// Transactions that fit a question, newest first.
    public func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction] {
        try await reader.transactions(question)
    }

    /// No more transactions are read from lanes.
    public static let longestLanes = 10_000

    /// Everything that stands in the lanes of terminals, each lane in its order: its first one holds the terminal.
    public func inLanes() async throws(StoreError) -> [Transaction] {
        try await reader.inLanes(limit: Self.longestLanes)
    }

    /// Callbacks that are evidence of no transaction, newest first.
    public func keptCallbacks(
        cause: QuarantinedCallback.Cause?,
        limit: Int
    ) async throws(StoreError) -> [KeptCallback] {
        try await reader.keptCallbacks(cause: cause, limit: min(limit, KeptCallback.longestAnswer))
    }

    /// What a transaction's history holds: steps, evidence and events, in order.
    public func story(of id: TransactionID) async throws(StoreError) -> TransactionStory {
        try await reader.story(of: id)
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import GRDB

/// A look at a SQLite file; see `StoreInspection`.
struct SQLiteInspection: StoreInspection {
    let owners: [StoreOwner]
    private let reader: SQLiteReader

    /// Opens a file for reading.
    init(_ file: SQLiteFile) throws(StoreOpeningError) {
        guard let size = SQLiteFile.size(file.path) else { throw .missing(place: file.path) }
        guard size > 0 else { throw .empty(place: file.path) }
        let connection = try file.reader("store.inspection")
        do {
            owners = try connection.read { database in
                try file.checkSchema(database)
                return try file.owners(database)
            }
        } catch {
            throw file.opening(error)
        }
        reader = SQLiteReader(connection, of: file)
    }

    func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction? {
        try await reader.transaction(id)
    }

    func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction] {
        try await reader.transactions(question)
    }

    func inLanes() async throws(StoreError) -> [Transaction] {
        try await reader.inLanes(limit: InspectionLimits.lanes)
    }

    func keptCallbacks(
        cause: QuarantinedCallback.Cause?,
        limit: Int
    ) async throws(StoreError) -> [KeptCallback] {
        try await reader.keptCallbacks(cause: cause, limit: min(limit, KeptCallback.longestAnswer))
    }

    func story(of id: TransactionID) async throws(StoreError) -> TransactionStory {
        try await reader.story(of: id)
    }
}

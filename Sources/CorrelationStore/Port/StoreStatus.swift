// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// How a store stands, for `store status`.
public struct StoreStatus: Sendable, Equatable {
    /// The accounts whose transactions it holds.
    public let owners: [StoreOwner]
    /// The schema's number.
    public let schema: Int
    /// The schema that this program needs.
    public let newestSchema: Int
    /// Transactions by status; empty where the schema is not this program's.
    public var transactions: [TransactionStatus: Int] = [:]
    /// Outbox entries that wait to be published.
    public var pendingEntries = 0
    /// Contradictions that no person has dealt with.
    public var openContradictions = 0
    /// Since when the store is held after a restore, if it is.
    public var heldSince: Timestamp?
    /// Size of the database, bytes.
    public var databaseBytes: Int64 = 0
    /// Size of the log that is not yet copied into it, bytes.
    public var logBytes: Int64 = 0
    /// What the engine's quick check found wrong, at most ten; empty where it found nothing.
    public var faults: [String] = []

    /// A store of which only its owners and its schema are known.
    package init(owners: [StoreOwner], schema: Int, newestSchema: Int) {
        (self.owners, self.schema, self.newestSchema) = (owners, schema, newestSchema)
    }
}

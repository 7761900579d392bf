// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// How things stand in the store.
public struct StoreCensus: Sendable, Equatable {
    /// Unfinished transactions by status; finished ones are not counted anew each time.
    public var unfinished: [TransactionStatus: Int] = [:]
    /// When the oldest of those that wait to be sent was accepted.
    public var oldestWaiting: Timestamp?
    /// When the oldest doubt began.
    public var oldestDoubt: Timestamp?
    /// How many of those in doubt wait for a person.
    public var doubtsForOperator = 0
    /// Contradictions that no person has dealt with.
    public var openContradictions = 0
    /// Entries that wait to be published.
    public var pendingEntries = 0
    /// Size of the database and its log, bytes.
    public var bytes: Int64 = 0
    /// Commits since the store was opened; several changes share one.
    public var commits = 0

    /// An empty census.
    public init() {}
}

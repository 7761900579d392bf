// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger

/// What people ask about transactions.
///
/// *Throws*: `StoreError`. *Isolation*: any task.
public protocol TransactionReading: Sendable {
    /// One transaction; `nil` if there is none of that name.
    func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction?
    /// Transactions that fit a question, newest first.
    func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction]
    /// What a transaction's history holds: steps, evidence and events, in order.
    func story(of id: TransactionID) async throws(StoreError) -> TransactionStory
}

/// A store that is only looked at, beside the bridge that has it open or without one.
///
/// It takes no lock and writes nothing.
public protocol StoreInspection: TransactionReading {
    /// The accounts whose transactions the store holds.
    var owners: [StoreOwner] { get }
    /// Everything that stands in the lanes of terminals, each lane in its order: its first one holds the terminal.
    ///
    /// At most `InspectionLimits.lanes` are read.
    func inLanes() async throws(StoreError) -> [Transaction]
    /// Callbacks that are evidence of no transaction, newest first, at most `KeptCallback.longestAnswer`.
    func keptCallbacks(
        cause: QuarantinedCallback.Cause?,
        limit: Int
    ) async throws(StoreError) -> [KeptCallback]
}

/// How much one look shows.
public enum InspectionLimits {
    /// No more transactions are read from lanes.
    public static let lanes = 10_000
}

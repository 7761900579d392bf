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

/// What the bridge itself asks a store, beside what people ask.
///
/// Each answer shows one committed state of the store. Nothing blocks the cooperative pool.
public protocol StoreReading: TransactionReading {
    /// Transactions that are not final, after an id, in the order of their ids.
    func unfinished(after id: TransactionID?, limit: Int) async throws(StoreError) -> [Transaction]

    /// Transactions that are final and still keep their lane, because a command that cancels may have effects.
    func lingering() async throws(StoreError) -> [Transaction]

    /// The last event of a transaction, for another address; `nil` if there is no such transaction.
    func latestEvent(
        of original: ControlRequest.Original,
        account: String?,
        for address: ReplyAddress
    ) async throws(StoreError) -> OutboundEvent?

    /// How things stand, for metrics and readiness; a reader beside the store does not know the number of commits.
    func census() async throws(StoreError) -> StoreCensus

    /// The latest instant that the newest entries of the store are dated by; `nil` for an empty store.
    ///
    /// A clock on the wall that is behind it was set wrong, now or then.
    func newestInstant() async throws(StoreError) -> Timestamp?
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

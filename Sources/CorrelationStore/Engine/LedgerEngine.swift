// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger

/// What a database must be able to do, so that `LedgerStore` can be a store on it.
///
/// An engine brings a connection that writes, the ledger's rows in it, and answers to questions. Rules, group commit,
/// the order of the outbox and the port are written once (`docs/decisions/0017-engines.md`).
package protocol LedgerEngine: Sendable {
    /// The connection that writes.
    associatedtype Connection: WriteConnection
    /// What answers questions beside it.
    associatedtype Reader: StoreReader

    /// Answers questions of the bridge; never waits for a person's question.
    var relayReader: Reader { get }
    /// Answers questions of people.
    var adminReader: Reader { get }

    /// Runs a body with the connection that writes, on a thread of its own, until the body returns.
    ///
    /// Returns at once. `refuse` is called instead of the body where the connection cannot be made ready.
    func write(
        _ body: @escaping @Sendable (Connection) -> Void,
        orRefuse refuse: @escaping @Sendable (any Error) -> Void
    )
    /// Classifies an error of the engine: only what our own code did wrong is a fault, everything else may pass.
    static func storeError(_ error: any Error) -> StoreError
    /// Closes all connections and gives the store back to other processes.
    ///
    /// Blocks until the body of `write` has returned: not to be called on the cooperative pool.
    func close()
}

/// The connection that writes: one write transaction after the other.
///
/// *Isolation*: the thread that `LedgerEngine.write` gives it.
package protocol WriteConnection {
    associatedtype Rows: StoreRows

    /// The rows as the open write transaction sees them.
    var rows: Rows { get }
    /// Begins a write transaction.
    func begin() throws
    /// Ends the write transaction: when it returns, all of it is durable.
    ///
    /// *Throws*: where it is not known to be durable.
    func commit() throws
    /// Ends the write transaction, if one is open, so that nothing of it is left.
    func undo()
    /// Whether a change that failed so, and of which nothing is durable, may be made again at once.
    ///
    /// It may where a server or another writer was in the way, and is not any more.
    func isWorthRepeating(after error: any Error) -> Bool
    /// The entries that the last write transaction appended to the outbox, in order; called once after each commit.
    func takeAppended() -> [OutboxEntry]
}

/// It is not known whether a commit is durable, and the store is closing, so that it will not be known any more.
///
/// Nothing of it may be made again.
package struct CommitOutcomeUnknown: Error {
    package init() {}
}

extension WriteConnection {
    /// With one writer and no server nothing gets better by itself.
    package func isWorthRepeating(after error: any Error) -> Bool { false }
}

/// What an engine answers beside the connection that writes.
///
/// Each answer shows one committed state of the store. *Throws*: `StoreError`. *Isolation*: any task; nothing blocks
/// the cooperative pool.
package protocol StoreReader: StoreReading {
    /// Entries of one kind, or of all, that wait to be published, from the one after a position on, positions
    /// ascending.
    func pending(
        of kind: OutboxEntry.Kind?,
        after position: Int64,
        limit: Int
    ) async throws(StoreError) -> [OutboxEntry]
    /// Entries to which no queue was bound and that are to be tried again by now, oldest first.
    func unrouted(
        of kind: OutboxEntry.Kind?,
        dueBy instant: Timestamp,
        limit: Int
    ) async throws(StoreError) -> [OutboxEntry]
}

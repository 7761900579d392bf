// SPDX-License-Identifier: Apache-2.0

package import BridgeLedger

/// Takes batches of changes from the queue and makes each of them one durable write transaction, on any engine.
///
/// *Isolation*: lives and blocks on the thread of its connection, never on the cooperative pool.
package struct BatchWriter<Connection: WriteConnection> {
    package typealias Ledger = TransactionLedger<Connection.Rows>
    typealias Change = QueuedChange<Ledger>

    private let connection: Connection
    private let ledger: Ledger
    private let onAppend: ([OutboxEntry]) -> Void
    private let storeError: (any Error) -> StoreError
    private let report: @Sendable (CommitReport) -> Void

    /// A writer on a connection.
    ///
    /// - Parameters:
    ///   - connection: The one that writes.
    ///   - rules: How inputs become rows.
    ///   - onAppend: Gets what a commit appended to the outbox, before the callers are told.
    ///   - storeError: Classifies the engine's errors.
    ///   - report: Called after each commit.
    package init(
        _ connection: Connection,
        rules: StoreRules,
        onAppend: @escaping ([OutboxEntry]) -> Void,
        storeError: @escaping (any Error) -> StoreError,
        report: @escaping @Sendable (CommitReport) -> Void
    ) {
        self.connection = connection
        ledger = Ledger(rows: connection.rows, rules: rules)
        self.onAppend = onAppend
        self.storeError = storeError
        self.report = report
    }

    /// Commits batch after batch until the queue is closed and empty.
    package func run(_ queue: CommitQueue<Ledger>) {
        while let batch = queue.next() {
            guard write(batch, of: queue) else { return queue.refuseEverything(.closed) }
        }
    }

    /// A change that fails alone is made again so often, where its connection says that it is worth it.
    static var repetitions: Int { 3 }

    /// Makes a batch durable; if that fails, each of its changes on its own, so that only the culprit fails.
    ///
    /// - Returns: `false` if it will never be known what became of the batch: nothing may be written after it.
    private func write(_ batch: ArraySlice<Change>, of queue: CommitQueue<Ledger>, repetition: Int = 0) -> Bool {
        let start = ContinuousClock.now
        do {
            try connection.begin()
        } catch {
            // No change is to blame, and each alone would fail the same way: it is no fault of any of them.
            connection.undo()
            report(CommitReport(changes: batch.count, duration: .now - start, succeeded: false))
            var reason = storeError(error)
            if case .fault(let words) = reason { reason = .unavailable(words) }
            for change in batch { change.refuse(reason) }
            return true
        }
        do {
            let answers = try batch.map { try $0.perform(ledger) }
            queue.note(.committing)
            try connection.commit()
            DebugDisk.sync()
            queue.note(.telling)
            onAppend(connection.takeAppended())
            report(CommitReport(changes: batch.count, duration: .now - start, succeeded: true))
            for answer in answers { answer() }
            return true
        } catch {
            queue.note(.changing)
            connection.undo()
            report(CommitReport(changes: batch.count, duration: .now - start, succeeded: false))
            guard !(error is CommitOutcomeUnknown) else {
                for change in batch { change.refuse(.closed) }
                return false
            }
            guard batch.count > 1 else {
                if repetition < Self.repetitions, connection.isWorthRepeating(after: error) {
                    return write(batch, of: queue, repetition: repetition + 1)
                }
                for change in batch { change.refuse(storeError(error)) }
                return true
            }
            for (done, index) in batch.indices.enumerated() where !write(batch[index...index], of: queue) {
                for change in batch.dropFirst(done + 1) { change.refuse(.closed) }
                return false
            }
            return true
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// Status queries that are due, at most one per transaction.
///
/// While Getnet tells nothing, every transaction asks again at each interval, faster than the budget lets queries go:
/// what is lined up is not lined up again, and what became final meanwhile is passed over.
final class QueryLine: Sendable {
    /// A status query that is due.
    struct Query: Sendable {
        let id: TransactionID
        let idPosTxs: String
    }

    /// More queries than this are not lined up; the agenda asks for them again.
    static let limit = 10_000

    private let queue = WorkQueue<Query>(limit: QueryLine.limit)
    private let wanted = NIOLockedValueBox<Set<TransactionID>>([])

    /// Lines a query up where it is not lined up yet; `false` if there is no room.
    func offer(_ query: Query) -> Bool {
        guard wanted.withLockedValue({ $0.insert(query.id).inserted }) else { return true }
        if queue.offer(query) { return true }
        withdraw(query.id)
        return false
    }

    /// Takes back the query: its answer is not needed any more.
    func withdraw(_ id: TransactionID) {
        wanted.withLockedValue { wanted in _ = wanted.remove(id) }
    }

    /// The next query that is still wanted; `nil` once the line is closed or the task is cancelled.
    func next() async -> Query? {
        while let query = await queue.next() {
            if wanted.withLockedValue({ $0.remove(query.id) }) != nil { return query }
        }
        return nil
    }

    /// How many queries wait, including those that are not needed any more.
    var load: QueueLoad { queue.load }

    /// Ends every wait, now and later.
    func close() {
        queue.close()
    }
}

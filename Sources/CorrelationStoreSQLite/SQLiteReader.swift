// SPDX-License-Identifier: Apache-2.0

internal import CorrelationStore
internal import GRDB
internal import NIOConcurrencyHelpers

/// A connection that reads, one question after the other, beside the writer.
///
/// Every question is one statement and so sees one state of the store. *Isolation*: any task; the work is done on the
/// connection's queue.
package final class SQLiteReader: StoreReader {
    /// Questions that may wait; more are refused with `StoreError.overloaded`.
    static let queueLimit = 1_024

    private struct State {
        var waiting = 0
        var isClosed = false
    }

    private let connection: DatabaseQueue
    let file: SQLiteFile
    private let state = NIOLockedValueBox(State())

    init(_ connection: DatabaseQueue, of file: SQLiteFile) {
        self.connection = connection
        self.file = file
    }

    /// Answers a question.
    func read<Value: Sendable>(
        _ question: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let refusal: StoreError? = state.withLockedValue { state in
            if state.isClosed { return .closed }
            if state.waiting >= Self.queueLimit { return .overloaded }
            state.waiting += 1
            return nil
        }
        if let refusal { throw refusal }
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            connection.asyncWriteWithoutTransaction { database in
                let result = Result { try question(database) }.mapError { StoreError($0) }
                self.state.withLockedValue { $0.waiting -= 1 }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    /// Refuses further questions, answers those that wait and closes.
    ///
    /// Blocks: not to be called on the cooperative pool.
    func close() throws {
        state.withLockedValue { $0.isClosed = true }
        try connection.close()
    }
}

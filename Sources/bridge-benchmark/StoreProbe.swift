// SPDX-License-Identifier: Apache-2.0

internal import GRDB

/// Reads the rows of a bridge's store where that is a file.
struct StoreProbe {
    /// The file.
    let path: String

    private func read<Value>(_ question: (Database) throws -> Value) throws -> Value {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration).read(question)
    }

    /// The position of the newest event.
    func newestOutboxEntry() throws -> Int64 {
        try read { try Int64.fetchOne($0, sql: "SELECT coalesce(max(position), 0) FROM outbox") ?? 0 }
    }

    /// From the arrival of each callback to the broker's confirm of the event it made, in milliseconds, by the bridge's
    /// own rows.
    func callbackToConfirm(after position: Int64) throws -> [Double] {
        try read { database in
            try Double.fetchAll(
                database,
                sql: """
                    SELECT outbox.settled_at - evidence.received_at FROM outbox
                    JOIN evidence USING (transaction_id)
                    WHERE outbox.position > ? AND outbox.name = 'charge.approved' AND evidence.source = 'callback'
                    """,
                arguments: [position]
            )
        }
    }
}

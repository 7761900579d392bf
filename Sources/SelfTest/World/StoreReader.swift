// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB

/// Reads the bridge's tables without the bridge's code.
enum StoreReader {
    /// Reads everything that the judge wants to know.
    static func read(_ path: String) throws -> StoreLedger {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read { database in
            var ledger = StoreLedger()
            ledger.transactions = try Row.fetchAll(database, sql: "SELECT * FROM transactions ORDER BY id").map(
                transaction
            )
            ledger.entries = try Row.fetchAll(
                database,
                sql: "SELECT * FROM outbox WHERE kind <> 'dead_letter' ORDER BY position"
            ).map(entry)
            for row in try Row.fetchAll(database, sql: "SELECT transaction_id, source, finding FROM evidence") {
                let id: String = row["transaction_id"]
                if row["source"] == "callback" { ledger.evidence[id, default: .init()].callbacks += 1 }
                if row["finding"] == "decided" { ledger.evidence[id, default: .init()].deciding += 1 }
            }
            for row in try Row.fetchAll(database, sql: "SELECT transaction_id FROM quarantined_callbacks") {
                ledger.evidence[row["transaction_id"], default: .init()].callbacks += 1
            }
            return ledger
        }
    }

    private static func transaction(_ row: Row) -> StoreLedger.Transaction {
        StoreLedger.Transaction(
            id: row["id"],
            type: row["type"],
            commandID: row["command_id"],
            reference: row["reference"],
            terminal: row["terminal"],
            amount: row["amount"],
            status: row["status"],
            reason: row["reason"],
            sequence: row["sequence"],
            attempts: row["attempts"],
            postedAt: row["posted_at"],
            completedAt: row["completed_at"],
            queryAt: row["query_at"],
            dueAt: row["due_at"],
            number: row["id_pos_txs"],
            decidedBy: row["decided_by"],
            originalID: row["original_id"],
            wasCancelled: row["cancel_sent_at"] != nil,
            isRestored: row["restored_at"] != nil
        )
    }

    private static func entry(_ row: Row) -> StoreLedger.Entry {
        StoreLedger.Entry(
            position: row["position"],
            eventID: row["event_id"],
            name: row["name"],
            transactionID: row["transaction_id"],
            isSettled: row["settled_at"] != nil
        )
    }
}

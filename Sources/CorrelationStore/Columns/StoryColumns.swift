// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger

/// How the rows of a transaction's history, and of callbacks that were kept, are read; whatever the engine.
package enum StoryColumns {
    package static let steps = "kind, count, started_at, detail, happened_at"
    package static let evidence = "source, finding, masked, received_at"
    package static let events = "settled_at, returns, " + OutboxColumns.appended.joined(separator: ", ")
    package static let quarantined = [
        "cause", "transaction_id", "id_pos_txs", "custom_id", "masked_body", "received_at",
    ]
    package static let keptCallback = "number, " + quarantined.joined(separator: ", ")

    /// Reads the columns `steps`.
    package static func readStep(_ row: inout some RowReader, of id: TransactionID) throws -> TransactionStep {
        TransactionStep(
            kind: try row.word("steps.kind", of: id),
            number: row.optionalInteger().map { Int($0) },
            startedAt: row.optionalInstant(),
            detail: row.optionalText(),
            at: row.instant()
        )
    }

    /// Reads the columns `evidence`.
    package static func readPiece(
        _ row: inout some RowReader,
        of id: TransactionID
    ) throws -> TransactionStory.Piece {
        TransactionStory.Piece(
            source: try row.word("evidence.source", of: id),
            finding: try row.word("evidence.finding", of: id),
            masked: row.bytes(),
            receivedAt: row.instant()
        )
    }

    /// Reads the columns `events`.
    package static func readAnnouncement(_ row: inout some RowReader) throws -> TransactionStory.Announcement {
        let settledAt = row.optionalInstant()
        let returns = Int(row.integer())
        let event = try OutboxColumns.readEvent(&row)
        return TransactionStory.Announcement(event: event, settledAt: settledAt, returns: returns)
    }

    /// Reads the columns `keptCallback`.
    package static func readKeptCallback(_ row: inout some RowReader) throws -> KeptCallback {
        let number = row.integer()
        let cause: QuarantinedCallback.Cause = try row.word("quarantined_callbacks.cause", of: nil)
        guard let id = TransactionID(row.text()) else {
            throw StoredRowFault("quarantined_callbacks.transaction_id", of: nil)
        }
        return KeptCallback(
            number: number,
            cause: cause,
            transactionID: id,
            idPosTxs: row.optionalText(),
            customID: row.optionalText(),
            maskedBody: row.bytes(),
            receivedAt: row.instant()
        )
    }
}

extension StoreCensus {
    /// Adds a row of the count by status: status, count, the oldest doubt, how many need a person, the oldest of all.
    package mutating func addUnfinished(_ row: inout some RowReader) throws {
        let status: TransactionStatus = try row.word("transactions.status", of: nil)
        unfinished[status] = Int(row.integer())
        oldestDoubt = [oldestDoubt, row.optionalInstant()].compactMap { $0 }.min()
        let forOperator = Int(row.integer())
        if status == .inDoubt { doubtsForOperator = forOperator }
        let accepted = row.optionalInstant()
        if status == .accepted || status == .waiting {
            oldestWaiting = [oldestWaiting, accepted].compactMap { $0 }.min()
        }
    }
}

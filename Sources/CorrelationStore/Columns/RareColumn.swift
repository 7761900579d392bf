// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What is set by contradictions, people, restored backups, voids, cancels and closes.
package enum RareColumn: String, ColumnGroup {
    case openContradictions = "open_contradictions"
    case restoredAt = "restored_at"
    case receiptSeenAt = "receipt_seen_at"
    case cancelSentAt = "cancel_sent_at"
    case cancelEndedAt = "cancel_ended_at"
    case batchReport = "batch_report"

    package static let columns = allCases

    /// What the columns are written from.
    package struct Part: Equatable {
        fileprivate let openContradictions: Int
        fileprivate let restoredAt: Timestamp?
        fileprivate let preparation: Transaction.Preparation
        fileprivate let cancelAttempt: Transaction.CancelAttempt?
    }

    package static func part(of transaction: Transaction) -> Part {
        Part(
            openContradictions: transaction.contradictions.open,
            restoredAt: transaction.restoredAt,
            preparation: transaction.preparation,
            cancelAttempt: transaction.cancelAttempt
        )
    }

    package func write(_ part: Part, _ row: inout some RowWriter) {
        switch self {
        case .openContradictions: row.add(Int64(part.openContradictions))
        case .restoredAt: row.add(part.restoredAt)
        case .receiptSeenAt: row.add(part.preparation.receiptSeenAt)
        case .cancelSentAt: row.add(part.cancelAttempt?.sentAt)
        case .cancelEndedAt: row.add(part.cancelAttempt?.endedAt)
        case .batchReport: row.add(text: part.preparation.batchReport)
        }
    }

    package func read(into transaction: inout Transaction, _ row: inout some RowReader) {
        switch self {
        case .openContradictions:
            transaction.contradictions.settled = transaction.contradictions.known.count - Int(row.integer())
        case .restoredAt: transaction.restoredAt = row.optionalInstant()
        case .receiptSeenAt: transaction.preparation.receiptSeenAt = row.optionalInstant()
        case .cancelSentAt:
            transaction.cancelAttempt = row.optionalInstant().map { Transaction.CancelAttempt(sentAt: $0) }
        case .cancelEndedAt:
            let endedAt = row.optionalInstant()
            transaction.cancelAttempt?.endedAt = endedAt
        case .batchReport: transaction.preparation.batchReport = row.optionalBytes()
        }
    }
}

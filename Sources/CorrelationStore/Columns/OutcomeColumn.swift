// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What is set with the final status; its result is in `ResultColumn`.
package enum OutcomeColumn: String, ColumnGroup {
    case completedAt = "completed_at"
    case decidedBy = "decided_by"
    /// Follows from the others; a unique index holds it.
    case paidClaim = "paid_claim"
    /// A row without a result has `NULL` here; a result without a readable number has a word.
    case responseCode = "result_response_code"

    package static let columns = allCases

    package func write(_ transaction: Transaction, _ row: inout some RowWriter) {
        switch self {
        case .completedAt: row.add(transaction.outcome.completedAt)
        case .decidedBy: row.add(transaction.outcome.decidedBy?.rawValue)
        case .paidClaim: row.add(transaction.paidClaim)
        case .responseCode: row.add(transaction.outcome.result.map { StoredResponseCode.text($0.responseCode) })
        }
    }

    package func read(into transaction: inout Transaction, _ row: inout some RowReader) throws {
        switch self {
        case .completedAt: transaction.outcome.completedAt = row.optionalInstant()
        case .decidedBy:
            transaction.outcome.decidedBy = try row.optionalWord("transactions.decided_by", of: transaction.id)
        case .paidClaim: row.skip()
        case .responseCode:
            transaction.outcome.result = try row.optionalText().map { text in
                var result = TerminalResult()
                result.responseCode = try StoredResponseCode.value(text, of: transaction.id)
                return result
            }
        }
    }
}

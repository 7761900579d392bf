// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What is set with the final status; its result is in `ResultColumn`.
package enum OutcomeColumn: String, ColumnGroup {
    case completedAt = "completed_at"
    case decidedBy = "decided_by"
    /// What the result claims; an index finds its owner.
    case paidClaim = "paid_claim"
    /// A row without a result has `NULL` here; a result without a readable number has a word.
    case responseCode = "result_response_code"

    package static let columns = allCases

    /// What the columns are written from.
    package struct Part: Equatable {
        fileprivate let completedAt: Timestamp?
        fileprivate let decidedBy: EvidenceSource?
        fileprivate let paidClaim: String?
        fileprivate let responseCode: TerminalResult.ResponseCode?

        /// What is claimed follows from the result, and is written with it.
        package static func == (left: Part, right: Part) -> Bool {
            left.completedAt == right.completedAt && left.decidedBy == right.decidedBy
                && left.responseCode == right.responseCode
        }
    }

    package static func part(of transaction: Transaction) -> Part {
        Part(
            completedAt: transaction.outcome.completedAt,
            decidedBy: transaction.outcome.decidedBy,
            paidClaim: transaction.paidClaim,
            responseCode: transaction.outcome.result?.responseCode
        )
    }

    package func write(_ part: Part, _ row: inout some RowWriter) {
        switch self {
        case .completedAt: row.add(part.completedAt)
        case .decidedBy: row.add(part.decidedBy?.rawValue)
        case .paidClaim: row.add(part.paidClaim)
        case .responseCode: row.add(part.responseCode.map { StoredResponseCode.text($0) })
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

// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What nearly every input sets; it is always written, so its part is the whole transaction.
///
/// Columns that others follow from stand before them: `submitting` before `attempts`, `reason` before `waitedFor`.
package enum ProgressColumn: String, ColumnGroup {
    case status, submitting, reason
    case waitedFor = "waited_for"
    case sequence, attempts
    case postedAt = "posted_at"
    case submittedAt = "submitted_at"
    case queries
    case queryAt = "query_at"
    case dueAt = "due_at"
    case contradictions
    case knownToCloud = "known_to_cloud"
    case rejectedTokens = "rejected_tokens"
    case refusedPosts = "refused_posts"

    package static let columns = allCases

    package static func part(of transaction: Transaction) -> Transaction { transaction }

    package func write(_ transaction: Transaction, _ row: inout some RowWriter) {
        switch self {
        case .status: row.add(transaction.status.rawValue)
        case .submitting: row.add(transaction.isSubmitting)
        case .reason: row.add(transaction.reason?.code.rawValue)
        case .waitedFor: row.add(transaction.reason?.waitedFor?.rawValue)
        case .sequence: row.add(transaction.sequence)
        case .attempts: row.add(Int64(transaction.posting.attempts))
        case .postedAt: row.add(transaction.posting.startedAt)
        case .submittedAt: row.add(transaction.posting.acknowledgedAt)
        case .queries: row.add(Int64(transaction.statusQueries.begun))
        case .queryAt: row.add(transaction.statusQueries.dueAt)
        case .dueAt: row.add(transaction.dueAt)
        case .contradictions: row.add(text: StoredContradictions.text(transaction.contradictions.known))
        case .knownToCloud: row.add(transaction.posting.isKnownToCloud)
        case .rejectedTokens: row.add(Int64(transaction.posting.rejectedTokens))
        case .refusedPosts: row.add(Int64(transaction.posting.refused))
        }
    }

    package func read(into transaction: inout Transaction, _ row: inout some RowReader) throws {
        let id = transaction.id
        switch self {
        case .status:
            let status: TransactionStatus = try row.word("transactions.status", of: id)
            transaction.state = status.restingState
        case .submitting: if row.flag() { transaction.state = .submitting(attempt: 0) }
        case .reason:
            let code: Reason.Code? = try row.optionalWord("transactions.reason", of: id)
            transaction.reason = code.map { Reason($0) }
        case .waitedFor:
            let code: Reason.Code? = try row.optionalWord("transactions.waited_for", of: id)
            transaction.reason = transaction.reason.map { Reason($0.code, waitedFor: code) }
        case .sequence: transaction.sequence = row.integer()
        case .attempts:
            transaction.posting.attempts = Int(row.integer())
            if case .submitting = transaction.state {
                transaction.state = .submitting(attempt: transaction.posting.attempts)
            }
        case .postedAt: transaction.posting.startedAt = row.optionalInstant()
        case .submittedAt: transaction.posting.acknowledgedAt = row.optionalInstant()
        case .queries: transaction.statusQueries.begun = Int(row.integer())
        case .queryAt: transaction.statusQueries.dueAt = row.optionalInstant()
        case .dueAt: transaction.dueAt = row.optionalInstant()
        case .contradictions:
            transaction.contradictions.known = try StoredContradictions.value(row.optionalBytes(), of: id)
        case .knownToCloud: transaction.posting.isKnownToCloud = row.flag()
        case .rejectedTokens: transaction.posting.rejectedTokens = Int(row.integer())
        case .refusedPosts: transaction.posting.refused = Int(row.integer())
        }
    }
}

extension Transaction {
    /// Whether a POST may be under way; the attempt's number is `posting.attempts`.
    fileprivate var isSubmitting: Bool {
        if case .submitting(let attempt) = state {
            precondition(attempt == posting.attempts, "only the last attempt is under way")
            return true
        }
        return false
    }
}

extension TransactionStatus {
    /// The state behind a status while no POST is under way.
    fileprivate var restingState: TransactionState {
        switch self {
        case .accepted, .waiting: .accepted
        case .submitted: .submitted
        case .approved: .approved
        case .declined: .declined
        case .notCompleted: .notCompleted
        case .failed: .failed
        case .inDoubt: .inDoubt
        case .completed: .completed
        }
    }
}

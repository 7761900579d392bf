// SPDX-License-Identifier: Apache-2.0

/// What the outside is told about a transaction.
///
/// Source: docs/promises.md 3.1.
public enum TransactionStatus: String, Sendable, Hashable, CaseIterable {
    case accepted
    case waiting
    case submitted
    case approved
    case declined
    case notCompleted = "not_completed"
    case failed
    case inDoubt = "in_doubt"
    case completed

    /// Whether nothing but a contradiction can follow.
    public var isFinal: Bool {
        switch self {
        case .approved, .declined, .notCompleted, .failed, .completed: true
        case .accepted, .waiting, .submitted, .inDoubt: false
        }
    }
}

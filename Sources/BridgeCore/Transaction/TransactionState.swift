// SPDX-License-Identifier: Apache-2.0

/// Where a transaction stands inside the machine.
public enum TransactionState: Sendable, Hashable {
    /// Durable; no POST is under way, none may have reached the cloud.
    case accepted
    /// The POST of that attempt may be under way.
    case submitting(attempt: Int)
    /// The cloud acknowledged and the terminal works.
    case submitted
    /// Paid.
    case approved
    /// The terminal or the issuer said no.
    case declined
    /// The customer did not pay.
    case notCompleted
    /// Certainly never started.
    case failed
    /// Done, without money.
    case completed
    /// Money may have moved; the result is not known yet.
    case inDoubt

    /// Whether nothing but a contradiction can follow.
    public var isFinal: Bool {
        switch self {
        case .approved, .declined, .notCompleted, .failed, .completed: true
        case .accepted, .submitting, .submitted, .inDoubt: false
        }
    }
}

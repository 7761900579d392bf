// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// A question for transactions, newest first.
public struct TransactionQuestion: Sendable, Equatable {
    /// No answer is longer.
    public static let longestAnswer = 500

    /// By the account; a command's id is looked up at once only together with it.
    public var account: String?
    /// By the command's id.
    public var commandID: String?
    /// By the merchant's number.
    public var reference: String?
    /// By status.
    public var status: TransactionStatus?
    /// Only those with a contradiction that no person has dealt with.
    public var isContradicted = false
    /// By `idTerminal`, upper case.
    public var terminal: String?
    /// Accepted at or after.
    public var since: Timestamp?
    /// Older than this one: where the last page ended.
    public var before: TransactionID?
    /// At most so many.
    public var limit = 50

    /// A question that everything fits.
    public init() {}

    /// The transactions with contradictions that no person has dealt with.
    public static var contradicted: TransactionQuestion {
        var question = TransactionQuestion()
        question.isContradicted = true
        question.limit = longestAnswer
        return question
    }

    /// Whether it asks for the newest of all.
    public var isOfNewest: Bool {
        var plain = TransactionQuestion()
        plain.limit = limit
        return self == plain
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The bridge's record of one command, from acceptance to its end: a row of the correlation table.
public struct Transaction: Sendable, Equatable {
    /// Its name, which is also `customId` at Getnet.
    public let id: TransactionID
    /// What was asked for.
    public let command: Command
    /// ISO country of the account.
    public let country: String
    /// Getnet's environment of the account.
    public let environment: String
    /// Where copies of its events go; the last delivery's address wins.
    public var address: ReplyAddress
    /// When it became durable.
    public let acceptedAt: Timestamp

    /// Where it stands.
    public var state: TransactionState = .accepted
    /// Why it waits, failed, was not paid, or is in doubt.
    public var reason: Reason?
    /// How many events it has appended.
    public var sequence: Int64 = 0
    /// How many POSTs were begun.
    public var attempts: Int = 0
    /// When the last POST was begun.
    public var postedAt: Timestamp?
    /// When the cloud acknowledged.
    public var submittedAt: Timestamp?
    /// When it became final.
    public var completedAt: Timestamp?
    /// Getnet's number of it, digits.
    public var idPosTxs: String?
    /// What the terminal said, once there is a verdict.
    public var result: TerminalResult?
    /// Where the verdict came from.
    public var decidedBy: EvidenceSource?
    /// Evidence against the final status that was published already, so that each is published once.
    public var contradictions: [Contradiction.Identity] = []
    /// How many status queries were begun.
    public var queries: Int = 0
    /// When the next status query is due.
    public var queryAt: Timestamp?
    /// When the machine wants to be woken next; `nil` for never.
    public var dueAt: Timestamp?

    /// A transaction as it is before its first event.
    public init(
        id: TransactionID,
        command: Command,
        country: String,
        environment: String,
        address: ReplyAddress,
        acceptedAt: Timestamp
    ) {
        self.id = id
        self.command = command
        self.country = country
        self.environment = environment
        self.address = address
        self.acceptedAt = acceptedAt
    }

    /// What the outside is told.
    public var status: TransactionStatus {
        switch state {
        case .accepted: reason == nil ? .accepted : .waiting
        // The outside learns of a POST by what it brought.
        case .submitting: reason == nil ? .accepted : .waiting
        case .submitted: .submitted
        case .approved: .approved
        case .declined: .declined
        case .notCompleted: .notCompleted
        case .failed: .failed
        case .completed: .completed
        case .inDoubt: .inDoubt
        }
    }

    /// What a paid result of this transaction claims for itself alone.
    ///
    /// Source: contract §4, last paragraph.
    public var paidClaim: String? {
        guard state == .approved, let result else { return nil }
        return result.paidClaim(terminal: command.content.terminal)
    }
}

/// Evidence against a final status.
public struct Contradiction: Sendable, Equatable {
    /// What kind of contradiction it is.
    public enum Code: String, Sendable, CaseIterable {
        /// A second approval that is not the same result: a second payment.
        case secondPayment = "second_payment"
        /// An approval after another final status.
        case paidAfterAll = "paid_after_all"
        /// A refusal after another final status.
        case contraryVerdict = "contrary_verdict"
        /// A paid result whose amount or authorization does not fit.
        case inconsistentPayment = "inconsistent_payment"
    }

    /// What makes two contradictions one.
    public struct Identity: Sendable, Hashable {
        /// What kind it is.
        public let code: Code
        /// What identifies its result, empty where it carries nothing.
        public let result: String

        /// An identity from its parts.
        public init(code: Code, result: String) {
            self.code = code
            self.result = result
        }
    }

    /// What kind of contradiction it is.
    public let code: Code
    /// Where it came from.
    public let evidence: EvidenceSource
    /// The status that it speaks for.
    public let status: TransactionStatus
    /// The result it carries.
    public let result: TerminalResult
    /// When it arrived.
    public let receivedAt: Timestamp
}

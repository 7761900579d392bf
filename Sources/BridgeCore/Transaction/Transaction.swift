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
    /// The sale that it is about, as it was known when the command was accepted.
    public var original: OriginalSale?
    /// Where copies of its events go; the last delivery's address wins.
    public var address: ReplyAddress
    /// When it became durable.
    public let acceptedAt: Timestamp
    /// Its place among the transactions of its terminal, given by the commit that accepted it; 0 before.
    ///
    /// A later commit gives a greater place. Names do not order: they come from the clocks of processes.
    public var place: Int64 = 0

    /// Where it stands.
    public var state: TransactionState = .accepted
    /// Why it waits, failed, was not paid, or is in doubt.
    public var reason: Reason?
    /// How many events it has appended.
    public var sequence: Int64 = 0
    /// How many POSTs were begun.
    public var attempts: Int = 0
    /// Whether a callback proved that a POST reached the cloud, though it decided nothing: no refusal is believed then.
    public var isKnownToCloud = false
    /// How many POSTs were refused.
    ///
    /// A refusal may be untrue, as "the terminal is busy" is now and then, so each of these POSTs may have started a
    /// sale.
    public var refusedPosts: Int = 0
    /// How many POSTs in a row the cloud refused for their token.
    public var rejectedTokens: Int = 0
    /// Whether it stands in its terminal's lane, so that later commands wait behind it.
    public var isInLane = false
    /// Whether the last POST can have no more effects at the terminal, by a clock that does not jump.
    public var isLifeOver = false
    /// When the terminal's journal was read completely without a row that fits.
    public var journalReadAt: Timestamp?
    /// When the receipt of the original was seen in the terminal's journal, for the next POST alone.
    public var receiptSeenAt: Timestamp?
    /// What reading the open batch before the close brought, as JSON, to be told with its end.
    public var batchReport: [UInt8]?
    /// When a command that cancels it at the terminal was made durable, before it was sent.
    public var cancelSentAt: Timestamp?
    /// When that command can have no more effects: it was answered, or its time was over.
    public var cancelEndedAt: Timestamp?
    /// When the last POST was begun.
    public var postedAt: Timestamp?
    /// When the cloud acknowledged.
    public var submittedAt: Timestamp?
    /// When it became final.
    public var completedAt: Timestamp?
    /// Getnet's number of it, digits.
    public var idPosTxs: String?
    /// What the terminal said: the result of the verdict or, in doubt, a payment that does not fit.
    public var result: TerminalResult?
    /// Where the result or the verdict came from.
    public var decidedBy: EvidenceSource?
    /// Evidence against the final status that was published already, so that each is published once.
    public var contradictions: [Contradiction.Identity] = []
    /// How many of the contradictions a person has dealt with; they are dealt with in their order.
    public var settledContradictions: Int = 0
    /// When a backup was restored that shows it before the end of its POST: one may have left after the backup.
    public var restoredAt: Timestamp?
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

    /// How much money it moves, as far as is known before its result; `nil` where none.
    public var amount: Money? {
        switch effect {
        case .sale, .refund: command.content.amount
        case .void: original?.amount
        case .reading, .acting: nil
        }
    }

    /// Whether a row of the terminal's journal is a payment that speaks against its status.
    public func isContradicted(by row: TerminalResult) -> Bool {
        contradictions.contains { $0.code.speaksOfPayment && $0.carriedPayment.isSame(as: row) }
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

    /// How many contradictions no person has dealt with yet.
    public var openContradictions: Int { contradictions.count - settledContradictions }

    /// Whether a command that cancels it may still reach the terminal; the next sale must not be there then.
    public var isBeingCancelled: Bool { cancelSentAt != nil && cancelEndedAt == nil }

    /// The period in which a POST left that may have a result; `nil` if none may have left.
    ///
    /// A POST that a backup does not show may have left between the last thing it shows and the restore.
    public var posting: ClosedRange<Timestamp>? {
        guard let latest = restoredAt ?? postedAt else { return nil }
        return min(postedAt ?? acceptedAt, latest)...latest
    }

    /// What a paid result of this transaction claims for itself alone.
    ///
    /// A person's approval has no time of the terminal's; it claims the receipt until evidence brings the time.
    /// Source: docs/promises.md 4.6.
    ///
    /// In doubt it is the payment that did not fit: it is this transaction's alone, also after a person decides.
    public var paidClaim: String? {
        guard let result, state == .approved || state == .inDoubt && looksPaid(result) else { return nil }
        let terminal = command.content.terminal
        return result.paidClaim(of: effect, terminal: terminal)
            ?? (decidedBy == .operator ? result.receiptClaim(of: effect, terminal: terminal) : nil)
    }
}

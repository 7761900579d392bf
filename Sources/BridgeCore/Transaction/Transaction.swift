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
    /// Its POSTs.
    public var posting = Posting()
    /// Its stay in its terminal's lane.
    public var stay = LaneStay()
    /// What was read at the terminal for its next POST.
    public var preparation = Preparation()
    /// The command that cancels it at the terminal, if one was made durable.
    public var cancelAttempt: CancelAttempt?
    /// Getnet's number of it, digits.
    public var idPosTxs: String?
    /// The status queries about it.
    public var statusQueries = StatusQueries()
    /// What is known of its result.
    public var outcome = Outcome()
    /// Evidence against its final status.
    public var contradictions = Contradictions()
    /// When a backup was restored that shows it before the end of its POST: one may have left after the backup.
    public var restoredAt: Timestamp?
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
        contradictions.known.contains { $0.code.speaksOfPayment && $0.carriedPayment.isSame(as: row) }
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

    /// Whether it stands in its terminal's lane.
    public var isInLane: Bool { stay.isInLane }

    /// What the terminal said; see `Outcome.result`.
    public var result: TerminalResult? { outcome.result }

    /// Whether a command that cancels it may still reach the terminal; the next sale must not be there then.
    public var isBeingCancelled: Bool { cancelAttempt.map { $0.endedAt == nil } ?? false }

    /// The period in which a POST left that may have a result; `nil` if none may have left.
    ///
    /// A POST that a backup does not show may have left between the last thing it shows and the restore.
    public var postingPeriod: ClosedRange<Timestamp>? {
        guard let latest = restoredAt ?? posting.startedAt else { return nil }
        return min(posting.startedAt ?? acceptedAt, latest)...latest
    }

    /// What a paid result of this transaction claims for itself alone.
    ///
    /// A person's approval has no time of the terminal's; it claims the receipt until evidence brings the time.
    /// Source: docs/promises.md 4.6.
    ///
    /// Before the end it is a payment that was told and decides nothing yet: it waits for its query, or does not fit.
    /// It is this transaction's from the commit that took it in, also after a person decides.
    public var paidClaim: String? {
        guard let result, state == .approved || !state.isFinal && looksPaid(result) else { return nil }
        let terminal = command.content.terminal
        return result.paidClaim(of: effect, terminal: terminal)
            ?? (outcome.decidedBy == .operator ? result.receiptClaim(of: effect, terminal: terminal) : nil)
    }

    /// Whether a payment was told that only waits for its confirmation: nothing speaks against it.
    ///
    /// It is so where callbacks wait for a query (`callbacks.trust`), and no query was answered.
    public var awaitsConfirmation: Bool {
        guard state == .inDoubt, let result, looksPaid(result) else { return false }
        return [.noResult, .noAcknowledgement, .terminalUnreachable].contains(reason?.code)
    }
}

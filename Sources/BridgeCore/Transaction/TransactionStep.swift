// SPDX-License-Identifier: Apache-2.0

/// Something that happened to a transaction and that no event and no piece of evidence tells.
///
/// An ordinary charge has none: its row and its events tell everything.
public struct TransactionStep: Sendable, Equatable {
    /// What happened.
    public enum Kind: String, Sendable, CaseIterable {
        /// A POST ended without an acknowledgement.
        case attempt
        /// A POST answered after its transaction had gone on.
        case lateEnd = "late_end"
        /// The process in the middle of a POST was gone.
        case recovered
        /// A backup was restored.
        case restored
        /// A status query was begun.
        case query
        /// A wrong token brought a status query forward.
        case queryRequested = "query_requested"
        /// A callback came whose body says nothing.
        case unreadableCallback = "unreadable_callback"
        /// The last POST can have no more effects at the terminal.
        case lifeEnded = "life_ended"
        /// The terminal's journal was read, or could not be, and the next command passes.
        case journalClosed = "journal_closed"
        /// The terminal's journal was read for the receipt of the original.
        case receiptRead = "receipt_read"
        /// The terminal's open batch was read before its close.
        case batchRead = "batch_read"
        /// The command that cancels was made durable, to be sent.
        case cancelSent = "cancel_sent"
        /// It was answered or refused.
        case cancelEnded = "cancel_ended"
        /// A cancel came too late.
        case cancelRefused = "cancel_refused"
        /// An answer was not taken as this transaction's, or did not decide it: what does not fit, for people.
        case misfit
        /// The terminal's journal has sales that may be this one, though they do not fit: which, for people.
        case journalNear = "journal_near"
        /// The store refused something that happened, as a fault of the bridge's own.
        case notStorable = "not_storable"
    }

    /// What happened.
    public let kind: Kind
    /// The number of the POST or of the query.
    public let number: Int?
    /// When it began.
    public let startedAt: Timestamp?
    /// What it brought, as a code.
    public let detail: String?
    /// When it happened, or ended.
    public let at: Timestamp

    /// A step from its parts.
    public init(kind: Kind, number: Int? = nil, startedAt: Timestamp? = nil, detail: String? = nil, at: Timestamp) {
        self.kind = kind
        self.number = number
        self.startedAt = startedAt
        self.detail = detail
        self.at = at
    }
}

extension TransactionMachine {
    /// What the record would miss of an input without a step of its own.
    public static func step(
        of input: TransactionInput,
        from before: Transaction,
        to transition: Transition,
        at now: Timestamp
    ) -> TransactionStep? {
        let after = transition.transaction
        switch input {
        case .submissionEnded(let attempt, let outcome):
            return end(of: attempt, outcome, from: before, to: after, at: now)
        case .recovered where after != before:
            return TransactionStep(
                kind: .recovered,
                number: before.posting.attempts,
                startedAt: before.posting.startedAt,
                at: now
            )
        case .restored where after != before:
            guard case .submitting = before.state else { return TransactionStep(kind: .restored, at: now) }
            return TransactionStep(
                kind: .restored,
                number: before.posting.attempts,
                startedAt: before.posting.startedAt,
                at: now
            )
        case .due where after.statusQueries.begun > before.statusQueries.begun:
            return TransactionStep(kind: .query, number: after.statusQueries.begun, at: now)
        case .queryRequested where after != before: return TransactionStep(kind: .queryRequested, at: now)
        case .receiptRead(let reading) where transition.finding != .refused:
            return TransactionStep(kind: .receiptRead, detail: reading.word, at: now)
        case .batchRead(let reading) where transition.finding != .refused:
            return TransactionStep(kind: .batchRead, detail: reading.obstacle?.rawValue ?? "compared", at: now)
        case .unreadableCallback: return TransactionStep(kind: .unreadableCallback, at: now)
        case .notStorable where after != before: return TransactionStep(kind: .notStorable, at: now)
        case .lifeEnded where after != before: return TransactionStep(kind: .lifeEnded, at: now)
        case .journalClosed where after != before: return TransactionStep(kind: .journalClosed, at: now)
        case .cancel where after.cancelAttempt?.sentAt != before.cancelAttempt?.sentAt:
            return TransactionStep(kind: .cancelSent, at: now)
        case .cancelEnded(let end) where transition.finding != .refused:
            return TransactionStep(kind: .cancelEnded, detail: end.word, at: now)
        case .cancel where transition.finding == .refused:
            return TransactionStep(kind: .cancelRefused, detail: before.status.rawValue, at: now)
        case .evidence(let evidence):
            guard let text = misfit(in: evidence, of: before, transition) else { return nil }
            return TransactionStep(kind: .misfit, detail: text, at: now)
        case .journalNear:
            guard let remark = transition.remark else { return nil }
            return TransactionStep(kind: .journalNear, detail: remark, at: now)
        case .due, .receiptRead, .batchRead, .submissionStarted, .recovered, .queryRequested, .lifeEnded,
            .journalAbsence,
            .journalClosed, .cancel, .cancelEnded, .operatorDecision, .settled, .notStorable, .restored:
            return nil
        }
    }

    /// Why evidence did not decide, where something in it is the cause.
    private static func misfit(in evidence: Evidence, of before: Transaction, _ transition: Transition) -> String? {
        // Every query tells the same again.
        guard evidence.source != .query || before.statusQueries.begun <= 1 else { return nil }
        switch transition.finding {
        case .foreign:
            return Misfit.of(evidence.answer, for: before)?.text ?? "its number or its payment is another transaction's"
        case .inconsistent, .undecided:
            let misfit = Misfit.of(evidence.answer, for: before)
            return misfit == before.misfit ? nil : misfit?.text
        case .decided, .agreed, .contradicted, .settled, .refused, nil: return nil
        }
    }

    private static func end(
        of attempt: Int,
        _ outcome: SubmissionOutcome,
        from before: Transaction,
        to after: Transaction,
        at now: Timestamp
    ) -> TransactionStep? {
        let isUnderWay = before.state == .submitting(attempt: attempt)
        let detail: String
        switch outcome {
        // The answer is evidence, and stands there.
        case .answered: return nil
        case .acknowledged(let idPosTxs, _):
            // The row has the number and the instant.
            if after.idPosTxs == idPosTxs, after.posting.acknowledgedAt == now { return nil }
            detail = idPosTxs
        case .notStarted(let refusal): detail = refusal.code.rawValue + (refusal.said.map { ": \($0)" } ?? "")
        case .unknown(.noAcknowledgement): detail = Reason.Code.noAcknowledgement.rawValue
        case .unknown(.terminalUnreachable): detail = Reason.Code.terminalUnreachable.rawValue
        }
        return TransactionStep(
            kind: isUnderWay ? .attempt : .lateEnd,
            number: attempt,
            startedAt: isUnderWay ? before.posting.startedAt : nil,
            detail: detail,
            at: now
        )
    }
}

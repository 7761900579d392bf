// SPDX-License-Identifier: Apache-2.0

/// What an input made of a transaction.
public struct Transition: Sendable, Equatable {
    /// The transaction afterwards.
    public var transaction: Transaction
    /// The events to append, in order, in the same commit.
    public var events: [EventDraft] = []
    /// What to do once the commit is durable.
    public var effects: [Effect] = []
    /// What became of the evidence in the input.
    public var finding: Finding?

    /// The old, final transaction that had Getnet's number before: Getnet's numbers began anew.
    public var formerOwner: TransactionID?

    /// What a paid sale says of its terminal's clock.
    public var clockOffset: ClockOffset?

    /// What people should look at though it decides nothing, in one sentence.
    public var remark: String?

    /// A transition that changes nothing, because the input was not possible.
    public init(refusing transaction: Transaction) {
        self.init(transaction: transaction)
        finding = .refused
    }

    init(transaction: Transaction) {
        self.transaction = transaction
    }

    /// What to do once the commit is durable.
    public enum Effect: Sendable, Equatable {
        /// Hand it to the submitter.
        case submit
        /// POST it, now: this attempt is durable.
        case post(attempt: Int)
        /// Ask the cloud for the status of that number.
        case query(idPosTxs: String)
        /// Send the command that cancels it; it is durable.
        case sendCancel
        /// Read the terminal's journal, then say `journalClosed`; until then the lane stays closed.
        case readJournal
    }

    /// What became of evidence, for the record and the counters.
    public enum Finding: String, Sendable, Hashable, CaseIterable {
        /// It made the status final.
        case decided
        /// It says what is known already.
        case agreed
        /// It speaks against the final status.
        case contradicted
        /// It says nothing that decides.
        case undecided
        /// What it says does not fit together.
        case inconsistent
        /// It names another transaction.
        case foreign
        /// A person has dealt with what spoke against the final status.
        case settled
        /// The input was not possible in this state and changed nothing.
        case refused
    }
}

/// An event that a transition appends, with the transaction as it was at that moment.
public struct EventDraft: Sendable, Equatable {
    /// The transaction when the event was appended; its `sequence` is the event's.
    public let snapshot: Transaction
    /// What the event is about.
    public let occasion: Occasion
    /// What the cloud said, if it refused a POST.
    public let said: String?

    /// What an event is about.
    public enum Occasion: Sendable, Equatable {
        /// The transaction's status; where it waits for its lane, with what stands before it.
        case status(behind: LaneOccupancy?)
        /// Evidence against its final status.
        case contradiction(Contradiction)
        /// What was given back of it.
        case amendments(Amendments)

        /// What stands before it, if the event says that it waits for its lane.
        public var lane: LaneOccupancy? { if case .status(let lane) = self { lane } else { nil } }
        /// The evidence, if that is what the event is about.
        public var contradiction: Contradiction? { if case .contradiction(let it) = self { it } else { nil } }
    }

    /// A draft from its parts.
    public init(snapshot: Transaction, _ occasion: Occasion = .status(behind: nil), said: String? = nil) {
        self.snapshot = snapshot
        self.occasion = occasion
        self.said = said
    }
}

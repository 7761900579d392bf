// SPDX-License-Identifier: Apache-2.0

/// What changes together in a transaction; a store writes a group where it changed.
extension Transaction {
    /// The POSTs of a transaction.
    public struct Posting: Sendable, Equatable {
        /// How many were begun.
        public var attempts = 0
        /// When the last one was begun.
        public var startedAt: Timestamp?
        /// When the cloud acknowledged one.
        public var acknowledgedAt: Timestamp?
        /// Whether a callback proved that one reached the cloud, though it decided nothing: no refusal is believed
        /// then.
        public var isKnownToCloud = false
        /// How many were refused.
        ///
        /// A refusal may be untrue, as "the terminal is busy" is now and then, so each of them may have started a sale.
        public var refused = 0
        /// How many in a row the cloud refused for their token.
        public var rejectedTokens = 0

        /// None yet.
        public init() {}
    }

    /// The stay of a transaction in its terminal's lane.
    public struct LaneStay: Sendable, Equatable {
        /// Whether it stands in the lane, so that later commands wait behind it.
        public var isInLane = false
        /// Whether the last POST can have no more effects at the terminal, by a clock that does not jump.
        public var isLifeOver = false
        /// When the terminal's journal was read completely without a row that fits.
        public var journalReadAt: Timestamp?

        /// Not there yet.
        public init() {}
    }

    /// What was read at the terminal before a POST.
    public struct Preparation: Sendable, Equatable {
        /// When the receipt of the original was seen in the terminal's journal, for the next POST alone.
        public var receiptSeenAt: Timestamp?
        /// What reading the open batch before the close brought, as JSON, to be told with its end.
        public var batchReport: [UInt8]?

        /// Nothing yet.
        public init() {}
    }

    /// A command that cancels a transaction at the terminal.
    public struct CancelAttempt: Sendable, Equatable {
        /// When it was made durable, before it was sent.
        public var sentAt: Timestamp
        /// When it can have no more effects: it was answered, or its time was over.
        public var endedAt: Timestamp?

        /// One that is made durable now, or one from its parts.
        public init(sentAt: Timestamp, endedAt: Timestamp? = nil) {
            (self.sentAt, self.endedAt) = (sentAt, endedAt)
        }
    }

    /// The status queries about a transaction.
    public struct StatusQueries: Sendable, Equatable {
        /// How many were begun.
        public var begun = 0
        /// When the next one is due.
        public var dueAt: Timestamp?

        /// None yet.
        public init() {}
    }

    /// What is known of a transaction's result.
    public struct Outcome: Sendable, Equatable {
        /// When it became final.
        public var completedAt: Timestamp?
        /// Where the result or the verdict came from.
        public var decidedBy: EvidenceSource?
        /// What the terminal said: the result of the verdict or, in doubt, a payment that does not fit.
        public var result: TerminalResult?

        /// Nothing yet.
        public init() {}
    }

    /// Evidence against a final status that was published, so that each is published once.
    public struct Contradictions: Sendable, Equatable {
        /// Each of them, in the order in which they came.
        public var known: [Contradiction.Identity] = []
        /// How many of them a person has dealt with; they are dealt with in their order.
        public var settled = 0

        /// None, or those that were stored.
        public init(known: [Contradiction.Identity] = [], settled: Int = 0) {
            (self.known, self.settled) = (known, settled)
        }

        /// How many no person has dealt with yet.
        public var open: Int { known.count - settled }
    }
}

// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// A transaction's history.
public struct TransactionStory: Sendable {
    /// A piece of evidence and what became of it.
    public struct Piece: Sendable {
        /// Where it came from.
        public let source: EvidenceSource
        /// What became of it.
        public let finding: Transition.Finding
        /// The answer, masked.
        public let masked: [UInt8]
        /// When it arrived.
        public let receivedAt: Timestamp

        /// A piece from its parts.
        public init(source: EvidenceSource, finding: Transition.Finding, masked: [UInt8], receivedAt: Timestamp) {
            self.source = source
            self.finding = finding
            self.masked = masked
            self.receivedAt = receivedAt
        }
    }

    /// An event and what the broker made of it.
    public struct Announcement: Sendable {
        /// The event.
        public let event: OutboundEvent
        /// When the broker confirmed it.
        public let settledAt: Timestamp?
        /// How often it came back because no queue was bound to its key.
        public let returns: Int

        /// An announcement from its parts.
        public init(event: OutboundEvent, settledAt: Timestamp?, returns: Int) {
            self.event = event
            self.settledAt = settledAt
            self.returns = returns
        }
    }

    /// What neither evidence nor events tell, oldest first.
    public let steps: [TransactionStep]
    /// The evidence, oldest first.
    public let evidence: [Piece]
    /// The events, oldest first.
    public let events: [Announcement]

    /// The rows of the terminal's journal that may be its payment, in words, as they were read last.
    public var nearRows: String? { steps.last { $0.kind == .journalNear }?.detail }

    /// A story from its parts.
    public init(steps: [TransactionStep], evidence: [Piece], events: [Announcement]) {
        self.steps = steps
        self.evidence = evidence
        self.events = events
    }
}

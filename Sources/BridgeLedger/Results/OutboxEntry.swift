// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// Something that waits to be published.
public struct OutboxEntry: Sendable, Equatable {
    /// What is to be published.
    public enum Payload: Sendable, Equatable {
        /// To the events exchange.
        case event(OutboundEvent)
        /// To the dead-letter exchange.
        case deadLetter(DeadLetter)
    }

    /// Where an entry goes; each kind has a connection of its own, so that neither waits for the other's queue.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// To the events exchange.
        case event
        /// To the dead-letter exchange.
        case deadLetter
    }

    /// Ascending with the order of commits.
    public let position: Int64
    /// Entries of one transaction are published one after the other; `nil`: on its own.
    public let transactionID: TransactionID?
    /// What is to be published.
    public let payload: Payload
    /// When it was appended.
    public let appendedAt: Timestamp
    /// How often it came back unrouted.
    public let returns: Int

    /// Where it goes.
    public var kind: Kind {
        switch payload {
        case .event: .event
        case .deadLetter: .deadLetter
        }
    }

    /// An entry from its parts.
    public init(
        position: Int64,
        transactionID: TransactionID?,
        payload: Payload,
        appendedAt: Timestamp,
        returns: Int
    ) {
        self.position = position
        self.transactionID = transactionID
        self.payload = payload
        self.appendedAt = appendedAt
        self.returns = returns
    }
}

/// What became of an outbox entry.
public struct Settlement: Sendable, Equatable {
    /// How it ended.
    public enum Outcome: Sendable, Equatable {
        /// The broker confirmed it.
        case confirmed
        /// The broker returned it, then confirmed: no queue is bound. `nil`: not to be tried again.
        case unrouted(retryAt: Timestamp?)
    }

    /// The entry.
    public let position: Int64
    /// How it ended.
    public let outcome: Outcome
    /// When.
    public let at: Timestamp

    /// A settlement from its parts.
    public init(position: Int64, outcome: Outcome, at: Timestamp) {
        self.position = position
        self.outcome = outcome
        self.at = at
    }
}

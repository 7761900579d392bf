// SPDX-License-Identifier: Apache-2.0

/// An event as it is stored before it is published: everything but the envelope's bytes.
public struct OutboundEvent: Sendable, Equatable {
    /// What the event tells, apart from a transaction's status.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A transaction's status.
        case transaction
        /// Evidence against a final status.
        case contradicted
        /// What was given back of a sale.
        case amended
        /// A command that was not taken.
        case rejected
        /// An authentic callback without a transaction.
        case unmatched
        /// A transaction that a caller asked for and the store does not have; to the caller only, never stored.
        case notFound = "not_found"
    }

    /// The stable name.
    public let id: EventID
    /// What the event tells.
    public let kind: Kind
    /// The last words of the type, such as `charge.approved`.
    public let name: String
    /// The key it is published with.
    public let routingKey: String
    /// The CloudEvent's subject: the transaction's name.
    public let subject: String?
    /// When it happened.
    public let time: Timestamp
    /// The CloudEvent's data, compact JSON.
    public let data: [UInt8]
    /// The command's id.
    public let causationID: String?
    /// The publisher's correlation, reply queue and trace context at the time of the event.
    public var address: ReplyAddress
    /// Whether it is tried again where no queue was bound to its key.
    ///
    /// Source: docs/promises.md 3.8.
    public let mustBeRouted: Bool

    /// An event from its parts.
    public init(
        id: EventID,
        kind: Kind,
        name: String,
        routingKey: String,
        subject: String?,
        time: Timestamp,
        data: [UInt8],
        causationID: String?,
        address: ReplyAddress,
        mustBeRouted: Bool
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.routingKey = routingKey
        self.subject = subject
        self.time = time
        self.data = data
        self.causationID = causationID
        self.address = address
        self.mustBeRouted = mustBeRouted
    }
}

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

/// The dead letter of a command that was not taken.
public struct DeadLetter: Sendable, Equatable {
    /// Above the limit only this much of a body is kept, in bytes.
    public static let keptBytes = 4_096
    /// About so much of the list of faults goes into the header; AMQP headers share one frame, 128 KiB by default.
    static let faultsLimit = 16_384
    /// The command's own headers are kept up to this size together, in bytes.
    static let headersLimit = 32_768

    /// The name of the rejection event that goes with it.
    public let eventID: EventID
    /// The exchange the command was published to.
    public let exchange: String
    /// The key it was published with, kept.
    public let routingKey: String
    /// The body, unchanged, or its beginning.
    public let body: [UInt8]
    /// The command's content type.
    public let contentType: String?
    /// How the command's body is encoded; without this no reader could decode it.
    public let contentEncoding: String?
    /// The command's message id.
    public let messageID: String?
    /// When the command was sent, by its own word; a replay without it would be good for another `commands.maxAge`.
    public let sentAt: Timestamp?
    /// The command's reply queue.
    public let replyTo: String?
    /// The command's correlation.
    public let correlationID: String?
    /// The command's own headers, and `getnet-…`: why, from where, when.
    public let headers: [String: String]

    /// A dead letter from its parts.
    public init(
        eventID: EventID,
        exchange: String,
        routingKey: String,
        body: [UInt8],
        contentType: String?,
        contentEncoding: String? = nil,
        messageID: String? = nil,
        sentAt: Timestamp? = nil,
        replyTo: String? = nil,
        correlationID: String?,
        headers: [String: String]
    ) {
        self.eventID = eventID
        self.exchange = exchange
        self.routingKey = routingKey
        self.body = body
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.messageID = messageID
        self.sentAt = sentAt
        self.replyTo = replyTo
        self.correlationID = correlationID
        self.headers = headers
    }
}

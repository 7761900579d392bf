// SPDX-License-Identifier: Apache-2.0

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

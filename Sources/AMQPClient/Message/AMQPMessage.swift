// SPDX-License-Identifier: Apache-2.0

/// A message on its way to an exchange.
///
/// Limits: exchange, routing key and every textual property are short strings, at most 255 bytes of UTF-8; all headers
/// together must fit into one frame of the connection (128 KiB, or what the broker allows).
public struct AMQPMessage: Sendable, Equatable {
    /// The exchange; empty is the default exchange, which routes by queue name.
    public var exchange: String
    /// The routing key.
    public var routingKey: String
    /// Whether the broker returns the message when no queue takes it.
    ///
    /// A return is matched to its message by message id, exchange and routing key, so each mandatory message should
    /// have a message id of its own.
    public var mandatory: Bool
    /// The properties, delivery mode and headers among them.
    public var properties: AMQPProperties
    /// The content.
    public var body: [UInt8]

    /// Makes a message.
    public init(
        exchange: String,
        routingKey: String,
        mandatory: Bool,
        properties: AMQPProperties = AMQPProperties(),
        body: [UInt8]
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
        self.properties = properties
        self.body = body
    }
}

/// The properties of a message; those that are `nil` are absent on the wire.
///
/// Source: AMQP 0-9-1, class `basic`.
public struct AMQPProperties: Sendable, Equatable {
    /// What becomes of the message when the broker restarts.
    public enum DeliveryMode: UInt8, Sendable {
        /// It may be lost.
        case transient = 1
        /// It is on disk before it is confirmed, in a durable queue.
        case persistent = 2
    }

    /// The MIME type of the body.
    public var contentType: String?
    /// The MIME encoding of the body.
    public var contentEncoding: String?
    /// The headers; empty is absent.
    public var headers: [String: AMQPValue] = [:]
    /// Transient or persistent; absent means transient.
    public var deliveryMode: DeliveryMode?
    /// The priority in a priority queue.
    public var priority: UInt8?
    /// What ties an answer to its question.
    public var correlationID: String?
    /// The queue that answers go to.
    public var replyTo: String?
    /// Milliseconds, as decimal digits, after which the message expires in a queue.
    public var expiration: String?
    /// The message's name.
    public var messageID: String?
    /// Seconds since 1970.
    public var timestamp: UInt64?
    /// The kind of message.
    public var type: String?
    /// The user that published; the broker refuses a name that is not the connection's.
    public var userID: String?
    /// The application that published.
    public var appID: String?
    /// Unused by RabbitMQ; carried on.
    public var clusterID: String?
    /// Textual properties of a delivery whose bytes are no UTF-8, by their names in AMQP; their bad bytes are replaced.
    public internal(set) var unreadable: Set<String> = []

    /// Makes properties of which all are absent.
    public init() {}
}

// SPDX-License-Identifier: Apache-2.0

/// A message as a queue delivered it.
public struct Delivery: Sendable {
    /// The exchange it was published to.
    public let exchange: String
    /// The routing key it was published with.
    public let routingKey: String
    /// Whether it was delivered before, maybe to another consumer, and not settled.
    public let isRedelivered: Bool
    /// The properties; text that is not UTF-8 has its bad bytes replaced.
    public let properties: AMQPProperties
    /// Whether the headers were left out because they were nested too deeply or too many.
    public let headersDropped: Bool
    /// The content, or its beginning when `isTruncated`.
    public let body: [UInt8]
    /// The size of the whole content, in bytes.
    public let fullSize: UInt64
    /// What settles it.
    let token: DeliveryToken

    /// Whether the content was above the limit, so that only its beginning was kept.
    public var isTruncated: Bool { fullSize > UInt64(body.count) }
}

/// What the client does with a delivery after its handler looked at it.
public enum Verdict: Sendable, Equatable {
    /// It is done with; the broker forgets it.
    case acknowledge
    /// It is refused for good; the broker hands it to the queue's dead-letter exchange, or forgets it without one.
    case deadLetter
    /// It goes back to the queue and is delivered again at once; the message is not to blame.
    ///
    /// A `basic.nack`, which RabbitMQ counts towards the queue's delivery limit up to 4.2 only (docs/brokers.md).
    case requeue
}

/// Names one delivery of one channel's life.
///
/// Tags start at 1 again on every channel, so a tag alone would settle the wrong delivery after a reconnect.
struct DeliveryToken: Sendable, Equatable {
    let epoch: UInt64
    let tag: UInt64
}

extension Delivery {
    /// Makes a delivery out of an assembled message and notes it as unsettled.
    ///
    /// It answers `nil` for a message that is not a delivery, or whose tag does not follow the one before.
    init?(_ message: FrameAssembler<ContentHead>.Assembled, token: (UInt64) -> DeliveryToken?) {
        let head: (tag: UInt64, isRedelivered: Bool, exchange: String, routingKey: String)
        switch message.head {
        case .delivery(let tag, let isRedelivered, let exchange, let routingKey),
            .got(let tag, let isRedelivered, let exchange, let routingKey):
            head = (tag, isRedelivered, exchange, routingKey)
        case .returned:
            return nil
        }
        guard let token = token(head.tag) else { return nil }
        self.init(
            exchange: head.exchange,
            routingKey: head.routingKey,
            isRedelivered: head.isRedelivered,
            properties: message.properties,
            headersDropped: message.headersDropped,
            body: message.body,
            fullSize: message.fullSize,
            token: token
        )
    }
}

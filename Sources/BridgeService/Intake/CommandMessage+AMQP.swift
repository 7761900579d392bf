// SPDX-License-Identifier: Apache-2.0

public import AMQPClient
public import BridgeCore

extension CommandMessage {
    /// A delivery without AMQP's types.
    init(_ delivery: Delivery) {
        self.init(
            exchange: delivery.exchange,
            routingKey: delivery.routingKey,
            body: delivery.body,
            fullSize: delivery.fullSize,
            properties: delivery.properties
        )
        headersWereDropped = delivery.headersDropped
        firstDeath = Death.all(in: delivery.properties.headers).compactMap(\.time).min()
    }

    /// A message without AMQP's types: what its publisher gave it.
    public init(exchange: String, routingKey: String, body: [UInt8], fullSize: UInt64, properties: AMQPProperties) {
        var headers: [String: String] = [:]
        for (name, value) in properties.headers {
            if case .string(let text) = value { headers[name] = text }
        }
        self.init(
            exchange: exchange,
            routingKey: routingKey,
            body: body,
            fullSize: Int(clamping: fullSize),
            contentType: properties.contentType,
            contentEncoding: properties.contentEncoding,
            messageID: properties.messageID,
            headers: headers,
            timestamp: properties.timestamp.flatMap { Timestamp(secondsOnTheWire: $0) },
            address: ReplyAddress(
                replyTo: properties.readable(properties.replyTo, "reply_to"),
                correlationID: properties.readable(properties.correlationID, "correlation_id"),
                traceparent: headers["traceparent"] ?? headers["ce-traceparent"],
                tracestate: headers["tracestate"] ?? headers["ce-tracestate"]
            )
        )
        appID = properties.readable(properties.appID, "app_id")
        userID = properties.readable(properties.userID, "user_id")
        unreadableProperties = properties.unreadable
    }
}

extension AMQPProperties {
    /// A property that is there and is text.
    fileprivate func readable(_ text: String?, _ name: String) -> String? {
        text.flatMap { $0.isEmpty || unreadable.contains(name) ? nil : $0 }
    }
}

extension Timestamp {
    /// Seconds of AMQP's `timestamp`; `nil` for 0, which some clients send for "none".
    ///
    /// A value that no clock shows, as milliseconds, is the end of time and refused as too far ahead.
    init?(secondsOnTheWire seconds: UInt64) {
        guard seconds > 0 else { return nil }
        self.init(milliseconds: Int64(min(seconds, 253_402_300_799)) * 1_000)
    }
}

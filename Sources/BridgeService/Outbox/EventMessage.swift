// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore

/// Makes AMQP messages of events and dead letters.
///
/// Source: docs/promises.md 2.10, 3.5.
struct EventMessage: Sendable {
    static let applicationID = "getnet-bridge"

    let format: CloudEventFormat

    func message(_ event: OutboundEvent, exchange: String, routingKey: String, mandatory: Bool) -> AMQPMessage {
        let rendered = format.message(event)
        var properties = AMQPProperties()
        properties.contentType = rendered.contentType
        properties.deliveryMode = .persistent
        properties.messageID = event.id.description
        properties.type = rendered.type
        properties.timestamp = UInt64(max(event.time.milliseconds, 0) / 1_000)
        properties.appID = Self.applicationID
        properties.correlationID = event.address.correlationID
        properties.headers = rendered.headers.mapValues { .string($0) }
        if let traceparent = event.address.traceparent { properties.headers["traceparent"] = .string(traceparent) }
        if let tracestate = event.address.tracestate { properties.headers["tracestate"] = .string(tracestate) }
        return AMQPMessage(
            exchange: exchange,
            routingKey: routingKey,
            mandatory: mandatory,
            properties: properties,
            body: rendered.body
        )
    }

    /// Makes the message of a dead letter; headers that a frame of the connection does not hold are left out.
    func message(_ letter: DeadLetter, exchange: String, frameMax: Int) -> AMQPMessage {
        var properties = AMQPProperties()
        properties.contentType = letter.contentType
        properties.contentEncoding = letter.contentEncoding
        properties.deliveryMode = .persistent
        // The message id tells them apart when the broker returns one.
        properties.messageID = letter.messageID ?? letter.eventID.description
        properties.timestamp = letter.sentAt.map { UInt64(max($0.milliseconds, 0) / 1_000) }
        properties.replyTo = letter.replyTo
        properties.appID = Self.applicationID
        properties.correlationID = letter.correlationID
        properties.headers = letter.headers.mapValues { .string($0) }
        let message = AMQPMessage(
            exchange: exchange,
            routingKey: letter.routingKey,
            mandatory: true,
            properties: properties,
            body: letter.body
        )
        return message.cuttingHeaders(toFit: frameMax)
    }
}

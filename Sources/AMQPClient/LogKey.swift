// SPDX-License-Identifier: Apache-2.0

/// The metadata keys of this module's log lines, after OpenTelemetry where it has a name.
enum LogKey {
    static let connection = "amqp.connection"
    static let broker = "amqp.broker"
    static let server = "server.address"
    static let error = "error"
    static let retryIn = "retry.in"
    static let reason = "amqp.blocked.reason"
    static let queue = "messaging.destination.name"
    static let unsettled = "amqp.consumer.unsettled"
    static let state = "amqp.consumer.state"
    static let deliveryTag = "messaging.rabbitmq.message.delivery_tag"
}

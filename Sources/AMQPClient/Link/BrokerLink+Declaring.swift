// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq

extension BrokerLink {
    /// Declares a queue, or with `passive` only looks whether it is there.
    @discardableResult
    func declareQueue(
        _ name: String,
        passive: Bool = false,
        durable: Bool = false,
        exclusive: Bool = false,
        autoDelete: Bool = false,
        arguments: [String: AMQPValue] = [:]
    ) throws(AMQPError) -> AMQPQueueStatus {
        defer { pool.recycle() }
        let answer = unsafe amqp_queue_declare(
            handle,
            Self.channel,
            pool.bytes(name),
            passive ? 1 : 0,
            durable ? 1 : 0,
            exclusive ? 1 : 0,
            autoDelete ? 1 : 0,
            pool.table(arguments)
        )
        try checkLastReply("queue.declare")
        guard let declared = unsafe answer?.pointee else { throw .malformed("queue.declare-ok without content") }
        return unsafe AMQPQueueStatus(
            name: String(declared.queue),
            messages: Int(declared.message_count),
            consumers: Int(declared.consumer_count)
        )
    }

    /// Declares an exchange, or with `passive` only looks whether it is there.
    func declareExchange(
        _ name: String,
        type: String,
        passive: Bool = false,
        durable: Bool = false,
        arguments: [String: AMQPValue] = [:]
    ) throws(AMQPError) {
        defer { pool.recycle() }
        unsafe amqp_exchange_declare(
            handle,
            Self.channel,
            pool.bytes(name),
            pool.bytes(type),
            passive ? 1 : 0,
            durable ? 1 : 0,
            0,
            0,
            pool.table(arguments)
        )
        try checkLastReply("exchange.declare")
    }

    /// Binds a queue to an exchange; a binding that is there already stays as it is.
    func bind(
        queue: String,
        exchange: String,
        routingKey: String,
        arguments: [String: AMQPValue] = [:]
    ) throws(AMQPError) {
        defer { pool.recycle() }
        unsafe amqp_queue_bind(
            handle,
            Self.channel,
            pool.bytes(queue),
            pool.bytes(exchange),
            pool.bytes(routingKey),
            pool.table(arguments)
        )
        try checkLastReply("queue.bind")
    }
}

/// What a passive declaration says of a queue.
public struct AMQPQueueStatus: Sendable, Equatable {
    /// The name; the broker's choice for a queue declared without one.
    public let name: String
    /// Messages ready for delivery.
    public let messages: Int
    /// Consumers.
    public let consumers: Int
}

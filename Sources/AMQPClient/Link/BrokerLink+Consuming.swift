// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq

extension BrokerLink {
    /// Limits how many deliveries may be unsettled at a time.
    func limitUnsettled(to count: UInt16) throws(AMQPError) {
        unsafe amqp_basic_qos(handle, Self.channel, 0, count, 0)
        try checkLastReply("basic.qos")
    }

    /// Starts a consumer and answers its tag.
    func consume(queue: String, automaticAcknowledgement: Bool = false) throws(AMQPError) -> String {
        defer { pool.recycle() }
        let answer = unsafe amqp_basic_consume(
            handle,
            Self.channel,
            pool.bytes(queue),
            amqp_empty_bytes,
            0,
            automaticAcknowledgement ? 1 : 0,
            0,
            amqp_empty_table
        )
        try checkLastReply("basic.consume")
        // The answer lives in the library's memory only until the next release.
        return unsafe answer.map { unsafe String($0.pointee.consumer_tag) } ?? ""
    }

    /// Ends a consumer.
    ///
    /// Deliveries that were on their way are still read afterwards.
    func cancel(consumerTag: String) throws(AMQPError) {
        defer { pool.recycle() }
        unsafe amqp_basic_cancel(handle, Self.channel, pool.bytes(consumerTag))
        try checkLastReply("basic.cancel")
    }

    /// Writes a settlement.
    func settle(_ settlement: DeliveryLedger.Settlement) throws(AMQPError) {
        switch settlement {
        case .acknowledge(let tag, let multiple):
            unsafe try check(status: amqp_basic_ack(handle, Self.channel, tag, multiple ? 1 : 0), "basic.ack")
        case .reject(let tag):
            unsafe try check(status: amqp_basic_reject(handle, Self.channel, tag, 0), "basic.reject")
        case .handBack(let tag):
            unsafe try check(status: amqp_basic_nack(handle, Self.channel, tag, 0, 1), "basic.nack")
        }
    }

    /// Says that a cancellation by the broker arrived.
    func confirmConsumerCancelled(tag: String) throws(AMQPError) {
        defer { pool.recycle() }
        var cancelOK = unsafe amqp_basic_cancel_ok_t(consumer_tag: pool.bytes(tag))
        let status = unsafe amqp_send_method(handle, Self.channel, AMQP_BASIC_CANCEL_OK_METHOD, &cancelOK)
        try check(status: status, "basic.cancel-ok")
    }

    /// Asks for one message; `true` if one follows as a `.message`.
    func get(queue: String) throws(AMQPError) -> Bool {
        defer { pool.recycle() }
        let reply = unsafe amqp_basic_get(handle, Self.channel, pool.bytes(queue), 0)
        unsafe try check(reply, "basic.get")
        guard unsafe reply.reply.id == AMQP_BASIC_GET_OK_METHOD, let decoded = unsafe reply.reply.decoded else {
            return false
        }
        let got = unsafe decoded.load(as: amqp_basic_get_ok_t.self)
        try unsafe expect(
            .got(
                tag: got.delivery_tag,
                isRedelivered: got.redelivered != 0,
                exchange: String(short: got.exchange),
                routingKey: String(short: got.routing_key)
            )
        )
        return true
    }
}

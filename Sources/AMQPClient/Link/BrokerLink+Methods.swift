// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq

extension BrokerLink {
    /// What a method frame says.
    enum Method {
        case frame(IncomingFrame)
        /// A header and maybe body frames follow.
        case content(ContentHead)
        case connectionClosed(code: Int, text: String)
    }

    /// Copies a method out of the library's memory.
    static func read(_ method: amqp_method_t) -> Method {
        guard let decoded = unsafe method.decoded else { return .frame(unsafe .other(method: method.id)) }
        switch unsafe method.id {
        case AMQP_BASIC_ACK_METHOD:
            let ack = unsafe decoded.load(as: amqp_basic_ack_t.self)
            return .frame(.acknowledge(tag: ack.delivery_tag, multiple: ack.multiple != 0))
        case AMQP_BASIC_NACK_METHOD:
            let nack = unsafe decoded.load(as: amqp_basic_nack_t.self)
            return .frame(.reject(tag: nack.delivery_tag, multiple: nack.multiple != 0))
        case AMQP_BASIC_DELIVER_METHOD:
            let deliver = unsafe decoded.load(as: amqp_basic_deliver_t.self)
            return unsafe .content(
                .delivery(
                    tag: deliver.delivery_tag,
                    isRedelivered: deliver.redelivered != 0,
                    exchange: String(short: deliver.exchange),
                    routingKey: String(short: deliver.routing_key)
                )
            )
        case AMQP_BASIC_RETURN_METHOD:
            let returned = unsafe decoded.load(as: amqp_basic_return_t.self)
            return unsafe .content(
                .returned(
                    code: Int(returned.reply_code),
                    text: String(returned.reply_text),
                    exchange: String(short: returned.exchange),
                    routingKey: String(short: returned.routing_key)
                )
            )
        case AMQP_BASIC_CANCEL_METHOD:
            let cancel = unsafe decoded.load(as: amqp_basic_cancel_t.self)
            return unsafe .frame(
                .consumerCancelled(tag: String(short: cancel.consumer_tag), expectsAnswer: cancel.nowait == 0)
            )
        case AMQP_CONNECTION_BLOCKED_METHOD:
            return .frame(unsafe .blocked(reason: String(decoded.load(as: amqp_connection_blocked_t.self).reason)))
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            return .frame(.unblocked)
        case AMQP_CHANNEL_CLOSE_METHOD:
            let close = unsafe decoded.load(as: amqp_channel_close_t.self)
            return unsafe .frame(.channelClosed(code: Int(close.reply_code), text: unsafe String(close.reply_text)))
        case AMQP_CONNECTION_CLOSE_METHOD:
            let close = unsafe decoded.load(as: amqp_connection_close_t.self)
            return unsafe .connectionClosed(code: Int(close.reply_code), text: unsafe String(close.reply_text))
        default:
            return .frame(unsafe .other(method: method.id))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq
import Glibc

extension BrokerLink {
    /// Has the broker confirm every publish from here on, with tags from 1.
    func selectConfirms() throws(AMQPError) {
        unsafe amqp_confirm_select(handle, Self.channel)
        try checkLastReply("confirm.select")
    }

    /// Writes a message.
    ///
    /// That it is written says nothing; only the confirm does.
    ///
    /// Throws: after any error the stream may be broken in the middle of a frame; `abandon` the connection.
    func publish(_ message: AMQPMessage) throws(AMQPError) {
        defer { pool.recycle() }
        var properties = unsafe pool.properties(message.properties)
        let exchange = unsafe pool.bytes(message.exchange)
        let routingKey = unsafe pool.bytes(message.routingKey)
        let status = unsafe message.body.withUnsafeBytes { body in
            unsafe amqp_basic_publish(
                handle,
                Self.channel,
                exchange,
                routingKey,
                message.mandatory ? 1 : 0,
                0,
                &properties,
                amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
            )
        }
        try check(status: status, "basic.publish")
    }

    /// Has the kernel gather what `write` writes, so that many messages leave in few packets.
    ///
    /// The library sends a message in three pieces, and the last one pushes them out: each message would be a packet of its own and wake the
    /// broker. After an error nothing is pushed any more.
    /// Source: tcp(7), `TCP_CORK`; librabbitmq marks the pieces before the last with `MSG_MORE` (`amqp_tcp_socket.c`).
    func gathering(_ write: () throws(AMQPError) -> Void) throws(AMQPError) {
        cork(true)
        try write()
        cork(false)
    }

    /// Where the kernel refuses, every message leaves by itself.
    private func cork(_ isOn: Bool) {
        guard let socket else { return }
        var option: Int32 = isOn ? 1 : 0
        _ = unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &option, socklen_t(MemoryLayout<Int32>.size))
    }
}

extension AMQPMessage {
    /// What makes the message impossible to write; `nil` if nothing does.
    ///
    /// Looked at before anything is written, since librabbitmq would notice in the middle of the message.
    var encodingFault: String? {
        // What a frame holds besides the headers: the other properties, each below 256 bytes, and their lengths.
        let headersMax = 120 * 1024
        if let name = properties.overlongText ?? overlongName { return "\(name) is longer than 255 bytes" }
        guard !properties.headers.isEmpty else { return nil }
        guard let size = AMQPValue.table(properties.headers).encodedSize else {
            return "the name of a header is longer than \(BrokerLink.shortStringMax) bytes"
        }
        return size <= headersMax ? nil : "the headers are larger than \(headersMax) bytes"
    }
}

extension AMQPMessage {
    private var overlongName: String? {
        if exchange.isAboveShortString { return "the exchange" }
        if routingKey.isAboveShortString { return "the routing key" }
        return nil
    }
}

extension AMQPProperties {
    fileprivate var overlongText: String? {
        if contentType.isAboveShortString { return "content_type" }
        if contentEncoding.isAboveShortString { return "content_encoding" }
        if correlationID.isAboveShortString { return "correlation_id" }
        if replyTo.isAboveShortString { return "reply_to" }
        if expiration.isAboveShortString { return "expiration" }
        if messageID.isAboveShortString { return "message_id" }
        if type.isAboveShortString { return "type" }
        if userID.isAboveShortString { return "user_id" }
        if appID.isAboveShortString { return "app_id" }
        if clusterID.isAboveShortString { return "cluster_id" }
        return nil
    }
}

extension String {
    fileprivate var isAboveShortString: Bool { utf8.count > BrokerLink.shortStringMax }
}

extension String? {
    fileprivate var isAboveShortString: Bool { self?.isAboveShortString ?? false }
}

extension AMQPValue {
    /// The size on the wire, including the byte for the type; `nil` if a name is too long.
    fileprivate var encodedSize: Int? {
        switch self {
        case .void: return 1
        case .bool: return 2
        case .int64, .double, .timestamp: return 9
        case .string(let text): return 5 + text.utf8.count
        case .bytes(let bytes): return 5 + bytes.count
        case .array(let values):
            return values.reduce(5) { sum, value in
                guard let sum, let size = value.encodedSize else { return nil }
                return sum + size
            }
        case .table(let values):
            return values.reduce(5) { sum, pair in
                guard let sum, pair.key.utf8.count <= BrokerLink.shortStringMax, let size = pair.value.encodedSize
                else { return nil }
                return sum + 1 + pair.key.utf8.count + size
            }
        }
    }
}

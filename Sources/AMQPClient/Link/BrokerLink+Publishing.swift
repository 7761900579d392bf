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
    /// The library sends a message in three pieces, and the last one pushes them out: each message would be a packet of
    /// its own and wake the broker. After an error nothing is pushed any more.
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

// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq

/// Where librabbitmq's three kinds of failure become an `AMQPError`.
extension BrokerLink {
    /// Looks at the answer to the call just made: the library keeps only the last one.
    func checkLastReply(_ what: String) throws(AMQPError) {
        unsafe try check(unsafe amqp_get_rpc_reply(handle), what)
    }

    func check(_ reply: amqp_rpc_reply_t, _ what: String) throws(AMQPError) {
        switch unsafe reply.reply_type {
        case AMQP_RESPONSE_NORMAL:
            return
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            try check(status: unsafe reply.library_error, what)
            throw .connectionLost("\(what): no cause given")
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            unsafe try throwServerException(unsafe reply.reply)
        default:
            throw .connectionLost("\(what): the connection was closed")
        }
    }

    func check(status: Int32, _ what: String) throws(AMQPError) {
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_OK:
            return
        case AMQP_STATUS_TIMEOUT:
            throw .timedOut(what)
        case AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_TABLE_TOO_BIG, AMQP_STATUS_INVALID_PARAMETER:
            throw .malformed("\(what): \(Self.name(ofStatus: status))")
        default:
            throw .connectionLost("\(what): \(Self.name(ofStatus: status))")
        }
    }

    /// The library's words for a status.
    static func name(ofStatus status: Int32) -> String {
        guard let name = unsafe amqp_error_string2(status) else { return "status \(status)" }
        return unsafe String(cString: name)
    }

    private func throwServerException(_ method: amqp_method_t) throws(AMQPError) {
        switch unsafe Self.read(method) {
        case .frame(.channelClosed(let code, let text)):
            try confirmChannelClosed()
            throw .channelClosed(code: code, text: text)
        case .connectionClosed(let code, let text):
            confirmConnectionClosed()
            throw .refused(code: code, text: text)
        case .frame, .content:
            throw .malformed("an answer that belongs to no question")
        }
    }

    /// The broker discards what comes on the channel until it has this.
    func confirmChannelClosed() throws(AMQPError) {
        var closeOK = amqp_channel_close_ok_t()
        let status = unsafe amqp_send_method(handle, Self.channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &closeOK)
        try check(status: status, "channel.close-ok")
    }

    /// The connection is over whether this arrives or not.
    func confirmConnectionClosed() {
        var closeOK = amqp_connection_close_ok_t()
        _ = unsafe amqp_send_method(handle, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &closeOK)
    }
}

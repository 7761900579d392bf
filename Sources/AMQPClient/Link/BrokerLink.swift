// SPDX-License-Identifier: Apache-2.0

import CLibrabbitmq

/// One connection to the broker with one open channel: the only type that holds librabbitmq's handle.
///
/// It is made whole by `open` or not at all, and destroyed in `deinit`. After any error but those of the channel it is
/// of no use: `abandon` it and write nothing more, since what was half written would be taken for something else.
///
/// Isolation: the connection's thread only; its calls block.
/// Source: `amqp.h` of rabbitmq-c 0.11.
@safe final class BrokerLink {
    /// librabbitmq loses frames when several channels share a connection, so there is only this one.
    static let channel: amqp_channel_t = 1
    /// The largest frame that is asked for; the broker may want smaller ones.
    static let requestedFrameMax = 131_072
    private static let closeTimeout: Duration = .seconds(2)
    /// A short string of AMQP.
    static let shortStringMax = 255

    let handle: amqp_connection_state_t
    let pool = FieldPool()
    private let lease: SocketLease
    private let bounds = HeaderBounds()
    private var assembler: FrameAssembler<ContentHead>

    private init(lease: SocketLease, bodyLimits: BodyLimits) throws(AMQPError) {
        guard let handle = unsafe amqp_new_connection() else { throw .unreachable("out of memory") }
        unsafe self.handle = unsafe handle
        self.lease = lease
        assembler = FrameAssembler(bodyLimits)
    }

    deinit {
        lease.retire()
        unsafe amqp_destroy_connection(handle)
    }

    // MARK: - Opening and closing

    /// Opens a connection to the first address of the first host that lets it in, logs in and opens the channel.
    ///
    /// Every address has `AMQPEndpoint.connectTimeout` to itself, and a refusal ends nothing: another node may know the
    /// user or the virtual host.
    ///
    /// Throws: `refused` if one of them refused the login, with the reasons of all; `unreachable` if none got so far.
    static func open(
        _ endpoint: AMQPEndpoint,
        lease: SocketLease,
        bodyLimits: BodyLimits = BodyLimits(),
        resolve: (AMQPEndpoint.HostAndPort) throws(AMQPError) -> [AMQPEndpoint.HostAndPort] = HostAddresses.of
    ) throws(AMQPError) -> BrokerLink {
        var failures = ConnectFailures()
        for host in endpoint.hosts {
            do throws(AMQPError) {
                for address in try resolve(host) {
                    let link = try BrokerLink(lease: lease, bodyLimits: bodyLimits)
                    do throws(AMQPError) {
                        try link.connect(to: address, endpoint)
                        try link.logIn(endpoint)
                        try link.openChannel()
                        return link
                    } catch {
                        failures.append(error, at: address, of: host)
                    }
                }
            } catch {
                failures.append(error, at: host, of: host)
            }
        }
        throw failures.error
    }

    private func connect(to host: AMQPEndpoint.HostAndPort, _ endpoint: AMQPEndpoint) throws(AMQPError) {
        var timeout = endpoint.connectTimeout.timeval
        unsafe amqp_set_handshake_timeout(handle, &timeout)
        unsafe amqp_set_rpc_timeout(handle, &timeout)
        guard let socket = unsafe amqp_tcp_socket_new(handle) else { throw .unreachable("out of memory") }
        let status = unsafe amqp_socket_open_noblock(socket, host.host, Int32(host.port), &timeout)
        guard status == AMQP_STATUS_OK.rawValue else { throw .unreachable(Self.name(ofStatus: status)) }
        unsafe lease.adopt(amqp_get_sockfd(handle))
        lease.enter(at: .now)
    }

    private func logIn(_ endpoint: AMQPEndpoint) throws(AMQPError) {
        defer { pool.recycle() }
        var properties = unsafe pool.table([
            "product": "getnet-bridge",
            "platform": .string("Swift, librabbitmq \(String(cString: amqp_version()))"),
            "connection_name": .string(endpoint.connectionName),
            "capabilities": .table([
                // Without it an alarm is silence.
                "connection.blocked": true,
                // Without it the end of a queue is silence to its consumer.
                "consumer_cancel_notify": true,
                "basic.nack": true,
                "publisher_confirms": true,
            ]),
        ])
        let heartbeat = Int32(clamping: max(1, endpoint.heartbeat.components.seconds))
        let reply = unsafe clibrabbitmq_login_plain(
            handle,
            endpoint.virtualHost,
            Int32(Self.channel),
            Int32(Self.requestedFrameMax),
            heartbeat,
            &properties,
            endpoint.username,
            endpoint.password
        )
        unsafe try check(reply, "login")
    }

    /// Opens the channel, at the beginning or after the broker closed it.
    func openChannel() throws(AMQPError) {
        assembler.reset()
        unsafe amqp_channel_open(handle, Self.channel)
        try checkLastReply("channel.open")
    }

    /// Closes the channel in order; what was delivered on it and not settled goes back to its queue.
    ///
    /// Frames that raced with the farewell are dropped with it.
    func closeChannel() throws(AMQPError) {
        unsafe try check(unsafe amqp_channel_close(handle, Self.channel, AMQP_REPLY_SUCCESS), "channel.close")
        while try nextFrame() != nil {}
    }

    /// Closes in order, which a healthy connection deserves: the broker then logs no lost client.
    func close() {
        var timeout = Self.closeTimeout.timeval
        unsafe amqp_set_rpc_timeout(handle, &timeout)
        _ = unsafe amqp_connection_close(handle, AMQP_REPLY_SUCCESS)
        lease.retire()
    }

    /// Drops the socket without another byte.
    func abandon() {
        lease.retire()
    }

    /// The socket to wait for; `nil` when the library closed it.
    var socket: Int32? {
        let descriptor = unsafe amqp_get_sockfd(handle)
        return descriptor >= 0 ? descriptor : nil
    }

    /// The heartbeat agreed on with the broker.
    var heartbeat: Duration { unsafe .seconds(amqp_get_heartbeat(handle)) }

    /// The largest frame agreed on with the broker, in bytes.
    var frameMax: Int {
        let agreed = Int(unsafe amqp_get_frame_max(handle))
        return agreed > 0 ? agreed : Self.requestedFrameMax
    }

    /// Product and version of the broker, for the log.
    var server: String {
        guard let table = unsafe amqp_get_server_properties(handle) else { return "unknown" }
        var reader = FieldReader(bounds)
        let values = unsafe reader.values(of: table.pointee) ?? [:]
        guard case .string(let product)? = values["product"], case .string(let version)? = values["version"] else {
            return "unknown"
        }
        return "\(product) \(version)"
    }

    // MARK: - Reading

    /// Reads what has arrived; `nil` when there is nothing more within `timeout`.
    ///
    /// It also sends the heartbeats, so it has to be called every half heartbeat, and before anything is sent.
    func nextFrame(timeout: Duration = .zero) throws(AMQPError) -> IncomingFrame? {
        var timeout = timeout.timeval
        while true {
            var frame = unsafe amqp_frame_t()
            let status = unsafe amqp_simple_wait_frame_noblock(handle, &frame, &timeout)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            try check(status: status, "reading")
            // Frames live in the library's memory until it is released.
            defer { unsafe amqp_maybe_release_buffers(handle) }
            if let incoming = try unsafe take(frame) { return incoming }
        }
    }

    /// Whether frames or bytes are in the library's memory, which make no socket readable: asked before every sleep.
    ///
    /// Calls that wait for an answer leave them there, and a write that met a full socket.
    var hasUnread: Bool {
        unsafe amqp_frames_enqueued(handle) != 0 || amqp_data_in_buffer(handle) != 0
    }

    private func take(_ frame: amqp_frame_t) throws(AMQPError) -> IncomingFrame? {
        switch unsafe Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            return try unsafe take(frame.payload.method)
        case AMQP_FRAME_HEADER:
            let header = unsafe frame.payload.properties
            let (properties, headersDropped) = unsafe AMQPProperties.read(
                header.decoded.load(as: amqp_basic_properties_t.self),
                within: bounds
            )
            return try assemble { assembler throws(FrameAssembler<ContentHead>.Fault) in
                unsafe try assembler.header(
                    bodySize: header.body_size,
                    properties: properties,
                    headersDropped: headersDropped
                )
            }
        case AMQP_FRAME_BODY:
            let fragment = unsafe frame.payload.body_fragment
            return try assemble { assembler throws(FrameAssembler<ContentHead>.Fault) in
                unsafe try assembler.body(UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len))
            }
        default:
            return nil
        }
    }

    private func take(_ method: amqp_method_t) throws(AMQPError) -> IncomingFrame? {
        switch unsafe Self.read(method) {
        case .content(let head):
            try expect(head)
            return nil
        case .connectionClosed(let code, let text):
            confirmConnectionClosed()
            throw .refused(code: code, text: text)
        case .frame(.channelClosed(let code, let text)):
            try confirmChannelClosed()
            return .channelClosed(code: code, text: text)
        case .frame(let frame):
            return frame
        }
    }

    /// Notes that header and body of a message follow.
    func expect(_ head: ContentHead) throws(AMQPError) {
        _ = try assemble { assembler throws(FrameAssembler<ContentHead>.Fault) in
            try assembler.begin(head)
            return .incomplete
        }
    }

    private func assemble(
        _ step: (inout FrameAssembler<ContentHead>) throws(FrameAssembler<ContentHead>.Fault)
            -> FrameAssembler<ContentHead>.Step
    ) throws(AMQPError) -> IncomingFrame? {
        do {
            switch try step(&assembler) {
            case .incomplete: return nil
            case .complete(let message): return .message(message)
            }
        } catch {
            throw .malformed("frames out of order: \(error)")
        }
    }
}

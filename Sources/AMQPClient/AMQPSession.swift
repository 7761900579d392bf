// SPDX-License-Identifier: Apache-2.0

/// A short-lived connection for a few questions, one after the other: a command line, a check of the topology.
///
/// It does not reconnect. After any error but `channelClosed` it is of no use.
///
/// Isolation: an own thread; each call waits there for the broker's answer, at most `AMQPEndpoint.connectTimeout`.
public actor AMQPSession {
    private let thread: PinnedThread
    private let endpoint: AMQPEndpoint
    private let lease = SocketLease()
    private var link: BrokerLink?
    private var confirmsSelected = false

    /// The session's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    private init(_ endpoint: AMQPEndpoint) {
        self.endpoint = endpoint
        thread = PinnedThread(name: endpoint.connectionName)
    }

    deinit {
        thread.stop()
    }

    /// Connects and logs in.
    ///
    /// Throws: `unreachable`, or `refused` for wrong credentials (403) and a missing virtual host (530).
    public static func open(
        _ endpoint: AMQPEndpoint,
        bodyLimits: BodyLimits = BodyLimits()
    ) async throws(AMQPError) -> AMQPSession {
        let session = AMQPSession(endpoint)
        try await session.connect(bodyLimits)
        return session
    }

    /// Closes the connection in order.
    public func close() {
        link?.close()
        link = nil
    }

    /// Looks at a queue without changing anything.
    ///
    /// Throws: `channelClosed` with 404 if there is none, 405 if it is another connection's exclusive one.
    public func queueStatus(_ queue: String) throws(AMQPError) -> AMQPQueueStatus {
        try ask { link throws(AMQPError) in try link.declareQueue(queue, passive: true) }
    }

    // MARK: - Inside

    private func connect(_ bodyLimits: BodyLimits) throws(AMQPError) {
        link = try BrokerLink.open(endpoint, lease: lease, bodyLimits: bodyLimits)
    }

    /// Asks a question on an open channel.
    private func ask<Answer>(
        _ question: (BrokerLink) throws(AMQPError) -> Answer
    ) throws(AMQPError) -> Answer {
        guard let link else { throw .connectionLost("the session is closed") }
        do throws(AMQPError) {
            return try question(link)
        } catch {
            if error.closesOnlyChannel {
                confirmsSelected = false
                try link.openChannel()
            } else {
                link.abandon()
                self.link = nil
            }
            throw error
        }
    }
}

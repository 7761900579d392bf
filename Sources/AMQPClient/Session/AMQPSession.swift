// SPDX-License-Identifier: Apache-2.0

/// A short-lived connection for a few questions, one after the other: a command line, a check of the topology.
///
/// It does not reconnect. After any error but `channelClosed` it is of no use.
///
/// Isolation: an own thread, on which each call waits for the broker's answer, at most `AMQPEndpoint.connectTimeout`.
public actor AMQPSession {
    /// How many deliveries of `nextDelivery` may be here and not handed out.
    private static let prefetch: UInt16 = 64
    /// How often a wait looks whether its task was cancelled.
    private static let waitSlice: Duration = .milliseconds(100)

    private let thread: PinnedThread
    private let endpoint: AMQPEndpoint
    private let lease = SocketLease()
    private var link: BrokerLink?
    private var confirms = ConfirmLedger<Void>()
    private var confirmsSelected = false
    private var settled: [ConfirmLedger<Void>.Settled] = []
    private var deliveries = DeliveryLedger()
    private var arrived = FIFO<Delivery>()
    private var acknowledges = true

    /// The session's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    private init(_ endpoint: AMQPEndpoint) throws(AMQPError) {
        self.endpoint = endpoint
        thread = try PinnedThread(name: endpoint.connectionName)
        thread.onTurn { [weak self] in
            self?.assumeIsolated { $0.turn() } ?? PinnedThread.Rest()
        }
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
        let session = try AMQPSession(endpoint)
        try await session.connect(bodyLimits)
        return session
    }

    /// Closes the connection in order; what was got and not settled goes back to its queue.
    public func close() {
        link?.close()
        link = nil
    }

    // MARK: - Looking and declaring

    /// Looks at a queue without changing anything.
    ///
    /// Throws: `channelClosed` with 404 if there is none, 405 if it is another connection's exclusive one.
    public func queueStatus(_ queue: String) throws(AMQPError) -> AMQPQueueStatus {
        try ask { link throws(AMQPError) in try link.declareQueue(queue, passive: true) }
    }

    /// Declares a queue that this session alone uses and that vanishes with it; answers the broker's name for it.
    public func declareTemporaryQueue() throws(AMQPError) -> String {
        try ask { link throws(AMQPError) in try link.declareQueue("", exclusive: true, autoDelete: true).name }
    }

    /// Binds a queue to an exchange; a binding that is there already stays as it is.
    public func bind(queue: String, exchange: String, routingKey: String) throws(AMQPError) {
        try ask { link throws(AMQPError) in
            try link.bind(queue: queue, exchange: exchange, routingKey: routingKey)
        }
    }

    // MARK: - Publishing

    /// Publishes a message and waits for the broker's word, at most until `timeout`.
    public func publish(_ message: AMQPMessage, timeout: Duration = .seconds(10)) -> PublishOutcome {
        if let fault = message.encodingFault { return .unconfirmed(.unencodable(fault)) }
        guard let link else { return .notConnected }
        if let fault = message.encodingFault(frameMax: link.frameMax) { return .unconfirmed(.unencodable(fault)) }
        let deadline = ContinuousClock.now + timeout
        do throws(AMQPError) {
            try ask { link throws(AMQPError) in
                if !confirmsSelected {
                    try link.selectConfirms()
                    confirmsSelected = true
                }
                _ = confirms.record((), identity: .init(message), bytes: message.body.count, deadline: deadline)
                try link.publish(message)
                while settled.isEmpty {
                    try wait(link, until: deadline)
                    confirms.expire(at: .now, into: &settled)
                }
            }
        } catch {
            confirms.end(error.unconfirmedReason, into: &settled)
        }
        defer { settled.removeAll() }
        return settled.last?.outcome ?? .notConnected
    }

    // MARK: - Reading

    /// Takes one message from a queue; `nil` if it is empty.
    ///
    /// It stays unsettled until `settle` or `close`.
    public func get(queue: String) throws(AMQPError) -> Delivery? {
        try ask { link throws(AMQPError) in
            guard try link.get(queue: queue) else { return nil }
            let deadline = ContinuousClock.now + endpoint.connectTimeout
            while true {
                guard let frame = try link.nextFrame(timeout: max(.zero, deadline - .now)) else {
                    throw AMQPError.timedOut("the content of basic.get-ok")
                }
                if case .message(let message) = frame, case .got = message.head {
                    return try record(message)
                }
                try take(frame, link)
            }
        }
    }

    /// Settles a message of `get`; answers whether it was still to be settled.
    @discardableResult
    public func settle(_ delivery: Delivery, _ verdict: Verdict) throws(AMQPError) -> Bool {
        guard deliveries.settle(delivery.token, verdict) else { return false }
        try ask { link throws(AMQPError) in try flush(link) }
        return true
    }

    /// Starts to consume from a queue; `nextDelivery` hands out what comes.
    ///
    /// With `automaticAcknowledgement` the broker waits for none, as direct reply-to demands.
    public func consume(queue: String, automaticAcknowledgement: Bool = false) throws(AMQPError) {
        try ask { link throws(AMQPError) in
            try link.limitUnsettled(to: Self.prefetch)
            _ = try link.consume(queue: queue, automaticAcknowledgement: automaticAcknowledgement)
        }
        acknowledges = !automaticAcknowledgement
    }

    /// Waits for a delivery and acknowledges it as it is handed out; `nil` when none came in time.
    public func nextDelivery(timeout: Duration) throws(AMQPError) -> Delivery? {
        let deadline = ContinuousClock.now + timeout
        return try ask { link throws(AMQPError) in
            while arrived.isEmpty, ContinuousClock.now < deadline, !Task.isCancelled {
                try wait(link, until: min(deadline, .now + Self.waitSlice))
            }
            guard let delivery = arrived.popFirst() else { return nil }
            _ = deliveries.settle(delivery.token, .acknowledge)
            try flush(link)
            return delivery
        }
    }

    // MARK: - Inside

    private func connect(_ bodyLimits: BodyLimits) throws(AMQPError) {
        link = try BrokerLink.open(endpoint, lease: lease, bodyLimits: bodyLimits)
        deliveries.begin()
    }

    /// Asks a question on an open channel, and opens it again if the answer closed it.
    func ask<Answer>(
        _ question: (BrokerLink) throws(AMQPError) -> Answer
    ) throws(AMQPError) -> Answer {
        guard let link else { throw .connectionLost("the session is closed") }
        do throws(AMQPError) {
            return try question(link)
        } catch {
            if error.closesOnlyChannel {
                try reopenChannel(link)
            } else {
                drop()
            }
            throw error
        }
    }

    /// Reads until the broker closes the channel, which it throws.
    ///
    /// Throws: `timedOut` if the broker has no objection within `AMQPEndpoint.connectTimeout`.
    func awaitRefusal(_ link: BrokerLink) throws(AMQPError) {
        let deadline = ContinuousClock.now + endpoint.connectTimeout
        while ContinuousClock.now < deadline { try wait(link, until: deadline) }
        throw .timedOut("basic.publish")
    }

    private func reopenChannel(_ link: BrokerLink) throws(AMQPError) {
        confirmsSelected = false
        acknowledges = true
        _ = arrived.removeAll()
        deliveries.begin()
        try link.openChannel()
    }

    private func drop() {
        link?.abandon()
        link = nil
    }

    private func flush(_ link: BrokerLink) throws(AMQPError) {
        var settlements: [DeliveryLedger.Settlement] = []
        deliveries.flush(into: &settlements)
        for settlement in settlements {
            try link.settle(settlement)
        }
    }

    /// Between calls: heartbeats, and what the broker sends unasked.
    private func turn() -> PinnedThread.Rest {
        guard let link else { return PinnedThread.Rest() }
        do throws(AMQPError) {
            while let frame = try link.nextFrame() {
                try take(frame, link)
            }
        } catch {
            if error.closesOnlyChannel, (try? reopenChannel(link)) != nil {
                return PinnedThread.Rest(socket: link.socket, until: .now + link.heartbeat / 2)
            }
            drop()
        }
        return PinnedThread.Rest(socket: link.socket, until: .now + link.heartbeat / 2)
    }

    private func wait(_ link: BrokerLink, until deadline: ContinuousClock.Instant) throws(AMQPError) {
        guard let frame = try link.nextFrame(timeout: max(.zero, deadline - .now)) else { return }
        try take(frame, link)
    }

    private func take(_ frame: IncomingFrame, _ link: BrokerLink) throws(AMQPError) {
        switch frame {
        case .acknowledge(let tag, let multiple):
            try confirm { ledger, settled throws(ConfirmLedger<Void>.Fault) in
                try ledger.acknowledge(tag: tag, multiple: multiple, into: &settled)
            }
        case .reject(let tag, let multiple):
            try confirm { ledger, settled throws(ConfirmLedger<Void>.Fault) in
                try ledger.reject(tag: tag, multiple: multiple, into: &settled)
            }
        case .message(let message):
            if case .returned(let code, let text, let exchange, let routingKey) = message.head {
                let identity = PublishIdentity(
                    messageID: message.properties.messageID,
                    exchange: exchange,
                    routingKey: routingKey
                )
                confirms.markReturned(identity, code: code, text: text)
            } else {
                arrived.append(try record(message))
            }
        case .channelClosed(let code, let text):
            throw .channelClosed(code: code, text: text)
        case .consumerCancelled, .blocked, .unblocked, .other:
            break
        }
    }

    private func confirm(
        _ settle: (inout ConfirmLedger<Void>, inout [ConfirmLedger<Void>.Settled]) throws(ConfirmLedger<Void>.Fault)
            -> Void
    ) throws(AMQPError) {
        do {
            try settle(&confirms, &settled)
        } catch {
            throw .malformed("confirm: \(error)")
        }
    }

    private func record(_ message: FrameAssembler<ContentHead>.Assembled) throws(AMQPError) -> Delivery {
        // A token of no epoch is never settled; direct reply-to gives every delivery the same tag.
        let token = { (tag: UInt64) in
            self.acknowledges ? self.deliveries.record(tag: tag) : DeliveryToken(epoch: 0, tag: tag)
        }
        guard let delivery = Delivery(message, token: token) else {
            throw .malformed("a delivery tag out of order")
        }
        return delivery
    }
}

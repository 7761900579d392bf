// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOConcurrencyHelpers

/// Publishes: takes messages from the inbox, writes them within the window, settles them by the broker's confirms.
///
/// Isolation: its own thread.
actor PublisherConnection: LinkOwner {
    private typealias Ledger = ConfirmLedger<@Sendable (PublishOutcome) -> Void>

    /// Frames read in one turn, so that publishes get their turn too.
    private static let framesPerTurn = 1024
    /// Confirms that the broker may owe beyond their deadline before the connection is given up.
    private static let windowsOwed = 4

    private let thread: PinnedThread
    private let endpoint: AMQPEndpoint
    private let limits: PublishLimits
    private let lease: SocketLease
    private let logger: Logger
    private let onEvent: @Sendable (AMQPConnectionEvent) -> Void
    private let inbox: PublishInbox
    private let endRequested = NIOLockedValueBox(false)

    private var link: BrokerLink?
    private var window: PublishWindow
    private var ledger = Ledger()
    private var waiting = FIFO<PublishRequest>()
    /// Empty between turns; kept for their storage.
    private var taken: [PublishRequest] = []
    private var settled: [Ledger.Settled] = []

    private var endReason: AMQPError?
    private var endWaiter: CheckedContinuation<AMQPError?, Never>?
    private var drainWaiter: (continuation: CheckedContinuation<Void, Never>, deadline: ContinuousClock.Instant)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    init(
        endpoint: AMQPEndpoint,
        limits: PublishLimits,
        lease: SocketLease,
        logger: Logger,
        onEvent: @escaping @Sendable (AMQPConnectionEvent) -> Void
    ) {
        self.endpoint = endpoint
        self.limits = limits
        self.lease = lease
        self.logger = logger
        self.onEvent = onEvent
        inbox = PublishInbox(limits)
        window = PublishWindow(limits)
        thread = PinnedThread.atStart(name: endpoint.connectionName)
        thread.onTurn { [weak self] in
            self?.assumeIsolated { $0.turn() } ?? PinnedThread.Rest()
        }
    }

    deinit {
        thread.stop()
    }

    // MARK: - From any task

    nonisolated func submit(_ request: PublishRequest) {
        if inbox.submit(request) { thread.wake() }
    }

    nonisolated var snapshot: AMQPPublisher.Snapshot { inbox.snapshot }

    nonisolated var frameMax: Int { inbox.frameMax }

    nonisolated var isEnding: Bool { endRequested.withLockedValue { $0 } }

    nonisolated func requestEnd() {
        endRequested.withLockedValue { $0 = true }
        thread.wake()
    }

    // MARK: - LinkOwner

    func connect() throws(AMQPError) -> String {
        precondition(link == nil, "one connection at a time")
        let link = try BrokerLink.open(endpoint, lease: lease)
        try link.selectConfirms()
        lease.leave()
        self.link = link
        window.blocked = nil
        endReason = nil
        inbox.connected(frameMax: link.frameMax)
        return link.server
    }

    func untilEnded() async -> AMQPError? {
        guard link != nil else { return isEnding ? nil : endReason }
        return await withCheckedContinuation { endWaiter = $0 }
    }

    /// Waits until every publish has its outcome or the deadline has come; no new ones are taken.
    func drain(until deadline: ContinuousClock.Instant) async {
        inbox.beginDraining()
        guard inbox.snapshot.pending > 0 else { return }
        precondition(drainWaiter == nil, "one drain at a time")
        await withCheckedContinuation { drainWaiter = ($0, deadline) }
    }

    /// Ends for good.
    func finish() {
        if link != nil {
            lose(.connectionLost("closed"))
        }
        inbox.set(.closed)
        deliver()
    }

    // MARK: - A turn of the thread

    private func turn() -> PinnedThread.Rest {
        let now = ContinuousClock.now
        if let link {
            lease.enter(at: now)
            do throws(AMQPError) {
                try readFrames(link)
                takeRequests()
                try writePublishes(link)
            } catch {
                lose(error)
            }
            lease.leave()
        }
        expire(at: now)
        deliver()
        endDrain(at: now)
        endIfRequested()
        guard let link else { return PinnedThread.Rest() }
        let next = link.hasUnread ? now : nextTurn(after: now, heartbeat: link.heartbeat)
        return PinnedThread.Rest(socket: link.socket, until: next)
    }

    private func nextTurn(after now: ContinuousClock.Instant, heartbeat: Duration) -> ContinuousClock.Instant {
        var next = now + heartbeat / 2
        if let deadline = ledger.nextDeadline { next = min(next, deadline) }
        if let deadline = waiting.first?.deadline { next = min(next, deadline) }
        if let drainWaiter { next = min(next, drainWaiter.deadline) }
        return next
    }

    private func readFrames(_ link: BrokerLink) throws(AMQPError) {
        for _ in 0..<Self.framesPerTurn {
            guard let frame = try link.nextFrame() else { return }
            try take(frame, link)
        }
    }

    private func take(_ frame: IncomingFrame, _ link: BrokerLink) throws(AMQPError) {
        do {
            switch frame {
            case .acknowledge(let tag, let multiple):
                try ledger.acknowledge(tag: tag, multiple: multiple, into: &settled)
            case .reject(let tag, let multiple):
                try ledger.reject(tag: tag, multiple: multiple, into: &settled)
            case .message(let message):
                takeReturned(message)
            case .blocked(let reason):
                window.blocked = reason
                inbox.set(.blocked(reason: reason))
                logger.warning("the broker blocks publishing", metadata: [LogKey.reason: "\(reason)"])
                onEvent(.blocked(reason: reason))
            case .unblocked:
                window.blocked = nil
                inbox.set(.connected)
                logger.info("the broker takes publishes again")
                onEvent(.unblocked)
            case .channelClosed(let code, let text):
                try reopenChannel(link, code: code, text: text)
            case .consumerCancelled, .other:
                break
            }
        } catch let error as AMQPError {
            throw error
        } catch {
            throw .malformed("confirm: \(error)")
        }
    }

    private func takeReturned(_ message: FrameAssembler<ContentHead>.Assembled) {
        guard case .returned(let code, let text, let exchange, let routingKey) = message.head else { return }
        let identity = PublishIdentity(
            messageID: message.properties.messageID,
            exchange: exchange,
            routingKey: routingKey
        )
        ledger.markReturned(identity, code: code, text: text)
    }

    /// A publish to a missing exchange closes the channel: what was on its way is unknown, the connection lives on.
    private func reopenChannel(_ link: BrokerLink, code: Int, text: String) throws(AMQPError) {
        logger.warning("the broker closed the channel", metadata: [LogKey.error: "\(code) \(text)"])
        ledger.end(.channelClosed(code: code, text: text), into: &settled)
        try link.openChannel()
        try link.selectConfirms()
        onEvent(.channelClosed(code: code, text: text))
    }

    private func takeRequests() {
        inbox.take(&taken)
        for request in taken {
            waiting.append(request)
        }
        taken.removeAll(keepingCapacity: true)
    }

    private func writePublishes(_ link: BrokerLink) throws(AMQPError) {
        leaveWindow()
        guard waiting.count > 1 else { return try writeWaiting(link) }
        try link.gathering { () throws(AMQPError) in try writeWaiting(link) }
    }

    private func writeWaiting(_ link: BrokerLink) throws(AMQPError) {
        while let request = waiting.first, window.admits(bytes: request.message.body.count) {
            _ = waiting.popFirst()
            let message = request.message
            // The broker would break the connection off, and with it what is on its way.
            if let fault = message.encodingFault(frameMax: link.frameMax) {
                _ = inbox.settled(1)
                request.ended(.unconfirmed(.unencodable(fault)))
                continue
            }
            window.enter(bytes: message.body.count)
            // Before it is written: if the write fails, it is this publish too whose outcome is unknown.
            _ = ledger.record(
                request.ended,
                identity: PublishIdentity(message),
                bytes: message.body.count,
                deadline: request.deadline
            )
            try link.publish(message)
        }
    }

    // MARK: - Outcomes

    private var leftWindow = 0

    /// Takes what is settled out of the window, so that the next fit in within the same turn.
    private func leaveWindow() {
        while leftWindow < settled.count {
            window.leave(bytes: settled[leftWindow].bytes)
            leftWindow += 1
        }
    }

    private func expire(at now: ContinuousClock.Instant) {
        ledger.expire(at: now, into: &settled)
        leaveWindow()
        var expired = 0
        while let request = waiting.first, request.deadline <= now {
            _ = waiting.popFirst()
            request.ended(.unconfirmed(.deadline))
            expired += 1
        }
        _ = inbox.settled(expired)
        if link != nil, ledger.owed > limits.inFlightMessages * Self.windowsOwed {
            lose(.timedOut("the broker owes \(ledger.owed) confirms"))
        }
    }

    private func deliver() {
        leaveWindow()
        leftWindow = 0
        guard !settled.isEmpty else { return }
        _ = inbox.settled(settled.count)
        for publish in settled {
            publish.waiter(publish.outcome)
        }
        settled.removeAll(keepingCapacity: true)
    }

    private func lose(_ error: AMQPError) {
        link?.abandon()
        link = nil
        // From here on the inbox refuses, so what is taken now is all there is.
        inbox.set(.connecting)
        takeRequests()
        ledger.end(error.unconfirmedReason, into: &settled)
        let unsent = waiting.removeAll()
        _ = inbox.settled(unsent.count)
        for request in unsent {
            request.ended(.notConnected)
        }
        endReason = error
        endWaiter.take()?.resume(returning: isEnding ? nil : error)
    }

    // MARK: - Ending

    private func endIfRequested() {
        guard let link, isEnding else { return }
        lease.enter(at: .now)
        link.close()
        lose(.connectionLost("closed on request"))
        deliver()
    }

    private func endDrain(at now: ContinuousClock.Instant) {
        guard let drain = drainWaiter, inbox.snapshot.pending == 0 || drain.deadline <= now else { return }
        drainWaiter = nil
        drain.continuation.resume()
    }
}

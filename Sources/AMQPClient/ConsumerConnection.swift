// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOConcurrencyHelpers

/// The consuming connection: claims the owner queue, consumes while the gate is open, writes the settlements.
///
/// Isolation: its own thread.
actor ConsumerConnection: LinkOwner {
    /// What other threads ask of the connection, and see of it.
    private struct Shared {
        var isGateOpen = true
        var isStopping = false
        var isEnding = false
        var verdicts: [(DeliveryToken, Verdict)] = []
        var state = AMQPConsumerState.connecting
        var connections = 0
        var unsettled = 0
    }

    /// How far the channel has come.
    private enum Phase {
        /// The next step is due at this instant: claim the owner queue if there is one, then consume if the gate is open.
        case starting(at: ContinuousClock.Instant)
        /// The owner queue is ours; the gate is closed.
        case paused
        case consuming(tag: String)
    }

    /// Frames read in one turn, so that settlements get their turn too.
    private static let framesPerTurn = 1024

    let deliveries: DeliveryMailbox

    private let thread: PinnedThread
    private let endpoint: AMQPEndpoint
    private let consumption: AMQPConsumption
    private let lease: SocketLease
    private let logger: Logger
    private let onEvent: @Sendable (AMQPConnectionEvent) -> Void
    private let shared = NIOLockedValueBox(Shared())

    private var link: BrokerLink?
    private var ledger = DeliveryLedger()
    private var phase = Phase.starting(at: .now)
    private var ownsQueue = false
    /// When a consumer that nothing reaches subscribes anew.
    private var renewal = ContinuousClock.now
    /// Empty between turns; kept for their storage.
    private var verdicts: [(DeliveryToken, Verdict)] = []
    private var settlements: [DeliveryLedger.Settlement] = []

    private var endReason: AMQPError?
    private var endWaiter: CheckedContinuation<AMQPError?, Never>?
    private var drainWaiter: (continuation: CheckedContinuation<Bool, Never>, deadline: ContinuousClock.Instant)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    init(
        endpoint: AMQPEndpoint,
        consumption: AMQPConsumption,
        lease: SocketLease,
        logger: Logger,
        onEvent: @escaping @Sendable (AMQPConnectionEvent) -> Void
    ) {
        self.endpoint = endpoint
        self.consumption = consumption
        self.lease = lease
        self.logger = logger
        self.onEvent = onEvent
        deliveries = DeliveryMailbox(capacity: Int(consumption.prefetch))
        thread = PinnedThread.atStart(name: endpoint.connectionName)
        thread.onTurn { [weak self] in
            self?.assumeIsolated { $0.turn() } ?? PinnedThread.Rest()
        }
    }

    deinit {
        thread.stop()
    }

    // MARK: - From any task

    nonisolated func setGate(open: Bool) {
        shared.withLockedValue { $0.isGateOpen = open }
        thread.wake()
    }

    nonisolated func stopTaking() {
        shared.withLockedValue { $0.isStopping = true }
        thread.wake()
    }

    nonisolated func settle(_ token: DeliveryToken, _ verdict: Verdict) {
        let isFirst = shared.withLockedValue { shared in
            shared.verdicts.append((token, verdict))
            return shared.verdicts.count == 1
        }
        if isFirst { thread.wake() }
    }

    nonisolated var snapshot: AMQPConsumer.Snapshot {
        shared.withLockedValue { shared in
            AMQPConsumer.Snapshot(
                state: shared.state,
                reconnects: max(0, shared.connections - 1),
                unsettled: shared.unsettled
            )
        }
    }

    nonisolated var isEnding: Bool { shared.withLockedValue { $0.isEnding } }

    nonisolated func requestEnd() {
        shared.withLockedValue { $0.isEnding = true }
        thread.wake()
    }

    // MARK: - LinkOwner

    func connect() throws(AMQPError) -> String {
        precondition(link == nil, "one connection at a time")
        let link = try BrokerLink.open(endpoint, lease: lease, bodyLimits: consumption.bodyLimits)
        try link.limitUnsettled(to: consumption.prefetch)
        lease.leave()
        self.link = link
        ledger.begin()
        ownsQueue = false
        phase = .starting(at: .now)
        endReason = nil
        shared.withLockedValue { $0.connections += 1 }
        return link.server
    }

    func untilEnded() async -> AMQPError? {
        guard link != nil else { return isEnding ? nil : endReason }
        return await withCheckedContinuation { endWaiter = $0 }
    }

    /// Waits until no delivery is unsettled or the deadline has come; answers whether all are settled.
    func drain(until deadline: ContinuousClock.Instant) async -> Bool {
        precondition(drainWaiter == nil, "one drain at a time")
        return await withCheckedContinuation { drainWaiter = ($0, deadline) }
    }

    /// Ends for good.
    func finish() {
        if link != nil {
            lose(.connectionLost("closed"))
        }
        deliveries.close()
        show(.closed)
    }

    // MARK: - A turn of the thread

    private func turn() -> PinnedThread.Rest {
        let now = ContinuousClock.now
        if let link {
            lease.enter(at: now)
            do throws(AMQPError) {
                try readFrames(link)
                try writeSettlements(link)
                try steer(link, at: now)
            } catch {
                lose(error)
            }
            lease.leave()
        }
        endDrain(at: now)
        endIfRequested()
        guard let link else { return PinnedThread.Rest(socket: nil, until: drainWaiter?.deadline) }
        let next = link.hasUnread ? now : nextTurn(after: now, heartbeat: link.heartbeat)
        return PinnedThread.Rest(socket: link.socket, until: next)
    }

    private func nextTurn(after now: ContinuousClock.Instant, heartbeat: Duration) -> ContinuousClock.Instant {
        var next = now + heartbeat / 2
        switch phase {
        case .starting(let due): next = min(next, due)
        case .consuming: next = min(next, renewal)
        case .paused: break
        }
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
        switch frame {
        case .message(let message):
            try takeDelivery(message)
        case .consumerCancelled:
            logger.warning("the broker cancelled the consumer; is the queue deleted?")
            retry("the broker cancelled the consumer")
        case .channelClosed(let code, let text):
            logger.debug("the broker closed the channel", metadata: [LogKey.error: "\(code) \(text)"])
            try reopenChannel(link)
            retry("\(code) \(text)")
        case .blocked, .unblocked, .acknowledge, .reject, .other:
            // Alarms concern publishers.
            break
        }
    }

    private func takeDelivery(_ message: FrameAssembler<ContentHead>.Assembled) throws(AMQPError) {
        guard let delivery = Delivery(message, token: { ledger.record(tag: $0) }) else {
            throw .malformed("a delivery tag out of order")
        }
        postponeRenewal()
        guard case .consuming = phase, deliveries.offer(delivery) else {
            // It raced with the closing of the gate.
            _ = ledger.settle(delivery.token, .requeue)
            return
        }
    }

    private func writeSettlements(_ link: BrokerLink) throws(AMQPError) {
        shared.withLockedValue { swap(&$0.verdicts, &verdicts) }
        for (token, verdict) in verdicts {
            if !ledger.settle(token, verdict) {
                logger.debug(
                    "a verdict came after its channel had ended; the broker delivers again",
                    metadata: [LogKey.deliveryTag: "\(token.tag)"]
                )
            }
        }
        verdicts.removeAll(keepingCapacity: true)
        ledger.flush(into: &settlements)
        for settlement in settlements {
            try link.settle(settlement)
        }
        settlements.removeAll(keepingCapacity: true)
        shared.withLockedValue { $0.unsettled = ledger.unsettled }
    }

    // MARK: - Owner queue, gate, consumer

    private func steer(_ link: BrokerLink, at now: ContinuousClock.Instant) throws(AMQPError) {
        let isOpen = shared.withLockedValue { $0.isGateOpen && !$0.isStopping }
        do throws(AMQPError) {
            switch phase {
            case .consuming(let tag):
                guard isOpen else { return try pause(link, tag) }
                try renewIfIdle(link, at: now)
            case .paused:
                guard isOpen else { return }
                try start(link, isOpen: isOpen)
            case .starting(let due):
                guard due <= now else { return }
                try start(link, isOpen: isOpen)
            }
        } catch {
            guard case .channelClosed(let code, let text) = error else { throw error }
            logger.debug("the broker closed the channel", metadata: [LogKey.error: "\(code) \(text)"])
            try reopenChannel(link)
            let resourceLocked = 405
            retry(code == resourceLocked && !ownsQueue ? nil : "\(code) \(text)")
        }
    }

    private func start(_ link: BrokerLink, isOpen: Bool) throws(AMQPError) {
        if let ownerQueue = consumption.ownerQueue, !ownsQueue {
            try link.declareQueue(ownerQueue, exclusive: true)
            ownsQueue = true
        }
        guard isOpen else {
            phase = .paused
            show(.paused)
            return
        }
        phase = .consuming(tag: try link.consume(queue: consumption.queue))
        postponeRenewal()
        show(.consuming)
    }

    /// Subscribes anew, on a new channel, if nothing came for long.
    ///
    /// RabbitMQ moves a consumer over by itself when its queue is deleted and one of that name is there again at once. It
    /// tells the consumer nothing, and what the new queue delivers gets lost in the old channel: all looks well and
    /// nothing comes (seen with quorum queues of 3.10.8, which refuse `x-cancel-on-ha-failover`). It cannot be seen
    /// from outside either, as those messages count as delivered. Closing the channel gives them back.
    private func renewIfIdle(_ link: BrokerLink, at now: ContinuousClock.Instant) throws(AMQPError) {
        guard renewal <= now else { return }
        guard ledger.unsettled == 0 else { return postponeRenewal() }
        try link.closeChannel()
        try reopenChannel(link)
        try start(link, isOpen: true)
    }

    private func postponeRenewal() {
        renewal = .now + consumption.idleRenewal
    }

    private func pause(_ link: BrokerLink, _ tag: String) throws(AMQPError) {
        phase = .paused
        try link.cancel(consumerTag: tag)
        for delivery in deliveries.takeAll() {
            _ = ledger.settle(delivery.token, .requeue)
        }
        show(.paused)
    }

    /// Tries again after a while; without a reason because somebody else has the owner queue.
    private func retry(_ reason: String?) {
        phase = .starting(at: .now + consumption.retryInterval)
        show(reason.map(AMQPConsumerState.unavailable) ?? .notOwner)
    }

    /// A new channel: what was delivered on the one before is delivered again, and its verdicts count no more.
    private func reopenChannel(_ link: BrokerLink) throws(AMQPError) {
        _ = deliveries.takeAll()
        ledger.begin()
        try link.openChannel()
        try link.limitUnsettled(to: consumption.prefetch)
    }

    private func show(_ state: AMQPConsumerState) {
        let isNew = shared.withLockedValue { shared in
            defer { shared.state = state }
            return shared.state != state
        }
        guard isNew else { return }
        switch state {
        case .notOwner:
            logger.error(
                "another consumer has the owner queue; nothing is taken",
                metadata: [LogKey.state: "\(consumption.ownerQueue ?? "")"]
            )
        case .unavailable(let reason):
            logger.warning("cannot consume", metadata: [LogKey.error: "\(reason)"])
        case .connecting, .paused, .consuming, .closed:
            logger.info("consumer", metadata: [LogKey.state: "\(state)"])
        }
        onEvent(.consumer(state))
    }

    // MARK: - Ending

    private func lose(_ error: AMQPError) {
        link?.abandon()
        link = nil
        _ = deliveries.takeAll()
        ledger.begin()
        settlements.removeAll(keepingCapacity: true)
        shared.withLockedValue { shared in
            shared.unsettled = 0
            shared.verdicts.removeAll(keepingCapacity: true)
        }
        show(.connecting)
        endReason = error
        endWaiter.take()?.resume(returning: isEnding ? nil : error)
    }

    private func endIfRequested() {
        guard let link, isEnding else { return }
        lease.enter(at: .now)
        link.close()
        lose(.connectionLost("closed on request"))
    }

    private func endDrain(at now: ContinuousClock.Instant) {
        guard let drain = drainWaiter else { return }
        let isDone = ledger.unsettled == 0
        guard isDone || drain.deadline <= now else { return }
        drainWaiter = nil
        drain.continuation.resume(returning: isDone)
    }
}

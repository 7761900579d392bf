// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOConcurrencyHelpers

/// The consuming connection: claims the owner queue, consumes while the gate is open, writes the settlements.
///
/// Isolation: its own thread.
actor ConsumerConnection: LinkOwner {
    /// What other threads ask of the connection, and see of it.
    struct Shared {
        var isGateOpen = true
        var isStopping = false
        var isEnding = false
        /// The caller asked for a new subscription.
        var mustRenew = false
        var subscribedAt: ContinuousClock.Instant?
        var lastDelivery: ContinuousClock.Instant?
        var verdicts: [(DeliveryToken, Verdict)] = []
        var state = AMQPConsumerState.connecting
        var connections = 0
        var unsettled = 0
    }

    /// How far the channel has come.
    enum Phase {
        /// The next step is due at an instant: claim the owner queue if there is one, then consume if the gate is open.
        case starting(at: ContinuousClock.Instant)
        /// The owner queue is ours; the gate is closed.
        case paused
        case consuming(tag: String)
        /// The subscription proved itself and is ended; a wider one begins once everything is settled.
        case widening
        /// The broker ended the subscription by itself; whether the queue is there is to be asked.
        case cancelled
    }

    /// Frames read in one turn, so that settlements get their turn too.
    private static let framesPerTurn = 1024

    let deliveries: DeliveryMailbox

    private let thread: PinnedThread
    private let endpoint: AMQPEndpoint
    let consumption: AMQPConsumption
    private let lease: SocketLease
    let logger: Logger
    private let onEvent: @Sendable (AMQPConnectionEvent) -> Void
    let shared = NIOLockedValueBox(Shared())

    private var link: BrokerLink?
    var ledger = DeliveryLedger()
    var phase = Phase.starting(at: .now)
    /// How many deliveries may be unsettled now; it outlives the connection, not the process.
    var width: PrefetchWidth
    var ownsQueue = false
    /// When the subscription began.
    var subscribedAt = ContinuousClock.now
    /// When a consumer that nothing reaches subscribes anew by itself; `nil`: never.
    var renewal: ContinuousClock.Instant?
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
        // While the width grows, what came within the old one and what comes within the new one may be here together.
        deliveries = DeliveryMailbox(capacity: 2 * Int(consumption.prefetch))
        width = PrefetchWidth(from: consumption.firstPrefetch, to: consumption.prefetch)
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

    nonisolated func renew() {
        shared.withLockedValue { $0.mustRenew = true }
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
                unsettled: shared.unsettled,
                subscribedAt: shared.state == .consuming ? shared.subscribedAt : nil,
                lastDelivery: shared.lastDelivery
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
        try link.limitUnsettled(to: width.current)
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
        case .consuming: if let renewal { next = min(next, renewal) }
        case .cancelled: next = now
        case .paused, .widening: break
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
        case .consumerCancelled(let tag, let expectsAnswer):
            if expectsAnswer { try link.confirmConsumerCancelled(tag: tag) }
            // A subscription of ours that we ended ourselves meanwhile has another tag.
            if case .consuming(tag) = phase { phase = .cancelled }
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
        // Before the handler can see it: a delivery that is handed over is never missing in the snapshot.
        shared.withLockedValue { [unsettled = ledger.unsettled] shared in
            shared.lastDelivery = .now
            shared.unsettled = unsettled
        }
        guard case .consuming = phase, deliveries.offer(delivery) else {
            // It raced with the closing of the gate.
            _ = ledger.settle(delivery.token, .requeue)
            return
        }
    }

    private func writeSettlements(_ link: BrokerLink) throws(AMQPError) {
        shared.withLockedValue { swap(&$0.verdicts, &verdicts) }
        for (token, verdict) in verdicts {
            if ledger.settle(token, verdict) {
                if verdict == .acknowledge { width.acknowledged() }
            } else {
                logger.debug(
                    "a verdict came after its channel had ended; the broker delivers again",
                    metadata: [LogKey.deliveryTag: "\(token.tag)"]
                )
            }
        }
        verdicts.removeAll(keepingCapacity: true)
        try endNarrowSubscription(link)
        ledger.flush(into: &settlements)
        for settlement in settlements {
            try link.settle(settlement)
        }
        settlements.removeAll(keepingCapacity: true)
        shared.withLockedValue { $0.unsettled = ledger.unsettled }
    }

    // MARK: - What others see

    func show(_ state: AMQPConsumerState) {
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

// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOConcurrencyHelpers

/// Owner queue, gate, subscription.
extension ConsumerConnection {
    /// Takes the next step that is due.
    func steer(_ link: BrokerLink, at now: ContinuousClock.Instant) throws(AMQPError) {
        let isOpen = shared.withLockedValue { $0.isGateOpen && !$0.isStopping }
        do throws(AMQPError) {
            switch phase {
            case .consuming(let tag):
                guard isOpen else { return try pause(link, tag) }
                try renewIfDue(link, tag, at: now)
            case .widening:
                try beginWideSubscription(link, isOpen: isOpen)
            case .cancelled:
                try subscribeAfterCancel(link, at: now)
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
        try subscribe(link)
        show(.consuming)
    }

    private func subscribe(_ link: BrokerLink) throws(AMQPError) {
        phase = .consuming(tag: try link.consume(queue: consumption.queue))
        subscribedAt = .now
        shared.withLockedValue { [subscribedAt] in $0.subscribedAt = subscribedAt }
        postponeRenewal()
    }

    /// Ends the subscription if it proved itself; the broker delivers nothing until the next one.
    ///
    /// A prefetch counts for the subscriptions after it only. Called before what was decided is written.
    func endNarrowSubscription(_ link: BrokerLink) throws(AMQPError) {
        guard case .consuming(let tag) = phase, width.widenIfProven(outstanding: ledger.outstanding) else { return }
        try link.cancel(consumerTag: tag)
        phase = .widening
    }

    /// Subscribes with the new width once nothing of the old one is left: both together would exceed the width.
    private func beginWideSubscription(_ link: BrokerLink, isOpen: Bool) throws(AMQPError) {
        guard ledger.unsettled == 0 else { return }
        try link.limitUnsettled(to: width.current)
        try start(link, isOpen: isOpen)
        logger.debug("more deliveries at once", metadata: [LogKey.state: "\(width.current)"])
    }

    /// Subscribes again after the broker ended the subscription.
    ///
    /// Either the queue is gone, which the question shows, or a delivery was not settled in time.
    ///
    /// From RabbitMQ 4.3 on a time-out is told so, and what was delivered waits until it is settled or handed back. A
    /// handler that is still at work repeats what another delivery of the same message does, so handing back is safe.
    private func subscribeAfterCancel(_ link: BrokerLink, at now: ContinuousClock.Instant) throws(AMQPError) {
        try link.declareQueue(consumption.queue, passive: true)
        _ = deliveries.takeAll()
        let count = ledger.handBackAll()
        logger.warning(
            "the broker cancelled the consumer although its queue is there (a time-out?); it subscribes again",
            metadata: [LogKey.unsettled: "\(count)"]
        )
        // A broker that cancels at once is not asked again at once.
        phase = .starting(at: max(now, subscribedAt + consumption.retryInterval))
        show(.unavailable("the broker cancelled the consumer although the queue is there"))
    }

    /// Subscribes anew, on a new channel, if that was asked for or nothing came for long.
    ///
    /// RabbitMQ moves a consumer over by itself when its queue is deleted and one of that name is there again at once.
    /// It tells the consumer nothing, and what the new queue delivers gets lost in the old channel: all looks well and
    /// nothing comes (seen with quorum queues of 3.10.8, which refuse `x-cancel-on-ha-failover`). It cannot be seen
    /// from outside either, as those messages count as delivered. Closing the channel gives them back; a `basic.cancel`
    /// before it keeps the log of a quorum queue of 3.10 from growing with each time.
    private func renewIfDue(
        _ link: BrokerLink,
        _ tag: String,
        at now: ContinuousClock.Instant
    ) throws(AMQPError) {
        let isAskedFor = shared.withLockedValue { shared in
            defer { shared.mustRenew = false }
            return shared.mustRenew
        }
        guard isAskedFor || renewal.map({ $0 <= now }) == true else { return }
        guard ledger.unsettled == 0 else { return postponeRenewal() }
        try link.cancel(consumerTag: tag)
        try link.closeChannel()
        try reopenChannel(link)
        try start(link, isOpen: true)
    }

    func postponeRenewal() {
        renewal = consumption.idleRenewal.map { .now + $0 }
    }

    private func pause(_ link: BrokerLink, _ tag: String) throws(AMQPError) {
        phase = .paused
        try link.cancel(consumerTag: tag)
        for delivery in deliveries.takeAll() {
            _ = ledger.settle(delivery.token, .requeue)
        }
        show(.paused)
    }

    /// Tries again after a while; without a reason if another connection has the owner queue.
    func retry(_ reason: String?) {
        phase = .starting(at: .now + consumption.retryInterval)
        show(reason.map(AMQPConsumerState.unavailable) ?? .notOwner)
    }

    /// A new channel: what was delivered on the one before is delivered again, and its verdicts count no more.
    func reopenChannel(_ link: BrokerLink) throws(AMQPError) {
        _ = deliveries.takeAll()
        ledger.begin()
        try link.openChannel()
        try link.limitUnsettled(to: width.current)
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging

/// Brings entries of the outbox to the broker: one after the other within a line, each until the broker took it.
///
/// No task waits for a confirm: the connection tells the outcome of each entry, and then sends the next one of the
/// line.
/// *Isolation*: any task, and the connection's thread.
final class OutboxSender: Sendable {
    /// How an entry that the broker did not confirm is tried again, for ever.
    static let retry = RetrySchedule(first: .milliseconds(100), ceiling: .seconds(5))
    /// How an entry that the broker refused is tried again: a queue is full, and all others get it once more each time.
    static let refusedRetry = RetrySchedule(first: .milliseconds(200), ceiling: .seconds(10))
    /// How an entry is tried again to which no queue is bound.
    static let unroutedRetry = RetrySchedule(first: .seconds(2), ceiling: .seconds(600))
    /// How long it is tried again.
    static let unroutedLife = Duration.seconds(7 * 86_400)
    /// How long the connection may take to send a message.
    static let publishing = Duration.milliseconds(1)

    /// An entry that is being published; a class, because it goes from hand to hand and an event has a dozen texts.
    final class Sending: Sendable {
        let entry: OutboxEntry
        /// Where it stands; `nil` if no queue was bound to it and it is tried again, out of its transaction's order.
        let line: HeldEntries.Line?
        let tries: Int
        /// How long to wait before the next try.
        let schedule: RetrySchedule

        init(
            _ entry: OutboxEntry,
            in line: HeldEntries.Line?,
            tries: Int = 0,
            schedule: RetrySchedule = OutboxSender.retry
        ) {
            self.entry = entry
            self.line = line
            self.tries = tries
            self.schedule = schedule
        }
    }

    private let publisher: AMQPPublisher
    private let replies: ReplySender
    private let render: OutboxRendering
    private let held: HeldEntries
    private let settler: Settler
    private let progress: Signal
    private let clock: @Sendable () -> Timestamp
    private let metrics: Metrics
    private let logger: Logger
    private let retries = WorkQueue<Sending>(limit: OutboxRelay.heldLimit)

    /// A sender of one kind of entries; it raises `progress` when the relay should look again.
    init(
        publisher: AMQPPublisher,
        replies: ReplySender,
        render: OutboxRendering,
        held: HeldEntries,
        settler: Settler,
        progress: Signal,
        clock: @escaping @Sendable () -> Timestamp,
        metrics: Metrics,
        logger: Logger
    ) {
        self.publisher = publisher
        self.replies = replies
        self.render = render
        self.held = held
        self.settler = settler
        self.progress = progress
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
    }

    /// Publishes an entry, and after it those of its line.
    func send(_ entry: OutboxEntry, in line: HeldEntries.Line?) {
        send(Sending(entry, in: line))
    }

    /// Ends an entry that the broker refused and that a later one of its transaction made superfluous.
    func giveWay(_ entry: OutboxEntry) {
        metrics.increment(.events, "gave_way")
        settle(entry, .unrouted(retryAt: nil))
    }

    private func send(_ first: Sending) {
        var next: Sending? = first
        while let sending = next {
            if let message = render.message(for: sending.entry, frameMax: publisher.frameMax) {
                if sending.tries == 0 { FailPoint.relayUnpublished.reach() }
                FailPoint.relayPublished.reach(after: Self.publishing)
                return publisher.publish(message) { self.ended(sending, $0) }
            }
            settle(sending.entry, .confirmed)
            metrics.increment(.events, "switched_off")
            next = following(sending)
        }
    }

    /// Publishes again what the broker did not take, each after its time, until the task is cancelled.
    func sendAgain() async {
        await withDiscardingTaskGroup { group in
            while let sending = await retries.next() {
                group.addTask {
                    // What is cancelled stays in the outbox.
                    do {
                        try await Task.sleep(for: sending.schedule.delay(afterTries: sending.tries))
                    } catch { return }
                    if let line = sending.line, !self.held.beginAgain(sending.entry, in: line) { return }
                    self.send(sending)
                }
            }
        }
    }

    private func ended(_ sending: Sending, _ outcome: PublishOutcome) {
        let entry = sending.entry
        switch outcome {
        case .confirmed:
            FailPoint.relayConfirmed.reach()
            metrics.increment(.events, "confirmed")
            settle(entry, .confirmed)
            reply(with: entry)
        case .returned:
            metrics.increment(.events, "unrouted")
            settle(entry, .unrouted(retryAt: retryInstant(of: entry)))
            reply(with: entry)
        case .unconfirmed(.unencodable(let fault)):
            // A fault of ours that no try mends. It must neither stop its transaction's events nor close the gate.
            logger.error(
                "an entry cannot be written as a message; it stays in the outbox for a person",
                metadata: [LogKey.position: "\(entry.position)", LogKey.error: "\(fault)"]
            )
            metrics.increment(.events, "unencodable")
            settle(entry, .unrouted(retryAt: retryInstant(of: entry)))
        case .rejected: return refused(sending)
        case .unconfirmed(let reason):
            logger.debug("an entry was not confirmed", metadata: [LogKey.error: "\(reason)"])
            return tryAgain(sending, "unconfirmed")
        case .notConnected: return tryAgain(sending, "not_connected")
        }
        if let next = following(sending) { send(next) }
    }

    private func tryAgain(_ sending: Sending, _ label: String) {
        metrics.increment(.events, label)
        if let line = sending.line { held.forgetRefusal(in: line) }
        lineUp(Sending(sending.entry, in: sending.line, tries: sending.tries + 1))
    }

    /// The broker took it into some queues at most: one that is bound to its key is full or broken.
    private func refused(_ sending: Sending) {
        metrics.increment(.events, "rejected")
        let again = Sending(sending.entry, in: sending.line, tries: sending.tries + 1, schedule: Self.refusedRetry)
        guard let line = sending.line else { return lineUp(again) }
        let (key, givesWay) = sending.entry.payload.refusal
        if sending.tries == 0 {
            logger.warning(
                "the broker refuses an entry of the outbox; is a queue that is bound to its key full?",
                metadata: [LogKey.routingKey: "\(key)"]
            )
        }
        switch held.refuse(sending.entry, in: line, routingKey: key, givesWay: givesWay) {
        case .tryAgain: lineUp(again)
        case .gaveWay(let next):
            giveWay(sending.entry)
            if held.isWorthALook(below: OutboxRelay.heldLimit) { progress.raise() }
            send(Sending(next, in: line))
        }
    }

    private func lineUp(_ sending: Sending) {
        precondition(retries.offer(sending), "no more is tried again than is held")
    }

    /// Takes an entry out and gives the one after it.
    private func following(_ sending: Sending) -> Sending? {
        guard let line = sending.line else {
            held.removeUnrouted(sending.entry)
            if held.isWorthALook(below: OutboxRelay.heldLimit) { progress.raise() }
            return nil
        }
        let next = held.next(of: line)
        if held.isWorthALook(below: OutboxRelay.heldLimit) { progress.raise() }
        return next.map { Sending($0, in: line) }
    }

    private func settle(_ entry: OutboxEntry, _ outcome: Settlement.Outcome) {
        settler.settle(Settlement(position: entry.position, outcome: outcome, at: clock()))
    }

    private func reply(with entry: OutboxEntry) {
        if case .event(let event) = entry.payload, entry.returns == 0 { replies.send(event) }
    }

    private func retryInstant(of entry: OutboxEntry) -> Timestamp? {
        let now = clock()
        let mustBeRouted =
            switch entry.payload {
            case .event(let event): event.mustBeRouted
            case .deadLetter: true
            }
        guard mustBeRouted, now < entry.appendedAt + Self.unroutedLife else { return nil }
        return now + Self.unroutedRetry.delay(afterTries: entry.returns + 1)
    }
}

/// What an entry is as a message, and whether it is told at all.
struct OutboxRendering: Sendable {
    let messages: EventMessage
    let eventsExchange: String
    let deadLettersExchange: String
    /// Statuses whose events the configuration keeps to itself.
    let switchedOff: Set<TransactionStatus>

    /// The message for a connection with frames of a size; `nil` for what is switched off.
    func message(for entry: OutboxEntry, frameMax: Int) -> AMQPMessage? {
        switch entry.payload {
        case .event(let event):
            if !switchedOff.isEmpty, let status = event.name.status, switchedOff.contains(status) { return nil }
            return messages.message(event, exchange: eventsExchange, routingKey: event.routingKey, mandatory: true)
        case .deadLetter(let letter):
            return messages.message(letter, exchange: deadLettersExchange, frameMax: frameMax)
        }
    }
}

extension OutboxEntry.Payload {
    /// Its routing key, and whether it gives way to a later entry when the broker refuses it.
    ///
    /// Source: docs/consumers.md. A final status, a contradiction, a refusal are tried for ever.
    fileprivate var refusal: (routingKey: String, givesWay: Bool) {
        switch self {
        case .event(let event): (event.routingKey, event.name.status.map { !$0.isFinal } ?? false)
        case .deadLetter(let letter): (letter.routingKey, false)
        }
    }
}

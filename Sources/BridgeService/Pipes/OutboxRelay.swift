// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import CorrelationStore
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// Publishes what the commits wrote: in order within a transaction, side by side between transactions, until confirmed.
///
/// Source: contract §3 "Publishing". An entry is settled only after the broker confirmed it; a crash in between publishes it
/// once more with the same id. Events and dead letters have a relay and a connection each: a dead-letter queue that confirms
/// nothing delays no event.
struct OutboxRelay: Service {
    /// So many entries are held in memory; the rest waits in the store.
    static let heldLimit = 2_000
    /// So many entries are read at once.
    static let pageSize = 500
    /// The outbox is looked at this often even without a signal.
    static let longestSleep = Duration.seconds(1)
    /// How an entry that the broker did not confirm is tried again, for ever.
    static let retry = RetrySchedule(first: .milliseconds(100), ceiling: .seconds(5))
    /// How an entry that nobody is bound to is tried again.
    static let unroutedRetry = RetrySchedule(first: .seconds(2), ceiling: .seconds(600))
    /// So long the connection may take to send a message.
    static let publishing = Duration.milliseconds(1)
    /// For so long.
    static let unroutedLife = Duration.seconds(7 * 86_400)

    let kind: OutboxEntry.Kind
    let dispatcher: Dispatcher
    let publisher: AMQPPublisher
    let replies: ReplySender
    let render: EventMessage
    let eventsExchange: String
    let deadLettersExchange: String
    let switchedOff: Set<TransactionStatus>
    let held: HeldEntries
    let settler: Settler
    let metrics: Metrics
    let stop: StopDeadline
    let logger: Logger

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await settler.run() }
                await relay(into: &group)
                // Unconfirmed entries stay in the outbox; the next start publishes them.
                group.cancelAll()
            }
        } onGracefulShutdown: {
            held.startFlushing(until: stop.flushDeadline)
            signal.raise()
        }
        await settler.finish()
    }

    /// Raised when there may be something of this kind to publish.
    private var signal: Signal { kind == .event ? dispatcher.outboxSignal : dispatcher.deadLetterSignal }

    private func relay(into group: inout DiscardingTaskGroup) async {
        var cursor: Int64 = 0
        var nextSweep = ContinuousClock.now
        while !Task.isCancelled {
            held.beginReading()
            let room = settler.isBehind ? 0 : Self.heldLimit - held.count
            if room <= 0 { held.awaitRoom() }
            var fetched = 0
            if room > 0,
                let page = await read(
                    { limit throws(StoreError) in
                        try await dispatcher.store.pending(after: cursor, of: kind, limit: limit)
                    },
                    limit: min(room, Self.pageSize)
                )
            {
                fetched = page.count
                cursor = page.last?.position ?? cursor
                start(page, in: &group)
                held.endReading()
            }
            if ContinuousClock.now >= nextSweep {
                nextSweep = .now + Self.longestSleep
                await sweepUnrouted(into: &group)
            }
            if fetched == 0 {
                if held.isFlushed { return }
                await signal.wait(atMost: Self.longestSleep)
            }
        }
    }

    /// Tries again what nobody was bound to; it is out of its transaction's order by then.
    private func sweepUnrouted(into group: inout DiscardingTaskGroup) async {
        let now = dispatcher.clock()
        let room = Self.heldLimit - held.count
        guard room > 0,
            let page = await read(
                { limit throws(StoreError) in
                    try await dispatcher.store.unrouted(dueBy: now, of: kind, limit: limit)
                },
                limit: min(room, Self.pageSize)
            )
        else { return }
        for entry in page where held.addUnrouted(entry) {
            group.addTask { await deliver(entry, isRetryOfUnrouted: true) }
        }
    }

    private func start(_ page: [OutboxEntry], in group: inout DiscardingTaskGroup) {
        for entry in page {
            guard let line = held.add(entry) else { continue }
            group.addTask { await drain(line, from: entry) }
        }
    }

    /// Publishes a transaction's entries one after the other.
    private func drain(_ line: HeldEntries.Line, from first: OutboxEntry) async {
        var next: OutboxEntry? = first
        while let entry = next {
            guard await deliver(entry, isRetryOfUnrouted: false) else { return }
            next = held.next(of: line)
            if held.isWorthALook(below: Self.heldLimit) { signal.raise() }
        }
    }

    /// Publishes an entry until the broker took it; `false` if the task was cancelled before.
    @discardableResult
    private func deliver(_ entry: OutboxEntry, isRetryOfUnrouted: Bool) async -> Bool {
        defer { if isRetryOfUnrouted { held.removeUnrouted(entry) } }
        guard let message = message(for: entry) else {
            settler.settle(Settlement(position: entry.position, outcome: .confirmed, at: dispatcher.clock()))
            metrics.increment(.events, "switched_off")
            return true
        }
        var tries = 0
        FailPoint.relayUnpublished.reach()
        while !Task.isCancelled {
            FailPoint.relayPublished.reach(after: Self.publishing)
            switch await publisher.publish(message) {
            case .confirmed:
                FailPoint.relayConfirmed.reach()
                settle(entry, .confirmed, "confirmed")
                return true
            case .returned:
                settle(entry, .unrouted(retryAt: retryInstant(of: entry)), "unrouted")
                return true
            case .unconfirmed(.unencodable(let fault)):
                // Ours, and no try will mend it. It must neither stop its transaction's events nor close the gate.
                logger.error(
                    "an entry cannot be written as a message; it stays in the outbox for a person",
                    metadata: [LogKey.position: "\(entry.position)", LogKey.error: "\(fault)"]
                )
                metrics.increment(.events, "unencodable")
                let outcome = Settlement.Outcome.unrouted(retryAt: retryInstant(of: entry))
                settler.settle(Settlement(position: entry.position, outcome: outcome, at: dispatcher.clock()))
                return true
            case .rejected: metrics.increment(.events, "rejected")
            case .unconfirmed(let reason):
                metrics.increment(.events, "unconfirmed")
                logger.debug("an entry was not confirmed", metadata: [LogKey.error: "\(reason)"])
            case .notConnected: metrics.increment(.events, "not_connected")
            }
            tries += 1
            try? await Task.sleep(for: Self.retry.delay(afterTries: tries))
        }
        return false
    }

    private func settle(_ entry: OutboxEntry, _ outcome: Settlement.Outcome, _ label: String) {
        metrics.increment(.events, label)
        settler.settle(Settlement(position: entry.position, outcome: outcome, at: dispatcher.clock()))
        if case .event(let event) = entry.payload, entry.returns == 0 { replies.send(event) }
    }

    private func retryInstant(of entry: OutboxEntry) -> Timestamp? {
        let now = dispatcher.clock()
        let mustBeRouted =
            switch entry.payload {
            case .event(let event): event.mustBeRouted
            case .deadLetter: true
            }
        guard mustBeRouted, now < entry.appendedAt + Self.unroutedLife else { return nil }
        return now + Self.unroutedRetry.delay(afterTries: entry.returns + 1)
    }

    private func message(for entry: OutboxEntry) -> AMQPMessage? {
        switch entry.payload {
        case .event(let event):
            if !switchedOff.isEmpty, let status = event.status, switchedOff.contains(status) { return nil }
            return render.message(event, exchange: eventsExchange, routingKey: event.routingKey, mandatory: true)
        case .deadLetter(let letter):
            return render.message(letter, exchange: deadLettersExchange)
        }
    }

    private func read(
        _ body: (Int) async throws(StoreError) -> [OutboxEntry],
        limit: Int
    ) async -> [OutboxEntry]? {
        do {
            return try await body(limit)
        } catch {
            logger.warning("the outbox cannot be read; trying again", metadata: [LogKey.error: "\(error)"])
            try? await Task.sleep(for: Self.longestSleep)
            return nil
        }
    }
}

extension OutboundEvent {
    /// The status that a transaction event tells.
    fileprivate var status: TransactionStatus? {
        guard kind == .transaction, let word = name.split(separator: ".").last else { return nil }
        return TransactionStatus(rawValue: String(word))
    }
}

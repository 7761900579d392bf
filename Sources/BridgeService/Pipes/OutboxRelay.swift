// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// Publishes what the commits wrote: in order within a transaction, side by side between transactions, until confirmed.
///
/// Source: docs/promises.md 3.7. An entry is settled only after the broker confirmed it; a crash in between publishes
/// it once more with the same id. Events and dead letters have a relay and a connection each: a dead-letter queue that
/// confirms nothing delays no event.
struct OutboxRelay: Service {
    /// How many entries are held in memory; the rest waits in the store.
    static let heldLimit = 2_000
    /// How many entries are read at once.
    static let pageSize = 500
    /// The outbox is looked at this often even without a signal.
    static let longestSleep = Duration.seconds(1)

    let kind: OutboxEntry.Kind
    let dispatcher: Dispatcher
    let sender: OutboxSender
    let held: HeldEntries
    let settler: Settler
    /// Raised when there may be something of this kind to publish.
    let signal: Signal
    let stop: StopDeadline
    let logger: Logger

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await settler.run() }
                group.addTask { await remind() }
                group.addTask { await sender.sendAgain() }
                await relay()
                // Unconfirmed entries stay in the outbox; the next start publishes them.
                group.cancelAll()
            }
        } onGracefulShutdown: {
            held.startFlushing(until: stop.flushDeadline)
            signal.raise()
        }
        await settler.finish()
    }

    private func remind() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.longestSleep)
            signal.raise()
        }
    }

    private func relay() async {
        var cursor: Int64 = 0
        var follows = false
        var nextSweep = ContinuousClock.now
        while !Task.isCancelled {
            held.beginReading()
            let room = settler.isBehind ? 0 : Self.heldLimit - held.count
            if room <= 0 { held.awaitRoom() }
            var fetched = 0
            if room > 0, let page = await page(after: cursor, limit: min(room, Self.pageSize), follows: &follows) {
                fetched = page.count
                cursor = page.last?.position ?? cursor
                start(page)
                held.endReading()
            }
            if ContinuousClock.now >= nextSweep {
                nextSweep = .now + Self.longestSleep
                // The store is the outbox: that it can be read is looked at now and then.
                follows = false
                await sweepUnrouted()
            }
            if fetched == 0 {
                if held.isFlushed { return }
                await signal.wait()
            }
        }
    }

    /// What comes next: from the feed while nothing is missing there, else from the store.
    private func page(after cursor: Int64, limit: Int, follows: inout Bool) async -> [OutboxEntry]? {
        let feed = dispatcher.store.feed(of: kind)
        if follows, let page = feed.take(after: cursor, limit: limit) { return page }
        feed.restart()
        let page = await read(
            { limit throws(StoreError) in
                try await dispatcher.store.pending(after: cursor, of: kind, limit: limit)
            },
            limit: limit
        )
        // With less than was asked for, the rest comes through the feed.
        follows = (page?.count ?? limit) < limit
        return page
    }

    /// Tries entries again to which no queue was bound; they are out of their transaction's order by then.
    private func sweepUnrouted() async {
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
            sender.send(entry, in: nil)
        }
    }

    private func start(_ page: [OutboxEntry]) {
        for entry in page {
            switch held.add(entry) {
            case .waits: continue
            case .isFirst(let line): sender.send(entry, in: line)
            case .overtakes(let refused, let line):
                sender.giveWay(refused)
                sender.send(entry, in: line)
            }
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

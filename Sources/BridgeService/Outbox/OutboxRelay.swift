// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging
internal import ServiceLifecycle

/// Publishes what the commits wrote: in order within a transaction, side by side between transactions, until confirmed.
///
/// Source: docs/promises.md 3.7. An entry is settled only after the broker confirmed it; a crash in between publishes
/// it once more with the same id. Events and dead letters have a relay and a connection each: a dead-letter queue that
/// confirms nothing delays no event.
struct OutboxRelay: Service {
    /// How many entries are held in memory; the rest waits in the store.
    static let heldLimit = 2_000
    /// How many entries are taken at once.
    static let pageSize = 500
    /// How long it waits at most before it looks again: for room, or after the store could not be read.
    static let longestRest = Duration.seconds(1)

    let kind: OutboxEntry.Kind
    let store: any TransactionStore
    let clock: @Sendable () -> Timestamp
    let sender: OutboxSender
    let held: HeldEntries
    let settler: Settler
    /// Raised when there is room again, and when the last entry before a stop is gone.
    let progress: Signal
    let stop: StopDeadline
    let logger: Logger

    func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await settler.run() }
            group.addTask { await sender.sendAgain() }
            await cancelWhenGracefulShutdown { await relay() }
            await flush()
            // Unconfirmed entries stay in the outbox; the next start publishes them.
            group.cancelAll()
        }
        await settler.finish()
    }

    /// Publishes until the task is cancelled.
    private func relay() async {
        // The first look does not wait: that the outbox holds nothing must be known too.
        var waits = false
        while !Task.isCancelled {
            let room = await room()
            guard room > 0, let page = await entries(limit: room, waits: waits) else { continue }
            start(page)
            // Entries that no queue took come first; how old the others are is not known by them.
            guard page.isEmpty || page.contains(where: { $0.returns == 0 }) else { continue }
            held.endReading()
            waits = true
        }
    }

    /// Publishes what is left, until nothing is or the time of the stop is over.
    private func flush() async {
        held.startFlushing(until: stop.flushDeadline)
        while !Task.isCancelled {
            let room = Self.heldLimit - held.count
            if room > 0, let page = await entries(limit: min(room, Self.pageSize), waits: false), !page.isEmpty {
                start(page)
                continue
            }
            if held.isFlushed { return }
            held.awaitRoom()
            await progress.wait(atMost: min(max(stop.flushDeadline - .now, .zero), Self.longestRest))
        }
    }

    /// How many entries may be taken; waits until there are some, or the task is cancelled.
    private func room() async -> Int {
        while settler.isBehind, !Task.isCancelled { try? await Task.sleep(for: Settler.retryDelay) }
        while !Task.isCancelled {
            let room = Self.heldLimit - held.count
            if room > 0 { return min(room, Self.pageSize) }
            held.awaitRoom()
            // What left before the line above raised nothing; and some may stay for ever, because a queue is full.
            if held.count < Self.heldLimit { continue }
            await progress.wait(atMost: Self.longestRest)
        }
        return 0
    }

    /// The next entries; `nil` if the store cannot be read.
    private func entries(limit: Int, waits: Bool) async -> [OutboxEntry]? {
        do {
            return try await store.nextEntries(of: kind, limit: limit, waits: waits, clock: clock)
        } catch {
            logger.warning("the outbox cannot be read; trying again", metadata: [LogKey.error: "\(error)"])
            try? await Task.sleep(for: Self.longestRest)
            return nil
        }
    }

    private func start(_ page: [OutboxEntry]) {
        for entry in page {
            // No queue was bound to it: it is out of its transaction's order by now.
            if entry.returns > 0 {
                if held.addUnrouted(entry) { sender.send(entry, in: nil) }
                continue
            }
            switch held.add(entry) {
            case .waits: continue
            case .isFirst(let line): sender.send(entry, in: line)
            case .overtakes(let refused, let line):
                sender.giveWay(refused)
                sender.send(entry, in: line)
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import CorrelationStore
internal import Logging
internal import ServiceLifecycle

/// Brings the store's unfinished transactions back into the machine at the start, then wakes each one when it is due.
struct Timekeeper: Service {
    /// The agenda is looked at this often at least, so that a clock that is set is noticed.
    static let longestSleep = Duration.seconds(1)
    /// So many due transactions are woken at once.
    static let wakeLimit = 256
    /// So many rows are read at once at the start.
    static let pageSize = 1_000

    let dispatcher: Dispatcher
    let gate: CommandGate
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await recover()
            while !Task.isCancelled {
                let calls = dispatcher.timetable.takeDue(limit: Self.wakeLimit)
                let ended = dispatcher.timetable.takeEndedLives(limit: Self.wakeLimit)
                if calls.isEmpty, ended.isEmpty {
                    await dispatcher.timetable.signal.wait(atMost: sleep)
                } else {
                    await wake(calls, ended)
                }
            }
        }
    }

    private var sleep: Duration {
        guard let next = dispatcher.timetable.next else { return Self.longestSleep }
        return min(max(next - .now, .milliseconds(1)), Self.longestSleep)
    }

    private func wake(_ calls: [Timetable.Call], _ ended: [TransactionID]) async {
        await withDiscardingTaskGroup { group in
            for call in calls {
                group.addTask { await dispatcher.applySurely(.due, to: call.id, notBefore: call.dueAt) }
            }
            for id in ended {
                group.addTask { await dispatcher.applySurely(.lifeEnded, to: id) }
            }
        }
    }

    private func recover() async {
        var last: TransactionID?
        var count = 0
        var waiting: [TransactionID] = []
        // What is final and keeps its lane came before whatever waits there.
        guard let lingering = await read({ () async throws(StoreError) in try await dispatcher.store.lingering() })
        else { return }
        await bringBack(lingering)
        while !Task.isCancelled {
            guard let page = await readPage(after: last) else { return }
            await bringBack(page)
            waiting += page.filter { $0.reason?.code == .laneOccupied }.map(\.id)
            count += page.count
            last = page.last?.id
            if page.count < Self.pageSize { break }
        }
        if let last { dispatcher.names.follow(last) }
        dispatcher.offerHeads(of: waiting)
        logger.info("unfinished transactions are back", metadata: [LogKey.count: "\(count)"])
        gate.open(.recovering)
    }

    /// Through the store, because a callback may have decided one of them since the page was read; in the order of
    /// acceptance, because that is the order of the lanes.
    private func bringBack(_ page: [Transaction]) async {
        await withDiscardingTaskGroup { group in
            for transaction in page {
                group.addImmediateTask {
                    let back = await dispatcher.applySurely(.recovered, to: transaction.id)?.transaction
                    if let back, back.isLifeOver, back.isInLane {
                        dispatcher.timetable.planLifeEnd(of: back.id, at: .now)
                    }
                }
            }
        }
    }

    private func readPage(after last: TransactionID?) async -> [Transaction]? {
        await read { () async throws(StoreError) in
            try await dispatcher.store.unfinished(after: last, limit: Self.pageSize)
        }
    }

    private func read(_ page: () async throws(StoreError) -> [Transaction]) async -> [Transaction]? {
        while !Task.isCancelled {
            do {
                return try await page()
            } catch {
                logger.warning("the store cannot be read; trying again", metadata: [LogKey.error: "\(error)"])
                try? await Task.sleep(for: Self.longestSleep)
            }
        }
        return nil
    }
}

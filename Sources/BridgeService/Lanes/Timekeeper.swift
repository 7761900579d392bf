// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging
internal import ServiceLifecycle

/// Brings the store's unfinished transactions back into the machine at the start, then wakes each one when it is due.
struct Timekeeper: Service {
    /// The agenda is looked at this often at least, so that a clock that is set is noticed.
    static let longestSleep = Duration.seconds(1)
    /// How often it looks at the start whether the clock is right by now.
    static let clockLook = Duration.milliseconds(100)
    /// How many due transactions are woken at once.
    static let wakeLimit = 256
    /// How many rows are read at once at the start.
    static let pageSize = 1_000

    let transitions: Transitions
    let work: TerminalWork
    let store: any StoreReading
    let names: AscendingNames
    let gate: CommandGate
    /// Whether nothing speaks against the clock on the wall.
    let clockIsConfirmed: @Sendable () -> Bool
    let logger: Logger
    private let start = ContinuousClock.now

    init(
        transitions: Transitions,
        work: TerminalWork,
        store: any StoreReading,
        names: AscendingNames,
        gate: CommandGate,
        clockIsConfirmed: @escaping @Sendable () -> Bool,
        logger: Logger
    ) {
        self.transitions = transitions
        self.work = work
        self.store = store
        self.names = names
        self.gate = gate
        self.clockIsConfirmed = clockIsConfirmed
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Transactions brought back under a wrong clock would wait by it.
            while gate.obstacles[.clock] != nil, !Task.isCancelled { try? await Task.sleep(for: Self.clockLook) }
            await recover()
            while !Task.isCancelled {
                let calls = work.timetable.takeDue(limit: Self.wakeLimit)
                let ended = work.timetable.takeEndedLives(limit: Self.wakeLimit)
                if calls.isEmpty, ended.isEmpty {
                    await work.timetable.signal.wait(atMost: sleep)
                } else {
                    await wake(calls, ended)
                }
            }
        }
    }

    private var sleep: Duration {
        guard let next = work.timetable.next else { return Self.longestSleep }
        return min(max(next - .now, .milliseconds(1)), Self.longestSleep)
    }

    private func wake(_ calls: [Timetable.Call], _ ended: [TransactionID]) async {
        await withDiscardingTaskGroup { group in
            for call in calls {
                group.addTask { await transitions.applySurely(.due, to: call.id, notBefore: call.dueAt) }
            }
            for id in ended {
                if let later = laterLifeEnd(of: id) {
                    work.planLifeEnd(of: id, at: later)
                } else {
                    work.noteLifeEnd(of: id)
                    group.addTask { await transitions.applySurely(.lifeEnded, to: id) }
                }
            }
        }
    }

    /// When to look again at an end of a terminal's life that an earlier process dated; `nil` if it can be believed.
    ///
    /// With a clock that is ahead such a life seems to be over while the customer holds the card. It is over for
    /// certain a whole life after this process's start.
    private func laterLifeEnd(of id: TransactionID) -> ContinuousClock.Instant? {
        let certain = start + work.terminalLife
        guard .now < certain, !work.wasPostedHere(id), !clockIsConfirmed() else { return nil }
        return min(.now + Self.longestSleep, certain)
    }

    private func recover() async {
        var last: TransactionID?
        var count = 0
        var waiting: [TransactionID] = []
        // A final transaction that keeps its lane came before those that wait there.
        guard let lingering = await read({ () async throws(StoreError) in try await store.lingering() })
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
        // The newest of all, final ones too: while the clock is behind, a new name follows the last one.
        var newest = TransactionQuestion()
        newest.limit = 1
        guard
            let latest = await read({ () async throws(StoreError) in try await store.transactions(newest) })
        else { return }
        if let latest = latest.first { names.follow(latest.id) }
        work.offerHeads(of: waiting)
        logger.info("unfinished transactions were recovered", metadata: [LogKey.count: "\(count)"])
        gate.open(.recovering)
    }

    /// Brings transactions back through the store: a callback may have decided one since the page was read.
    ///
    /// In the order of acceptance, because that is the order of the lanes.
    private func bringBack(_ page: [Transaction]) async {
        await withDiscardingTaskGroup { group in
            for transaction in page {
                group.addImmediateTask {
                    let back = await transitions.applySurely(.recovered, to: transaction.id)?.transaction
                    if let back, back.stay.isLifeOver, back.isInLane {
                        work.planLifeEnd(of: back.id, at: .now)
                    }
                }
            }
        }
    }

    private func readPage(after last: TransactionID?) async -> [Transaction]? {
        await read { () async throws(StoreError) in
            try await store.unfinished(after: last, limit: Self.pageSize)
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

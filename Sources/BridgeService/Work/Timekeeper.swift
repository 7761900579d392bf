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
                let due = dispatcher.takeDue(limit: Self.wakeLimit)
                if due.isEmpty {
                    await dispatcher.agendaSignal.wait(atMost: sleep)
                } else {
                    await wake(due)
                }
            }
        }
    }

    private var sleep: Duration {
        guard let next = dispatcher.nextDue else { return Self.longestSleep }
        return min(max(next - dispatcher.clock(), .milliseconds(1)), Self.longestSleep)
    }

    private func wake(_ due: [TransactionID]) async {
        await withDiscardingTaskGroup { group in
            for id in due {
                group.addTask { await dispatcher.applySurely(.due, to: id) }
            }
        }
    }

    private func recover() async {
        var last: TransactionID?
        var count = 0
        while !Task.isCancelled {
            guard let page = await readPage(after: last) else { return }
            for transaction in page {
                switch transaction.state {
                // Its POST may have left, and the process that knew is gone.
                case .submitting: await dispatcher.applySurely(.recovered, to: transaction.id)
                case .accepted, .submitted, .inDoubt: dispatcher.schedule(transaction.id, due: transaction.dueAt)
                case .approved, .declined, .notCompleted, .failed, .completed: continue
                }
            }
            count += page.count
            last = page.last?.id
            if page.count < Self.pageSize { break }
        }
        logger.info("unfinished transactions are back", metadata: [LogKey.count: "\(count)"])
        gate.open(.recovering)
    }

    private func readPage(after last: TransactionID?) async -> [Transaction]? {
        while !Task.isCancelled {
            do {
                return try await dispatcher.store.unfinished(after: last, limit: Self.pageSize)
            } catch {
                logger.warning("the store cannot be read; trying again", metadata: [LogKey.error: "\(error)"])
                try? await Task.sleep(for: Self.longestSleep)
            }
        }
        return nil
    }
}

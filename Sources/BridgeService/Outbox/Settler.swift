// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging
internal import NIOConcurrencyHelpers

/// Notes the outcomes of outbox entries in the store, many in one commit.
///
/// While one commit runs, the next batch gathers.
final class Settler: Sendable {
    /// How many settlements go into one commit.
    static let batchLimit = 500
    /// With more waiting than this nothing new is published.
    static let waitingLimit = 5_000
    /// How long they gather before the commit, so that a quiet bridge does not commit for each one.
    static let gathering = Duration.milliseconds(50)
    /// How long it waits after the store refused.
    static let retryDelay = Duration.milliseconds(500)

    private let store: any TransactionStore
    private let logger: Logger
    private let waiting = NIOLockedValueBox<[Settlement]>([])
    private let signal = Signal()

    init(store: any TransactionStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Lines up a settlement.
    ///
    /// It may be lost by a crash: the entry is then published once more.
    func settle(_ settlement: Settlement) {
        waiting.withLockedValue { $0.append(settlement) }
        signal.raise()
    }

    /// Whether the store does not keep up.
    var isBehind: Bool { waiting.withLockedValue { $0.count > Self.waitingLimit } }

    /// Settles until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await signal.wait()
            try? await Task.sleep(for: Self.gathering)
            while !Task.isCancelled, await settleBatch() {}
        }
    }

    /// Settles what is left, once.
    func finish() async {
        while await settleBatch() {}
    }

    /// `true` if there was something and it is durable now.
    private func settleBatch() async -> Bool {
        let batch = waiting.withLockedValue { Array($0.prefix(Self.batchLimit)) }
        guard !batch.isEmpty else { return false }
        do {
            try await store.settle(batch)
            FailPoint.relaySettled.reach()
            waiting.withLockedValue { $0.removeFirst(batch.count) }
            return true
        } catch {
            logger.warning("the store did not record which events were published", metadata: [LogKey.error: "\(error)"])
            try? await Task.sleep(for: Self.retryDelay)
            signal.raise()
            return false
        }
    }
}

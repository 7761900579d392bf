// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging
internal import ServiceLifecycle

/// Holds commands back while the store cannot commit, or hangs in a commit, and looks again until it can.
struct StoreWatch: Service {
    /// The store is looked at, and tried again, this often.
    static let interval = Duration.seconds(1)
    /// A change that is not durable after so long waits for a disk that does not answer.
    ///
    /// Then no command is taken, and callbacks are answered 503. Such a commit may succeed later.
    static let longestCommit = Duration.seconds(5)

    let store: any TransactionStore
    let gate: CommandGate
    let logger: Logger
    private let signal = Signal()

    init(store: any TransactionStore, gate: CommandGate, logger: Logger) {
        self.store = store
        self.gate = gate
        self.logger = logger
    }

    /// Says that a commit failed.
    func report(_ error: StoreError) {
        if gate.close(.store, because: "\(error)") {
            logger.error("the store does not commit; no command is taken", metadata: [LogKey.error: "\(error)"])
        }
        signal.raise()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await signal.wait(atMost: Self.interval)
                lookAtAge()
                await retryUntilItCommits()
            }
        }
    }

    /// Whether a change has not been committed for so long that nothing waits behind it any more.
    var isStuck: Bool { store.uncommitted.age > Self.longestCommit }

    private func lookAtAge() {
        let changes = store.uncommitted
        guard changes.age > Self.longestCommit else { return }
        let reason = "a change has not been committed for more than \(Self.longestCommit): \(changes.cause)"
        guard gate.close(.store, because: reason) else { return }
        logger.error(
            "a change of the store does not end; no command is taken, callbacks are answered 503",
            metadata: [
                LogKey.age: "\(changes.age)", LogKey.count: "\(changes.count)", LogKey.reason: "\(changes.cause)",
            ]
        )
    }

    private func retryUntilItCommits() async {
        while !Task.isCancelled, gate.obstacles[.store] != nil {
            try? await Task.sleep(for: Self.interval)
            // A probe would wait behind them, and the stop of the process behind the probe.
            guard store.uncommitted.age <= Self.longestCommit else { continue }
            do {
                try await store.probe(at: .current)
                gate.open(.store)
                logger.info("the store commits again")
            } catch {
                gate.close(.store, because: "\(error)")
            }
        }
    }
}

extension UncommittedChanges {
    /// What they wait for, in words.
    fileprivate var cause: String {
        switch stage {
        case .committing: "the disk does not answer"
        case .changing: "a statement of the store does not return"
        case .telling: "they are durable, and the bridge has not gone on with them"
        case nil: "the store's writer does not take them"
        }
    }
}

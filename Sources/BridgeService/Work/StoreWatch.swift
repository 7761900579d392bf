// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import CorrelationStore
internal import Logging
internal import ServiceLifecycle

/// Holds commands back while the store cannot commit, and looks again until it can.
struct StoreWatch: Service {
    /// The store is tried again this often.
    static let interval = Duration.seconds(1)

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
                await signal.wait()
                await retryUntilItCommits()
            }
        }
    }

    private func retryUntilItCommits() async {
        while !Task.isCancelled, gate.obstacles[.store] != nil {
            try? await Task.sleep(for: Self.interval)
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

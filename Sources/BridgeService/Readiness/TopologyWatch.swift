// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import Logging
internal import ServiceLifecycle

/// Checks exchanges and queues, creates what is missing where it may, and holds commands back while one is wrong.
///
/// Source: docs/promises.md 1.3. A fault never ends the process.
struct TopologyWatch: Service {
    /// A fault is looked at again after this long.
    static let faultInterval = Duration.seconds(10)
    /// Without a fault it looks again after this long: a person may have deleted a queue.
    static let calmInterval = Duration.seconds(60)
    /// Signals closer together than this are one look.
    static let settleTime = Duration.milliseconds(200)

    let topology: AMQPTopology
    let mode: AMQPTopology.Mode
    let endpoint: AMQPEndpoint
    let gate: CommandGate
    /// Raised after a reconnect, and when a queue or an exchange seems to be gone.
    let signal: Signal
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            if mode == .verify {
                logger.info(
                    "the bridge only looks at exchanges and queues; AMQP does not show their types, arguments and bindings"
                )
            }
            // Permissions change with a broker, not with the hour, and each try leaves a line in its log.
            var mustTryWrites = true
            while !Task.isCancelled {
                let isRight = await look(tryingWrites: mustTryWrites)
                let wasSignalled = await signal.wait(atMost: isRight ? Self.calmInterval : Self.faultInterval)
                mustTryWrites = wasSignalled || !isRight
                try? await Task.sleep(for: Self.settleTime)
            }
        }
    }

    private func look(tryingWrites: Bool) async -> Bool {
        let faults = await topology.establish(mode, at: endpoint, tryingWrites: tryingWrites)
        guard !faults.isEmpty else {
            if gate.open(.topology) {
                logger.info(
                    mode == .none
                        ? "the exchanges can be written; nothing else is looked at (topology.mode: none)"
                        : "exchanges, queues and bindings are as they should be"
                )
            }
            return true
        }
        let text = faults.map(\.description).joined(separator: "; ")
        if gate.close(.topology, because: text) {
            logger.warning(
                "no command is taken until exchanges and queues are right",
                metadata: [LogKey.error: "\(text)"]
            )
        }
        return false
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import Logging

/// Holds commands back while events cannot be told, and while too many accepted commands wait.
///
/// Source: docs/promises.md 3.9. The gate is closed for the outbox from the start: what an earlier process left
/// untold is not known before the outbox was read.
struct OutboxWatch: Watch {
    /// How often it looks.
    static let interval = Duration.milliseconds(250)

    let store: any TransactionStore
    let work: TerminalWork
    let held: HeldEntries
    let gate: CommandGate
    let holdAfter: Duration
    let backlog: Int
    let logger: Logger

    func look() {
        let isHolding = gate.obstacles[.outbox] != nil
        let lag = held.lag(unreadFor: store.outboxUnreadFor(.event))
        gate.remark(lag.remark, on: .outbox)
        if let reason = lag.obstacle(holdAfter: holdAfter, isHolding: isHolding) {
            note(.outbox, reason)
        } else {
            clear(.outbox)
        }
        // Half of the backlog must be gone before commands are taken again, so that the consumer does not flutter.
        let waiting = work.waiting
        if waiting >= backlog {
            note(.backlog, "\(waiting) accepted commands wait")
        } else if waiting <= backlog / 2 {
            clear(.backlog)
        }
    }

    private func note(_ obstacle: CommandGate.Obstacle, _ reason: String) {
        guard gate.close(obstacle, because: reason) else { return }
        logger.warning("no command is taken", metadata: [LogKey.obstacle: "\(obstacle.rawValue): \(reason)"])
    }

    private func clear(_ obstacle: CommandGate.Obstacle) {
        guard gate.open(obstacle) else { return }
        logger.info("an obstacle to commands is gone", metadata: [LogKey.obstacle: "\(obstacle.rawValue)"])
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import GetnetCloud
internal import Logging
internal import ServiceLifecycle

/// Tells terminals to end the sale that they are at, once that wish is durable.
///
/// An end that is not known is not noted: the lane stays closed until the terminal's life, counted from the cancel, is
/// over.
/// *Source*: docs/promises.md 4.13.
struct CancelSender: Service {
    /// How many are told at once; an answer may take as long as the terminal does.
    static let workers = 16

    let transitions: Transitions
    let work: TerminalWork
    let clock: @Sendable () -> Timestamp
    let line: WorkQueue<TransactionID>
    let gate: CommandGate
    let cloud: CloudClient
    let logger: Logger

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for _ in 0..<Self.workers {
                    group.addTask { await work() }
                }
            }
        } onGracefulShutdown: {
            line.close()
        }
        // These certainly did not leave: after the next start the caller can ask for them again.
        for id in line.leftOver() {
            await transitions.applySurely(.cancelEnded(.notStarted(.cloudUnavailable)), to: id)
        }
    }

    private func work() async {
        while let id = await line.next() { await send(for: id) }
    }

    private func send(for id: TransactionID) async {
        guard let transaction = await transitions.transaction(id), transaction.isBeingCancelled else { return }
        guard !transaction.state.isFinal else {
            await transitions.applySurely(.cancelEnded(.notStarted(.cancelledBeforeStart)), to: id)
            return
        }
        // Once it leaves, it may have effects for the terminal's whole life. After a restart this life is counted from
        // the durable step, so the cancel leaves soon after that step or not at all, even if the clock was set.
        FailPoint.cancelUnsent.reach()
        let end = await cloud.cancelSale(of: transaction) { [gate, work] in
            guard gate.letsTerminalsBeWoken, let sentAt = transaction.cancelAttempt?.sentAt else { return false }
            let wait = clock() - sentAt
            return wait >= .zero && wait < work.longestDeparture && work.departCancel(id)
        }
        FailPoint.cancelAnswered.reach()
        guard let end else {
            logger.warning("the bridge does not know whether a cancel arrived", metadata: [LogKey.transaction: "\(id)"])
            return
        }
        await transitions.applySurely(.cancelEnded(end), to: id)
        FailPoint.cancelNoted.reach()
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import CorrelationStore
internal import GetnetCloud
internal import Logging
internal import ServiceLifecycle

/// Takes accepted transactions, makes each attempt durable, POSTs it, and makes durable what the POST brought.
///
/// There are as many workers as connections, so that no more transactions are marked `submitting` than could be on the
/// wire: a crash leaves few of them in doubt. What may wait for a terminal has workers of its own, so that sales never
/// wait for it.
struct Submitter: Service {
    let transitions: Transitions
    let work: TerminalWork
    let line: WorkQueue<TransactionID>
    /// Those whose answer may take as long as the terminal does.
    let slowLine: WorkQueue<TransactionID>
    let gate: CommandGate
    let cloud: CloudClient
    let callbackURL: CallbackURL
    let workers: Int
    let slowWorkers: Int
    let logger: Logger
    private let inHand = WorkInHand()

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for _ in 0..<workers { group.addTask { await work() } }
                for _ in 0..<slowWorkers { group.addTask { await workSlowly() } }
            }
        } onGracefulShutdown: {
            // What waits stays accepted in the store; what is on the wire is finished.
            line.close()
            slowLine.close()
        }
    }

    private func work() async {
        while let id = await line.next() {
            // At a stop it stays accepted in the store; the next start takes it up.
            if await gate.waitUntilTerminalsMayBeWoken() { await submitInTurn(id) }
        }
    }

    private func workSlowly() async {
        while let id = await slowLine.next() {
            guard await gate.waitUntilTerminalsMayBeWoken() else { continue }
            guard inHand.take(id) else { continue }
            await lookAndSubmit(id)
            if inHand.putDown(id) { work.offer(id) }
        }
    }

    private func lookAndSubmit(_ id: TransactionID) async {
        guard await receipts.check(for: id) else { return }
        guard await batches.check(for: id) else { return }
        await submit(id)
    }

    private var receipts: ReceiptCheck {
        ReceiptCheck(transitions: transitions, work: work, cloud: cloud, logger: logger)
    }

    private var batches: BatchCheck { BatchCheck(transitions: transitions, work: work, cloud: cloud, logger: logger) }

    private func submitInTurn(_ id: TransactionID) async {
        await cloud.awaitToken()
        await cloud.inTurn { isLate in await submit(id, isLate: isLate) }
    }

    /// Sends it; `isLate`: its turn did not come, so that it is told to wait and nothing is sent.
    private func submit(_ id: TransactionID, isLate: Bool = false) async {
        await cloud.awaitToken()
        // Expired, even if the wall clock was set back.
        if work.isExpired(id) {
            await transitions.expireSurely(id)
            return
        }
        // While its terminal is read, nothing is sent there; the reader offers the transaction again afterwards.
        guard !work.isBeingRead(id) else { return }
        let started: Transition?
        FailPoint.submitterUnmarked.reach()
        let begunAt = ContinuousClock.now
        do {
            started = try await transitions.apply(.submissionStarted, to: id)
        } catch {
            // Nothing was sent and nothing was marked: it is offered again.
            logger.warning(
                "the store did not commit the start of a submission; it is tried again",
                metadata: [LogKey.transaction: "\(id)", LogKey.error: "\(error)"]
            )
            work.retry(id, after: Self.storeRetry)
            return
        }
        guard let started else { return }
        guard let attempt = started.attemptToPost else {
            work.takeUp(started.transaction)
            return
        }
        FailPoint.submitterMarked.reach()
        let latest = begunAt + work.longestDeparture
        let outcome = isLate ? CloudClient.late : await post(started.transaction, before: latest)
        FailPoint.submitterAnswered.reach()
        await transitions.applySurely(.submissionEnded(attempt: attempt, outcome), to: id)
        FailPoint.submitterNoted.reach()
    }

    /// POSTs it, unless it could leave only so late that its terminal's life would be counted wrongly after a restart.
    private func post(_ transaction: Transaction, before latest: ContinuousClock.Instant) async -> SubmissionOutcome {
        let id = transaction.id
        // The gate may have closed during the login, the commit or while the connection was opened.
        return await cloud.post(
            transaction,
            callbackURL: callbackURL.url(for: id),
            now: { [work] in work.departure(of: id) },
            mayLeave: { [gate, work] in
                guard gate.letsTerminalsBeWoken, !work.isExpired(id), .now < latest else { return false }
                work.depart(id)
                return true
            },
            hasLeft: { FailPoint.submitterSent.reach() }
        )
    }

    private static let storeRetry = Duration.seconds(1)
}

extension Transition {
    /// The attempt that is durable now and is to be POSTed.
    fileprivate var attemptToPost: Int? {
        for case .post(let attempt) in effects { return attempt }
        return nil
    }
}

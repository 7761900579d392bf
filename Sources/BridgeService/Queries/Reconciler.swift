// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import GetnetCloud
internal import Logging
internal import ServiceLifecycle

/// Asks Getnet for the status of transactions whose callback is missing, within the account's budget of queries.
struct Reconciler: Service {
    /// How many queries run at once.
    static let workers = 8

    let transitions: Transitions
    let clock: @Sendable () -> Timestamp
    let line: QueryLine
    let cloud: CloudClient
    let metrics: Metrics
    let budget: QueryBudget
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
    }

    private func work() async {
        while let query = await line.next() {
            do {
                try await Task.sleep(until: budget.next(), clock: .continuous)
            } catch {
                return
            }
            await ask(query)
        }
    }

    private func ask(_ query: QueryLine.Query) async {
        FailPoint.reconcilerUnasked.reach()
        switch await cloud.status(idPosTxs: query.idPosTxs) {
        case .answer(let answer):
            // "In process", errors of the cloud and data of another command say nothing; the next query is on the
            // agenda already.
            guard answer.code == .done, !answer.showsAnother else { return }
            metrics.increment(.evidence, EvidenceSource.query.rawValue)
            let evidence = Evidence(source: .query, answer: answer, receivedAt: clock())
            FailPoint.reconcilerAnswered.reach()
            await transitions.applySurely(.evidence(evidence), to: query.id)
            FailPoint.reconcilerNoted.reach()
        case .notFound, .unavailable:
            logger.debug("a status query brought nothing", metadata: [LogKey.transaction: "\(query.id)"])
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import TestSupport
import Testing

/// Random lives of transactions.
///
/// `GETNET_BRIDGE_HISTORIES` says how many (20,000 without it), `GETNET_BRIDGE_SEED` repeats a run.
@Suite struct `Random histories` {
    private static let shards = 4
    private static let environment = ProcessInfo.processInfo.environment
    private static let seed = environment["GETNET_BRIDGE_SEED"].flatMap { UInt64($0) }
    private static let count = environment["GETNET_BRIDGE_HISTORIES"].flatMap { Int($0) } ?? 20_000

    @Test(arguments: 0..<shards)
    func `no history loses, doubles or guesses a charge`(_ shard: Int) {
        var seeds = SeededGenerator.announced("histories, shard \(shard)", seed: Self.seed)
        for _ in 0..<Self.count / Self.shards {
            let seed = seeds.next()
            var history = History(seed: seed)
            guard let broken = history.run() else { continue }
            var replay = History(seed: seed, isRecording: true)
            _ = replay.run()
            Issue.record("\(broken), history \(seed):\n\(replay.steps.joined(separator: "\n"))")
            return
        }
    }

    @Test func `evidence that agrees ends in the same status in any order and number`() {
        var random = SeededGenerator.announced("agreeing evidence", seed: Self.seed)
        for _ in 0..<Self.count / 20 {
            let charge = Situation.accepted.transaction
            let approvals: [TransactionInput] = [
                .callback(.approved(charge)), .query(.thinlyApproved(charge)), .query(.approved(charge)),
                .callback(.thinlyApproved(charge, idPosTxs: nil)), .callback(.error()), .query(.inProcess),
                .callback(.hostUnreachable(charge)), .queryRequested, .recovered,
                .submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101")),
                .submissionEnded(attempt: 1, .answered(.approved(charge))),
            ]
            let inputs = (approvals + approvals).shuffled(using: &random)
            let (end, contradictions) = live(charge.after(.submissionStarted), inputs)
            #expect(end.state == .approved)
            #expect(end.idPosTxs == "936101")
            #expect(contradictions.isEmpty)
            #expect(end.paidClaim == "80005000|17|10929|2026-11-22 07:12:31")
        }
    }

    @Test func `of contradictory evidence the first verdict stands and each further one is published once`() {
        var random = SeededGenerator.announced("contradictory evidence", seed: Self.seed)
        for _ in 0..<Self.count / 20 {
            let charge = Situation.submitted.transaction
            let verdicts: [(TransactionState, CloudAnswer)] = [
                (.approved, .approved(charge)), (.approved, .approved(charge, receipt: 18)),
                (.approved, .approved(charge, receipt: 19)), (.declined, .declined(charge)),
                (.notCompleted, .notCompleted(charge)),
            ]
            let misfits: [CloudAnswer] = [.misfit(charge), .renumbered(charge)]
            let chosen = verdicts.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random))
            let misfit = Bool.random(using: &random) ? misfits.randomElement(using: &random) : nil
            let pieces = chosen.map { $0.1 } + (misfit.map { [$0] } ?? [])
            let order = (pieces + pieces + pieces).shuffled(using: &random)
            let (end, contradictions) = live(charge, order.map { .callback($0) })
            let first = order.lazy.compactMap { piece in chosen.first { $0.1 == piece } }.first
            #expect(end.state == first?.0)
            let published = contradictions.map(\.result)
            let expected = pieces.filter { $0 != first?.1 }.compactMap { Self.result(of: $0) }
            #expect(published.count == expected.count)
            #expect(expected.allSatisfy { result in published.contains(result) })
        }
    }

    private static func result(of answer: CloudAnswer) -> TerminalResult? {
        var result = answer.result
        result?.idPosTxs = answer.idPosTxs
        return result
    }

    private func live(_ start: Transaction, _ inputs: [TransactionInput]) -> (Transaction, [Contradiction]) {
        var transaction = start
        var contradictions: [Contradiction] = []
        for input in inputs {
            let change = TransactionMachine.apply(input, to: transaction, at: .sample, rules: Situation.rules)
            transaction = change.transaction
            contradictions += change.events.compactMap(\.occasion.contradiction)
        }
        return (transaction, contradictions)
    }
}

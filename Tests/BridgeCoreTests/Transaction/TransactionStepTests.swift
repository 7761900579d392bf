// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@Suite("Steps")
struct TransactionStepTests {
    private func steps(_ start: Transaction, _ inputs: [TransactionInput]) -> [TransactionStep] {
        var transaction = start
        return inputs.compactMap { input in
            let before = transaction
            let change = TransactionMachine.apply(input, to: before, at: .sample, rules: Situation.rules)
            transaction = change.transaction
            return TransactionMachine.step(of: input, from: before, to: change, at: .sample)
        }
    }

    @Test func `an ordinary charge has none, whichever of acknowledgement and callback comes first`() {
        let charge = Situation.accepted.transaction
        let acknowledged = TransactionInput.submissionEnded(attempt: 1, .acknowledged(idPosTxs: Situation.number))
        let callback = TransactionInput.callback(.approved(charge))
        #expect(steps(charge, [.submissionStarted, acknowledged, callback]).isEmpty)
        #expect(steps(charge, [.submissionStarted, callback, acknowledged]).isEmpty)
        #expect(
            steps(charge, [.submissionStarted, .submissionEnded(attempt: 1, .answered(.approved(charge)))]).isEmpty
        )
    }

    @Test func `each attempt that brought nothing is one, with its start and what it brought`() {
        let unknown = TransactionInput.submissionEnded(attempt: 2, .unknown(.terminalUnreachable))
        let steps = steps(
            Situation.accepted.transaction,
            [.submissionStarted, .submissionEnded(attempt: 1, .notStarted(.busy)), .submissionStarted, unknown]
        )
        #expect(steps.map(\.kind) == [.attempt, .attempt])
        #expect(steps.map(\.number) == [1, 2])
        #expect(steps.map(\.startedAt) == [.sample, .sample])
        #expect(steps.map(\.detail) == ["terminal_busy", "terminal_unreachable"])
    }

    @Test func `restarts, restores, queries, knocks, silent journals and late cancels are steps`() {
        let posting = Situation.submitting.transaction
        #expect(steps(posting, [.recovered]).map(\.kind) == [.recovered])
        #expect(steps(posting, [.restored]).map(\.startedAt) == [.sample])
        #expect(steps(posting, [.cancel]).map(\.kind) == [.cancelRefused])
        var submitted = Situation.submitted.transaction
        submitted.statusQueries.dueAt = .sample
        #expect(steps(submitted, [.due]) == [TransactionStep(kind: .query, number: 1, at: .sample)])
        #expect(steps(Situation.submitted.transaction, [.queryRequested]).map(\.kind) == [.queryRequested])
        #expect(steps(Situation.submitted.transaction, [.unreadableCallback]).map(\.kind) == [.unreadableCallback])
        #expect(steps(Situation.approved.transaction, [.restored, .recovered, .due, .queryRequested]).isEmpty)
    }

    @Test func `an end that comes too late to change anything is one`() {
        let late = TransactionInput.submissionEnded(attempt: 1, .notStarted(.busy))
        let steps = steps(Situation.approved.transaction, [late])
        #expect(steps.map(\.kind) == [.lateEnd])
        #expect(steps.map(\.detail) == ["terminal_busy"])
    }
}

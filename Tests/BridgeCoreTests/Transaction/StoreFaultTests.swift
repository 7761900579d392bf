// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import BridgeCore

/// What happens to a transaction when the store refuses an input because of the bridge's own fault.
@Suite struct `A fault of one row` {
    @Test(
        "ends in a state that an operator sees, by what may have happened",
        arguments: [
            (Situation.accepted, TransactionState.failed), (.waiting, .inDoubt), (.submitted, .inDoubt),
            (.doubtWithNumber, .inDoubt), (.doubtWithoutNumber, .inDoubt), (.approved, .approved),
        ]
    )
    func ends(situation: Situation, state: TransactionState) {
        let before = situation.transaction
        let after = before.after(.notStorable)
        #expect(after.state == state)
        if before.state.isFinal { #expect(after == before) } else { #expect(after.reason?.code == .operatorNeeded) }
        // The bridge tells it once, and evidence can still decide.
        #expect(after.after(.notStorable) == after)
        if state == .inDoubt { #expect(after.after(.callback(.approved(before))).state == .approved) }
    }

    @Test func `in the middle of a POST is a doubt, never a failure`() {
        let posting = Situation.accepted.transaction.after(.submissionStarted)
        #expect(posting.after(.notStorable).state == .inDoubt)
        let known = Situation.waiting.transaction.after(.submissionStarted).after(.callback(.hostUnreachable(posting)))
        #expect(known.after(.notStorable).state == .inDoubt)
    }

    @Test func `of a command that moves no money ends it`() {
        let poll = Transaction.sample(type: .poll).after(.submissionStarted)
        #expect(poll.after(.notStorable).state == .notCompleted)
    }
}

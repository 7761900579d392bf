// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import Testing

@testable import BridgeService

@Suite("What waits for an account's cloud")
struct AccountLinesTests {
    @Test("a callback that proves a command costs the same the hundred thousandth time")
    func listenerStaysAsItIs() {
        let heard = NIOLockedValueBox(0)
        let lines = AccountLines(backlog: 1)
        // A generic box wraps a closure again each time it hands it out: after so many calls the stack would overflow.
        lines.onProofByCallback { heard.withLockedValue { $0 += 1 } }
        for _ in 1...100_000 { lines.noteProofByCallback() }
        #expect(heard.withLockedValue { $0 } == 100_000)
    }
}

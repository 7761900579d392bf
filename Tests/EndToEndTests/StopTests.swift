// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import SelfTest

extension LoadTests {
    @Test func `a stop under load ends with 0 in time, and the next start goes on`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let load = Load("stopped bridge", count: 400, of: LoadScenario.knowable)
            let first = try site.startBridge()
            try await first.ready()
            let sender = site.sender
            async let sending: Void = sender.send(load.orders)
            try await eventually("the stop is due", within: Site.patience) { site.events.finals >= 50 }
            // The times of the settings: 100 ms of delay, 15 s until everything has ended.
            let exit = try await first.terminate(within: .seconds(17))
            #expect(exit == .status(0))
            try await sending
            let second = try site.startBridge()
            try await site.awaitEnd(of: load.orders)
            #expect(try await second.terminate() == .status(0))
            let ledgers = try await site.judge(load.orders)
            // No bridge was killed, so no outcome may be unknown.
            #expect(ledgers.store.transactions.allSatisfy { Judge.isFinal($0.status) })
        }
    }
}

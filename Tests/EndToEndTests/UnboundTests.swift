// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import SelfTest

extension LoadTests {
    @Test func `with nothing bound to the events exchange charges end and the outbox drains`() async throws {
        try await Site.run(isBound: false) { site in
            try await site.makeStore()
            let bridge = try site.startBridge()
            try await bridge.ready()
            let load = Load("nothing bound", count: 1_000, of: LoadScenario.knowable)
            try await site.sender.send(load.orders)
            try await bridge.process.eventually("every charge ends and the outbox drains", within: Site.patience) {
                let summary = try? await site.simulator.summary()
                guard let sales = summary?.sales, sales >= load.orders.count else { return false }
                let open = await bridge.metrics("transactions{")
                let waiting = await bridge.metrics("outbox_events ")
                return open.allSatisfy { $0 == 0 } && waiting == [0] && !open.isEmpty
            }
            #expect(try await bridge.terminate() == .status(0))
            let ledgers = try await site.judge(load.orders)
            #expect(ledgers.store.transactions.allSatisfy { Judge.isFinal($0.status) })
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import SelfTest

extension LoadTests {
    @Test func `a broker that is killed under load costs no charge, no event and no order`() async throws {
        try await Site.run(alone: true) { site in
            try await site.makeStore()
            let bridge = try site.startBridge()
            try await bridge.ready()
            let load = Load("killed broker", count: 1_000, of: LoadScenario.knowable + LoadScenario.lossy)
            let sender = site.sender
            async let sending: Void = sender.send(load.orders)
            try await eventually("the broker's end is due", within: Site.patience) { site.events.finals >= 200 }
            try await site.virtualHost.broker.kill()
            // Without a broker the listener goes on; the bridge only takes no commands.
            try await bridge.process.eventually("the bridge notices") {
                await site.settings.health.status("/readyz/commands") == 503
            }
            let callbacks = await site.settings.health.status("/readyz")
            #expect(callbacks == 200)
            try await site.virtualHost.broker.start()
            try await sending
            try await site.awaitEnd(of: load.orders)
            #expect(try await bridge.terminate() == .status(0))
            let ledgers = try await site.judge(load.orders)
            let nobodyKnows = load.orders.count { $0.isUnknowable }
            // The bridge was not killed: only lossy scenarios may end in doubt, and the journal decides some of them.
            #expect(ledgers.store.transactions.count { $0.status == "in_doubt" } <= nobodyKnows)
        }
    }
}

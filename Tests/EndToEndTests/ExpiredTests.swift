// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

@Suite("Old commands")
struct ExpiredTests {
    @Test func `commands that were queued an hour ago are not sent to any terminal`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            var settings = site.settings
            settings["commands.maxAge"] = nil
            let first = try site.startBridge(settings)
            try await first.ready()
            #expect(try await first.terminate() == .status(0))
            let orders = Load("old commands", count: 50, of: LoadScenario.knowable).orders
            try await site.sender.send(orders, sentAt: Date(timeIntervalSinceNow: -3_600))
            let second = try site.startBridge(settings)
            try await second.process.eventually("every command has ended") { site.events.finals == orders.count }
            #expect(try await second.terminate() == .status(0))
            let posts = try await site.simulator.summary().posts
            #expect(posts == 0)
            let ledger = try StoreReader.read(settings.storePath)
            #expect(ledger.transactions.count { $0.status == "failed" && $0.reason == "command_expired" } == 50)
            #expect(site.events.latest.values.count { $0.status == "failed" } == 50)
            #expect(ledger.transactions.allSatisfy { $0.attempts == 0 })
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

@Suite("Two bridges on one queue")
struct OwnerTests {
    @Test func `a second bridge with another store takes nothing, says why, and takes over at the end`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let first = try site.startBridge()
            try await first.ready()
            let folder = site.folder.appendingPathComponent("other")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let settings = try BridgeSettings(
                folder: folder,
                amqpURL: site.virtualHost.url,
                cloudURL: site.simulator.baseURL
            )
            try await site.makeStore(settings)
            let second = try site.startBridge(settings)
            try await second.process.eventually("the second says why it takes nothing") {
                await second.obstacles().contains("another bridge holds getnet-bridge.owner")
            }
            let takesCallbacks = await settings.health.status("/readyz")
            #expect(takesCallbacks == 200)

            let orders = Load("two bridges", count: 40, of: LoadScenario.knowable).orders
            let (before, after) = (Array(orders[..<20]), Array(orders[20...]))
            try await site.sender.send(before)
            try await first.process.eventually("the first takes them") { site.events.finals == 20 }
            let refused = await settings.health.status("/readyz/commands")
            #expect(refused == 503)
            #expect(try await first.terminate() == .status(0))

            try await second.process.eventually("the second takes over") {
                await settings.health.status("/readyz/commands") == 200
            }
            try await site.sender.send(after)
            try await second.process.eventually("the second takes them") { site.events.finals == 40 }
            #expect(try await second.terminate() == .status(0))
            let stores = try [site.settings, settings].map { try StoreReader.read($0.storePath) }
            #expect(Set(stores[0].transactions.map(\.commandID)) == Set(before.map(\.commandID)))
            #expect(Set(stores[1].transactions.map(\.commandID)) == Set(after.map(\.commandID)))
        }
    }
}

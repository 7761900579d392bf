// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

@Suite("The store of a bridge")
struct StoreTests {
    /// If a store was lost, a copied line that makes a new store leads to double charges.
    private static let line = "getnet-bridge store init"
    private static let advice = "start with --hold-commands"

    @Test("K4: without a store serve ends with 78 and names no line to copy, and with a new one the bridge runs")
    func withoutStore()
        async throws
    {
        try await Site.run { site in
            let lost = try site.startBridge()
            #expect(try await lost.process.exit() == .status(78))
            let words = try lost.process.text()
            #expect(words.contains(Self.advice) && !words.contains(Self.line), "\(words)")
            #expect(!FileManager.default.fileExists(atPath: site.settings.storePath))
            try await site.makeStore()
            let bridge = try site.startBridge()
            try await bridge.ready()
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test("K4: an empty file is no store: serve ends with 78 and leaves it as it is")
    func emptyFile() async throws {
        try await Site.run { site in
            let path = site.settings.storePath
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            let bridge = try site.startBridge()
            #expect(try await bridge.process.exit() == .status(78))
            let words = try bridge.process.text()
            #expect(words.contains(Self.advice) && !words.contains(Self.line), "\(words)")
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(bytes.isEmpty)
        }
    }

    @Test func `a store of another account is refused with 78, naming both`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            var settings = site.settings
            settings["cloud.environment"] = "prod"
            let bridge = try site.startBridge(settings)
            #expect(try await bridge.process.exit() == .status(78))
            let words = try bridge.process.text()
            #expect(words.contains("main/cl/uat") && words.contains("main/cl/prod"), "\(words)")
        }
    }

    @Test func `a second process on one store ends and says who has it`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let first = try site.startBridge()
            try await first.ready()
            var settings = try BridgeSettings(
                folder: site.folder,
                amqpURL: site.virtualHost.url,
                cloudURL: site.simulator.baseURL
            )
            settings["store.url"] = site.settings["store.url"]
            let second = try site.startBridge(settings)
            #expect(try await second.process.exit() == .status(69))
            let words = try second.process.text()
            #expect(words.contains("has the store") && words.contains("pid"), "\(words)")
            let isReady = await site.settings.health.status("/readyz/commands")
            #expect(isReady == 200)
            #expect(try await first.terminate() == .status(0))
        }
    }
}

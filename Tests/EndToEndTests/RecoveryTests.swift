// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

@Suite("Backup, restore and decisions on the command line")
struct RecoveryTests {
    private func expect(
        _ status: Int32,
        _ words: String,
        from process: ChildProcess
    ) async throws {
        let exit = try await process.exit()
        let text = try process.text()
        #expect(exit == .status(status), "\(text)")
        #expect(text.contains(words), "\(text)")
    }

    @Test func `a copy made while the bridge runs is restored, held over a restart, and released`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            var settings = site.settings
            settings.environment["GETNET_BRIDGE_ADMIN_TOKEN"] = "a-token-of-the-tests"
            let copy = site.folder.appendingPathComponent("copy.db").path
            let first = try site.startBridge(settings)
            try await first.ready()
            try await expect(0, copy, from: site.run("store", "backup", settings, ["--to", copy]))
            try await expect(78, "exists already", from: site.run("store", "backup", settings, ["--to", copy]))
            #expect(try await first.terminate() == .status(0))

            let path = settings.storePath
            for file in [path, path + "-wal", path + "-shm"] { try? FileManager.default.removeItem(atPath: file) }
            try FileManager.default.moveItem(atPath: copy, toPath: path)
            // The copy knows that it is a copy, also without a command to hold it.
            let held = try site.startBridge(settings)
            try await held.process.eventually("it says that it is held") {
                await held.obstacles().contains("[-] held: ")
            }
            try await site.kill(held)

            let second = try site.startBridge(settings)
            try await second.process.eventually("it is held still") { await second.obstacles().contains("[-] held: ") }
            try await expect(0, "held", from: site.run("store", "status", settings))
            var stranger = settings
            stranger.environment["GETNET_BRIDGE_ADMIN_TOKEN"] = "another-token-of-the-tests"
            let person = ["--by", "Ana", "--reason", "looked at the terminals"]
            try await expect(77, "bearer token", from: site.run("store", "release", stranger, person))
            try await expect(64, "--by", from: site.run("store", "release", settings))
            try await expect(65, "--now", from: site.run("store", "release", settings, person))
            try await expect(0, "is released, by Ana", from: site.run("store", "release", settings, person + ["--now"]))
            try await second.ready()

            let decision = ["000000000000000000000000", "--by", "Ana", "--reason", "seen"]
            let resolve = decision + ["--as", "declined"]
            try await expect(69, "no such transaction", from: site.run("transactions", "resolve", settings, resolve))
            try await expect(69, "no such transaction", from: site.run("transactions", "settle", settings, decision))
            let wrong = decision + ["--as", "in_doubt"]
            try await expect(64, "--as", from: site.run("transactions", "resolve", settings, wrong))
            #expect(try await second.terminate() == .status(0))
            try await expect(69, "no bridge answers", from: site.run("transactions", "resolve", settings, resolve))
            try await expect(0, "was not held", from: site.run("store", "release", settings, person))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

@Suite("A disk that does not answer")
struct HangingDiskTests {
    @Test("F2: is named, and does not stop a process from ending", .timeLimit(.minutes(3)))
    func stop() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let hangs = site.folder.appendingPathComponent("disk-hangs")
            var settings = site.settings
            settings["shutdown.timeout"] = "2s"
            settings.environment["GETNET_BRIDGE_DEBUG_DISK_HANGS_FILE"] = hangs.path
            let bridge = try site.startBridge(settings)
            try await bridge.ready()
            #expect(FileManager.default.createFile(atPath: hangs.path, contents: nil))
            let load = Load("hanging disk", count: 1, of: LoadScenario.knowable)
            try await site.sender.send(load.orders)
            try await eventually("the obstacle is named", within: Site.patience) {
                let obstacles = await bridge.obstacles()
                return obstacles.contains("[-] store: ") && obstacles.contains("the disk does not answer")
            }
            // 100 ms of delay, 2 s in which everything should end, 3 s more.
            let exit = try await bridge.terminate(within: .seconds(15))
            #expect(exit == .status(74))
            #expect(try bridge.process.text().contains("the stop takes too long; the process ends without it"))
            try FileManager.default.removeItem(at: hangs)
            let second = try site.startBridge()
            try await site.awaitEnd(of: load.orders)
            #expect(try await second.terminate() == .status(0))
            try await site.judge(load.orders)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import TestSupport
import Testing

@testable import SelfTest

/// Loads on the built program; they run one after the other, so that each has the whole machine.
@Suite("Under load", .serialized)
struct LoadTests {}

extension LoadTests {
    @Test func `a bridge that is killed six times loses, doubles and guesses nothing`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            var bridge = try site.startBridge()
            try await bridge.ready()
            var load = Load("killed bridge", count: 1_000, of: LoadScenario.knowable + LoadScenario.lossy)
            let orders = load.orders
            let sender = site.sender
            async let sending: Void = sender.send(orders)
            for number in 1...6 {
                try await eventually("kill \(number) is due", within: Site.patience) {
                    site.events.finals >= number * 110
                }
                try await Task.sleep(for: load.pause(upTo: .milliseconds(300)))
                try await site.kill(bridge)
                bridge = try site.startBridge()
                if number == 3 { await site.simulator.revokeTokens() }
            }
            try await sending
            print("ready after the last kill in \(try await bridge.ready())")
            try await site.awaitEnd(of: orders)
            try site.searchForCardData()
            #expect(try await bridge.terminate() == .status(0))
            try await site.judge(orders)
            try site.searchForCardData()
        }
    }
}

extension Site {
    /// Looks for the simulator's card data in the store, its log, every written file and every event.
    func searchForCardData() throws {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.contains { $0.lastPathComponent == "store.db" })
        for word in SimulatorCardData.searchable {
            let pattern = Data(word.utf8)
            for file in files where try Data(contentsOf: file).range(of: pattern) != nil {
                Issue.record("\(word) is in \(file.lastPathComponent)")
            }
            #expect(!events.bodies.contains { Data($0).range(of: pattern) != nil }, "\(word) is in an event")
        }
    }
}

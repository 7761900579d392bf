// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import SelfTest

@Suite("Sending by hand")
struct SendTests {
    @Test func `without a bridge it says so, and the same id afterwards follows the same charge`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            // It leaves the command queue behind.
            let first = try site.startBridge()
            try await first.ready()
            #expect(try await first.terminate() == .status(0))
            let charge = [
                "--terminal", "80005000/12983/SNPRUEBA1234", "--amount", "15000", "--command-id", "by-hand-1",
            ]
            let lonely = try site.run("send", "charge", site.settings, charge + ["--wait", "1s"])
            #expect(try await lonely.exit() == .status(15))
            let words = try lonely.text()
            for part in ["No bridge answered", "getnet-bridge.commands", "no consumer", "--command-id by-hand-1"] {
                #expect(words.contains(part), "\(part) is missing in:\n\(words)")
            }

            let second = try site.startBridge()
            try await second.ready()
            for _ in 1...2 {
                let repeated = try site.run("send", "charge", site.settings, charge + ["--wait", "20s"])
                let exit = try await repeated.exit(within: .seconds(30))
                let events = try repeated.text()
                #expect(exit == .status(0), "\(events)")
            }
            #expect(try await second.terminate() == .status(0))
            let store = try StoreReader.read(site.settings.storePath)
            #expect(store.transactions.map(\.commandID) == ["by-hand-1"])
            #expect(try await site.simulator.summary().posts == 1)
        }
    }
}

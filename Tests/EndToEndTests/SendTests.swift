// SPDX-License-Identifier: Apache-2.0

import AMQPClient
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

    @Test("M8: a user who may publish commands and nothing else can send and look at terminals")
    func caller() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let bridge = try site.startBridge()
            try await bridge.ready()
            try await site.virtualHost.withUser(writing: #"^getnet\.commands$"#, others: "^$") { caller in
                var settings = site.settings
                settings["amqp.username"] = caller.username
                settings.environment["GETNET_BRIDGE_AMQP_PASSWORD"] = caller.password
                let terminal = "80005000/12983/SNPRUEBA1234"
                for (noun, verb, words) in [
                    ("send", "charge", ["--terminal", terminal, "--amount", "15000", "--wait", "20s"]),
                    ("terminals", "check", [terminal]), ("terminals", "reconcile", [terminal]),
                ] {
                    let process = try site.run(noun, verb, settings, words)
                    let exit = try await process.exit(within: .seconds(40))
                    let text = try process.text()
                    #expect(exit == .status(0), "\(noun) \(verb): \(text)")
                }
            }
            #expect(try await bridge.terminate() == .status(0))
        }
    }
}

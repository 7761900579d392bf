// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// What a person on call types, and what the program answers.
@Suite("On call")
struct OnCallTests {
    /// Runs a verb and returns what it printed.
    private func printed(_ status: Int32, _ process: ChildProcess) async throws -> String {
        let exit = try await process.exit()
        let text = try process.text()
        #expect(exit == .status(status), "\(text)")
        return text
    }

    /// A charge for which the customer pays another amount.
    private func doubtful(_ site: Site) async throws -> ChargeOrder {
        let order = ChargeOrder(
            commandID: "night-1",
            reference: "NIGHT-1",
            terminal: "80005000",
            amount: 15_507,
            outcomes: []
        )
        try await site.sender.send(order)
        try await eventually("it is in doubt", within: Site.patience) {
            site.events.latest(of: order.commandID)?.status == "in_doubt"
        }
        return order
    }

    @Test("M1, M5, M7: a doubt says what is known of the money first, and the lines it gives can be typed")
    func doubt() async throws {
        try await Site.run { site in
            try await site.makeStore()
            var settings = site.settings
            settings.environment["GETNET_BRIDGE_ADMIN_TOKEN"] = "a-token-of-the-tests"
            let bridge = try site.startBridge(settings)
            try await bridge.ready()
            let order = try await doubtful(site)
            let lanes = try await printed(0, try site.run("lanes", "list", settings))
            #expect(lanes.contains("80005000") && lanes.contains("in_doubt"), "\(lanes)")
            let machine = try await printed(0, try site.run("lanes", "list", settings, ["--json"]))
            let document = try JSONParser.parse(Array(machine.drop { $0 != "{" }.utf8))
            guard case .array(let held)? = document["lanes"] else {
                Issue.record("no list: \(machine)")
                return
            }
            #expect(held.map { $0["terminal"]?.string } == ["80005000"], "\(machine)")
            #expect(held.map { $0["heldBy"]?["commandId"]?.string } == [order.commandID], "\(machine)")
            let shown = try await printed(0, try site.run("transactions", "show", settings, [order.commandID]))
            #expect(
                shown.contains("Paid 15,508 CLP, asked 15,507 CLP. The bridge cannot know which is right. "),
                "\(shown)"
            )
            let quiet = try await printed(0, try site.run("transactions", "list", settings, ["--needs-me"]))
            let early = "nothing needs a person now\na person may decide these already:\n"
            #expect(quiet.contains(early) && quiet.contains("Paid 15,508 CLP, asked 15,507 CLP."), "\(quiet)")
            #expect(quiet.contains("charge, 15,507 CLP, reference NIGHT-1, terminal 80005000, accepted 20"), "\(quiet)")
            // While the terminal may still work on it, a person needs `--now` to say "not paid".
            let person = ["--by", "Ana", "--reason", "receipt seen"]
            let denial = [order.commandID, "--as", "not_completed"] + person
            let asked = try await printed(65, try site.run("transactions", "resolve", settings, denial))
            #expect(asked.contains("--now"), "\(asked)")
            let line = try #require(shown.split(separator: "\n").first { $0.contains("--as approved") })
            let words = line.split(separator: " ").map { String($0) }.drop { $0 != "resolve" }.dropFirst()
            let typed = words.prefix { $0 != "--by" } + person
            let resolved = try await printed(0, try site.run("transactions", "resolve", settings, Array(typed)))
            #expect(resolved.contains("is approved, by Ana") && resolved.contains("command night-1"), "\(resolved)")
            #expect(resolved.contains("Paid 15,508 CLP, asked 15,507 CLP"), "\(resolved)")
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test("M1: what needs a person now is a list of its own, with the line to type next")
    func needsMe() async throws {
        try await Site.run { site in
            try await site.makeStore()
            var settings = site.settings
            settings["reconcile.terminalLife"] = "1s"
            settings["reconcile.giveUpAfter"] = "2s"
            let bridge = try site.startBridge(settings)
            try await bridge.ready()
            let order = try await doubtful(site)
            try await eventually("a person is called", within: Site.patience) {
                let list = try await printed(0, try site.run("transactions", "list", settings, ["--needs-me"]))
                return list.contains("Paid 15,508 CLP, asked 15,507 CLP.") && list.contains("A person must decide now.")
                    && list.contains("getnet-bridge transactions show ")
            }
            let machine = try await printed(
                0,
                try site.run("transactions", "list", settings, ["--needs-me", "--json"])
            )
            let json = try JSONParser.parse(Array(machine.drop { $0 != "{" }.utf8))
            guard case .array(let now)? = json["now"], case .array(let early)? = json["early"] else {
                Issue.record("no lists: \(machine)")
                return
            }
            #expect(now.count == 1 && early.isEmpty)
            #expect(now.first?["conclusion"]?["person"]?.string == "now")
            #expect(now.first?["transaction"]?["commandId"]?.string == order.commandID)
            let shown = try await printed(0, try site.run("transactions", "show", settings, [order.commandID]))
            #expect(shown.contains("operator_needed: a person must look"), "\(shown)")
            #expect(shown.contains(": asked 15,507 CLP, told 15,508 CLP"), "\(shown)")
            #expect(try await bridge.terminate() == .status(0))
        }
    }
}

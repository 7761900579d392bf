// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// Every command of the pages for the person on call is typed, in the situation that its page is about.
@Suite("Pages for the person on call")
struct OnCallPagesTests {
    /// The lines of a page, without the program's name and the configuration.
    private static func commands(of page: String) throws -> [[String]] {
        try DocumentedPage("docs/\(page)").commands.map { line in
            #expect(line.hasPrefix("getnet-bridge ") && line.hasSuffix(" --config getnet-bridge.yaml"), "\(line)")
            return Array(DocumentedPage.words(of: line).dropFirst().dropLast(2))
        }
    }

    private struct Staged {
        let site: Site
        let settings: BridgeSettings

        /// Types a page's commands, with what stands for its words in capitals.
        func type(_ page: String, _ values: [String: String] = [:]) async throws -> [String] {
            var printed: [String] = []
            for command in try OnCallPagesTests.commands(of: page) {
                let words = command.map { values[$0] ?? $0 }
                let process = try site.run(words[0], words[1], settings, Array(words.dropFirst(2)))
                let exit = try await process.exit()
                let text = try process.text()
                #expect(exit == .status(0), "\(page): \(words.joined(separator: " ")): \(text)")
                printed.append(text)
            }
            return printed
        }

        func charge(_ commandID: String, _ amount: Int64) -> ChargeOrder {
            ChargeOrder(
                commandID: commandID,
                reference: commandID.uppercased(),
                terminal: "80005000",
                amount: amount,
                outcomes: []
            )
        }

        /// Sends a charge and waits for an event of it.
        func send(
            _ order: ChargeOrder,
            until what: String,
            _ isThere: @escaping @Sendable (DeliveredEvent) -> Bool
        ) async throws -> String {
            try await site.sender.send(order)
            try await eventually(what, within: Site.patience) {
                site.events.events.contains { $0.commandID == order.commandID && isThere($0) }
            }
            return try #require(site.events.latest(of: order.commandID)?.transactionID)
        }
    }

    private func stage(
        _ changes: [String: String] = [:],
        _ test: @escaping @Sendable (Staged) async throws -> Void
    ) async throws {
        try await Site.run { site in
            try await site.makeStore()
            var settings = site.settings
            settings.environment["GETNET_BRIDGE_ADMIN_TOKEN"] = "a-token-of-the-tests"
            for (key, value) in changes { settings[key] = value }
            let bridge = try site.startBridge(settings)
            try await bridge.ready()
            try await test(Staged(site: site, settings: settings))
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test(arguments: ["take-money-back.md", "when-the-answer-is-doubt.md"])
    func `the pages for callers can be typed from top to bottom`(page: String) async throws {
        try await stage { staged in
            let printed = try await staged.type(page)
            #expect(printed.last?.contains("approved") == true || printed.last?.contains("Paid") == true)
        }
    }

    @Test func `the first look finds nothing on a quiet night`() async throws {
        try await stage { staged in
            let printed = try await staged.type("operations/README.md")
            #expect(printed[0].contains("nothing needs a person now") && printed[1].contains("no terminal is held"))
        }
    }

    @Test func `a doubt that goes on by itself`() async throws {
        try await stage { staged in
            // The answer is lost, and nobody calls back.
            let id = try await staged.send(staged.charge("night-1", 15_305), until: "it is in doubt") {
                $0.status == "in_doubt"
            }
            let printed = try await staged.type("operations/doubt-that-goes-on.md", ["ID": id])
            #expect(printed[1].contains("Whether it was paid is not known.") && printed[2].contains(id))
        }
    }

    @Test func `a doubt for a person`() async throws {
        try await stage(["reconcile.terminalLife": "1s", "reconcile.giveUpAfter": "2s"]) { staged in
            let id = try await staged.send(staged.charge("night-2", 15_507), until: "a person is called") {
                $0.status == "in_doubt"
            }
            try await eventually("only a person can end it", within: Site.patience) {
                let process = try staged.site.run("transactions", "list", staged.settings, ["--needs-me"])
                _ = try await process.exit()
                return try process.text().contains(id)
            }
            let show = try staged.site.run("transactions", "show", staged.settings, [id])
            _ = try await show.exit()
            let line = try #require(try show.text().split(separator: "\n").first { $0.contains("--as approved") })
            let words = line.split(separator: " ").map { String($0) }
            func value(_ flag: String) -> String { words.firstIndex(of: flag).map { words[$0 + 1] } ?? "" }
            let printed = try await staged.type(
                "operations/doubt-for-a-person.md",
                ["ID": id, "CODE": value("--authorization-code"), "NUMBER": value("--operation-id")]
            )
            #expect(
                printed[0].contains("A person must decide now.") && printed[2].contains("is approved, by Ana Pérez")
            )
        }
    }

    @Test func `a second payment`() async throws {
        try await stage { staged in
            let id = try await staged.send(staged.charge("night-3", 15_214), until: "a second payment is told") {
                $0.name == "contradicted"
            }
            let printed = try await staged.type("operations/second-payment.md", ["ID": id])
            #expect(printed[0].contains(id) && printed[1].contains("the customer may have paid twice"))
            #expect(printed[2].contains("are settled, by Ana Pérez"))
        }
    }

    @Test func `a terminal that is held`() async throws {
        try await stage { staged in
            let id = try await staged.send(staged.charge("night-4", 15_305), until: "it is in doubt") {
                $0.status == "in_doubt"
            }
            let next = try await staged.send(staged.charge("night-5", 15_000), until: "the next one waits") {
                $0.status == "waiting"
            }
            let printed = try await staged.type("operations/terminal-held.md", ["ID": id])
            #expect(printed[0].contains(id) && printed[0].contains("in_doubt"))
            #expect(printed[2].contains("lane_occupied"))
            // M5: what waits says for what, and until when.
            let show = try staged.site.run("transactions", "show", staged.settings, [next])
            #expect(try await show.exit() == .status(0))
            #expect(try show.text().contains("The terminal is held by \(id) (in_doubt) since "))
        }
    }

    @Test func `commands that were refused`() async throws {
        try await stage { staged in
            try await staged.site.sender.send(Array("no JSON".utf8), to: "charge.main", as: "night-6")
            try await eventually("it is refused", within: Site.patience) {
                try await staged.site.virtualHost.depth(of: "getnet-bridge.dead-letters") == 1
            }
            let list = try staged.site.run("dead-letters", "list", staged.settings, ["--json"])
            #expect(try await list.exit() == .status(0))
            let id = try #require(try list.text().firstMatch(of: #/"id":\s*"([^"]+)"/#)?.1)
            let printed = try await staged.type("operations/refused-commands.md", ["LETTER": String(id)])
            #expect(printed[1].contains("invalid_json"))
        }
    }
}

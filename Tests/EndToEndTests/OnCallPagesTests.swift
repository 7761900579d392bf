// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeService
import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// The tests type every command of the pages for the person on call, in the situation of each page.
@Suite("Pages for the person on call")
struct OnCallPagesTests {
    private struct Staged {
        let site: Site
        let settings: BridgeSettings
        let bridge: BridgeProcess

        /// Types a page's commands, with values in the place of its words in capitals.
        func type(_ page: String, _ values: [String: String] = [:]) async throws -> [String] {
            var printed: [String] = []
            let values = values.merging(["NAME": "Ana Pérez", "TEXT": "receipt seen"]) { given, _ in given }
            for line in try DocumentedPage("docs/\(page)").commands {
                let words = DocumentedPage.words(of: line).map { values[$0] ?? $0 }
                let text = words[0] == "curl" ? try await curl(words) : try await run(words, page)
                printed.append(text)
            }
            return printed
        }

        private func run(_ words: [String], _ page: String) async throws -> String {
            #expect(
                words.first == "getnet-bridge" && words.suffix(2) == ["--config", "getnet-bridge.yaml"],
                "\(words)"
            )
            let process = try site.run(words[1], words[2], settings, Array(words.dropFirst(3).dropLast(2)))
            let exit = try await process.exit()
            let text = try process.text()
            #expect(exit == .status(0), "\(page): \(words.joined(separator: " ")): \(text)")
            return text
        }

        /// The health port of the pages is the default port.
        private func curl(_ words: [String]) async throws -> String {
            let here = "127.0.0.1:\(settings.keys["health.port"] ?? "")"
            let output = site.folder.appending(path: "curl-\(UUID().uuidString).log").path
            let program = try SpawnedProgram(
                "/usr/bin/curl",
                words.dropFirst().map { $0.replacingOccurrences(of: "127.0.0.1:8081", with: here) },
                environment: [:],
                output: output
            )
            #expect(try await program.waitForExit() == .status(0), "\(words)")
            return try String(contentsOfFile: output, encoding: .utf8)
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

        /// Sends a charge and waits for one of its events.
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
        words: [String] = [],
        isReady: Bool = true,
        _ test: @escaping @Sendable (Staged) async throws -> Void
    ) async throws {
        try await Site.run(words: words) { site in
            try await site.makeStore()
            var settings = site.settings
            settings.environment["GETNET_BRIDGE_ADMIN_TOKEN"] = "a-token-of-the-tests"
            for (key, value) in changes {
                if key.hasPrefix("GETNET_BRIDGE_") { settings.environment[key] = value } else { settings[key] = value }
            }
            let bridge = try site.startBridge(settings)
            if isReady { try await bridge.ready() }
            try await test(Staged(site: site, settings: settings, bridge: bridge))
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test(arguments: ["take-money-back.md", "when-the-answer-is-doubt.md"])
    func `the pages for callers can be typed from top to bottom`(page: String) async throws {
        try await stage { staged in
            let printed = try await staged.type(page)
            #expect(printed.last?.contains("approved") == true || printed.last?.contains("Paid") == true)
            guard page == "take-money-back.md" else { return }
            // The page speaks of the money first: of what was given back, and of what is left.
            #expect(printed.last?.contains("10,000 CLP left of it") == true, "\(printed.last ?? "")")
            for (id, rest) in [("order-1", "10,000 CLP of it are left."), ("order-2", "0 CLP of it are left.")] {
                let show = try staged.site.run("transactions", "show", staged.settings, [id])
                #expect(try await show.exit() == .status(0))
                let text = try show.text()
                #expect(text.contains("Money of it was given back: \(rest)"), "\(text)")
            }
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
            // The answer is lost, and no callback comes.
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
                return try process.text().contains("A person must decide now.")
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
            // A waiting command says what it waits for, and until when.
            let show = try staged.site.run("transactions", "show", staged.settings, [next])
            #expect(try await show.exit() == .status(0))
            #expect(try show.text().contains("The terminal is held by \(id) (in_doubt) since "))
        }
    }

    @Test func `a callback of no transaction`() async throws {
        try await stage { staged in
            // The keys are the same, and this store does not have the transaction.
            let file = try String(contentsOf: staged.site.folder.appending(path: "callback-keys"), encoding: .utf8)
            let halves = try #require(file.split(separator: "\n").first { !$0.hasPrefix("#") }).split(separator: ":")
            let key = try #require(CallbackKey(id: String(halves[0]), secret: Array(halves[1].utf8)))
            let ring = try #require(CallbackKeyRing([key]))
            let id = TransactionID(at: .current, random: 7)
            let body = #"{"code":1,"message":"done","data":{"idPosTxs":936101,"customId":"\#(id)"}}"#
            let path = "/callbacks/\(id)?token=\(ring.token(for: id))"
            #expect(await staged.settings.callbacks.post(path, body)?.status == 200)
            let printed = try await staged.type("operations/unmatched-callback.md")
            for text in printed.prefix(2) { #expect(text.contains("\(id)") && text.contains("unmatched"), "\(text)") }
            #expect(printed[1].contains("maskedBody") && !printed[1].contains("936101\\\""), "\(printed[1])")
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
            #expect(!printed[0].contains("Refused by a rule"))
            // Commands that a rule refuses are listed apart, and a person can take them away apart.
            _ = try await staged.send(staged.charge("night-7", 15_000), until: "it is paid") { $0.status == "approved" }
            try await staged.site.sender.send(staged.charge("night-7", 15_001))
            try await eventually("it is refused", within: Site.patience) {
                try await staged.site.virtualHost.depth(of: "getnet-bridge.dead-letters") == 2
            }
            let both = try staged.site.run("dead-letters", "list", staged.settings)
            #expect(try await both.exit() == .status(0))
            let text = try both.text()
            let groups = text.components(separatedBy: "\n\nRefused by a rule: ")
            #expect(groups.count == 2 && groups[0].contains("To be mended: "), "\(text)")
            #expect(groups[0].contains("invalid_json") && !groups[0].contains("idempotency_conflict"), "\(text)")
            #expect(groups.last?.contains("idempotency_conflict") == true, "\(text)")
            let purge = try staged.site.run("dead-letters", "purge", staged.settings, ["--rules"])
            #expect(try await purge.exit() == .status(0))
            try await eventually("one is left", within: Site.patience) {
                try await staged.site.virtualHost.depth(of: "getnet-bridge.dead-letters") == 1
            }
        }
    }

    @Test func `a login that is refused`() async throws {
        try await stage(["GETNET_BRIDGE_CLOUD_CLIENT_SECRET": "not-this-one"], isReady: false) { staged in
            try await eventually("the part is named", within: Site.patience) {
                await staged.bridge.obstacles().contains("cloud")
            }
            let printed = try await staged.type("operations/login-refused.md")
            #expect(printed[0].contains("credentials"), "\(printed[0])")
            #expect(printed[1].contains("cloud.clientSecret") && !printed[1].contains("not-this-one"))
        }
    }

    @Test func `callbacks that do not come`() async throws {
        let elsewhere = "http://127.0.0.1:\(try LoopbackPort.free())"
        try await stage(["http.publicURL": elsewhere]) { staged in
            for number in 1...5 {
                _ = try await staged.send(staged.charge("night-\(number)", 15_000), until: "it ends all the same") {
                    $0.status == "approved"
                }
            }
            let printed = try await staged.type("operations/no-callbacks.md")
            #expect(printed[0].contains("no callback was taken") && printed[0].contains(elsewhere), "\(printed[0])")
            #expect(printed[1].contains(elsewhere))
            // A look from outside shows the same.
            #expect(await staged.settings.callbacks.status("/") == 404)
        }
    }

    @Test(
        "a terminal whose clock is off; K3: a doubt there is decided by the offset that a sale before and one after show"
    )
    func terminalClock() async throws {
        try await stage(words: ["--clock-skew", "80005000=300"]) { staged in
            _ = try await staged.send(staged.charge("night-9", 15_000), until: "it is paid") { $0.status == "approved" }
            let printed = try await staged.type("operations/terminal-clock.md")
            #expect(printed[0].contains("terminals whose clock is off: 80005000 (4 min 5"), "\(printed[0])")
            // The answer is lost and no callback comes. The list shows the payment five minutes later than it was.
            let id = try await staged.send(staged.charge("night-10", 15_305), until: "it is in doubt") {
                $0.status == "in_doubt"
            }
            func show() async throws -> String {
                let show = try staged.site.run("transactions", "show", staged.settings, [id])
                #expect(try await show.exit() == .status(0))
                return try show.text()
            }
            try await eventually("the row is named", within: Site.patience) {
                try await show().contains("15,305 CLP at ")
            }
            // A later sale shows that no person set the clock meanwhile; the next reading decides.
            _ = try await staged.send(staged.charge("night-13", 15_000), until: "it is paid") {
                $0.status == "approved"
            }
            _ = try await staged.send(staged.charge("night-14", 16_305), until: "it is in doubt") {
                $0.status == "in_doubt"
            }
            try await eventually("the journal decides", within: Site.patience) {
                staged.site.events.latest(of: "night-10")?.status == "approved"
            }
            #expect(try await show().contains("journal: decided"))
        }
    }

    @Test func `numbers of Getnet's that repeat`() async throws {
        // So long after the end of a transaction, its number may belong to another one.
        let age = Duration.seconds(3)
        try await stage(["reconcile.terminalLife": "3s", "reconcile.giveUpAfter": "3s"]) { staged in
            let old = try await staged.send(staged.charge("night-11", 15_000), until: "it is paid") {
                $0.status == "approved"
            }
            let end = ContinuousClock.now
            try await eventually("it is old enough") { ContinuousClock.now > end + age }
            await staged.site.simulator.beginNumbersAnew()
            _ = try await staged.send(staged.charge("night-12", 15_000), until: "it is paid") {
                $0.status == "approved"
            }
            let printed = try await staged.type("operations/numbers-repeat.md")
            #expect(printed[0].contains("name a second transaction: main: 1; did they begin anew?"), "\(printed[0])")
            let show = try staged.site.run("transactions", "show", staged.settings, [old])
            #expect(try await show.exit() == .status(0))
            #expect(try show.text().contains("approved"))
        }
    }

    @Test func `a store that was restored`() async throws {
        try await stage { staged in
            let id = try await staged.send(staged.charge("night-8", 15_305), until: "it is in doubt") {
                $0.status == "in_doubt"
            }
            let copy = staged.site.folder.appending(path: "copy.db").path
            let backup = try staged.site.run("store", "backup", staged.settings, ["--to", copy])
            #expect(try await backup.exit() == .status(0))
            #expect(try await staged.bridge.terminate() == .status(0))
            var settings = staged.settings
            settings["store.url"] = "sqlite:\(copy)"
            let restored = try staged.site.startBridge(settings)
            try await eventually("it is held", within: Site.patience) { await restored.obstacles().contains("held") }
            #expect(try await restored.terminate() == .status(0))
            // This makes the hold so old that its hour is over.
            let earlier = "UPDATE meta SET value = '2026-11-22T10:00:00.000Z' WHERE name = 'held_since'"
            try await Self.execute(earlier, in: copy)
            let again = try staged.site.startBridge(settings)
            try await eventually("it is held still", within: Site.patience) { await again.obstacles().contains("held") }
            let night = Staged(site: staged.site, settings: settings, bridge: again)
            let printed = try await night.type("operations/store-restored.md")
            #expect(printed[0].contains("held") && printed[1].contains(id), "\(printed)")
            try await again.ready()
            #expect(try await again.terminate() == .status(0))
        }
    }

    /// Changes a store that is not open in any bridge.
    private static func execute(_ statement: String, in path: String) async throws {
        let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
        let program = try SpawnedProgram("/usr/bin/python3", ["-c", script, path, statement])
        #expect(try await program.waitForExit() == .status(0))
    }
}

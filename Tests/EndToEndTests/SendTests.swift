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
            // This bridge makes the command queue, which stays after it.
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

    @Test("14: with real money nothing is sent without a person's consent")
    func consent() async throws {
        try await Site.run { site in
            var settings = site.settings
            settings["cloud.environment"] = "prod"
            settings["cloud.baseURL"] = "https://getnet.invalid/api"
            let terminal = ["--terminal", "80005000/12983/SNPRUEBA1234"]
            for (verb, words) in [
                ("charge", ["--amount", "15000"]), ("promo", ["--amount", "2500", "--promo", "2x1"]),
                ("refund", ["--original", "c-1", "--amount", "5000"]), ("void", ["--original", "c-1"]),
            ] {
                let process = try site.run("send", verb, settings, terminal + words)
                let exit = try await process.exit(within: .seconds(40))
                let text = try process.text()
                #expect(exit == .status(64), "send \(verb): \(text)")
                #expect(text.contains("in environment prod: --yes is needed"), "\(text)")
                // A command that only looks needs no consent.
                let look = try site.run("send", verb, settings, terminal + words + ["--dry-run"])
                #expect(try await look.exit(within: .seconds(40)) == .status(0), "send \(verb)")
            }
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

    @Test("14: every command can be sent by hand, checked first, and followed to its end")
    func otherCommands() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let bridge = try site.startBridge()
            try await bridge.ready()
            func send(_ verb: String, _ words: [String], exit expected: Int32) async throws -> String {
                let process = try site.run("send", verb, site.settings, words)
                let exit = try await process.exit(within: .seconds(40))
                let text = try process.text()
                #expect(exit == .status(expected), "send \(verb) \(words): \(text)")
                return text
            }
            let terminal = ["--terminal", "80005000/12983/SNPRUEBA1234"]
            for name in ["s-1", "s-2"] {
                _ = try await send("charge", terminal + ["--amount", "15000", "--command-id", name], exit: 0)
            }
            #expect(try await send("status", ["s-1"], exit: 0).contains("approved"))
            #expect(try await send("status", ["s-9"], exit: 69).contains("-"))
            let refund = terminal + ["--original", "s-1", "--amount", "5000", "--command-id", "s-3"]
            let shown = try await send("refund", refund + ["--dry-run"], exit: 0)
            #expect(shown.contains("refund.main") && shown.contains(#""original":{"commandId":"s-1"}"#), "\(shown)")
            for _ in 1...2 { #expect(try await send("refund", refund, exit: 0).contains("approved")) }
            _ = try await send("refund", terminal + ["--original", "s-1", "--amount", "15000"], exit: 14)
            _ = try await send("refund", terminal + ["--original", "s-1"], exit: 64)
            _ = try await send("void", terminal + ["--original", "s-2"], exit: 0)
            _ = try await send("promo", terminal + ["--amount", "2500"], exit: 64)
            let promo = try await send("promo", terminal + ["--amount", "2500", "--promo", "2x1"], exit: 0)
            #expect(promo.contains("approved"), "\(promo)")
            #expect(try await send("poll", terminal, exit: 0).contains("connected  yes"))
            let details = try await send("details", terminal, exit: 0)
            #expect(details.contains("operationId  amount") && details.contains("15,000 CLP"), "\(details)")
            _ = try await send("print", terminal + ["--option", #"details=[{"text":"hello"}]"#, "--dry-run"], exit: 65)
            #expect(try await send("totals", terminal, exit: 65).contains("do not know this command"))

            // The cancel takes a waiting charge back, and does not take back one that has ended.
            func order(_ name: String, _ amount: Int64) -> ChargeOrder {
                ChargeOrder(
                    commandID: name,
                    reference: name.uppercased(),
                    terminal: "80005000",
                    amount: amount,
                    outcomes: []
                )
            }
            let (held, waiting) = (order("s-4", 15_305), order("s-5", 15_000))
            try await site.sender.send(held)
            try await eventually("it holds the terminal", within: Site.patience) {
                site.events.latest(of: "s-4")?.status == "in_doubt"
            }
            try await site.sender.send(waiting)
            try await eventually("the next one waits", within: Site.patience) {
                site.events.latest(of: "s-5")?.status == "waiting"
            }
            #expect(try await send("cancel", ["s-5"], exit: 12).contains("cancelled_before_start"))
            #expect(try await send("cancel", ["s-1"], exit: 14).contains("already_final"))
            #expect(try await bridge.terminate() == .status(0))
            let verbs = try await site.simulator.postsAndCancels().posts.map(\.verb)
            #expect(verbs.filter { $0 == "refund" }.count == 1, "\(verbs)")
        }
    }

    @Test("14: a sale that is cancelled at its terminal is followed to its end")
    func cancelAtTerminal() async throws {
        // The clock runs at normal speed: on a very slow machine too, the customer thinks until after the cancel came.
        try await Site.run(words: ["--country", "ar", "--think-time", "60s", "--time-scale", "1"]) { site in
            var settings = site.settings
            settings["cloud.country"] = "ar"
            settings["reconcile.terminalLife"] = "3m"
            try await site.makeStore(settings)
            let bridge = try site.startBridge(settings)
            try await bridge.ready()
            let sale = ChargeOrder(
                commandID: "s-1",
                reference: "S-1",
                terminal: "80005000",
                amount: 15_000,
                currency: "ARS",
                outcomes: []
            )
            try await site.sender.send(sale)
            try await eventually("it is at the terminal", within: Site.patience) {
                site.events.latest(of: "s-1")?.status == "submitted"
            }
            let cancel = try site.run("send", "cancel", settings, ["s-1"])
            let exit = try await cancel.exit(within: .seconds(60))
            let text = try cancel.text()
            #expect(exit == .status(11) && text.contains("submitted") && text.contains("not_completed"), "\(text)")
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test("14: the events that a person asked for are shown as they come, and no others")
    func tail() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let bridge = try site.startBridge()
            try await bridge.ready()
            let words = ["--type", "charge", "--status", "approved", "--terminal", "80005000", "--count", "1"]
            let tail = try site.run("events", "tail", site.settings, words + ["--wait", "60s"])
            try await eventually("it listens", within: Site.patience) {
                try tail.text().contains("listening for charge.approved.*.*.*.80005000.#")
            }
            let terminal = ["--terminal", "80005000/12983/SNPRUEBA1234"]
            for (name, amount) in [("t-1", "15101"), ("t-2", "15000")] {
                let sent = try site.run(
                    "send",
                    "charge",
                    site.settings,
                    terminal + ["--amount", amount, "--command-id", name]
                )
                _ = try await sent.exit(within: .seconds(40))
            }
            #expect(try await tail.exit(within: .seconds(40)) == .status(0))
            let text = try tail.text()
            #expect(text.contains("charge.approved  t-2  ") && !text.contains("t-1"), "\(text)")
            #expect(try await bridge.terminate() == .status(0))
        }
    }
}

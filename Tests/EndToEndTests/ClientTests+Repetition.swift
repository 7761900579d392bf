// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// Commands and events that come again, and events that a consumer can never read.
extension ClientTests {
    @Test(
        "a repetition is as old as what it repeats: hours later it charges nothing",
        arguments: ["charge.py", "refund.py", "sale-client", "Sale.java"]
    )
    func lateRepetition(_ name: String) async throws {
        if name.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            let bridge = try await Self.startBridge(site)
            try await Self.charge(site, ["--reference", "R-0", "--command-id", "r-0", "--amount", "15000"], exit: 0)
            let terminal = "80005000/12983/SNPRUEBA1234"
            let first = Date(timeIntervalSinceNow: -3 * 3_600).formatted(.iso8601)
            let options = ["--terminal", terminal, "--amount", "15000"]
            let repetition = ["--reference", "R-1", "--command-id", "r-1", "--sent-at", first]
            let words =
                switch name {
                case "charge.py": options + repetition
                case "refund.py": options + repetition + ["--original", "r-0"]
                default: ["charge", terminal, "15000", "R-1", "r-1", first]
                }
            let client = try Self.start(site, name, words)
            let exit = try await client.program.waitForExit(within: Self.patience)
            let text = try client.text()
            // The command certainly did not start: it came too late.
            #expect(exit == .status(12), "\(text)")
            #expect(text.contains("r-1 sentAt \(first.dropLast())"), "\(text)")
            let order = options + ["--reference", "R-2", "--command-id", "r-2", "--sent-at", first]
            let sent = try site.run("send", "charge", site.settings, order)
            let end = try await sent.exit(within: Self.patience)
            let said = try sent.text()
            #expect(end == .status(12), "\(said)")
            #expect(try await bridge.terminate() == .status(0))
            #expect(try await site.simulator.summary().posts == 1)
        }
    }

    @Test(
        "an instant without a zone, or in the future, makes no command look younger than it is",
        arguments: ["charge.py", "sale-client", "Sale.java"]
    )
    func wrongInstants(_ name: String) async throws {
        if name.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            let terminal = "80005000/12983/SNPRUEBA1234"
            let future = Date(timeIntervalSinceNow: 600).formatted(.iso8601)
            for instant in ["2026-11-22T10:12:31", future, "yesterday"] {
                let words =
                    name == "charge.py"
                    ? ["--terminal", terminal, "--amount", "15000", "--reference", "R-1", "--sent-at", instant]
                    : ["charge", terminal, "15000", "R-1", "r-1", instant]
                let client = try Self.start(site, name, words)
                let exit = try await client.program.waitForExit(within: Self.patience)
                let text = try client.text()
                #expect(exit == .status(name == "charge.py" ? 2 : 64), "\(instant): \(text)")
                #expect(text.contains("usage:") && !text.hasPrefix("commandId "), "\(instant): \(text)")
            }
        }
    }

    @Test(
        "a consumer stops at events in the other mode, and acknowledges none of them",
        arguments: ["consumer.py", "Consumer.java", "consumer-client"]
    )
    func otherMode(_ client: String) async throws {
        if client.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            var settings = site.settings
            settings["events.mode"] = "binary"
            let bridge = try await Self.startBridge(site, settings)
            let consumer = try await Self.startConsumer(client, site, finals: 1)
            try await Self.charge(site, ["--reference", "B-1", "--command-id", "b-1", "--amount", "15000"], exit: nil)
            let exit = try await consumer.program.waitForExit(within: Self.patience)
            let text = try consumer.text()
            #expect(exit != .status(0) && text.contains("events.mode: structured"), "\(exit) \(text)")
            try await eventually("all events of the charge wait", within: Self.patience) {
                try await site.virtualHost.depth(of: "shop.sales") == 3
            }
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test(
        "an event that cannot be read goes to a person, once, and the next ones are taken",
        arguments: ["consumer.py", "Consumer.java", "consumer-client"]
    )
    func unreadable(_ client: String) async throws {
        if client.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            let consumer = try await Self.startConsumer(client, site, finals: 1)
            let sale = #""transactionId":"t","commandId":"c","type":"charge","status":"approved","final":true"#
            let bodies = [
                "", "not JSON", "[]", "{}", "\u{FEFF}", #"{"id":"a","type":"t","data":[]}"#, #"{"id":"a","type":"t"}"#,
                #"{"id":{},"type":"t","data":{}}"#, #"{"id":"b","type":"t","data":{\#(sale),"sequence":{}}}"#,
                #"{"id":"c","type":"t","data":{\#(sale.replacing("\"t\"", with: "[]")),"sequence":1}}"#,
                #"{"id":"d","type":"t","data":{\#(sale),"account":"a","sequence":1,"result":[]}}"#,
                #"{"id":"e","type":"t","data":{\#(sale),"account":"a","sequence":1,"amount":{"value":1},"result":{"amount":{}}}}"#,
            ]
            for body in bodies + [bodies[1]] {
                try await site.sender.sendEvent(Array(body.utf8), id: "x", to: "shop.sales")
            }
            let good = try Self.event(
                "charge.approved",
                "00000000-0000-4000-8000-000000000001",
                "0mwsg2wxrl1pn0ovmziv5y0a",
                3
            )
            try await site.sender.sendEvent(good, id: "00000000-0000-4000-8000-000000000001")
            let exit = try await consumer.program.waitForExit(within: Self.patience)
            let words = try consumer.text()
            #expect(exit == .status(0), "\(words)")
            #expect(words.contains("goods handed over: 1, for a person: \(bodies.count)"), "\(words)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// What comes again, and what can never be read.
extension ClientTests {
    @Test(
        "a repetition is as old as what it repeats: hours later it charges nothing",
        arguments: ["charge.py", "refund.py", "sale-client", "Sale.java"]
    )
    func lateRepetition(_ name: String) async throws {
        if name.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            let bridge = try await Self.startBridge(site)
            let terminal = "80005000/12983/SNPRUEBA1234"
            let first = Date(timeIntervalSinceNow: -3 * 3_600).formatted(.iso8601)
            let options = ["--terminal", terminal, "--amount", "15000", "--reference", "R-1"]
            let repetition = ["--command-id", "r-1", "--sent-at", first]
            let words =
                switch name {
                case "charge.py": options + repetition
                case "refund.py": options + repetition + ["--original", "r-0"]
                default: ["charge", terminal, "15000", "R-1", "r-1", first]
                }
            let client = try Self.start(site, name, words)
            let exit = try await client.program.waitForExit(within: Self.patience)
            let text = try client.text()
            // Certainly not started, or refused.
            #expect(exit == .status(12) || exit == .status(14), "\(exit) \(text)")
            #expect(text.contains("r-1 sentAt \(first.dropLast())"), "\(text)")
            let order = options + repetition
            let sent = try site.run("send", "charge", site.settings, order)
            let end = try await sent.exit(within: Self.patience)
            let said = try sent.text()
            #expect(end == .status(12) || end == .status(14), "\(end) \(said)")
            #expect(try await bridge.terminate() == .status(0))
            #expect(try await site.simulator.summary().posts == 0)
        }
    }

    @Test(
        "an event that cannot be read goes to a person, once, and the next ones are taken",
        arguments: ["consumer.py", "Consumer.java", "consumer-client"]
    )
    func unreadable(_ client: String) async throws {
        if client.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            let consumer = try Self.start(site, client, Self.words(of: client, site, finals: 1))
            try await eventually("the consumer is bound", within: Self.patience) {
                await Self.hasConsumer("shop.sales", site)
            }
            let sale = #""transactionId":"t","commandId":"c","type":"charge","status":"approved","final":true"#
            let bodies = [
                "", "not JSON", "[]", "{}", "\u{FEFF}", #"{"id":"a","type":"t","data":[]}"#, #"{"id":"a","type":"t"}"#,
                #"{"id":{},"type":"t","data":{}}"#, #"{"id":"b","type":"t","data":{\#(sale),"sequence":{}}}"#,
                #"{"id":"c","type":"t","data":{\#(sale.replacing("\"t\"", with: "[]")),"sequence":1}}"#,
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

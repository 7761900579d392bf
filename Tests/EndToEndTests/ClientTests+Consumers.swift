// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// The consumers of `docs/clients`.
extension ClientTests {
    @Test(
        "a consumer that cannot begin says why, in a sentence",
        arguments: ["a-folder/that/is/not/there.db", "sales.db"]
    )
    func cannotBegin(_ database: String) async throws {
        try await Site.run { site in
            let path = site.folder.appending(path: database).path
            let isURLWrong = database == "sales.db"
            let client = try Self.start(site, "consumer-client", [path, "1"], url: isURLWrong ? "http://x" : nil)
            let exit = try await client.program.waitForExit(within: Self.patience)
            let text = try client.text()
            #expect(exit == .status(69) && text.contains("cannot begin: "), "\(text)")
            #expect(!text.contains("Fatal error"), "\(text)")
        }
    }

    @Test func `a consumer that is killed before its acknowledgement takes each event once`() async throws {
        try await Site.run { site in
            let bridge = try await Self.startBridge(site)
            let database = ["--database", site.folder.appending(path: "sales.db").path, "--finals", "1"]
            // The queue is bound, and the consumer is gone again, before any event comes.
            let first = try Self.start(site, "consumer.py", database + ["--crash-after", "approved"])
            try await eventually("the consumer is bound", within: Self.patience) {
                await Self.hasConsumer("shop.sales", site)
            }
            let charge = ["--reference", "PY-1", "--command-id", "py-1", "--amount", "15000"]
            try await Self.charge(site, charge, exit: 0)
            #expect(try await first.program.waitForExit(within: Self.patience) == .status(99))
            let second = try Self.start(site, "consumer.py", database)
            #expect(try await second.program.waitForExit(within: Self.patience) == .status(0))
            let words = try second.text()
            #expect(words.contains("io.getnet-bridge.charge.approved.v1 py-1 known"), "\(words)")
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test(arguments: ["structured", "binary"])
    func `the CloudEvents SDK reads events`(_ mode: String) async throws {
        try await Site.run { site in
            var settings = site.settings
            settings["events.mode"] = mode
            let bridge = try await Self.startBridge(site, settings)
            let consumer = try Self.start(site, "cloudevents_consumer.py", ["--finals", "1"])
            try await eventually("the consumer is bound", within: Self.patience) {
                await Self.hasConsumer("shop.cloudevents", site)
            }
            try await Self.charge(
                site,
                ["--reference", "PY-1", "--command-id", "py-1", "--amount", "15000"],
                exit: mode == "structured" ? 0 : nil
            )
            #expect(try await consumer.program.waitForExit(within: Self.patience) == .status(0))
            let words = try consumer.text()
            #expect(words.contains("io.getnet-bridge.charge.approved.v1"), "\(words)")
            #expect(words.contains("py-1 approved"), "\(words)")
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test(
        "L1: the goods of a sale are handed over once, though money of it is given back",
        arguments: ["consumer.py", "Consumer.java", "consumer-client"]
    )
    func goods(_ client: String) async throws {
        if client.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            let bridge = try await Self.startBridge(site)
            // The sale, the refund and the amendment are final.
            let consumer = try await Self.startConsumer(client, site, finals: 3)
            let charge = ["--reference", "PY-1", "--command-id", "py-1", "--amount", "15000"]
            try await Self.charge(site, charge, exit: 0)
            let sale = ChargeOrder(
                commandID: "py-1",
                reference: "PY-1",
                terminal: "80005000",
                amount: 15_000,
                outcomes: ["approved"]
            )
            let refund = FollowUp(verb: .refund, commandID: "py-2", reference: "PY-2", original: sale, amount: 5_000)
            try await site.sender.send(refund)
            #expect(try await consumer.program.waitForExit(within: Self.patience) == .status(0))
            let words = try consumer.text()
            for event in ["charge.approved.v1 py-1", "refund.approved.v1 py-2", "charge.amended.v1 py-1"] {
                #expect(words.contains("io.getnet-bridge.\(event) taken"), "\(words)")
            }
            #expect(words.contains("goods handed over: 1, for a person: 0"), "\(words)")
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test(
        "goods are handed over once, though the approval comes behind an amendment, or a restored store begins its numbers again",
        arguments: ["consumer.py", "Consumer.java", "consumer-client"]
    )
    func lateApprovals(_ client: String) async throws {
        if client.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            let consumer = try await Self.startConsumer(client, site, finals: 9)
            // Each line is the transaction, the name of the example, and its sequence.
            let events = [
                ("0mwsg2wxrl1pn0ovmziv5y0a", "charge.amended", 4), ("0mwsg2wxrl1pn0ovmziv5y0a", "charge.approved", 3),
                ("0mwsg2wxrl1pn0ovmziv5y0b", "charge.submitted", 3), ("0mwsg2wxrl1pn0ovmziv5y0b", "charge.approved", 3),
                ("0mwsg2wxrl1pn0ovmziv5y0b", "charge.approved", 2), ("0mwsg2wxrl1pn0ovmziv5y0b", "charge.in_doubt", 3),
                ("0mwsg2wxrl1pn0ovmziv5y0b", "charge.approved", 9),
            ]
            for (number, (transaction, name, sequence)) in events.enumerated() {
                let id = "00000000-0000-4000-8000-00000000000\(number)"
                try await site.sender.sendEvent(try Self.event(name, id, transaction, sequence), id: id)
            }
            // One event is of a restored store that took a command once more; one tells another end of a sale; in one a
            // person stated a smaller amount.
            let twin = try Self.event(
                "charge.approved",
                "00000000-0000-4000-8000-000000000010",
                "0mwsg2wxrl1pn0ovmziv5y0d",
                3,
                command: "0mwsg2wxrl1pn0ovmziv5y0b"
            )
            try await site.sender.sendEvent(twin, id: "00000000-0000-4000-8000-000000000010")
            let other = try Self.event(
                "charge.not_completed",
                "00000000-0000-4000-8000-000000000011",
                "0mwsg2wxrl1pn0ovmziv5y0b",
                1
            )
            try await site.sender.sendEvent(other, id: "00000000-0000-4000-8000-000000000011")
            let less = try Self.event(
                "charge.approved",
                "00000000-0000-4000-8000-000000000012",
                "0mwsg2wxrl1pn0ovmziv5y0e",
                3,
                paid: 1_599
            )
            try await site.sender.sendEvent(less, id: "00000000-0000-4000-8000-000000000012")
            // A command of a later version, for which money moved: only a person knows whether it brings goods. It is
            // not in this version's contract, with which the tests compare every event on the exchange, so it goes to
            // the queue directly.
            let unknown = try Self.event("charge.approved", "u", "0mwsg2wxrl1pn0ovmziv5y0c", 3, type: "layaway")
            try await site.sender.sendEvent(unknown, id: "u", to: "shop.sales")
            let exit = try await consumer.program.waitForExit(within: Self.patience)
            let words = try consumer.text()
            #expect(exit == .status(0), "\(words)")
            #expect(words.contains("goods handed over: 2, for a person: 4"), "\(words)")
            // A final status stays final: a doubt that arrives later is older, also if its number is higher.
            let look = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())"
            let output = site.folder.appending(path: "look.log").path
            let program = try SpawnedProgram(
                "/usr/bin/python3",
                [
                    "-c", look, site.folder.appending(path: "sales.db").path,
                    "SELECT DISTINCT status, is_final, for_person FROM sale",
                ],
                environment: [:],
                output: output
            )
            #expect(try await program.waitForExit() == .status(0))
            let rows = try String(contentsOfFile: output, encoding: .utf8)
            #expect(rows.contains("[('approved', 1, 0)]"), "\(rows)")
        }
    }

    /// An example of the contract as another event of another transaction.
    static func event(
        _ name: String,
        _ id: String,
        _ transaction: String,
        _ sequence: Int,
        type: String? = nil,
        command: String? = nil,
        paid: Int64? = nil
    ) throws -> [UInt8] {
        let file = folder.deletingLastPathComponent().appending(path: "contract/examples/events/\(name).json")
        var event = try #require(
            try JSONSerialization.jsonObject(with: try Data(contentsOf: file)) as? [String: Any]
        )
        var data = try #require(event["data"] as? [String: Any])
        (data["transactionId"], data["sequence"]) = (transaction, sequence)
        data["commandId"] = "c-\(command ?? transaction)"
        if let paid, var result = data["result"] as? [String: Any], var amount = result["amount"] as? [String: Any] {
            amount["value"] = paid
            result["amount"] = amount
            data["result"] = result
        }
        if let type { data["type"] = type }
        (event["id"], event["subject"], event["data"]) = (id, transaction, data)
        event["causationid"] = data["commandId"]
        return Array(try JSONSerialization.data(withJSONObject: event, options: .withoutEscapingSlashes))
    }

    @Test(
        "L2: every sample takes every kind of event that is published",
        arguments: ["consumer.py", "cloudevents_consumer.py", "Consumer.java", "consumer-client"]
    )
    func everyEvent(_ client: String) async throws {
        if client.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            let examples = Self.folder.deletingLastPathComponent().appending(path: "contract/examples/events")
            let files = try FileManager.default.contentsOfDirectory(at: examples, includingPropertiesForKeys: nil)
            struct Event: Decodable {
                struct Data: Decodable { let final: Bool? }
                let id: String
                let data: Data
            }
            var events: [(isFinal: Bool, id: String, body: [UInt8])] = []
            for file in files {
                let bytes = try Data(contentsOf: file)
                let event = try JSONDecoder().decode(Event.self, from: bytes)
                // The example goes on one line, as the bridge writes events.
                let value = try JSONSerialization.jsonObject(with: bytes)
                let line = try JSONSerialization.data(withJSONObject: value, options: .withoutEscapingSlashes)
                events.append((event.data.final == true, event.id, Array(line)))
            }
            // The consumer ends after the last final event, so the final events come last.
            events.sort { !$0.isFinal && $1.isFinal }
            let finals = events.count(where: \.isFinal)
            #expect(finals > 5 && events.count > finals)
            let consumer = try await Self.startConsumer(client, site, finals: finals)
            for event in events { try await site.sender.sendEvent(event.body, id: event.id) }
            let exit = try await consumer.program.waitForExit(within: Self.patience)
            let words = try consumer.text()
            #expect(exit == .status(0), "\(words)")
            #expect(
                words.split(separator: "\n").count { $0.hasPrefix("io.getnet-bridge.") } == events.count,
                "\(words)"
            )
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// What a person does with refused messages.
@Suite("Refused messages on the command line")
struct DeadLetterTests {
    private func run(_ site: Site, _ verb: String, _ words: [String], exit expected: Int32 = 0) async throws -> String {
        let process = try site.run("dead-letters", verb, site.settings, words)
        let exit = try await process.exit()
        let text = try process.text()
        #expect(exit == .status(expected), "\(verb) \(words): \(text)")
        return text
    }

    private func ids(_ site: Site) async throws -> [String] {
        let text = try await run(site, "list", ["--json"])
        return text.matches(of: #/"id":\s*"([^"]+)"/#).map { String($0.1) }
    }

    private func refusals(_ site: Site) -> Int { site.events.events.count { $0.name == "rejected" } }

    @Test("M6: are sent once more or taken away, after a look that changes nothing, and nothing is lost on the way")
    func requeueAndPurge() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let bridge = try site.startBridge()
            try await bridge.ready()
            let bodies = [#"{"commandId":"a","type":"charge"}"#, "no JSON"]
            for (number, body) in bodies.enumerated() {
                try await site.sender.send(Array(body.utf8), to: "charge.main", as: "m-\(number)")
            }
            try await eventually("both are refused", within: Site.patience) {
                try await ids(site).count == 2 && refusals(site) == 2
            }
            let before = try await ids(site)
            let look = try await run(site, "requeue", [before[0], "--dry-run"])
            #expect(look.contains("\(before[0]) would go to getnet.commands with the key charge.main"), "\(look)")
            #expect(look.contains("it would be REFUSED again:\n  terminal: "), "\(look)")
            #expect(try await run(site, "purge", ["--all", "--dry-run"]).contains("would be taken away"))
            #expect(try await ids(site) == before && refusals(site) == 2)

            // The bridge decides about it anew, and refuses it again because nothing was mended.
            let sent = try await run(site, "requeue", [before[0]])
            #expect(sent.contains("\(before[0]) went to getnet.commands"), "\(sent)")
            try await eventually("it is refused anew", within: Site.patience) {
                try await ids(site).count == 2 && refusals(site) == 3
            }
            let after = try await ids(site)
            #expect(after.contains(before[1]))

            _ = try await run(site, "requeue", ["nothing-of-that-name"], exit: 69)
            _ = try await run(site, "purge", [], exit: 64)
            #expect(try await run(site, "purge", [before[1]]).contains("1 taken away"))
            #expect(try await ids(site) == after.filter { $0 != before[1] })
            #expect(try await run(site, "purge", ["--all"]).contains("1 taken away"))
            #expect(try await ids(site).isEmpty)
            #expect(try await bridge.terminate() == .status(0))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import SelfTest

@Suite("Asking terminals by hand")
struct TerminalsTests {
    private static let terminal = "80005000/12983/SNPRUEBA1234"

    @Test func `reconcile tells by its exit status whether both sides agree, of one terminal and of each in the file`()
        async throws
    {
        try await Site.run { site in
            try await site.makeStore()
            let names = site.folder.appending(path: "terminals.yaml")
            try "till-1: \(Self.terminal)\ntill-2: 80005002/12983/SNPRUEBA1236\n"
                .write(to: names, atomically: true, encoding: .utf8)
            var settings = site.settings
            settings["terminals.file"] = names.path
            let bridge = try site.startBridge(settings)
            try await bridge.ready()
            let charge = ["--terminal", "till-1", "--amount", "15000", "--wait", "30s"]
            #expect(try await Self.run(site, "send", "charge", settings, charge).exit == .status(0))

            let both = try await Self.run(site, "terminals", "reconcile", settings, [])
            #expect(both.exit == .status(0), "\(both.words)")
            for part in ["till-1", "1 sale, 15,000 CLP", "they agree", "till-2", "0 sales, 0 CLP"] {
                #expect(both.words.contains(part), "\(part) is missing in:\n\(both.words)")
            }

            _ = await site.simulator.http.post("/simulator/terminals/80005000/sales?amount=4444")
            let one = try await Self.run(site, "terminals", "reconcile", settings, [Self.terminal])
            #expect(one.exit == .status(1), "\(one.words)")
            for part in ["2 sales, 19,444 CLP", "no transaction claims", "4,444 CLP, receipt 2", "they do NOT agree"] {
                #expect(one.words.contains(part), "\(part) is missing in:\n\(one.words)")
            }
            let machine = try await Self.run(site, "terminals", "reconcile", settings, ["till-1", "--json"])
            #expect(machine.exit == .status(1) && machine.words.contains(#""agrees":false"#), "\(machine.words)")
            let unknown = try await Self.run(site, "terminals", "reconcile", settings, ["till-9"])
            #expect(unknown.exit == .status(14), "\(unknown.words)")
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    private static func run(
        _ site: Site,
        _ noun: String,
        _ verb: String,
        _ settings: BridgeSettings,
        _ words: [String]
    ) async throws -> (exit: SpawnedProgram.Exit, words: String) {
        let process = try site.run(noun, verb, settings, words)
        let exit = try await process.exit(within: .seconds(60))
        return (exit, try process.text())
    }
}

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

    @Test func `check polls each terminal of the file and tells which can be reached`() async throws {
        try await Site.run { site in
            try await site.makeStore()
            let names = site.folder.appending(path: "terminals.yaml")
            try "till-1: \(Self.terminal)\ntill-2: 80004404/12983/SNPRUEBA4404\n"
                .write(to: names, atomically: true, encoding: .utf8)
            var settings = site.settings
            settings["terminals.file"] = names.path
            let bridge = try site.startBridge(settings)
            try await bridge.ready()
            let one = try await Self.run(site, "terminals", "check", settings, ["till-1", "--wait", "20s"])
            #expect(one.exit == .status(0), "\(one.words)")
            let all = try await Self.run(site, "terminals", "check", settings, ["--wait", "20s"])
            #expect(all.exit == .status(1), "\(all.words)")
            let lines = all.words.split(separator: "\n").map(String.init)
            #expect(lines.contains { $0.hasPrefix("till-1") && $0.contains("connected") }, "\(all.words)")
            #expect(lines.contains { $0.hasPrefix("till-2") && $0.contains("terminal_unknown") }, "\(all.words)")
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test func `discover prints what can be the file, without a bridge`() async throws {
        try await Site.run { site in
            // The simulator lists the terminals that got commands before.
            try await site.makeStore()
            let bridge = try site.startBridge()
            try await bridge.ready()
            let poll = try await Self.run(site, "terminals", "check", site.settings, [Self.terminal])
            #expect(poll.exit == .status(0), "\(poll.words)")
            #expect(try await bridge.terminate() == .status(0))
            let found = try await Self.run(site, "terminals", "discover", site.settings, [])
            #expect(found.exit == .status(0), "\(found.words)")
            #expect(
                found.words.contains("# 1 terminal of main, cl, uat\n80005000: \(Self.terminal)\n"),
                "\(found.words)"
            )
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

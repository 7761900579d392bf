// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// What a new user types, in the order of the pages, from the README to the first consumer.
@Suite("Pages for a new user")
struct FirstPagesTests {
    private static let python = ProcessInfo.processInfo.environment["GETNET_BRIDGE_TEST_PYTHON"]
    private static let hasJava = ["amqp-client", "gson", "sqlite-jdbc"].allSatisfy {
        FileManager.default.fileExists(atPath: "/usr/share/java/\($0).jar")
    }

    @Test("README, M4: with its seven settings a bridge is checked, gets a store and takes commands")
    func readme() async throws {
        try await Site.run { site in
            let page = try DocumentedPage("README.md")
            // The parts of the page's file that a reader replaces with their own.
            var own = [
                "https://host/api": site.simulator.baseURL,
                "your-client-id": "demo-client",
                "/run/secrets/cloud.clientSecret": site.folder.appending(path: "secret").path,
                "https://bridge.example.com": site.settings["http.publicURL"] ?? "",
                "/var/lib/getnet-bridge/": site.folder.path + "/",
            ]
            try SimulatorProcess.clientSecret.write(
                toFile: own["/run/secrets/cloud.clientSecret"] ?? "",
                atomically: true,
                encoding: .utf8
            )
            var text = try #require(page.blocks.first { $0.language == "yaml" }).lines.joined(separator: "\n") + "\n"
            for (word, value) in own {
                #expect(text.contains(word))
                text = text.replacingOccurrences(of: word, with: value)
                own[word] = nil
            }
            let file = site.folder.appending(path: "getnet-bridge.yaml")
            try text.write(to: file, atomically: true, encoding: .utf8)
            // The settings in which this machine differs from the machine of the page.
            var settings = site.settings
            settings.environment = [:]
            let ports = ["http.host", "http.port", "health.host", "health.port", "admin.port", "amqp.url"]
            settings.keys = settings.keys.filter { ports.contains($0.key) }

            let lines = page.commands.filter { $0.hasPrefix("getnet-bridge ") }.map {
                DocumentedPage.words(of: $0.replacingOccurrences(of: "getnet-bridge.yaml", with: file.path)).dropFirst()
            }
            #expect(lines.map(\.first) == ["config", "store", "serve"])
            for line in lines.dropLast() {
                let words = Array(line)
                let process = try site.run(words[0], words[1], settings, Array(words.dropFirst(2)))
                let exit = try await process.exit()
                let printed = try process.text()
                #expect(exit == .status(0), "\(printed)")
                // Without this token no person could decide a doubt.
                #expect(printed.contains("admin.token is not set") == (words[0] == "config"), "\(printed)")
            }
            let bridge = try site.startBridge(settings, Array(try #require(lines.last).dropFirst()))
            try await bridge.ready()
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test(
        "the lines of the first charge and of the safe consumer do what the pages say",
        .enabled(if: python != nil, "GETNET_BRIDGE_TEST_PYTHON is not set"),
        arguments: ["python", "java"]
    )
    func chargesAndConsumer(_ language: String) async throws {
        if language == "java", !Self.hasJava { return }
        try await Site.run { site in
            try await site.makeStore()
            let bridge = try site.startBridge()
            try await bridge.ready()
            let consuming = try DocumentedPage("docs/consume-events-safely.md").commands.filter {
                $0.contains("=") || $0.contains(language)
            }
            let consumer = try Self.type(consuming, site, as: "consumer")
            try await eventually("the consumer is bound", within: .seconds(60)) {
                let session = try await AMQPSession.open(site.virtualHost.endpoint())
                let consumers = try? await session.queueStatus("shop.sales").consumers
                await session.close()
                return consumers == 1
            }
            // The bridge runs already, and the interpreter has what the page installs.
            let charging = try DocumentedPage("docs/send-your-first-charge.md").commands.filter {
                !$0.hasPrefix("./deploy/quickstart") && !$0.hasPrefix("python3 -m venv")
            }
            #expect(charging.count == 4)
            let charges = try Self.type(
                Self.hasJava ? charging : charging.filter { !$0.contains("java") },
                site,
                as: "charges"
            )
            let exit = try await charges.program.waitForExit(within: .seconds(120))
            let printed = try charges.text()
            #expect(exit == .status(0), "\(printed)")
            #expect(
                printed.split(separator: "\n").count { $0.hasPrefix("approved") } == (Self.hasJava ? 3 : 2),
                "\(printed)"
            )
            try await eventually("the consumer has them all", within: .seconds(60)) {
                try consumer.text().split(separator: "\n").count {
                    $0.hasPrefix("io.getnet-bridge.charge.approved.v1") && $0.hasSuffix("taken")
                } == (Self.hasJava ? 3 : 2)
            }
            consumer.program.send(SIGKILL)
            _ = try await consumer.program.waitForExit(within: .seconds(10))
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    private struct Typed {
        let program: SpawnedProgram
        let output: String

        func text() throws -> String { try String(contentsOfFile: output, encoding: .utf8) }
    }

    /// Types lines one after the other into a shell in the root folder; the shell ends at the first line that fails.
    private static func type(_ lines: [String], _ site: Site, as name: String) throws -> Typed {
        let binaries = ChildProcess.program.deletingLastPathComponent()
        var script = lines.map { $0.replacingOccurrences(of: "swift run ", with: "") }
        script = script.map { $0.replacingOccurrences(of: "venv/bin/python", with: python ?? "") }
        // The last program replaces the shell, so that a signal reaches that program.
        script[script.count - 1] = "exec " + script[script.count - 1]
        let output = site.folder.appending(path: "\(name).log").path
        let folder = site.folder.appending(path: "typed")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // A page makes a database in the root folder; here it goes into the folder of the test.
        script = script.map { $0.replacingOccurrences(of: "sales.db", with: folder.appending(path: "sales.db").path) }
        let program = try SpawnedProgram(
            "/bin/bash",
            ["-c", "set -e; cd \(DocumentedPage.root.path)\n" + script.joined(separator: "\n")],
            environment: [
                "PATH": "\(binaries.path):/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
                "AMQP_URL": site.virtualHost.url,
            ],
            output: output
        )
        return Typed(program: program, output: output)
    }
}

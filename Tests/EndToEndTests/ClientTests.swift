// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// An interpreter that has what the clients import.
private let python = ProcessInfo.processInfo.environment["GETNET_BRIDGE_TEST_PYTHON"]

/// The clients of `docs/clients`, as a caller and a consumer run them.
@Suite("Clients of the documentation", .enabled(if: python != nil, "GETNET_BRIDGE_TEST_PYTHON is not set"))
struct ClientTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/clients")
    /// Where Debian puts what the Java client imports.
    private static let jars = ["amqp-client", "gson", "slf4j-api", "slf4j-nop"].map { "/usr/share/java/\($0).jar" }
    private static let patience = Duration.seconds(60)

    @Test func `a charge is sent and followed to its end, and sent again it is the same one`() async throws {
        try await Site.run { site in
            let bridge = try await Self.startBridge(site)
            for (amount, expected) in [(15_000, 0), (15_101, 10)] {
                let charge = ["--reference", "PY-\(amount)", "--command-id", "py-\(amount)", "--amount", "\(amount)"]
                for _ in 1...2 { try await Self.charge(site, charge, exit: Int32(expected)) }
            }
            try await Self.charge(
                site,
                ["--reference", "PY-15000", "--command-id", "py-other", "--amount", "15000"],
                exit: 14
            )
            #expect(try await bridge.terminate() == .status(0))
            #expect(try await site.simulator.summary().posts == 2)
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/share/java/amqp-client.jar"), "no Java client"))
    func `a charge is sent from Java`() async throws {
        try await Site.run { site in
            let bridge = try await Self.startBridge(site)
            for (amount, expected) in [("15000", 0), ("15101", 10)] {
                let words = ["80005000/12983/SNPRUEBA1234", amount, "JV-\(amount)", "jv-\(amount)"]
                let client = try Self.start(site, "Charge.java", words)
                let exit = try await client.program.waitForExit(within: Self.patience)
                let text = try client.text()
                #expect(exit == .status(Int32(expected)), "\(text)")
            }
            #expect(try await bridge.terminate() == .status(0))
        }
    }

    @Test func `a consumer that is killed before its acknowledgement takes each event once`() async throws {
        try await Site.run { site in
            let bridge = try await Self.startBridge(site)
            let database = ["--database", site.folder.appending(path: "sales.db").path, "--finals", "1"]
            // It is bound, and gone again, before anything happens.
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

    // MARK: - Programs

    private struct Client {
        let program: SpawnedProgram
        let output: String

        func text() throws -> String { try String(contentsOfFile: output, encoding: .utf8) }
    }

    private static func start(_ site: Site, _ name: String, _ arguments: [String]) throws -> Client {
        let output = site.folder.appending(path: "\(name)-\(UUID().uuidString).log").path
        let isJava = name.hasSuffix(".java")
        let file = folder.appending(path: isJava ? "java" : "python").appending(path: name).path
        let program = try SpawnedProgram(
            isJava ? "/usr/bin/java" : try #require(python),
            (isJava ? ["-cp", jars.joined(separator: ":"), file] : [file]) + arguments,
            environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "AMQP_URL": site.virtualHost.url],
            output: output
        )
        return Client(program: program, output: output)
    }

    private static func charge(_ site: Site, _ arguments: [String], exit expected: Int32?) async throws {
        let terminal = ["--terminal", "80005000/12983/SNPRUEBA1234", "--wait", "30"]
        let client = try start(site, "charge.py", terminal + arguments)
        let exit = try await client.program.waitForExit(within: patience)
        let words = try client.text()
        if let expected { #expect(exit == .status(expected), "\(words)") }
    }

    /// Whether somebody consumes a queue; it may not be there yet.
    private static func hasConsumer(_ queue: String, _ site: Site) async -> Bool {
        guard let session = try? await AMQPSession.open(site.virtualHost.endpoint()) else { return false }
        let consumers = try? await session.queueStatus(queue).consumers
        await session.close()
        return consumers == 1
    }

    private static func startBridge(_ site: Site, _ settings: BridgeSettings? = nil) async throws -> BridgeProcess {
        try await site.makeStore(settings)
        let bridge = try site.startBridge(settings)
        try await bridge.ready()
        return bridge
    }
}

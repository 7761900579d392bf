// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import TestSupport
import Testing

@testable import SelfTest

/// An interpreter that has what the clients import.
private let python = ProcessInfo.processInfo.environment["GETNET_BRIDGE_TEST_PYTHON"]

/// The clients of `docs/clients`, as a caller or a consumer runs them.
@Suite("Clients of the documentation", .enabled(if: python != nil, "GETNET_BRIDGE_TEST_PYTHON is not set"))
struct ClientTests {
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/clients")
    /// Where Debian puts what the Java client imports.
    static let jars = ["amqp-client", "gson", "slf4j-api", "slf4j-nop", "sqlite-jdbc"].map {
        "/usr/share/java/\($0).jar"
    }
    static let hasJava = jars.allSatisfy { FileManager.default.fileExists(atPath: $0) }
    static let patience = Duration.seconds(60)

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

    @Test func `a charge and a refund of it are sent from Swift`() async throws {
        try await Self.sellAndGiveBack(by: "sale-client", "sw")
    }

    @Test(.enabled(if: hasJava, "no Java client"))
    func `a charge and a refund of it are sent from Java`() async throws {
        try await Self.sellAndGiveBack(by: "Sale.java", "jv")
    }

    @Test("a client that gets wrong arguments says which ones are right", arguments: ["sale-client", "Sale.java"])
    func wrongArguments(_ name: String) async throws {
        if name.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            let terminal = "80005000/12983/SNPRUEBA1234"
            for words in [
                [], ["charge"], ["void", terminal, "1", "R"], ["refund", terminal, "1", "R"],
                ["charge", "8", "1", "R"],
            ] {
                let client = try Self.start(site, name, words)
                let exit = try await client.program.waitForExit(within: Self.patience)
                let text = try client.text()
                #expect(exit == .status(64), "\(words): \(text)")
                #expect(text.contains("usage:") && !text.hasPrefix("commandId "), "\(words): \(text)")
            }
        }
    }

    @Test(
        "L3: a client that reaches no broker, or no bridge, says that nothing was sent, and why",
        arguments: ["charge.py", "refund.py", "sale-client", "Sale.java"]
    )
    func nothingSent(_ name: String) async throws {
        if name.hasSuffix(".java"), !Self.hasJava { return }
        try await Site.run { site in
            let terminal = "80005000/12983/SNPRUEBA1234"
            let options = ["--terminal", terminal, "--amount", "15000", "--reference", "N-1", "--command-id", "n-1"]
            let words =
                switch name {
                case "charge.py": options
                case "refund.py": options + ["--original", "n-0"]
                default: ["charge", terminal, "15000", "N-1", "n-1"]
                }
            // First an exchange without a queue of a bridge, then a virtual host that does not exist.
            try await site.virtualHost.declareExchange("getnet.commands")
            for url in [site.virtualHost.url, site.virtualHost.url + "-is-not-there"] {
                let client = try Self.start(site, name, words, url: url)
                let exit = try await client.program.waitForExit(within: Self.patience)
                let text = try client.text()
                #expect(exit == .status(69), "\(text)")
                #expect(text.contains("nothing was sent: "), "\(text)")
                #expect(text.contains("commandId n-1") && !text.contains("repeat with"), "\(text)")
            }
        }
    }

    @Test func `a refund is sent and followed to its end, and sent again it gives nothing back twice`() async throws {
        try await Site.run { site in
            let bridge = try await Self.startBridge(site)
            let sale = ["--reference", "PY-1", "--command-id", "py-1", "--amount", "15000"]
            try await Self.charge(site, sale, exit: 0)
            let refund = ["--original", "py-1", "--reference", "PY-2", "--command-id", "py-2", "--amount", "5000"]
            for _ in 1...2 { try await Self.run("refund.py", site, refund, exit: 0) }
            // The bridge rejects a refund of more than what is left of the sale.
            let rest = ["--original", "py-1", "--reference", "PY-3", "--command-id", "py-3", "--amount", "10001"]
            try await Self.run("refund.py", site, rest, exit: 14)
            #expect(try await bridge.terminate() == .status(0))
            #expect(try await site.simulator.postsAndCancels().posts.count == 2)
        }
    }

    // MARK: - Programs

    struct Client {
        let program: SpawnedProgram
        let output: String

        func text() throws -> String { try String(contentsOfFile: output, encoding: .utf8) }
    }

    static func start(
        _ site: Site,
        _ name: String,
        _ arguments: [String],
        url: String? = nil
    ) throws -> Client {
        let output = site.folder.appending(path: "\(name)-\(UUID().uuidString).log").path
        let line = try commandLine(of: name) + arguments
        let program = try SpawnedProgram(
            line[0],
            Array(line.dropFirst()),
            environment: [
                "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
                "AMQP_URL": url ?? site.virtualHost.url,
            ],
            output: output
        )
        return Client(program: program, output: output)
    }

    /// A client in Python or Java is a file; the Swift client is a program beside the bridge.
    static func commandLine(of name: String) throws -> [String] {
        if name.hasSuffix(".py") { return [try #require(python), folder.appending(path: "python/\(name)").path] }
        if name.hasSuffix(".java") {
            return ["/usr/bin/java", "-cp", jars.joined(separator: ":"), folder.appending(path: "java/\(name)").path]
        }
        return [ChildProcess.program.deletingLastPathComponent().appending(path: name).path]
    }

    /// A consumer's arguments.
    static func words(of client: String, _ site: Site, finals: Int) -> [String] {
        let database = site.folder.appending(path: "sales.db").path
        return switch client {
        case "consumer.py": ["--database", database, "--finals", "\(finals)"]
        case "Consumer.java", "consumer-client": [database, "\(finals)"]
        default: ["--finals", "\(finals)"]
        }
    }

    /// Starts a consumer and returns when its queue exists and is bound.
    static func startConsumer(_ client: String, _ site: Site, finals: Int) async throws -> Client {
        let consumer = try start(site, client, words(of: client, site, finals: finals))
        let queue = client == "cloudevents_consumer.py" ? "shop.cloudevents" : "shop.sales"
        try await eventually("the consumer is bound", within: patience) { await hasConsumer(queue, site) }
        return consumer
    }

    /// Two charges, one refund of the paid one twice, and a refund of more than is left, by a client without options.
    static func sellAndGiveBack(by name: String, _ tag: String) async throws {
        try await Site.run { site in
            let bridge = try await startBridge(site)
            let terminal = "80005000/12983/SNPRUEBA1234"
            let refund = ["refund", terminal, "5000", "\(tag)-back", "\(tag)-paid", "\(tag)-back"]
            let attempts: [(words: [String], exit: Int32)] = [
                (["charge", terminal, "15000", "\(tag)-1", "\(tag)-paid"], 0),
                (["charge", terminal, "15101", "\(tag)-2"], 10),
                (refund, 0),
                (refund, 0),
                (["refund", terminal, "10001", "\(tag)-rest", "\(tag)-paid"], 14),
            ]
            for (words, expected) in attempts {
                let client = try start(site, name, words)
                let exit = try await client.program.waitForExit(within: patience)
                let text = try client.text()
                #expect(exit == .status(expected), "\(words): \(text)")
            }
            #expect(try await bridge.terminate() == .status(0))
            #expect(try await site.simulator.postsAndCancels().posts.count == 3)
        }
    }

    static func charge(_ site: Site, _ arguments: [String], exit expected: Int32?) async throws {
        try await run("charge.py", site, arguments, exit: expected)
    }

    static func run(_ name: String, _ site: Site, _ arguments: [String], exit expected: Int32?) async throws {
        let terminal = ["--terminal", "80005000/12983/SNPRUEBA1234", "--wait", "30"]
        let client = try start(site, name, terminal + arguments)
        let exit = try await client.program.waitForExit(within: patience)
        let words = try client.text()
        if let expected { #expect(exit == .status(expected), "\(words)") }
    }

    /// Whether a consumer reads a queue; the queue may not exist yet.
    static func hasConsumer(_ queue: String, _ site: Site) async -> Bool {
        guard let session = try? await AMQPSession.open(site.virtualHost.endpoint()) else { return false }
        let consumers = try? await session.queueStatus(queue).consumers
        await session.close()
        return consumers == 1
    }

    static func startBridge(_ site: Site, _ settings: BridgeSettings? = nil) async throws -> BridgeProcess {
        try await site.makeStore(settings)
        let bridge = try site.startBridge(settings)
        try await bridge.ready()
        return bridge
    }
}

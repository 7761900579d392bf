// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import Logging
import NIOConcurrencyHelpers
import Rig

/// Commands against a cloud that answers anything: any layout, any coding, any status, cut or damaged.
///
/// One bridge, several accounts in three countries, a private broker; `docs/selftest.md` tells what is judged.
public struct AnswersTest: Sendable {
    /// What is played.
    public struct Options: Sendable {
        /// The seed; commands and answers follow from it.
        public var seed: UInt64
        /// How long episodes are begun.
        public var time: Duration
        /// Only this one is played; `nil`: as many as there is time for.
        public var episode: Int?
        /// The data folder of a broker that runs; `nil`: one is started and stopped.
        public var broker: String?
        /// Whether the files stay where something was found.
        public var keepsFiles: Bool

        /// Creates what is played.
        public init(seed: UInt64, time: Duration, episode: Int? = nil, broker: String? = nil, keepsFiles: Bool = false)
        {
            self.seed = seed
            self.time = time
            self.episode = episode
            self.broker = broker
            self.keepsFiles = keepsFiles
        }
    }

    /// Episodes that are played at once.
    static let width = 120
    /// An episode's terminal needs no longer than this for a command, or it is found stuck.
    static let patience = Duration.seconds(20)

    private let options: Options
    private let folder: URL

    /// A test; nothing is started yet.
    public init(_ options: Options) {
        self.options = options
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("answers-\(UUID().uuidString.prefix(8))")
    }

    /// Plays episodes until the time is over, then judges all of them.
    public func run() async throws -> AnswersReport {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let broker: PrivateBroker
        if let data = options.broker {
            broker = PrivateBroker(try BrokerSettings(data: data))
        } else {
            broker = PrivateBroker(try BrokerSettings.make(in: folder.appendingPathComponent("broker").path))
            try await broker.start()
        }
        let virtualHost = "answers-\(options.seed)-\(UUID().uuidString.prefix(8))"
        let result: Result<AnswersReport, any Error>
        do {
            try await broker.settings.makeVirtualHost(virtualHost)
            result = .success(try await play(on: broker.settings.endpoint(virtualHost: virtualHost), virtualHost))
        } catch {
            result = .failure(error)
        }
        await Task {
            try? await broker.settings.deleteVirtualHost(virtualHost)
            if options.broker == nil { try? await broker.stop() }
        }.value
        let isKept = options.keepsFiles && (try? result.get().isRight) != true
        if !isKept { try? FileManager.default.removeItem(at: folder) }
        var report = try result.get()
        report.files = isKept ? folder.path : nil
        return report
    }

    private func play(on endpoint: AMQPEndpoint, _ virtualHost: String) async throws -> AnswersReport {
        let logger = Logger(label: "answers") { _ in SwiftLogNoOpLogHandler() }
        try await EventQueue.declare(at: endpoint)
        let cloud = AnswersCloud(firstNumber: 930_000 + Int64(options.seed % 10_000))
        let server = try await ByteServer.start { cloud.answer($0) }
        let bridge = try BridgeProcess(
            try settings(virtualHost, endpoint, cloudPort: server.port),
            output: folder.appendingPathComponent("bridge.log")
        )
        let events = EventQueue(endpoint, logger: logger)
        let publisher = AMQPPublisher(endpoint: endpoint, name: "answers caller", logger: logger)
        let courier = AnswersCourier(cloud: cloud)
        let stage = AnswersStage(
            seed: options.seed,
            cloud: cloud,
            bridge: bridge,
            events: events,
            sender: CommandSender(publisher: publisher)
        )
        let result: Result<AnswersLedgers, any Error>
        do {
            let ledgers = try await withRunning({ await events.run() }) {
                try await withRunning({ await publisher.run() }) {
                    try await withRunning({ await courier.run() }) {
                        try await bridge.ready()
                        return try await stage.play(for: options.time, only: options.episode)
                    }
                }
            }
            result = .success(ledgers)
        } catch {
            result = .failure(error)
        }
        await Task {
            if bridge.process.isRunning { try? await bridge.process.killAndWait() }
            await server.stop()
        }.value
        var ledgers = try result.get()
        ledgers.incidents += leaks(events.bodies)
        return AnswersReport(ledgers, seed: options.seed, answers: cloud.answers)
    }

    private func settings(_ virtualHost: String, _ endpoint: AMQPEndpoint, cloudPort: Int) throws -> BridgeSettings {
        let port = endpoint.hosts.first?.port ?? 0
        var settings = try BridgeSettings(
            folder: folder,
            amqpURL: "amqp://guest:guest@127.0.0.1:\(port)/\(virtualHost)",
            cloudURL: "http://127.0.0.1:\(cloudPort)/api"
        )
        for key in ["cloud.clientId", "cloud.country"] { settings.keys[key] = nil }
        settings.environment = [:]
        // Keys of several accounts are known only once the accounts are: they come by the environment.
        settings.environment["GETNET_BRIDGE_ACCOUNTS"] = AnswersEpisode.accounts.map(\.name).joined(separator: ",")
        for account in AnswersEpisode.accounts {
            let prefix = "GETNET_BRIDGE_ACCOUNT_\(account.name.uppercased())"
            settings.environment["\(prefix)_COUNTRY"] = account.country
            settings.environment["\(prefix)_CLIENT_ID"] = "client-\(account.name)"
            settings.environment["\(prefix)_CLIENT_SECRET"] = "secret-\(account.name)"
            guard account.country == "uy" else { continue }
            settings.environment["\(prefix)_AMOUNT_UNIT"] = "minor"
            settings.environment["\(prefix)_BRANCH_FORM"] = "number"
        }
        let changes = [
            "store.create": "true", "submit.timeout": "1500ms", "submit.busyRetryAfter": "100ms",
            "reconcile.firstQueryAfter": "250ms", "reconcile.interval": "400ms", "reconcile.terminalLife": "2s",
            "journal.clockTolerance": "2s", "cloud.synchronousConnections": "32",
        ]
        for (key, value) in changes { settings[key] = value }
        return settings
    }

    /// Card and person data that can be read in what the bridge left.
    private func leaks(_ bodies: [[UInt8]]) -> [(kind: String, detail: String)] {
        var places: [(String, [UInt8])] = [("an event", bodies.flatMap { $0 })]
        for name in ["store.db", "store.db-wal", "bridge.log"] {
            guard let bytes = try? Data(contentsOf: folder.appendingPathComponent(name)) else { continue }
            places.append((name, Array(bytes)))
        }
        var found: [(kind: String, detail: String)] = []
        for (place, bytes) in places {
            let data = Data(bytes)
            for (name, needle) in CloudWord.secrets.flatMap(Self.spellings) {
                guard let range = data.range(of: Data(needle)) else { continue }
                let around = bytes[max(0, range.lowerBound - 200)..<min(bytes.count, range.upperBound + 60)]
                found.append(("leaked", "\(name) is readable in \(place): \(AnswersCloud.escaped(Array(around)))"))
            }
        }
        return found
    }

    /// A text as it may stand somewhere: plain, in 16 bits, as the inner part of base64.
    private static func spellings(of text: String) -> [(name: String, bytes: [UInt8])] {
        let utf8 = Array(text.utf8)
        var all: [(String, [UInt8])] = [
            (text, utf8), ("\(text) in UTF-16LE", utf8.flatMap { [$0, 0] }),
            ("\(text) in UTF-16BE", utf8.flatMap { [0, $0] }),
        ]
        for shift in 0..<3 {
            let whole = Data(Array(repeating: UInt8(ascii: "0"), count: shift) + utf8).base64EncodedString()
            // The characters that depend on the neighbours are left out.
            all.append(("\(text) in base64", Array(whole.utf8.dropFirst(shift == 0 ? 0 : 4).dropLast(4))))
        }
        return all
    }
}

/// What a run of random answers came to.
public struct AnswersReport: Sendable, Encodable {
    /// What repeats it.
    public let seed: UInt64
    /// Episodes that were played.
    public let episodes: Int
    /// Commands that were sent.
    public let commands: Int
    /// Answers and callbacks that were made.
    public let answers: Int
    /// Commands that were started at a terminal.
    public let started: Int
    /// Transactions that stayed in doubt.
    public let doubts: Int
    /// Everything that is wrong.
    public let findings: [AnswersFinding]
    /// Where the files are, if they stayed.
    public var files: String?

    /// Whether every promise was kept.
    public var isRight: Bool { findings.isEmpty }

    init(_ ledgers: AnswersLedgers, seed: UInt64, answers: Int) {
        self.seed = seed
        self.answers = answers
        episodes = ledgers.episodes.count
        commands = ledgers.episodes.reduce(0) { $0 + $1.steps.count }
        started = ledgers.told.values.count(where: \.isStarted)
        doubts = ledgers.store.transactions.count { $0.status == "in_doubt" }
        findings = AnswersJudge(ledgers).findings()
    }

    /// How many findings of each kind are told to people.
    private static let shown = 4

    /// For people.
    public var text: String {
        var kinds: [String: Int] = [:]
        var lines: [String] = []
        for finding in findings {
            kinds[finding.kind, default: 0] += 1
            if kinds[finding.kind] ?? 0 <= Self.shown { lines.append(finding.text) }
        }
        let counts = kinds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        lines.append(
            """
            seed \(seed): \(isRight ? "right" : "FAILED: \(counts)"), \(episodes) episodes, \(commands) commands, \
            \(started) started, \(answers) answers and callbacks, \(doubts) doubts
            """
        )
        if !isRight { lines.append("replay: getnet-bridge fuzz-answers --seed \(seed) [--episode N]") }
        if let files { lines.append("files: \(files)") }
        return lines.joined(separator: "\n")
    }
}

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import Logging
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import SelfTest

/// One run: a virtual host, a simulator, a caller, a consumer, and bridges that start and stop.
struct Site: Sendable {
    /// How long a load may take beside other work.
    static let patience = Duration.seconds(150)
    /// If nothing new comes for this long, nothing is under way at the terminals any more.
    static let calm = Duration.seconds(2)

    let virtualHost: TestVirtualHost
    let simulator: SimulatorProcess
    let events: EventQueue
    let sender: CommandSender
    let folder: URL
    let settings: BridgeSettings
    private let isBound: Bool
    private let processes = NIOLockedValueBox<[ChildProcess]>([])
    private let killInstants = NIOLockedValueBox<[Int64]>([])

    /// Runs a test in a site of its own, and removes the site afterwards.
    ///
    /// - Parameters:
    ///   - alone: Whether the test stops the broker.
    ///   - isBound: Whether a queue is bound to the events exchange.
    ///   - words: More arguments for the simulator.
    ///   - test: The test.
    /// - Throws: What the test threw, with the folder that still has its logs and its store.
    static func run(
        alone: Bool = false,
        isBound: Bool = true,
        words: [String] = [],
        _ test: @escaping @Sendable (Site) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("e2e-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let body = { (virtualHost: TestVirtualHost) in
            try await within(virtualHost, folder, isBound: isBound, words, test)
        }
        if alone { try await TestBroker.useAlone(body) } else { try await TestBroker.use(body) }
        // Only after a success: after a failure a person can look at the logs and the store.
        try FileManager.default.removeItem(at: folder)
    }

    private static func within(
        _ virtualHost: TestVirtualHost,
        _ folder: URL,
        isBound: Bool,
        _ words: [String],
        _ test: @escaping @Sendable (Site) async throws -> Void
    ) async throws {
        try await virtualHost.declareExchange("getnet.events")
        try await virtualHost.declareQueue(EventQueue.name)
        if isBound { try await virtualHost.bind(EventQueue.name, to: "getnet.events") }
        let simulator = try await SimulatorProcess.start(
            port: try LoopbackPort.free(),
            words: words,
            output: folder.appendingPathComponent("simulator.log")
        )
        let events = EventQueue(virtualHost.endpoint(), logger: silent)
        let publisher = AMQPPublisher(endpoint: virtualHost.endpoint(), name: "test caller", logger: silent)
        let site = Site(
            virtualHost: virtualHost,
            simulator: simulator,
            events: events,
            sender: CommandSender(publisher: publisher),
            folder: folder,
            settings: try BridgeSettings(folder: folder, amqpURL: virtualHost.url, cloudURL: simulator.baseURL),
            isBound: isBound
        )
        site.processes.withLockedValue { $0.append(simulator.process) }
        do {
            try await withRunning({ await events.run() }) {
                try await withRunning({ await publisher.run() }) { try await test(site) }
            }
        } catch {
            try await site.clear()
            throw ChildProcess.Failed(description: "\(error)\nleft in \(folder.path)")
        }
        try await site.clear()
    }

    private func clear() async throws {
        for process in processes.withLockedValue({ $0 }) { try await process.killAndWait() }
    }

    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    // MARK: - Bridges

    /// Makes the store of `settings`.
    func makeStore(_ settings: BridgeSettings? = nil) async throws {
        let settings = settings ?? self.settings
        let process = try run("store", "init", settings)
        let exit = try await process.exit()
        let words = try process.text()
        #expect(exit == .status(0), "\(words)")
    }

    /// Runs a verb that reads the configuration.
    func run(
        _ noun: String,
        _ verb: String,
        _ settings: BridgeSettings,
        _ words: [String] = []
    ) throws -> ChildProcess {
        let process = try ChildProcess(
            [noun, verb] + settings.flags + words,
            environment: settings.environment,
            output: nextOutput("\(noun)-\(verb)")
        )
        processes.withLockedValue { $0.append(process) }
        return process
    }

    /// Starts a bridge; its log goes into a file of its own, or into `output`.
    func startBridge(
        _ settings: BridgeSettings? = nil,
        _ words: [String] = [],
        output: URL? = nil
    ) throws -> BridgeProcess {
        let bridge = try BridgeProcess(settings ?? self.settings, words, output: output ?? nextOutput("bridge"))
        processes.withLockedValue { $0.append(bridge.process) }
        return bridge
    }

    /// Starts another simulator.
    func startSimulator(port: Int) async throws -> SimulatorProcess {
        let simulator = try await SimulatorProcess.start(port: port, output: nextOutput("simulator"))
        processes.withLockedValue { $0.append(simulator.process) }
        return simulator
    }

    /// Kills a bridge as a crash would.
    func kill(_ bridge: BridgeProcess) async throws {
        noteKill()
        try await bridge.process.killAndWait()
    }

    /// Remembers that a bridge was killed now.
    func noteKill() {
        killInstants.withLockedValue { $0.append(Date().milliseconds) }
    }

    private func nextOutput(_ name: String) -> URL {
        folder.appendingPathComponent("\(name)-\(processes.withLockedValue { $0.count }).log")
    }

    // MARK: - Judging

    /// Waits until every order is final or in a doubt that no evidence can end, and nothing is under way any more.
    func awaitEnd(of orders: [ChargeOrder], within limit: Duration = Self.patience) async throws {
        try await eventually("every charge ends", within: limit) {
            let latest = events.latest
            let open = orders.filter { latest[$0.commandID]?.isFinal != true }
            guard open.allSatisfy({ latest[$0.commandID]?.status == "in_doubt" }), events.silence > Self.calm else {
                try await Task.sleep(for: .milliseconds(50))
                return false
            }
            guard !open.isEmpty else { return true }
            let kills = killInstants.withLockedValue { $0 }
            let judge = Judge(Ledgers(posts: try await simulator.posts(), kills: kills))
            let isOver = open.allSatisfy { order in
                let id = latest[order.commandID]?.transactionID ?? ""
                return judge.mayStayInDoubt(id, postedAt: kills.last, isUnknowable: order.isUnknowable)
            }
            if !isOver { try await Task.sleep(for: .milliseconds(250)) }
            return isOver
        }
    }

    /// The four ledgers; the bridge must have stopped.
    func ledgers(of orders: [ChargeOrder], _ followUps: [FollowUp] = []) async throws -> Ledgers {
        let (posts, cancels) = try await simulator.postsAndCancels()
        return Ledgers(
            orders: orders,
            followUps: followUps,
            posts: posts,
            cancels: cancels,
            events: isBound ? events.events : nil,
            store: try StoreReader.read(settings.storePath),
            kills: killInstants.withLockedValue { $0 }
        )
    }

    /// Compares the four ledgers.
    ///
    /// - Throws: `Judged` with the violations and their stories.
    @discardableResult
    func judge(_ orders: [ChargeOrder], _ followUps: [FollowUp] = []) async throws -> Ledgers {
        let ledgers = try await ledgers(of: orders, followUps)
        let violations = Judge(ledgers).violations()
        let doubts = ledgers.store.transactions.count { $0.status == "in_doubt" }
        print(
            """
            judged \(orders.count) charges, \(ledgers.posts.count) POSTs, \(ledgers.store.entries.count) events, \
            \(events.events.count) deliveries, \(doubts) in doubt, \(ledgers.kills.count) kills: \
            \(violations.count) violations
            """
        )
        guard violations.isEmpty else { throw Judged(violations: violations) }
        let summary = try await simulator.summary()
        #expect(summary.repeatedSales == 0)
        #expect(summary.faultyRequests == 0)
        #expect(summary.dropped == 0)
        #expect(events.unreadable == 0)
        let depth = try await virtualHost.depth(of: "getnet-bridge.commands")
        #expect(depth == 0)
        return ledgers
    }
}

/// The judge's findings as an error, so that the files of the run stay.
struct Judged: Error, CustomStringConvertible {
    private static let shown = 20

    let violations: [Violation]

    var description: String {
        let counts = Dictionary(grouping: violations, by: \.kind).map { "\($0.key.rawValue) \($0.value.count)" }
        let stories = violations.prefix(Self.shown).map(\.description)
        return (["violations: \(counts.sorted().joined(separator: ", "))"] + stories).joined(separator: "\n")
    }
}

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import CorrelationStoreSQLite
import Foundation
import GetnetSimulator
import Logging
import ServiceLifecycle
import TestSupport

@testable import BridgeService
@testable import BridgeSettings

/// Everything real around a bridge: a broker, a simulator, a folder for the store, a sender and a listener.
struct Surroundings: CommandSending {
    /// How long anything in a test may take.
    static let patience = Duration.seconds(30)

    let virtualHost: TestVirtualHost
    let simulator: Simulator
    let configuration: BridgeConfiguration
    let events: EventLog
    let publisher: AMQPPublisher
    /// Where the store lies.
    let folder: URL

    /// Runs a test without a bridge; the test starts one or several bridges itself.
    ///
    /// - Parameters:
    ///   - alone: Whether the test stops the broker, so that no other test may use it meanwhile.
    ///   - bindings: The bindings of the log of events; with none, the log sees nothing.
    ///   - simulate: Changes the simulator's configuration; otherwise the scale is 1/100.
    ///   - configure: Changes the bridge's configuration.
    ///   - test: The test.
    /// - Throws: What the test or the surroundings threw.
    static func run(
        alone: Bool = false,
        bindings: [String] = ["#"],
        simulate: (inout SimulatorConfiguration) -> Void = { _ in },
        configure: (inout BridgeConfiguration) -> Void = { _ in },
        _ test: @escaping @Sendable (Surroundings) async throws -> Void
    ) async throws {
        var simulation = SimulatorConfiguration()
        simulation.timeScale = 0.01
        // Long enough that a busy machine stores the acknowledgement before the callback.
        simulation.thinkTime = .seconds(15)
        simulate(&simulation)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bridge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = BridgeConfiguration.forTests(folder: folder)
        configure(&configuration)
        let changed = configuration
        let simulator = Simulator(configuration: simulation, logger: BridgeWorld.quiet)

        let body = { @Sendable (virtualHost: TestVirtualHost) in
            try await serving([simulator]) {
                try await within(virtualHost, simulator, folder, bindings, changed, test)
            }
        }
        await Turnstile.worlds.enter()
        let result: Result<Void, any Error>
        do {
            result = .success(
                alone
                    ? try await TestBroker.useAlone { try await body($0) }
                    : try await TestBroker.use { try await body($0) }
            )
        } catch {
            result = .failure(error)
        }
        await Turnstile.worlds.leave()
        try result.get()
    }

    private static func within(
        _ virtualHost: TestVirtualHost,
        _ simulator: Simulator,
        _ folder: URL,
        _ bindings: [String],
        _ changed: BridgeConfiguration,
        _ test: @escaping @Sendable (Surroundings) async throws -> Void
    ) async throws {
        var configuration = changed
        configuration.cloud.baseURL = try await simulator.baseURL()
        configuration.amqp.hosts = [AMQPEndpoint.HostAndPort(host: "127.0.0.1", port: virtualHost.broker.port)]
        configuration.amqp.virtualHost = virtualHost.name
        configuration.http.port = try freePort()
        configuration.http.publicURL = "http://127.0.0.1:\(configuration.http.port)"
        try SQLiteStore(path: folder.appendingPathComponent("store.db").path).create(for: configuration.accounts)
        try await virtualHost.declareExchange(configuration.events.exchange)
        try await virtualHost.declareQueue(EventLog.queue)
        for key in bindings {
            try await virtualHost.bind(EventLog.queue, to: configuration.events.exchange, routingKey: key)
        }
        let events = EventLog(endpoint: virtualHost.endpoint())
        let publisher = AMQPPublisher(endpoint: virtualHost.endpoint(), name: "test caller", logger: BridgeWorld.quiet)
        let surroundings = Surroundings(
            virtualHost: virtualHost,
            simulator: simulator,
            configuration: configuration,
            events: events,
            publisher: publisher,
            folder: folder
        )
        try await serving([events, PublisherService(publisher: publisher, drainTimeout: .seconds(1))]) {
            try await test(surroundings)
        }
    }

    /// Starts a bridge, runs a body, stops the bridge in order and closes its store.
    ///
    /// - Parameters:
    ///   - configure: Changes the configuration of this bridge.
    ///   - database: The file of the store; this function makes it if it is missing.
    ///   - wrap: Puts something between the bridge and its store.
    ///   - clock: The bridge's clock on the wall, if it is not this machine's clock.
    ///   - logger: Where the bridge logs.
    ///   - isSettled: Whether the body begins only when the bridge takes commands.
    ///   - body: What the test does with the bridge.
    /// - Throws: What the body or the bridge threw.
    func withBridge(
        _ configure: (inout BridgeConfiguration) -> Void = { _ in },
        database: String = "store.db",
        wrap: (any TransactionStore) -> any TransactionStore = { $0 },
        clock: (@Sendable () -> Timestamp)? = nil,
        logger: Logger = BridgeWorld.quiet,
        isSettled: Bool = true,
        _ body: @escaping @Sendable (BridgeWorld) async throws -> Void
    ) async throws {
        var configuration = configuration
        configure(&configuration)
        let path = folder.appendingPathComponent(database).path
        if !FileManager.default.fileExists(atPath: path) {
            try SQLiteStore(path: path).create(for: configuration.accounts)
        }
        let store = try SQLiteStore(path: path).open(rules: configuration.storeRules)
        let bridge = try Bridge(configuration, store: wrap(store), clock: clock ?? WallClock.now, logger: logger)
        let world = BridgeWorld(surroundings: self, configuration: configuration, store: store, bridge: bridge)
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await serving([bridge]) {
                    if isSettled { try await world.settle() }
                    try await body(world)
                }
            )
        } catch {
            result = .failure(error)
        }
        await store.close()
        try result.get()
    }
}

/// Lets only a few worlds exist at once: each world has threads and connections, and its times are short.
actor Turnstile {
    static let worlds = Turnstile(limit: 6)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(limit: Int) {
        free = limit
    }

    func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}

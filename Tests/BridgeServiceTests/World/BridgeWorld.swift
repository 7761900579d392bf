// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import CorrelationStore
import Foundation
import GetnetSimulator
import Logging
import ServiceLifecycle
import TestSupport

@testable import BridgeService

/// A bridge with everything real around it: broker, simulator, SQLite, HTTP.
struct BridgeWorld: Sendable {
    /// How long anything in a test may take.
    static let patience = Duration.seconds(30)

    let virtualHost: TestVirtualHost
    let simulator: Simulator
    let configuration: BridgeConfiguration
    let store: SQLiteStore
    let bridge: Bridge
    let events: EventLog
    let publisher: AMQPPublisher
    /// Where the store lies.
    let folder: URL

    /// Runs a test in a world of its own, and tears it down in order.
    ///
    /// - Parameters:
    ///   - alone: Whether the test stops the broker, so that no other may use it meanwhile.
    ///   - bindings: What the log of events is bound to; none: the log sees nothing.
    ///   - simulate: Changes the simulator's configuration; a scale of 1/100 and a thoughtless customer otherwise.
    ///   - configure: Changes the bridge's configuration.
    ///   - test: The test.
    /// - Throws: What the test or the world threw.
    static func run(
        alone: Bool = false,
        bindings: [String] = ["#"],
        simulate: (inout SimulatorConfiguration) -> Void = { _ in },
        configure: (inout BridgeConfiguration) -> Void = { _ in },
        _ test: @escaping @Sendable (BridgeWorld) async throws -> Void
    ) async throws {
        var simulatorConfiguration = SimulatorConfiguration()
        simulatorConfiguration.timeScale = 0.01
        simulatorConfiguration.thinkTime = .seconds(2)
        simulate(&simulatorConfiguration)
        let simulator = Simulator(configuration: simulatorConfiguration, logger: quiet)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bridge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }

        let body = { @Sendable (virtualHost: TestVirtualHost, configuration: BridgeConfiguration) in
            try await within(
                simulator: simulator,
                virtualHost: virtualHost,
                folder: folder,
                bindings: bindings,
                configuration: configuration,
                test
            )
        }
        var configuration = BridgeConfiguration.forTests(folder: folder)
        configure(&configuration)
        let changed = configuration
        if alone {
            try await TestBroker.useAlone { try await body($0, changed) }
        } else {
            try await TestBroker.use { try await body($0, changed) }
        }
    }

    private static func within(
        simulator: Simulator,
        virtualHost: TestVirtualHost,
        folder: URL,
        bindings: [String],
        configuration: BridgeConfiguration,
        _ test: @escaping @Sendable (BridgeWorld) async throws -> Void
    ) async throws {
        try await serving([simulator]) {
            var configuration = configuration
            configuration.cloud.baseURL = try await simulator.baseURL()
            configuration.amqp.hosts = [AMQPHost(host: "127.0.0.1", port: virtualHost.broker.port)]
            configuration.amqp.virtualHost = virtualHost.name
            configuration.http.port = try freePort()
            configuration.http.publicURL = "http://127.0.0.1:\(configuration.http.port)"
            let path = folder.appendingPathComponent("store.db").path
            if !FileManager.default.fileExists(atPath: path) {
                try SQLiteStore.create(path: path, account: configuration.account)
            }
            let store = try SQLiteStore.open(path: path, rules: configuration.storeRules)
            let bridge = try Bridge(configuration, store: store, logger: quiet)

            try await virtualHost.declareExchange(configuration.events.exchange)
            try await virtualHost.declareQueue(EventLog.queue)
            for key in bindings {
                try await virtualHost.bind(EventLog.queue, to: configuration.events.exchange, routingKey: key)
            }
            let events = EventLog(endpoint: virtualHost.endpoint())
            let publisher = AMQPPublisher(endpoint: virtualHost.endpoint(), name: "test caller", logger: quiet)
            let world = BridgeWorld(
                virtualHost: virtualHost,
                simulator: simulator,
                configuration: configuration,
                store: store,
                bridge: bridge,
                events: events,
                publisher: publisher,
                folder: folder
            )
            try await serving([
                events, PublisherService(publisher: publisher, drainTimeout: .seconds(1)), bridge,
            ]) {
                try await world.settle()
                try await test(world)
            }
            await store.close()
        }
    }

    /// Returns once the bridge takes commands.
    func settle() async throws {
        try await eventually("the bridge takes commands", within: Self.patience) { bridge.takesCommands }
    }

    static let quiet: Logger = {
        var logger = Logger(label: "test") { _ in LineLogHandler(format: .text, level: .info) }
        logger.logLevel = ProcessInfo.processInfo.environment["GETNET_BRIDGE_TEST_LOG"] == nil ? .critical : .debug
        return logger
    }()
}

/// Runs services beside a body, and stops them in order when it ends.
func serving(_ services: [any Service], _ body: @Sendable () async throws -> Void) async throws {
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: services.map { .init(service: $0) },
            logger: BridgeWorld.quiet
        )
    )
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        try result.get()
    }
}

extension BridgeConfiguration {
    /// Every time shortened, through the same keys as an operator would.
    static func forTests(folder: URL) -> BridgeConfiguration {
        var configuration = BridgeConfiguration(
            cloud: Cloud(
                baseURL: "",
                clientID: SimulatorConfiguration.demoClientID,
                clientSecret: Secret(SimulatorConfiguration.demoClientSecret),
                country: .cl,
                environment: "uat"
            ),
            http: HTTP(publicURL: ""),
            store: Store(url: .sqlite(path: folder.appendingPathComponent("store.db").path))
        )
        configuration.http.host = "127.0.0.1"
        configuration.health.host = "127.0.0.1"
        configuration.health.port = 0
        configuration.admin.port = 0
        configuration.admin.token = Secret("admin-token-of-the-tests")
        configuration.callbacks.keyFile = folder.appendingPathComponent("callback-keys").path
        configuration.shutdown.delay = .milliseconds(10)
        configuration.shutdown.timeout = .seconds(10)
        configuration.cloud.maxConnections = 64
        configuration.cloud.queriesPerSecond = 200
        configuration.submit.timeout = .seconds(2)
        configuration.submit.busyRetryAfter = .milliseconds(150)
        configuration.reconcile.firstQueryAfter = .milliseconds(400)
        configuration.reconcile.interval = .milliseconds(100)
        configuration.reconcile.terminalLife = .seconds(5)
        return configuration
    }
}

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import Foundation
import GetnetSimulator
import Logging
import ServiceLifecycle
import TestSupport

@testable import BridgeService
@testable import BridgeSettings

/// A bridge that runs, with everything real around it.
struct BridgeWorld: CommandSending {
    /// How long anything in a test may take.
    static let patience = Surroundings.patience

    let surroundings: Surroundings
    /// The configuration of this bridge.
    let configuration: BridgeConfiguration
    let store: any TransactionStore
    let bridge: Bridge

    var virtualHost: TestVirtualHost { surroundings.virtualHost }
    var simulator: Simulator { surroundings.simulator }
    var events: EventLog { surroundings.events }
    var publisher: AMQPPublisher { surroundings.publisher }
    /// Where the store lies.
    var folder: URL { surroundings.folder }

    /// Runs a test with one bridge in surroundings of its own, and stops all of them in order; see `Surroundings.run`.
    static func run(
        alone: Bool = false,
        bindings: [String] = ["#"],
        simulate: (inout SimulatorConfiguration) -> Void = { _ in },
        configure: (inout BridgeConfiguration) -> Void = { _ in },
        _ test: @escaping @Sendable (BridgeWorld) async throws -> Void
    ) async throws {
        try await Surroundings.run(alone: alone, bindings: bindings, simulate: simulate, configure: configure) {
            surroundings in
            try await surroundings.withBridge { try await test($0) }
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

/// Checks for this long that a condition holds without a break: nothing else can prove what must not happen.
func always(_ what: String, for duration: Duration, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + duration
    while ContinuousClock.now < end {
        guard try await condition() else { throw Broken(what: what) }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// A condition that did not hold all the time.
struct Broken: Error, CustomStringConvertible {
    let what: String
    var description: String { "it did not hold that \(what)" }
}

extension BridgeConfiguration {
    /// Every time is shortened, through the keys that an operator would use.
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
        configuration.reconcile.firstQueryAfter = .seconds(1)
        configuration.reconcile.interval = .milliseconds(100)
        configuration.reconcile.terminalLife = .seconds(5)
        return configuration
    }
}

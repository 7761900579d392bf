// SPDX-License-Identifier: Apache-2.0

import Foundation
import Rig

/// What a bridge is started with: every key as a flag, the secret in the environment.
struct BridgeSettings: Sendable {
    var keys: [String: String]
    var environment = ["GETNET_BRIDGE_CLOUD_CLIENT_SECRET": SimulatorProcess.clientSecret]

    /// Settings for a store in a folder, with times shortened through the same keys as an operator would.
    init(folder: URL, amqpURL: String, cloudURL: String) throws {
        let callbackPort = try LoopbackPort.free()
        keys = [
            "cloud.baseURL": cloudURL,
            "cloud.clientId": "demo-client",
            "cloud.country": "cl",
            "cloud.environment": "uat",
            "cloud.maxConnections": "32",
            "cloud.queriesPerSecond": "500",
            "http.host": "127.0.0.1",
            "http.port": "\(callbackPort)",
            "http.publicURL": "http://127.0.0.1:\(callbackPort)",
            "health.host": "127.0.0.1",
            "health.port": "\(try LoopbackPort.free())",
            "admin.port": "\(try LoopbackPort.free())",
            "amqp.url": amqpURL,
            "store.url": "sqlite:\(folder.appendingPathComponent("store.db").path)",
            "commands.maxAge": "10m",
            "submit.timeout": "2s",
            "submit.busyRetryAfter": "150ms",
            "reconcile.firstQueryAfter": "1s",
            "reconcile.interval": "200ms",
            "reconcile.terminalLife": "5s",
            "shutdown.delay": "100ms",
            "shutdown.timeout": "15s",
        ]
    }

    subscript(key: String) -> String? {
        get { keys[key] }
        set { keys[key] = newValue }
    }

    /// The keys as flags, in a fixed order.
    var flags: [String] { keys.sorted { $0.key < $1.key }.flatMap { ["--\($0.key)", $0.value] } }
    /// The port of the probes.
    var health: LoopbackHTTP { LoopbackHTTP(port: Int(keys["health.port"] ?? "") ?? 0) }
    /// The port of the callbacks.
    var callbacks: LoopbackHTTP { LoopbackHTTP(port: Int(keys["http.port"] ?? "") ?? 0) }
    /// The store's file.
    var storePath: String { String((keys["store.url"] ?? "").dropFirst("sqlite:".count)) }
}

/// `getnet-bridge serve` as a process of its own.
struct BridgeProcess: Sendable {
    let settings: BridgeSettings
    let process: ChildProcess
    private let startedAt = ContinuousClock.now

    init(_ settings: BridgeSettings, _ words: [String] = [], output: URL) throws {
        self.settings = settings
        process = try ChildProcess(
            ["serve"] + words + settings.flags,
            environment: settings.environment,
            output: output
        )
    }

    /// Waits until commands are taken, and says how long after the start that was.
    ///
    /// `orHeld`: an account may be held for what a disturbed cloud answered; commands are taken then and wait.
    @discardableResult
    func ready(within limit: Duration = .seconds(30), orHeld: Bool = false) async throws -> Duration {
        try await process.eventually("commands are taken", within: limit) {
            if await settings.health.status("/readyz/commands") == 200 { return true }
            guard orHeld else { return false }
            let missing = await obstacles().split(separator: "\n").filter { $0.hasPrefix("[-] ") }
            return !missing.isEmpty && missing.allSatisfy { $0.hasPrefix("[-] cloud") }
        }
        return startedAt.duration(to: .now)
    }

    /// What stands in the way of commands.
    func obstacles() async -> String { await settings.health.get("/readyz/commands?verbose")?.text ?? "" }

    /// The values of all samples whose line begins so.
    func metrics(_ beginning: String) async -> [Double] {
        let page = await settings.health.get("/metrics")?.text ?? ""
        return page.split(separator: "\n").filter { $0.hasPrefix("getnet_bridge_\(beginning)") }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    }

    /// Stops it in order and answers how it ended.
    func terminate(within limit: Duration = .seconds(20)) async throws -> SpawnedProgram.Exit {
        process.signal(SIGTERM)
        return try await process.exit(within: limit)
    }
}

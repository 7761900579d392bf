// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import Rig

#if canImport(Glibc)
    import Glibc
#endif

/// A RabbitMQ node for the self-test alone, in a data folder laid out as `deploy/broker` lays it out.
///
/// It can be killed and comes back on its old ports with its old data.
actor PrivateBroker {
    /// The node cannot be used.
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private static let startLimit = Duration.seconds(60)
    private static let electionLimit = Duration.seconds(20)
    private static let endLimit = Duration.seconds(20)

    let settings: BrokerSettings
    private var server: SpawnedProgram?
    private var mapper: SpawnedProgram?

    /// The node of a data folder.
    init(_ settings: BrokerSettings) {
        self.settings = settings
    }

    /// Starts the node and waits until it lets clients in.
    func start() async throws {
        try await startMapper()
        let server = try SpawnedProgram(
            "/usr/bin/env",
            // What a node drops at its death belongs to its data.
            ["--chdir=\(settings.data)", try BrokerSettings.serverProgram()],
            environment: settings.environment,
            output: settings.path("log/console.log")
        )
        self.server = server
        try "\(server.processID) \(ProcessBirth.of(server.processID) ?? "")\n"
            .write(toFile: settings.path("broker.pid"), atomically: true, encoding: .utf8)
        let endpoint = settings.endpoint(virtualHost: "/")
        try await eventually("the broker lets clients in", within: Self.startLimit) {
            guard server.exit == nil else { throw Failed(description: "the broker ended, see \(settings.path("log"))") }
            do {
                await (try AMQPSession.open(endpoint)).close()
                return true
            } catch {
                return false
            }
        }
    }

    /// Kills the node as a crash would.
    ///
    /// The latest declarations are synced first: a broker that crashes may forget them, and this is not tested here.
    func kill() async throws {
        _ = try? await settings.callNode("mnesia sync_log []")
        try await end(by: SIGKILL)
    }

    /// Kills the node, starts it again and waits until every queue of a virtual host takes messages.
    ///
    /// That a queue comes back is a matter for the broker's operator, not for the bridge.
    func crash(serving virtualHost: String) async throws {
        try await kill()
        try await start()
        let settings = settings
        try await eventually("every queue of \(virtualHost) has a leader", within: Self.electionLimit) {
            await settings.hasLeaders(in: virtualHost)
        }
    }

    /// Stops the node and its port mapper.
    func stop() async throws {
        do {
            try await end(by: SIGTERM)
        } catch is NeverHappened {
            try await end(by: SIGKILL)
        }
        mapper?.send(SIGTERM)
        if let mapper { _ = try await mapper.waitForExit(within: Self.endLimit) }
    }

    private func end(by signal: Int32) async throws {
        if let server {
            server.send(signal)
            _ = try await server.waitForExit(within: Self.endLimit)
        } else if let id = settings.serverProcess() {
            _ = Glibc.kill(id, signal)
            try await eventually("the broker ends", within: Self.endLimit) { ProcessBirth.of(id) == nil }
        }
        server = nil
        let port = settings.port
        try await eventually("the broker's port is free", within: Self.endLimit) { LoopbackPort.isFree(port) }
    }

    private func startMapper() async throws {
        let port = settings.mapperPort
        guard LoopbackPort.isFree(port) else { return }
        mapper = try SpawnedProgram(
            "/usr/bin/epmd",
            ["-port", "\(port)"],
            environment: ["ERL_EPMD_ADDRESS": "127.0.0.1", "PATH": "/usr/bin:/bin"]
        )
        try await eventually("the port mapper listens", within: .seconds(10)) { !LoopbackPort.isFree(port) }
    }
}

/// When a process started: a process id is used again after a while and names a process only together with this.
enum ProcessBirth {
    /// In clock ticks since the machine started; `nil` if it has ended.
    ///
    /// Source: proc(5), field 22 of `stat`, behind a name that may hold spaces.
    static func of(_ id: Int32) -> String? {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
            let name = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return String(fields[19])
    }
}

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Rig

/// Where a private node lives and listens: the file `settings` of its data folder.
struct BrokerSettings: Sendable {
    let data: String
    let port: Int
    let managementPort: Int
    let distributionPort: Int
    let mapperPort: Int
    let node: String

    /// Reads the settings of a data folder.
    ///
    /// - Throws: `PrivateBroker.Failed` if no node was ever started there.
    init(data: String) throws {
        let text = (try? String(contentsOfFile: "\(data)/settings", encoding: .utf8)) ?? ""
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let words = line.split(separator: "=", maxSplits: 1)
            return words.count == 2 ? (String(words[0]), String(words[1])) : nil
        }
        let values = Dictionary(pairs) { $1 }
        func port(_ name: String) throws -> Int {
            guard let port = values[name].flatMap({ Int($0) }) else {
                throw PrivateBroker.Failed(description: "no broker was ever started in \(data)")
            }
            return port
        }
        self.data = data
        self.port = try port("port")
        managementPort = try port("management_port")
        distributionPort = try port("distribution_port")
        mapperPort = try port("mapper_port")
        node = values["node"] ?? ""
    }

    /// Lays out a new data folder with ports that are free now.
    static func make(in data: String) throws -> BrokerSettings {
        let files = FileManager.default
        for folder in ["home", "log", "mnesia"] {
            try files.createDirectory(atPath: "\(data)/\(folder)", withIntermediateDirectories: true)
        }
        let port = try LoopbackPort.free()
        let management = try LoopbackPort.free()
        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(data)/\(name)", atomically: true, encoding: .utf8)
        }
        try write(
            "settings",
            """
            port=\(port)
            management_port=\(management)
            distribution_port=\(try LoopbackPort.free())
            mapper_port=\(try LoopbackPort.free())
            node=getnet-bridge-\(port)@localhost

            """
        )
        try write("home/.erlang.cookie", UUID().uuidString.filter { $0 != "-" })
        try files.setAttributes([.posixPermissions: 0o400], ofItemAtPath: "\(data)/home/.erlang.cookie")
        try write("enabled_plugins", "[rabbitmq_management].\n")
        try write(
            "rabbitmq.conf",
            """
            listeners.tcp.1 = 127.0.0.1:\(port)
            management.tcp.ip = 127.0.0.1
            management.tcp.port = \(management)
            management.rates_mode = none
            collect_statistics_interval = 1000
            vm_memory_high_watermark.relative = 0.4
            disk_free_limit.absolute = 50MB
            log.console = false
            log.file = \(data)/log/broker.log
            log.file.level = info

            """
        )
        return try BrokerSettings(data: data)
    }

    /// A file of the data folder.
    func path(_ name: String) -> String { "\(data)/\(name)" }

    /// The node as a client sees it.
    func endpoint(virtualHost: String, port: Int? = nil) -> AMQPEndpoint {
        AMQPEndpoint(hosts: [.init(host: "127.0.0.1", port: port ?? self.port)], virtualHost: virtualHost)
    }

    /// The server's process as `deploy/broker` noted it, if it runs.
    func serverProcess() -> Int32? {
        let words =
            (try? String(contentsOfFile: path("broker.pid"), encoding: .utf8))?.split { " \n".contains($0) } ?? []
        guard words.count == 2, let id = Int32(words[0]), ProcessBirth.of(id) == String(words[1]) else { return nil }
        return id
    }

    // MARK: - Programs

    /// The server's own script; Debian's wrapper insists on a user.
    static func serverProgram() throws -> String {
        let root = "/usr/lib/rabbitmq/lib"
        let homes = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        guard let home = homes.sorted().last(where: { $0.hasPrefix("rabbitmq_server-") }) else {
            throw PrivateBroker.Failed(description: "no RabbitMQ server found: apt-get install rabbitmq-server")
        }
        return "\(root)/\(home)/sbin/rabbitmq-server"
    }

    /// What the server is started with.
    var environment: [String: String] {
        [
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": path("home"), "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": "\(mapperPort)", "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_MAX_PORTS": "8192",
            "RABBITMQ_NODENAME": node,
            "RABBITMQ_NODE_PORT": "\(port)",
            "RABBITMQ_DIST_PORT": "\(distributionPort)",
            "RABBITMQ_CONFIG_FILE": path("rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_MNESIA_BASE": path("mnesia"),
            "RABBITMQ_LOG_BASE": path("log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": path("enabled_plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": path("config"),
            "RABBITMQ_FEATURE_FLAGS_FILE": path("feature_flags"),
            "RABBITMQ_MAX_NUMBER_OF_PROCESSES": "65536", "RABBITMQ_MAX_NUMBER_OF_ATOMS": "1048576",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": """
            +S 2:2 +A 8 -sname \(node) -start_epmd false -kernel inet_dist_use_interface {127,0,0,1} \
            -kernel inet_dist_listen_min \(distributionPort) -kernel inet_dist_listen_max \(distributionPort)
            """,
            "RABBITMQ_ALLOW_INPUT": "", "RUNNING_UNDER_SYSTEMD": "1",
        ]
    }

    /// Calls a function inside the node and answers what it returned.
    @discardableResult
    func callNode(_ call: String) async throws -> String {
        let cookie = try String(contentsOfFile: path("home/.erlang.cookie"), encoding: .utf8)
        let output = path("log/call-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(atPath: output) }
        let caller = try SpawnedProgram(
            "/usr/bin/erl_call",
            ["-sname", node, "-c", cookie, "-a", call],
            environment: ["HOME": path("home"), "ERL_EPMD_PORT": "\(mapperPort)", "PATH": "/usr/bin:/bin"],
            output: output
        )
        _ = try await caller.waitForExit(within: .seconds(10))
        return try String(contentsOfFile: output, encoding: .utf8)
    }

    // MARK: - Virtual hosts

    private static let answerMax = 4 * 1_024 * 1_024

    /// Makes a virtual host that `guest` may do everything in.
    func makeVirtualHost(_ name: String) async throws {
        try await manage(.PUT, "vhosts/\(name)")
        try await manage(.PUT, "permissions/\(name)/guest", #"{"configure":".*","write":".*","read":".*"}"#)
    }

    /// Deletes a virtual host with all that is in it.
    func deleteVirtualHost(_ name: String) async throws {
        try await manage(.DELETE, "vhosts/\(name)")
    }

    /// Whether every quorum queue of a virtual host has a leader; one that has none is told to elect it.
    ///
    /// RabbitMQ 3.10 may find no leader for a queue that a crash caught soon after its birth, and a publisher to it
    /// then waits for ever. The management API goes on telling the last leader it knew, so the queue itself is asked.
    func hasLeaders(in virtualHost: String) async -> Bool {
        struct Queue: Decodable {
            let name: String
            let type: String?
        }
        guard let answer = try? await ask(.GET, "queues/\(virtualHost)"),
            let queues = try? JSONDecoder().decode([Queue].self, from: answer)
        else { return false }
        for queue in queues where queue.type == "quorum" {
            let server = "{'\(virtualHost)_\(queue.name)','\(node)'}"
            let words = try? await callNode("ra members [\(server),1000]")
            if words?.hasPrefix("{ok") == true { continue }
            _ = try? await callNode("ra trigger_election [\(server)]")
            return false
        }
        return true
    }

    private func manage(_ method: HTTPMethod, _ path: String, _ body: String = "") async throws {
        _ = try await ask(method, path, body)
    }

    private func ask(_ method: HTTPMethod, _ path: String, _ body: String = "") async throws -> Data {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(managementPort)/api/\(path)")
        request.method = method
        request.setBasicAuth(username: "guest", password: "guest")
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: body))
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        guard (200..<300).contains(answer.status.code) else {
            throw PrivateBroker.Failed(description: "\(method) \(path): \(answer.status)")
        }
        return Data(try await answer.body.collect(upTo: Self.answerMax).readableBytesView)
    }
}

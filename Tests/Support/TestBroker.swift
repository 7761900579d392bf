// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// The RabbitMQ node of a test run, started by `deploy/broker`.
///
/// Tests share the node, and each test gets a virtual host, so that tests can run side by side. A test that disturbs
/// the whole node (an alarm, a crash) uses it alone.
public struct TestBroker: Sendable {
    /// There is no node to test with.
    public struct Missing: Error, CustomStringConvertible {
        /// What to do about it.
        public var description: String {
            "no broker to test with: run ./deploy/test, or set \(TestBroker.variable) to a folder of deploy/broker start"
        }
    }

    /// The environment variable that names the node's data folder.
    public static let variable = "GETNET_BRIDGE_TEST_BROKER"

    private static let access = BrokerAccess()

    /// The node's data folder.
    public let data: String
    /// The node's AMQP port on 127.0.0.1.
    public let port: Int
    /// The node's management port on 127.0.0.1.
    public let managementPort: Int

    /// Finds the node.
    ///
    /// Throws: `Missing` if there is none.
    public init() throws {
        guard let data = ProcessInfo.processInfo.environment[Self.variable], !data.isEmpty,
            let lines = try? String(contentsOfFile: "\(data)/env", encoding: .utf8).split(separator: "\n")
        else { throw Missing() }
        let pairs = lines.compactMap { line -> (String, String)? in
            guard let equals = line.firstIndex(of: "=") else { return nil }
            return (String(line[..<equals]), String(line[line.index(after: equals)...]))
        }
        let values = Dictionary(pairs) { $1 }
        guard let port = values["AMQP_PORT"].flatMap(Int.init),
            let management = values["MANAGEMENT_URL"]?.split(separator: ":").last.flatMap({ Int($0) })
        else { throw Missing() }
        self.data = data
        self.port = port
        managementPort = management
    }

    /// Runs a test with a virtual host of its own, beside other tests.
    public static func use<Value>(_ test: (TestVirtualHost) async throws -> Value) async throws -> Value {
        try await use(alone: false, test)
    }

    /// Runs a test that disturbs the whole node, while no other test uses it.
    public static func useAlone<Value>(_ test: (TestVirtualHost) async throws -> Value) async throws -> Value {
        try await use(alone: true, test)
    }

    /// Makes a virtual host; the caller deletes it.
    public func makeVirtualHost() async throws -> TestVirtualHost {
        let virtualHost = TestVirtualHost(broker: self, name: "test-\(UUID().uuidString.prefix(13))")
        try await management("PUT", "vhosts/\(virtualHost.name)")
        try await management(
            "PUT",
            "permissions/\(virtualHost.name)/guest",
            #"{"configure":".*","write":".*","read":".*"}"#
        )
        return virtualHost
    }

    private static func use<Value>(
        alone: Bool,
        _ test: (TestVirtualHost) async throws -> Value
    ) async throws -> Value {
        let broker = try TestBroker()
        await access.enter(alone: alone)
        let result: Result<Value, any Error>
        do {
            let virtualHost = try await broker.makeVirtualHost()
            do {
                result = .success(try await test(virtualHost))
            } catch {
                result = .failure(error)
            }
            // If the test left the node broken, the next test fails and says so.
            try? await virtualHost.delete()
        } catch {
            await access.leave(alone: alone)
            throw error
        }
        await access.leave(alone: alone)
        return try result.get()
    }

    // MARK: - The whole node

    /// Raises the memory alarm, which blocks every publisher of the node.
    public func raiseMemoryAlarm() async throws { try await deploy("watermark", "0.00001") }

    /// Ends the memory alarm.
    public func clearMemoryAlarm() async throws { try await deploy("watermark", "0.4") }

    /// Sets the largest frame of new connections, in bytes.
    public func setFrameMax(_ bytes: Int) async throws { try await deploy("frame-max", "\(bytes)") }

    /// Kills the node as a crash would.
    public func kill() async throws { try await deploy("kill") }

    /// Starts the node after `kill`, on its old ports with its old data.
    public func start() async throws { try await deploy("start") }

    private func deploy(_ verb: String, _ values: String...) async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        try await Command.run(root.appendingPathComponent("deploy/broker").path, [verb, "--data", data] + values)
    }

    // MARK: - Management

    /// Asks the management API and returns the body.
    @discardableResult
    public func management(_ method: String, _ path: String, _ body: String = "") async throws -> Data {
        try await ManagementRequest(method: method, path: path, body: body).send(to: managementPort)
    }
}

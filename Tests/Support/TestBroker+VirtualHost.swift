// SPDX-License-Identifier: Apache-2.0

public import AMQPClient
import Foundation

/// A virtual host that one test has for itself.
public struct TestVirtualHost: Sendable {
    /// The node.
    public let broker: TestBroker
    /// The name.
    public let name: String

    /// The address of the virtual host, through the given port or the node's own port.
    public func endpoint(port: Int? = nil, heartbeat: Duration = .seconds(10)) -> AMQPEndpoint {
        AMQPEndpoint(
            hosts: [.init(host: "127.0.0.1", port: port ?? broker.port)],
            virtualHost: name,
            heartbeat: heartbeat
        )
    }

    /// The URL of `endpoint`.
    public var url: String { "amqp://guest:guest@127.0.0.1:\(broker.port)/\(name)" }

    /// Makes a durable queue.
    public func declareQueue(_ queue: String, arguments: String = "{}") async throws {
        try await broker.management(
            "PUT",
            "queues/\(name)/\(queue)",
            #"{"durable":true,"auto_delete":false,"arguments":\#(arguments)}"#
        )
    }

    /// Makes a durable exchange.
    public func declareExchange(_ exchange: String, type: String = "topic") async throws {
        try await broker.management("PUT", "exchanges/\(name)/\(exchange)", #"{"type":"\#(type)","durable":true}"#)
    }

    /// Binds a queue to an exchange.
    public func bind(_ queue: String, to exchange: String, routingKey: String = "#") async throws {
        try await broker.management(
            "POST",
            "bindings/\(name)/e/\(exchange)/q/\(queue)",
            #"{"routing_key":"\#(routingKey)"}"#
        )
    }

    /// Deletes a queue, also if it is in use.
    public func deleteQueue(_ queue: String) async throws {
        try await broker.management("DELETE", "queues/\(name)/\(queue)")
    }

    private struct Connection: Decodable {
        let name: String
        let user_provided_name: String?
        let frame_max: Int?
    }

    private func connection(named connectionName: String) async throws -> Connection? {
        let answer = try await broker.management("GET", "vhosts/\(name)/connections")
        let all = try JSONDecoder().decode([Connection].self, from: answer)
        return all.first { $0.user_provided_name == connectionName }
    }

    /// The largest frame that a connection has agreed on; `nil` if the broker shows no such connection.
    public func frameMax(ofConnection connectionName: String) async throws -> Int? {
        try await connection(named: connectionName)?.frame_max
    }

    /// Closes a connection from the broker's side; the broker may need a second to know the name of a new connection.
    public func closeConnection(named connectionName: String) async throws {
        try await eventually("the broker shows the connection \(connectionName)") {
            guard let found = try await connection(named: connectionName) else { return false }
            let escaped = found.name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? found.name
            try await broker.management("DELETE", "connections/\(escaped)")
            return true
        }
    }

    /// Runs a body with a user.
    ///
    /// The user may write only to names that match the expression, and may read and configure everything unless
    /// `others` says otherwise.
    public func withUser<Value>(
        writing: String,
        others: String = ".*",
        _ body: (AMQPEndpoint) async throws -> Value
    ) async throws -> Value {
        var endpoint = endpoint()
        endpoint.username = "\(name)-user"
        endpoint.password = "secret"
        try await broker.management("PUT", "users/\(endpoint.username)", #"{"password":"secret","tags":""}"#)
        try await permit(endpoint.username, writing: writing, others: others)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(endpoint))
        } catch {
            result = .failure(error)
        }
        try await broker.management("DELETE", "users/\(endpoint.username)")
        return try result.get()
    }

    /// Gives a user of `withUser` other rights to write.
    public func permit(_ user: String, writing: String, others: String = ".*") async throws {
        let escaped = writing.replacingOccurrences(of: "\\", with: "\\\\")
        try await broker.management(
            "PUT",
            "permissions/\(name)/\(user)",
            #"{"configure":"\#(others)","write":"\#(escaped)","read":"\#(others)"}"#
        )
    }

    /// How many messages are ready in a queue at this moment.
    public func depth(of queue: String) async throws -> Int {
        let session = try await AMQPSession.open(endpoint())
        let result: Result<Int, any Error>
        do {
            result = .success(try await session.queueStatus(queue).messages)
        } catch {
            result = .failure(error)
        }
        await session.close()
        return try result.get()
    }

    /// Deletes the virtual host with all that is in it.
    public func delete() async throws {
        try await broker.management("DELETE", "vhosts/\(name)")
    }
}

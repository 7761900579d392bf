// SPDX-License-Identifier: Apache-2.0

import CLibpq
import Foundation
import Rig

/// The private PostgreSQL server of a test run (`deploy/postgres`), and schemas of it, one for each store.
@safe
final class PostgresServer {
    private let url: String
    private let connection: OpaquePointer

    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Connects to the server that the environment names.
    convenience init() throws {
        guard let url = ProcessInfo.processInfo.environment["POSTGRES_URL"] else {
            throw Fault(description: "POSTGRES_URL is not set: deploy/postgres start --data DIR, then source DIR/env")
        }
        try self.init(url: url)
    }

    /// Connects to another server.
    init(url: String) throws {
        self.url = url
        guard let connection = unsafe PQconnectdb(url) else { throw Fault(description: "no memory") }
        unsafe self.connection = connection
        guard unsafe PQstatus(connection) == CONNECTION_OK else {
            throw Fault(description: unsafe String(cString: PQerrorMessage(connection)))
        }
    }

    deinit { unsafe PQfinish(connection) }

    /// Starts a server of its own for a test that changes the whole server, and removes it afterwards.
    static func withOwn(_ body: (PostgresServer) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let data = directory + "/postgres"
            try await script("start", data)
            do {
                let environment = try String(contentsOfFile: data + "/env", encoding: .utf8)
                guard let line = environment.split(separator: "\n").first(where: { $0.hasPrefix("POSTGRES_URL=") })
                else { throw Fault(description: "deploy/postgres names no address") }
                try await body(PostgresServer(url: String(line.dropFirst("POSTGRES_URL=".count))))
            } catch {
                try await script("stop", data)
                throw error
            }
            try await script("stop", data)
        }
    }

    private static func script(_ verb: String, _ data: String) async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let path = root.appendingPathComponent("deploy/postgres").path
        let exit = try await SpawnedProgram(path, [verb, "--data", data]).waitForExit()
        guard exit == .status(0) else { throw Fault(description: "deploy/postgres \(verb) ended with \(exit)") }
    }

    /// Makes an empty schema.
    func makeSchema() throws -> String {
        let schema = "t" + UUID().uuidString.lowercased().replacing("-", with: "")
        try run("CREATE SCHEMA \(schema)")
        return schema
    }

    /// The port that it listens on.
    var port: Int { unsafe Int(String(cString: PQport(connection))) ?? 0 }

    /// The address of a store in a schema, or the same behind another port.
    func url(of schema: String, behind other: Int? = nil) -> String {
        let address = other.map { url.replacing(":\(port)/", with: ":\($0)/") } ?? url
        return "\(address)?options=-csearch_path%3D\(schema)&application_name=\(schema)"
    }

    /// Removes a schema with all that is in it.
    func drop(_ schema: String) { _ = try? run("SET client_min_messages = error; DROP SCHEMA \(schema) CASCADE") }

    /// Runs statements and returns the first value of the last one.
    @discardableResult
    func run(_ text: String) throws -> String? {
        guard let result = unsafe PQexec(connection, text) else { throw Fault(description: "no answer") }
        defer { unsafe PQclear(result) }
        switch unsafe PQresultStatus(result) {
        case PGRES_COMMAND_OK: return nil
        case PGRES_TUPLES_OK:
            guard unsafe PQntuples(result) > 0, let value = unsafe PQgetvalue(result, 0, 0) else { return nil }
            return unsafe String(cString: value)
        default: throw Fault(description: unsafe String(cString: PQresultErrorMessage(result)))
        }
    }
}

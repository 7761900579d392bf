// SPDX-License-Identifier: Apache-2.0

import CLibpq
import Foundation

/// The private PostgreSQL server of a test run (`deploy/postgres`), and schemas of it, one for each store.
@safe
final class PostgresServer {
    private let url: String
    private let connection: OpaquePointer

    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Connects to the server that the environment names.
    init() throws {
        guard let url = ProcessInfo.processInfo.environment["POSTGRES_URL"] else {
            throw Fault(description: "POSTGRES_URL is not set: deploy/postgres start --data DIR, then source DIR/env")
        }
        self.url = url
        guard let connection = unsafe PQconnectdb(url) else { throw Fault(description: "no memory") }
        unsafe self.connection = connection
        guard unsafe PQstatus(connection) == CONNECTION_OK else {
            throw Fault(description: unsafe String(cString: PQerrorMessage(connection)))
        }
    }

    deinit { unsafe PQfinish(connection) }

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

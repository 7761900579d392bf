// SPDX-License-Identifier: Apache-2.0

internal import CLibpq
internal import CorrelationStore

/// Where a PostgreSQL store is: an address as libpq reads it.
///
/// Shape: `postgres://user@host:5432,host2/name?sslmode=verify-full`.
///
/// The store is the schema that `search_path` names first. *Source*: PostgreSQL, "Connection URIs".
struct PostgresAddress: Sendable {
    /// The address, which may hold a password.
    let url: String
    /// Where it is, without user, password and parameters.
    let place: String

    /// So long a connection may take to come up, seconds, for each host.
    static let connectLimit = 5
    /// So long the server may be silent while an answer is due.
    static let answerLimit = Duration.seconds(10)
    /// A statement may take so long, milliseconds; shorter than `answerLimit`, so that the server ends it first.
    static let statementLimit = 5_000
    /// A statement may wait so long for a lock, milliseconds.
    static let lockLimit = 2_000
    /// A transaction may lie idle so long, milliseconds: its locks would keep other writers waiting.
    static let idleLimit = 10_000
    /// What was sent and is not confirmed by the other side's system for so long breaks the connection, milliseconds.
    static let sendLimit = 15_000

    init(url: String) {
        self.url = url
        place = Self.place(of: url)
    }

    /// What stands in front of the address: what the address says counts more.
    static let defaults: KeyValuePairs<String, String> = [
        "application_name": "getnet-bridge",
        "connect_timeout": "\(connectLimit)",
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "\(sendLimit)",
    ]
    /// What stands behind it: it counts whatever the address says.
    static let fixed: KeyValuePairs<String, String> = ["client_encoding": "UTF8", "target_session_attrs": "read-write"]

    /// Host, port and name of the database, as people are told.
    private static func place(of url: String) -> String {
        var words = ["host": "(unreadable address)"]
        if let options = unsafe PQconninfoParse(url, nil) {
            var option = unsafe options
            while let keyword = unsafe option.pointee.keyword {
                if let value = unsafe option.pointee.val {
                    unsafe words[String(cString: keyword)] = String(cString: value)
                }
                unsafe option += 1
            }
            unsafe PQconninfoFree(options)
        }
        let host = words["host"] ?? words["hostaddr"] ?? "localhost"
        let port = words["port"].map { ":\($0)" } ?? ""
        return "postgres://\(host)\(port)/\(words["dbname"] ?? words["user"] ?? "")"
    }
}

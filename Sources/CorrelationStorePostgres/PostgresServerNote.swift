// SPDX-License-Identifier: Apache-2.0

internal import CorrelationStore

/// Which server a store is on, how often a standby of it was promoted, and which table it is: the server's identifier,
/// its timeline, the table's number.
///
/// If a store finds itself elsewhere at a start, it may lack the last commits: a standby was promoted, a dump was
/// loaded, or it is another server. Files of the server that were put back show nothing of that. *Source*: PostgreSQL,
/// "Timelines"; `docs/decisions/0019-postgresql.md`.
enum PostgresServerNote {
    static let name = "server"

    /// The server that a session is with.
    static func current(_ session: PostgresSession) throws -> String {
        guard let server = try session.first(currentText, { _ in }, { $0.text() }) else {
            throw PostgresError(message: "the server does not say which one it is")
        }
        return server
    }

    /// The server that the store was on last.
    static func stored(_ session: PostgresSession) throws -> String? {
        try session.first(PostgresRows.Text.selectNote, { $0.add(name) }, { $0.text() })
    }

    static func store(_ server: String, _ session: PostgresSession) throws {
        try session.send(PostgresRows.Text.upsertNote) { $0.add(name, server) }
    }

    /// The timeline stands in the first eight digits of a log file's name.
    private static let currentText = PostgresStatement(
        """
        SELECT (SELECT system_identifier::text FROM pg_control_system())
            || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
            || '/' || (to_regclass('transactions')::oid)::text
        """
    )
}

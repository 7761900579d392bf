// SPDX-License-Identifier: Apache-2.0

internal import BridgeLedger
internal import GRDB

/// The notes of a store that no bridge has open, or that a reader looks at.
///
/// *Isolation*: the connection's access block that it is made in.
struct SQLiteNotes: StoreNotes {
    private let database: Database

    /// The notes, seen through an open connection.
    init(_ database: Database) {
        self.database = database
    }

    func value(of note: StoreNote) throws -> String? {
        try String.fetchOne(database, sql: "SELECT value FROM meta WHERE name = ?", arguments: [note.rawValue])
    }

    func set(_ note: StoreNote, to value: String?) throws {
        guard let value else {
            return try database.execute(sql: "DELETE FROM meta WHERE name = ?", arguments: [note.rawValue])
        }
        try database.execute(
            sql: "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
            arguments: [note.rawValue, value]
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import Foundation
import GRDB
import Testing

@testable import CorrelationStore
@testable import CorrelationStoreSQLite

/// Making, opening, migrating, locking and losing the file: docs/promises.md 7.2 to 7.4.
@Suite(.timeLimit(.minutes(1)))
struct SQLiteFileTests {
    private func error(_ body: () throws -> Void) -> StoreOpeningError? {
        do {
            try body()
            return nil
        } catch {
            return error as? StoreOpeningError
        }
    }

    // MARK: - What is there

    @Test
    func `a missing or empty file is named without a line to copy, and nothing is made`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            let missing = error { _ = try SQLiteStore(path: path).open(rules: .test()) }
            #expect(missing == .missing(place: path))
            #expect(missing?.remedy == nil && missing?.description.contains("--hold-commands") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            #expect(error { _ = try SQLiteStore(path: path).open(rules: .test()) } == .empty(place: path))
            #expect(error { _ = try SQLiteStore(path: path).status() } == .empty(place: path))
            #expect(error { try SQLiteStore(path: path).migrate() } == .empty(place: path))
            // An empty file holds nothing that could be lost.
            try SQLiteStore(path: path).create(for: Accounts(.test))
            await (try SQLiteStore(path: path).open(rules: .test())).close()
        }
    }

    /// A database in which every table was dropped, as `sqlite3` leaves it.
    private func makeDatabaseWithoutTables(_ path: String, _ configure: String) async throws {
        let connection = try DatabaseQueue(path: path)
        try await connection.writeWithoutTransaction { database in
            try database.execute(sql: configure)
            try database.execute(sql: "CREATE TABLE gone (id TEXT); DROP TABLE gone")
        }
        try connection.close()
    }

    @Test(arguments: ["PRAGMA journal_mode = DELETE", "PRAGMA journal_mode = WAL", "PRAGMA user_version = 4"])
    func `a database without tables is empty, and init fills it`(configure: String) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try await makeDatabaseWithoutTables(path, configure)
            #expect(try #require(SQLiteFile.size(path)) > 0)
            #expect(error { _ = try SQLiteStore(path: path).open(rules: .test()) } == .empty(place: path))
            #expect(error { _ = try SQLiteStore(path: path).status() } == .empty(place: path))
            #expect(error { _ = try SQLiteStore(path: path).inspect() } == .empty(place: path))
            #expect(error { try SQLiteStore(path: path).migrate() } == .empty(place: path))
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).open(rules: .test())
            _ = try await store.create()
            await store.close()
            #expect(try SQLiteStore(path: path).status().faults.isEmpty)
        }
    }

    @Test(arguments: [true, false])
    func `nothing is made beside the log of a lost store`(isDatabaseEmpty: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            if isDatabaseEmpty { #expect(FileManager.default.createFile(atPath: path, contents: nil)) }
            #expect(FileManager.default.createFile(atPath: path + "-wal", contents: Data("what was sold".utf8)))
            #expect(
                error { try SQLiteStore(path: path).create(for: Accounts(.test)) } == .exists(place: path + "-wal")
            )
            let left = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
            #expect(left == Data("what was sold".utf8))
        }
    }

    @Test
    func `a store is never overwritten`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(error { try SQLiteStore(path: path).create(for: Accounts(.test)) } == .exists(place: path))
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        }
    }

    @Test
    func `an interrupted init leaves nothing in the way of the next`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            for name in [".new", ".new-wal", ".new-shm"] {
                #expect(FileManager.default.createFile(atPath: path + name, contents: Data("half".utf8)))
            }
            try SQLiteStore(path: path).create(for: Accounts(.test))
            #expect(try SQLiteStore(path: path).status().faults.isEmpty)
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(!names.contains { $0.contains(".new") })
        }
    }

    @Test
    func `a file that is something else is refused and left alone`() async throws {
        try await withTemporaryDirectory { directory in
            let text = directory + "/notes.txt"
            try Data(String(repeating: "not a database ", count: 100).utf8).write(to: URL(fileURLWithPath: text))
            #expect(error { _ = try SQLiteStore(path: text).open(rules: .test()) } == .notAStore(place: text))
            let foreign = directory + "/foreign.sqlite"
            let connection = try DatabaseQueue(path: foreign)
            try await connection.write { try $0.execute(sql: "CREATE TABLE transactions (id TEXT)") }
            try connection.close()
            #expect(error { _ = try SQLiteStore(path: foreign).open(rules: .test()) } == .notAStore(place: foreign))
            #expect(error { try SQLiteStore(path: foreign).migrate() } == .notAStore(place: foreign))
        }
    }

    @Test
    func `a directory that is missing or cannot be written is named`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/nowhere/store.sqlite"
            let expected = StoreOpeningError.directoryMissing(place: directory + "/nowhere")
            #expect(error { try SQLiteStore(path: path).create(for: Accounts(.test)) } == expected)
            #expect(error { _ = try SQLiteStore(path: path).open(rules: .test()) } == expected)
            guard
                case .notWritable = error({
                    try SQLiteStore(path: "/proc/store.sqlite").create(for: Accounts(.test))
                })
            else {
                Issue.record("made a store in /proc")
                return
            }
        }
    }

    @Test
    func `no other user can read the files`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).open(rules: .test())
            _ = try await store.create()
            for name in ["", "-wal", "-shm", ".lock"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + name)
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(name)")
            }
            await store.close()
        }
    }

    // MARK: - Whose it is

    @Test
    func `a store of another account, country or environment is refused`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let others = [
                Account(name: "other", profile: .chile, environment: "uat"),
                Account(name: "main", profile: .argentina, environment: "uat"),
                Account(name: "main", profile: .chile, environment: "prod"),
            ]
            for other in others {
                let refusal = error { _ = try SQLiteStore(path: path).open(rules: .test(account: other)) }
                let found = StoreOwner(.test)
                #expect(refusal == .otherAccount(place: path, found: found, expected: StoreOwner(other)))
                #expect(refusal?.description.contains("main/cl/uat") == true)
            }
            await (try SQLiteStore(path: path).open(rules: .test())).close()
        }
    }

    @Test
    func `a second opener is refused with the holder's pid until the first has closed`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).open(rules: .test())
            let expected = StoreOpeningError.locked(place: path, holder: getpid())
            #expect(error { _ = try SQLiteStore(path: path).open(rules: .test()) } == expected)
            #expect(error { try SQLiteStore(path: path).migrate() } == expected)
            #expect(expected.description.contains("pid \(getpid())"))
            // Looking is allowed.
            #expect(try SQLiteStore(path: path).status().owners == [StoreOwner(.test)])
            await store.close()
            await (try SQLiteStore(path: path).open(rules: .test())).close()
        }
    }

    @Test
    func `a store can be looked at beside the bridge that has it open`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            #expect(error { _ = try SQLiteStore(path: path).inspect() } == .missing(place: path))
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).open(rules: .test())
            let inspection = try SQLiteStore(path: path).inspect()
            let submitted = try await store.submitted()
            #expect(inspection.owners == [StoreOwner(.test)])
            #expect(try await inspection.transaction(submitted.id) == submitted)
            #expect(try await inspection.transactions(TransactionQuestion()) == [submitted])
            #expect(try await inspection.story(of: submitted.id).events.count == 2)
            await store.close()
        }
    }

    // MARK: - Schema

    /// A store as the first migration alone made it.
    private func makeOldStore(_ path: String) throws {
        try SQLiteStore(path: path + ".model").create(for: Accounts(.test))
        let connection = try DatabaseQueue(path: path)
        try connection.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA application_id = \(SQLiteSchema.applicationID)")
        }
        try SQLiteSchema.migrator().migrate(connection, upTo: SQLiteSchema.migrations[0])
        try connection.write { database in
            for (name, value) in [("account", "main"), ("country", "cl"), ("environment", "uat")] {
                try database.execute(sql: "INSERT INTO meta VALUES (?, ?)", arguments: [name, value])
            }
        }
        try connection.close()
    }

    @Test
    func `an older schema is refused with the line to run, and works once it is migrated`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try makeOldStore(path)
            let refusal = error { _ = try SQLiteStore(path: path).open(rules: .test()) }
            #expect(refusal == .notMigrated(place: path, schema: 1, newest: SQLiteSchema.newest))
            #expect(refusal?.remedy == "getnet-bridge store migrate")
            #expect(try SQLiteStore(path: path).status().schema == 1)
            let schema = try SQLiteStore(path: path).migrate()
            #expect((schema.before, schema.after) == (1, SQLiteSchema.newest))
            #expect(try SQLiteStore(path: path).migrate().before == SQLiteSchema.newest)
            let store = try SQLiteStore(path: path).open(rules: .test())
            _ = try await store.submitted()
            await store.close()
        }
    }

    @Test
    func `a migrated store has the very schema of a new one`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try makeOldStore(path)
            try SQLiteStore(path: path).migrate()
            func schema(_ path: String) throws -> [String] {
                let connection = try DatabaseQueue(path: path)
                defer { try? connection.close() }
                return try connection.read {
                    try String.fetchAll($0, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
                }
            }
            #expect(try schema(path) == schema(path + ".model"))
        }
    }

    @Test
    func `a newer schema is refused`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let newer = SQLiteSchema.newest + 1
            let connection = try DatabaseQueue(path: path)
            try await connection.write { try $0.execute(sql: "PRAGMA user_version = \(newer)") }
            try connection.close()
            let expected = StoreOpeningError.tooNew(place: path, schema: newer, newest: SQLiteSchema.newest)
            #expect(error { _ = try SQLiteStore(path: path).open(rules: .test()) } == expected)
            #expect(error { try SQLiteStore(path: path).migrate() } == expected)
        }
    }

    @Test
    func `every commit is synced and the log is write-ahead`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let writer = try SQLiteFile(path: path).writer()
            let (synchronous, journal) = try await writer.writeWithoutTransaction { database in
                (
                    try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                    try String.fetchOne(database, sql: "PRAGMA journal_mode")
                )
            }
            #expect(synchronous == 2)
            #expect(journal == "wal")
            try writer.close()
        }
    }

    // MARK: - Reopening

    @Test
    func `everything is there after closing, and the log is empty`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).open(rules: .test())
            let submitted = try await store.submitted()
            let entries = try await store.waiting()
            await store.close()
            #expect((SQLiteFile.size(path + "-wal") ?? 0) == 0)
            let status = try SQLiteStore(path: path).status()
            #expect(status.transactions == [.submitted: 1])
            #expect(status.pendingEntries == 2)
            #expect(status.faults.isEmpty)
            let again = try SQLiteStore(path: path).open(rules: .test())
            #expect(try await again.unfinished(after: nil, limit: 10) == [submitted])
            #expect(try await again.waiting() == entries)
            await again.close()
        }
    }

    @Test
    func `what was returned is there after a crash at any moment`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).open(rules: .test())
            for round in 0..<5 {
                let submitted = try await store.submitted(
                    Charge(commandID: "c-\(round)", reference: "R\(round)"),
                    number: "\(4_000 + round)"
                )
                // This is the disk as a power cut would leave it; the store goes on meanwhile.
                let copy = directory + "/crash-\(round).sqlite"
                for name in ["", "-wal"] { try FileManager.default.copyItem(atPath: path + name, toPath: copy + name) }
                let recovered = try SQLiteStore(path: copy).open(rules: .test())
                #expect(try await recovered.transaction(submitted.id) == submitted)
                #expect(try await recovered.waiting() == store.waiting())
                #expect(try await recovered.unfinished(after: nil, limit: 10).count == round + 1)
                await recovered.close()
                #expect(try SQLiteStore(path: copy).status().faults.isEmpty)
            }
            await store.close()
        }
    }
}

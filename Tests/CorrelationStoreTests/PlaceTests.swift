// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import Foundation
import GRDB
import Testing

@testable import CorrelationStore
@testable import CorrelationStoreSQLite

/// The commit gives a command its place at its terminal; names, which come from clocks, order nothing.
@Suite struct PlaceTests {
    /// Charges for one terminal, each named an hour before the one that was taken before it.
    private func takeBackwards(_ count: Int64, into store: any TransactionStore) async throws -> [Transaction] {
        var taken: [Transaction] = []
        for number in 0..<count {
            taken.append(
                try await store.create(
                    Charge(
                        commandID: "c-\(number)",
                        reference: "R\(number)",
                        terminal: "80005000",
                        acceptedAt: at(-3_600 * number),
                        expiresAt: at(1_000)
                    )
                )
            )
        }
        return taken
    }

    @Test(arguments: StoreEngine.allCases)
    func `a lane has the order of commits while each clock is an hour behind the one before`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore { store in
            var waiting = try await takeBackwards(5, into: store)
            #expect(waiting.map(\.id) == waiting.map(\.id).sorted(by: >))
            #expect(waiting.map(\.place) == waiting.map(\.place).sorted())
            #expect(Set(waiting.map(\.place)).count == waiting.count && waiting.allSatisfy { $0.place > 0 })
            while let first = waiting.first {
                for other in waiting.dropFirst() {
                    let early = try await store.apply(.submissionStarted, to: other.id, at: at(2))
                    #expect(early?.finding == .refused, "\(other.command.commandID) overtakes")
                }
                #expect(try await store.transaction(first.id)?.place == first.place)
                let ended = try await store.apply(.cancel, to: first.id, at: at(3))
                #expect(ended?.transaction.state.isFinal == true)
                waiting.removeFirst()
            }
        }
    }

    @Test(arguments: StoreEngine.allCases, [false, true])
    func `a journal proves no absence beside a later POST, though its name is smaller`(
        engine: StoreEngine,
        isPosted: Bool
    ) async throws {
        try await engine.withStore { store in
            let charges = try await takeBackwards(2, into: store)
            let older = charges[0].id
            _ = try await store.apply(.submissionStarted, to: older, at: at(1))
            let lost = TransactionInput.submissionEnded(attempt: 1, .unknown(.noAcknowledgement))
            _ = try await store.apply(lost, to: older, at: at(2))
            _ = try await store.apply(.lifeEnded, to: older, at: at(400))
            _ = try await store.apply(.journalClosed, to: older, at: at(401))
            if isPosted {
                let started = try await store.apply(.submissionStarted, to: charges[1].id, at: at(402))
                #expect(started?.effects == [.post(attempt: 1)])
            }
            let reading = JournalReading(
                terminal: "80005000",
                account: "main",
                rows: [],
                isComplete: true,
                readAt: at(403)
            )
            _ = try await store.apply(reading) { _ in }
            let isAbsent = try await store.transaction(older)?.stay.journalReadAt != nil
            #expect(isAbsent == !isPosted)
        }
    }

    @Test func `VACUUM keeps every place, and a lane goes on behind it`() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).open(rules: .test())
            let taken = try await takeBackwards(4, into: store)
            await store.close()
            let connection = try DatabaseQueue(path: path)
            // A gap, which a table without a declared key may close.
            try await connection.write {
                try $0.execute(sql: "DELETE FROM transactions WHERE id = ?", arguments: [taken[1].id.description])
            }
            try await connection.writeWithoutTransaction { try $0.execute(sql: "VACUUM") }
            try connection.close()
            let again = try SQLiteStore(path: path).open(rules: .test())
            for transaction in taken where transaction != taken[1] {
                #expect(try await again.transaction(transaction.id)?.place == transaction.place)
            }
            let next = try await again.create(Charge(commandID: "c-9", reference: "R9", terminal: "80005000"))
            #expect(next.place > taken[3].place)
            await again.close()
        }
    }

    @Test func `a migrated store keeps the lanes of the program before, behind all that have left theirs`() async throws
    {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).open(rules: .test())
            let taken = try await takeBackwards(4, into: store)
            _ = try await store.apply(.cancel, to: taken[1].id, at: at(1))
            await store.close()
            // The store as it was before places: the same rows in a table whose key is the name.
            let old = directory + "/old.sqlite"
            let connection = try DatabaseQueue(path: old)
            try await connection.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA application_id = \(SQLiteSchema.applicationID)")
            }
            try SQLiteSchema.migrator().migrate(connection, upTo: "13 ends by status")
            try await connection.writeWithoutTransaction { database in
                try database.execute(sql: "ATTACH ? AS new", arguments: [path])
                let columns = try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info('transactions')")
                    .joined(separator: ", ")
                try database.execute(
                    sql: """
                        INSERT INTO meta SELECT * FROM new.meta;
                        INSERT INTO transactions (\(columns)) SELECT \(columns) FROM new.transactions ORDER BY place;
                        DETACH new;
                        """
                )
            }
            try connection.close()
            #expect(try SQLiteStore(path: old).migrate().before == 13)
            let migrated = try SQLiteStore(path: old).open(rules: .test())
            // The older program ordered a lane by names, the smallest first.
            let expected = [taken[1], taken[3], taken[2], taken[0]]
            var places: [Int64] = []
            for transaction in expected { places.append(try await migrated.transaction(transaction.id)?.place ?? 0) }
            #expect(places == [1, 2, 3, 4])
            let early = try await migrated.apply(.submissionStarted, to: taken[0].id, at: at(2))
            #expect(early?.finding == .refused)
            let next = try await migrated.create(Charge(commandID: "c-9", reference: "R9", terminal: "80005000"))
            #expect(next.place == 5)
            await migrated.close()
        }
    }
}

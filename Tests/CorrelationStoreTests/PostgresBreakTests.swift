// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import CorrelationStorePostgres
import Foundation
import NIOConcurrencyHelpers
import Rig
import TestSupport
import Testing

/// What a bridge knows and tells when the way to PostgreSQL breaks, and when somebody else changes its rows.
@Suite("PostgreSQL that breaks")
struct PostgresBreakTests {
    /// A store of its own, open behind a proxy.
    private struct World {
        let server: PostgresServer
        let schema: String
        let proxy: FaultProxy
        let place: PostgresStore
        let store: any TransactionStore

        /// A value of the store's tables, by a connection that no proxy disturbs.
        func value(_ text: String) throws -> String? { try server.run("SET search_path = \(schema); \(text)") }
    }

    private func withWorld(_ body: (World) async throws -> Void) async throws {
        let server = try PostgresServer()
        let schema = try server.makeSchema()
        defer { server.drop(schema) }
        try await FaultProxy.use(to: server.port) { proxy in
            let place = PostgresStore(url: server.url(of: schema, behind: proxy.port))
            try place.create(for: StoreRules.test().accounts)
            let store = try place.open(rules: .test())
            let world = World(server: server, schema: schema, proxy: proxy, place: place, store: store)
            do {
                try await body(world)
            } catch {
                proxy.pass()
                await store.close()
                throw error
            }
            await store.close()
        }
    }

    @Test(arguments: [FaultProxy.Direction.toClient, .toServer])
    func `a commit whose answer is lost is looked up: what it did is done once, and its caller is told so`(
        lost: FaultProxy.Direction
    ) async throws {
        try await withWorld { world in
            _ = try await world.store.submitted()
            let entry = try #require(try await world.store.waiting().first)
            let commits = try world.value("SELECT sum(counter) FROM writers")
            world.proxy.stall(lost)
            let store = world.store
            async let settled: Void = store.settle([
                Settlement(position: entry.position, outcome: .unrouted(retryAt: at(9)), at: at(3))
            ])
            // The server has it, or it lies in front of the server.
            if lost == .toClient {
                try await eventually("the server has committed") {
                    try world.value("SELECT sum(counter) FROM writers") != commits
                }
            } else {
                try await eventually("the change is with the writer") { world.store.uncommitted.stage == .committing }
            }
            world.proxy.cut()
            world.proxy.pass()
            try await settled
            #expect(try world.value("SELECT returns FROM outbox WHERE position = \(entry.position)") == "1")
            // The writer goes on, on a new connection.
            _ = try await world.store.create(Charge(commandID: "c-2", reference: "A0002"))
        }
    }

    @Test func `a row that another writer changed is read again, whatever was remembered of it`() async throws {
        try await withWorld { world in
            let charge = try await world.store.create(Charge(expiresAt: at(3_000)))
            _ = try world.value(
                """
                UPDATE transactions SET version = version + 1, status = 'failed', in_lane = 0,
                    completed_at = accepted_at WHERE id = '\(charge.id)'; SELECT 1
                """
            )
            // From memory it would be the first of its lane, and be POSTed.
            let started = try await world.store.apply(.submissionStarted, to: charge.id, at: at(1))
            #expect(started?.finding == .refused)
            #expect(try world.value("SELECT attempts FROM transactions") == "0")
        }
    }

    @Test func `an input that writes nothing is not decided by what was remembered either`() async throws {
        try await withWorld { world in
            let charge = try await world.store.submitted(Charge(expiresAt: at(3_000)))
            _ = try world.value(
                """
                UPDATE transactions SET version = version + 1, id_pos_txs = '777777' WHERE id = '\(charge.id)';
                SELECT 1
                """
            )
            let late = TransactionInput.submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101"))
            let transition = try await world.store.apply(late, to: charge.id, at: at(5))
            #expect(transition?.transaction.idPosTxs == "777777")
        }
    }

    @Test func `a store that has gone back is found, and nothing is written any more`() async throws {
        try await withWorld { world in
            _ = try await world.store.create(Charge(expiresAt: at(3_000)))
            _ = try world.value("UPDATE writers SET counter = counter - 1; SELECT 1")
            world.proxy.cut()
            let second = Charge(commandID: "c-2", reference: "A0002", expiresAt: at(3_000))
            for _ in 1...2 {
                do {
                    _ = try await world.store.create(second)
                    Issue.record("a charge was taken")
                } catch let error as StoreError {
                    guard case .unavailable(let words) = error else { throw error }
                    #expect(words.contains("gone back") && words.contains("--hold-commands"))
                }
            }
            #expect(try world.value("SELECT count(*) FROM transactions") == "1")
        }
    }

    @Test func `a store that finds itself on another server is held at the start, once`() async throws {
        let server = try PostgresServer()
        let schema = try server.makeSchema()
        defer { server.drop(schema) }
        let place = PostgresStore(url: server.url(of: schema))
        try place.create(for: StoreRules.test().accounts)
        #expect(try !place.holdCopy(at: at(0)))
        // The next timeline of the same server: a standby was promoted.
        try server.run(
            "UPDATE \(schema).meta SET value = replace(value, '/00000001', '/00000002') WHERE name = 'server'"
        )
        #expect(try place.holdCopy(at: at(5)))
        #expect(try place.status().heldSince == at(5))
        #expect(try !place.holdCopy(at: at(9)))
        #expect(try place.status().heldSince == at(5))
        let note = try OperatorNote(name: "Ana", reason: "compared with Getnet")
        #expect(try place.release(by: note, at: at(10), isKnownToBeEarly: true) == .released)
    }

    @Test func `a session that the server ends is replaced, for changes and for questions`() async throws {
        try await withWorld { world in
            let charge = try await world.store.create()
            #expect(try await world.store.transaction(charge.id) != nil)
            _ = try world.value(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE application_name = '\(world.schema)'
                """
            )
            _ = try await world.store.create(Charge(commandID: "c-2", reference: "A0002"))
            #expect(try await world.store.transaction(charge.id) != nil)
        }
    }

    @Test func `a commit that no standby has confirmed is not told, also after its wait was cancelled`() async throws {
        try await PostgresServer.withOwn { server in
            // What this test asks waits for no standby.
            try server.run("SET synchronous_commit = local")
            let schema = try server.makeSchema()
            let place = PostgresStore(url: server.url(of: schema))
            try place.create(for: StoreRules.test().accounts)
            let store = try place.open(rules: .test())
            try server.run("ALTER SYSTEM SET synchronous_standby_names = 'absent'")
            try server.run("SELECT pg_reload_conf()")
            let isTold = NIOLockedValueBox(false)
            let told = Task {
                _ = try await store.create()
                isTold.withLockedValue { $0 = true }
            }
            let waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name = '\(schema)'"
            // The commit, and then each one that is to confirm it.
            for _ in 1...3 {
                try await eventually("a commit waits for the standby") {
                    try server.run("SELECT count(*) \(waiting)") == "1"
                }
                try server.run("SELECT pg_cancel_backend(pid) \(waiting)")
                try await eventually("its wait is over") { try server.run("SELECT count(*) \(waiting)") == "0" }
                #expect(!isTold.withLockedValue { $0 })
            }
            try server.run("ALTER SYSTEM RESET synchronous_standby_names")
            try server.run("SELECT pg_reload_conf()")
            try await told.value
            #expect(try server.run("SELECT count(*) FROM \(schema).transactions") == "1")
            await store.close()
        }
    }

    @Test func `one process at a time has a store`() async throws {
        try await withWorld { world in
            #expect(throws: StoreOpeningError.locked(place: world.place.place, holder: nil)) {
                _ = try world.place.open(rules: .test())
            }
            #expect(throws: StoreOpeningError.locked(place: world.place.place, holder: nil)) {
                try world.place.hold(at: at(5))
            }
        }
    }

    @Test func `an address that leads nowhere, and a database of something else, are told in one sentence`() throws {
        let server = try PostgresServer()
        let nowhere = PostgresStore(url: server.url(of: "public", behind: 1))
        #expect(throws: StoreOpeningError.self) { try nowhere.status() }
        let schema = try server.makeSchema()
        defer { server.drop(schema) }
        let place = PostgresStore(url: server.url(of: schema))
        #expect(throws: StoreOpeningError.missing(place: place.place)) { try place.open(rules: .test()) }
        try server.run("CREATE TABLE \(schema).orders (id bigint)")
        #expect(throws: StoreOpeningError.notAStore(place: place.place)) { try place.open(rules: .test()) }
        #expect(throws: StoreOpeningError.exists(place: place.place)) {
            try place.create(for: StoreRules.test().accounts)
        }
        #expect(!place.place.contains("options") && !place.place.contains("getnet@"))
    }

    @Test func `texts that PostgreSQL cannot hold are kept as far as it can`() async throws {
        try await withWorld { world in
            let charge = Charge(address: ReplyAddress(replyTo: "re\0plies", correlationID: "ä\0"))
            let id = try await world.store.create(charge).id
            let stored = try await world.store.transaction(id)
            #expect(stored?.address.replyTo == "re\u{FFFD}plies" && stored?.address.correlationID == "ä\u{FFFD}")
        }
    }
}

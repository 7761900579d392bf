// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import GRDB
import Testing

@testable import CorrelationStoreSQLite

/// What people and the reconciler ask.
@Suite(.timeLimit(.minutes(1)))
struct QuestionTests {
    @Test(arguments: StoreEngine.allCases)
    func `unfinished transactions come in the order of their ids, page by page`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            var ids: [TransactionID] = []
            for index in 0..<9 {
                let charge = Charge(commandID: "c-\(index)", reference: "R\(index)", acceptedAt: at(Int64(index)))
                ids.append(try await store.create(charge).id)
            }
            _ = try await store.apply(.cancel, to: ids[3], at: at(20))
            let first = try await store.unfinished(after: nil, limit: 5)
            #expect(first.map(\.id) == Array(ids[0..<3] + ids[4..<6]))
            #expect(try await store.unfinished(after: first.last?.id, limit: 5).map(\.id) == Array(ids[6...]))
        }
    }

    @Test func `every part of a question is answered from an index, with an account and without`() throws {
        let connection = try DatabaseQueue()
        try SQLiteSchema.migrator().migrate(connection)
        // The parts of a question, each with the index that has the fewest rows for it.
        let narrow: [(index: String, part: (inout TransactionQuestion) -> Void)] = [
            ("transactions_command", { $0.commandID = "c" }), ("transactions_reference", { $0.reference = "r" }),
            ("transactions_terminal", { $0.terminal = "t" }),
            ("transactions_contradicted", { $0.isContradicted = true }),
        ]
        let ends = TransactionStatus.allCases.map { status in
            (
                status.isFinal ? "transactions_ended" : "transactions_unfinished",
                { (question: inout TransactionQuestion) in question.status = status }
            )
        }
        let beside: [(inout TransactionQuestion) -> Void] = [
            { _ in }, { $0.account = "main" }, { $0.since = at(1) }, { $0.before = Charge().candidate.id },
        ]
        for (index, part) in narrow + ends {
            let more = index == "transactions_ended" || index == "transactions_unfinished" ? [] : ends.map(\.1)
            for other in beside + more {
                var question = TransactionQuestion()
                part(&question)
                other(&question)
                let text = question.statement(of: "id, status, type")
                let plan = try connection.read { database in
                    try Row.fetchAll(
                        database,
                        sql: "EXPLAIN QUERY PLAN \(text)",
                        arguments: StatementArguments(Array(repeating: 1, count: text.count { $0 == "?" }))
                    ).map { $0["detail"] as String }
                }
                #expect(plan.first?.contains(" INDEX \(index)") == true, "\(question): \(plan)")
            }
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `every part of a question narrows the answer, newest first`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            var ids: [TransactionID] = []
            for index in 0..<6 {
                let charge = Charge(
                    commandID: "c-\(index)",
                    reference: "R\(index)",
                    terminal: index < 3 ? "T1" : "T2",
                    acceptedAt: at(Int64(index))
                )
                ids.append(try await store.create(charge).id)
            }
            _ = try await store.apply(.cancel, to: ids[4], at: at(20))
            func answer(_ change: (inout TransactionQuestion) -> Void) async throws -> [Int] {
                var question = TransactionQuestion()
                change(&question)
                return try await store.transactions(question).compactMap { ids.firstIndex(of: $0.id) }
            }
            #expect(try await answer { _ in } == [5, 4, 3, 2, 1, 0])
            #expect(try await answer { $0.commandID = "c-2" } == [2])
            #expect(try await answer { $0.reference = "R3" } == [3])
            #expect(try await answer { $0.status = .failed } == [4])
            #expect(try await answer { $0.status = .accepted } == [3, 0])
            #expect(try await answer { $0.terminal = "T1" } == [2, 1, 0])
            #expect(try await answer { $0.since = at(4) } == [5, 4])
            #expect(try await answer { ($0.since, $0.status) = (at(4), .failed) } == [4])
            #expect(try await answer { ($0.account, $0.reference) = ("main", "R3") } == [3])
            #expect(try await answer { ($0.account, $0.reference) = ("other", "R3") } == [])
            #expect(try await answer { $0.limit = 2 } == [5, 4])
            #expect(try await answer { $0.before = ids[2] } == [1, 0])
            #expect(try await answer { ($0.terminal, $0.status) = ("T2", .accepted) } == [3])
            #expect(try await answer { $0.status = .waiting } == [5, 2, 1])
            #expect(try await answer { $0.limit = -1 } == [])
            #expect(try await answer { $0.commandID = "c-2' OR 1=1 --" } == [])
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `after closing everything is refused`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let created = try await store.create()
            await store.close()
            await #expect(throws: StoreError.closed) { try await store.transaction(created.id) }
            await #expect(throws: StoreError.closed) { try await store.apply(.cancel, to: created.id, at: at(1)) }
            await #expect(throws: StoreError.closed) { try await store.waiting() }
            await store.close()
        }
    }
}

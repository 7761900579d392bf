// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

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

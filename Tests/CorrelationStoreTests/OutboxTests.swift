// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import Testing

/// The outbox: order, settling, unrouted entries.
@Suite(.timeLimit(.minutes(1)))
struct OutboxTests {
    @Test(arguments: StoreEngine.allCases)
    func `positions ascend with the commits and a page goes on where the last one ended`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore { store in
            try await withThrowingTaskGroup { group in
                for index in 0..<50 {
                    group.addTask {
                        _ = try await store.submitted(
                            Charge(commandID: "c-\(index)", reference: "R\(index)"),
                            number: "\(3_000 + index)"
                        )
                    }
                }
                try await group.waitForAll()
            }
            let all = try await store.waiting()
            #expect(all.count == 100)
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.position < $1.position })
            var paged: [OutboxEntry] = []
            while true {
                let page = try await store.waiting(after: paged.last?.position ?? 0, limit: 7)
                #expect(page.count <= 7)
                guard !page.isEmpty else { break }
                paged += page
            }
            #expect(paged == all)
            for entries in Dictionary(grouping: all, by: \.transactionID).values {
                #expect(entries.map(\.event?.name.text) == ["charge.accepted", "charge.submitted"])
            }
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a settled entry waits no more and stays in the story`(engine: StoreEngine) async throws {
        let counter = CommitCounter()
        try await engine.withStore(report: counter.note) { store in
            let submitted = try await store.submitted()
            let entries = try await store.waiting()
            counter.reset()
            try await store.settle(entries.map { Settlement(position: $0.position, outcome: .confirmed, at: at(9)) })
            #expect(counter.all.map(\.changes) == [1])
            #expect(try await store.waiting().isEmpty)
            let story = try await store.story(of: submitted.id)
            #expect(story.events.map(\.settledAt) == [at(9), at(9)])
            #expect(try await store.unrouted(dueBy: at(1_000_000), limit: 10).isEmpty)
            // An entry may be settled twice, and an empty list needs no commit.
            try await store.settle([Settlement(position: entries[0].position, outcome: .confirmed, at: at(10))])
            try await store.settle([])
            #expect(counter.commits == 2)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `an unrouted entry is done for the order and comes back when it is due`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            _ = try await store.submitted()
            let entries = try await store.waiting()
            try await store.settle([
                Settlement(position: entries[0].position, outcome: .unrouted(retryAt: nil), at: at(9)),
                Settlement(position: entries[1].position, outcome: .unrouted(retryAt: at(19)), at: at(9)),
            ])
            #expect(try await store.waiting().isEmpty)
            #expect(try await store.unrouted(dueBy: at(18), limit: 10).isEmpty)
            let due = try await store.unrouted(dueBy: at(19), limit: 10)
            #expect(due.map(\.position) == [entries[1].position])
            #expect(due.map(\.returns) == [1])
            #expect(due.map(\.payload) == [entries[1].payload])
            try await store.settle([
                Settlement(position: entries[1].position, outcome: .unrouted(retryAt: at(39)), at: at(20))
            ])
            #expect(try await store.unrouted(dueBy: at(30), limit: 10).isEmpty)
            #expect(try await store.unrouted(dueBy: at(40), limit: 10).map(\.returns) == [2])
            try await store.settle([Settlement(position: entries[1].position, outcome: .confirmed, at: at(41))])
            #expect(try await store.unrouted(dueBy: at(1_000), limit: 10).isEmpty)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `unrouted entries come oldest due first and no more than asked for`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            for index in 0..<5 {
                _ = try await store.create(Charge(commandID: "c-\(index)", reference: "R\(index)"))
            }
            let entries = try await store.waiting()
            try await store.settle(
                entries.enumerated().map { index, entry in
                    Settlement(
                        position: entry.position,
                        outcome: .unrouted(retryAt: at(100 - Int64(index))),
                        at: at(1)
                    )
                }
            )
            let due = try await store.unrouted(dueBy: at(200), limit: 3)
            #expect(due.map(\.position) == entries.map(\.position).suffix(3).reversed())
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `the census counts what is unfinished, in doubt and waiting`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            #expect(try await store.census().unfinished.isEmpty)
            #expect(try await store.census().oldestWaiting == nil)
            let waiting = try await store.create(Charge(commandID: "c-1", reference: "R1", terminal: "80005001"))
            _ = try await store.submitted(Charge(commandID: "c-2", reference: "R2"))
            let doubtful = try await store.create(Charge(commandID: "c-3", terminal: "80005000"))
            _ = try await store.apply(.submissionStarted, to: doubtful.id, at: at(3))
            _ = try await store.apply(.recovered, to: doubtful.id, at: at(7))
            // The doubt goes on; only its reason changes.
            _ = try await store.apply(.due, to: doubtful.id, at: at(90_000))
            let cancelled = try await store.create(Charge(commandID: "c-4", reference: "R4"))
            _ = try await store.apply(.cancel, to: cancelled.id, at: at(9))
            let census = try await store.census()
            #expect(census.unfinished == [.accepted: 1, .submitted: 1, .inDoubt: 1])
            #expect(census.oldestDoubt == at(7))
            #expect(census.oldestWaiting == waiting.acceptedAt)
            #expect(census.pendingEntries == 8)
            #expect((census.bytes > 0) == engine.isOnDisk)
            _ = try await store.apply(.callback(.refused(51), number: "77"), to: doubtful.id, at: at(10))
            #expect(try await store.census().oldestDoubt == nil)
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `a probe is a commit that leaves nothing to see`(engine: StoreEngine) async throws {
        let counter = CommitCounter()
        try await engine.withStore(report: counter.note) { store in
            try await store.probe(at: at(1))
            try await store.probe(at: at(2))
            #expect(counter.commits == 2)
            #expect(try await store.waiting().isEmpty)
            #expect(try await store.transactions(TransactionQuestion()).isEmpty)
        }
    }
}

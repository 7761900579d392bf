// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import TestSupport
import Testing

@testable import CorrelationStore

/// The one verb that gives the next entries, on every engine.
@Suite(.timeLimit(.minutes(1)))
struct OutboxSourceTests {
    @Test(arguments: StoreEngine.allCases)
    func `each kind has its entries, in the order of the commits`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            for kind in OutboxEntry.Kind.allCases { #expect(try await store.handedOut(of: kind).isEmpty) }
            let cancelled = try await store.create()
            _ = try await store.apply(.cancel, to: cancelled.id, at: at(1))
            _ = try await store.accept(Charge(amount: 1).candidate, from: Charge(amount: 1).message)
            let declined = try await store.submitted(Charge(commandID: "c-2", terminal: "80005000"))
            _ = try await store.apply(.callback(.refused(51)), to: declined.id, at: at(3))
            for kind in OutboxEntry.Kind.allCases {
                let stored = try await store.waiting(of: kind)
                #expect(stored.count >= (kind == .event ? 6 : 1))
                #expect(try await store.handedOut(of: kind) == stored)
                #expect(try await store.handedOut(of: kind).isEmpty)
            }
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `one that asks misses no entry and gets none twice, however slow it is`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            try await withThrowingTaskGroup { group in
                for writer in 0..<20 {
                    group.addTask {
                        for index in 0..<60 {
                            let name = "\(writer)x\(index)"
                            _ = try await store.create(Charge(commandID: "c-\(name)", reference: "R\(name)"))
                        }
                    }
                }
                var random = SeededGenerator.announced("one that asks the outbox")
                var seen: [Int64] = []
                var unsettled: [Int64] = []
                while seen.count < 1_200 {
                    let limit = Int.random(in: 1...40, using: &random)
                    let page = try await store.nextEntries(of: .event, limit: limit, waits: true) { at(100) }
                    #expect(page.count <= limit)
                    seen += page.map(\.position)
                    unsettled += page.map(\.position)
                    guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
                    try await store.settle(unsettled.map { Settlement(position: $0, outcome: .confirmed, at: at(50)) })
                    unsettled = []
                }
                try await group.waitForAll()
                #expect(seen == seen.sorted() && Set(seen).count == 1_200)
                #expect(try await store.waiting().map(\.position) == unsettled)
            }
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `one that waits is given what a commit appends, and an entry without a queue when it is due`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore { store in
            async let first = store.nextEntries(of: .event, limit: 10, waits: true) { at(0) }
            _ = try await store.create()
            let entry = try #require(try await first.first)
            // A sweep may be due again by now; the next question makes it.
            for _ in 0..<100 where store.outboxUnreadFor(.event) != nil { _ = try await store.handedOut(at: at(0)) }
            #expect(store.outboxUnreadFor(.event) == nil)
            try await store.settle([
                Settlement(position: entry.position, outcome: .unrouted(retryAt: at(20)), at: at(1))
            ])
            #expect(try await store.handedOut(at: at(19)).isEmpty)
            let again = try await store.nextEntries(of: .event, limit: 10, waits: true) { at(20) }
            #expect(again.map(\.position) == [entry.position] && again.first?.returns == 1)
        }
    }

    @Test func `a reading that fails or is not asked for makes the outbox unread, and one that succeeds ends that`()
        async throws
    {
        let source = OutboxSource()
        #expect(source.unreadFor == nil)
        #expect(source.next(limit: 1) == .read(.unrouted))
        let first = try #require(source.unreadFor)
        source.giveUpReading()
        // Another try of the same reading does not make it younger.
        #expect(source.next(limit: 1) == .read(.unrouted))
        let second = try #require(source.unreadFor)
        #expect(second >= first)
        source.finishUnrouted([])
        #expect(source.unreadFor == nil)
        source.lookAgain()
        #expect(source.unreadFor != nil)
    }

    @Test(arguments: StoreEngine.allCases)
    func `one that waits when the store closes is told so`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let before = try await store.handedOut()
            #expect(before.isEmpty)
            let waiting = Task { try await store.nextEntries(of: .event, limit: 10, waits: true) { at(0) } }
            await store.close()
            await #expect(throws: StoreError.closed) { try await waiting.value }
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `one that is cancelled while it waits gets nothing, and nothing is lost`(engine: StoreEngine) async throws {
        try await engine.withStore { store in
            let waiting = Task { try await store.nextEntries(of: .event, limit: 10, waits: true) { at(0) } }
            waiting.cancel()
            #expect(try await waiting.value.isEmpty)
            _ = try await store.create()
            #expect(try await store.handedOut().count == 1)
        }
    }
}

extension TransactionStore {
    /// Everything that is handed out now.
    func handedOut(of kind: OutboxEntry.Kind = .event, at instant: Timestamp = at(0)) async throws -> [OutboxEntry] {
        var all: [OutboxEntry] = []
        while true {
            let page = try await nextEntries(of: kind, limit: 100, waits: false) { instant }
            if page.isEmpty { return all }
            all += page
        }
    }
}

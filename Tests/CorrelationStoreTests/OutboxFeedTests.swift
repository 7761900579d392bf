// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import TestSupport
import Testing

@testable import CorrelationStore

/// Entries that a commit hands on, so that the relay does not have to read them from the store.
@Suite(.timeLimit(.minutes(1)))
struct OutboxFeedTests {
    private func entry(_ position: Int64) -> OutboxEntry {
        OutboxEntry(
            position: position,
            transactionID: nil,
            payload: .deadLetter(.empty(named: "\(position)")),
            appendedAt: at(0),
            returns: 0
        )
    }

    @Test(arguments: StoreEngine.allCases)
    func `each feed has what the store would have given, of its kind and in its order`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore { store in
            let kinds = OutboxEntry.Kind.allCases
            for kind in kinds { store.feed(of: kind).restart() }
            let cancelled = try await store.create()
            _ = try await store.apply(.cancel, to: cancelled.id, at: at(1))
            _ = try await store.accept(Charge(amount: 1).candidate, from: Charge(amount: 1).message)
            let declined = try await store.submitted(Charge(commandID: "c-2", terminal: "80005000"))
            _ = try await store.apply(.callback(.refused(51)), to: declined.id, at: at(3))
            for kind in kinds {
                let stored = try await store.pending(after: 0, of: kind, limit: 100)
                #expect(stored.count >= (kind == .event ? 6 : 1))
                #expect(store.feed(of: kind).take(after: 0, limit: 100) == stored)
                #expect(store.feed(of: kind).take(after: 0, limit: 100) == [])
            }
        }
    }

    @Test(arguments: StoreEngine.allCases)
    func `nobody who reads after a restart and then follows misses an entry, however slow`(
        engine: StoreEngine
    ) async throws {
        try await engine.withStore { store in
            let feed = store.feed(of: .event)
            try await withThrowingTaskGroup { group in
                for writer in 0..<20 {
                    group.addTask {
                        for index in 0..<60 {
                            let name = "\(writer)x\(index)"
                            _ = try await store.create(Charge(commandID: "c-\(name)", reference: "R\(name)"))
                        }
                    }
                }
                var generator = SeededGenerator.announced("a follower of the outbox")
                var seen: [Int64] = []
                var follows = false
                while seen.count < 1_200 {
                    let limit = Int.random(in: 1...40, using: &generator)
                    // A reader that lost its place begins again in the middle.
                    if Int.random(in: 0..<10, using: &generator) == 0 { follows = false }
                    if follows, let page = feed.take(after: seen.last ?? 0, limit: limit) {
                        seen += page.map(\.position)
                        if page.isEmpty { await Task.yield() }
                        continue
                    }
                    feed.restart()
                    let page = try await store.pending(after: seen.last ?? 0, of: .event, limit: limit)
                    seen += page.map(\.position)
                    follows = page.count < limit
                }
                try await group.waitForAll()
                #expect(seen == (try await store.waiting()).map(\.position))
            }
        }
    }

    @Test func `what is behind the position is all that is taken, and no more than was asked for`() {
        let feed = OutboxFeed()
        feed.restart()
        feed.append([entry(3), entry(4)])
        feed.append([entry(6), entry(7), entry(9)])
        #expect(feed.take(after: 3, limit: 2)?.map(\.position) == [4, 6])
        #expect(feed.take(after: 6, limit: 2)?.map(\.position) == [7, 9])
        #expect(feed.take(after: 9, limit: 2) == [])
        feed.append([entry(10)])
        #expect(feed.take(after: 12, limit: 2) == [])
        feed.append([entry(13)])
        #expect(feed.take(after: 12, limit: 2)?.map(\.position) == [13])
    }

    @Test func `whoever does not keep up is told so, and nothing piles up`() {
        let feed = OutboxFeed()
        feed.append([entry(1)])
        #expect(feed.take(after: 0, limit: 1) == nil)
        feed.restart()
        for position in 1...Int64(OutboxFeed.limit) { feed.append([entry(position)]) }
        #expect(feed.take(after: 0, limit: 1)?.map(\.position) == [1])
        feed.append([entry(2_001), entry(2_002)])
        #expect(feed.take(after: 1, limit: 1) == nil)
        feed.append([entry(2_003)])
        #expect(feed.take(after: 1, limit: 1) == nil)
        feed.restart()
        feed.append([entry(2_004)])
        #expect(feed.take(after: 1, limit: 5)?.map(\.position) == [2_004])
    }
}

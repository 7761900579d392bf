// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import Foundation
import GRDB
import NIOConcurrencyHelpers
import Testing

@testable import CorrelationStore
@testable import CorrelationStoreSQLite

/// How changes share commits in the SQLite store.
@Suite(.timeLimit(.minutes(1)))
struct GroupCommitTests {
    /// Opens a store whose writer can be held up by a lock from outside.
    private func withHeldStore(
        limits: LedgerStore<SQLiteEngine>.QueueLimits = .init(),
        _ counter: CommitCounter,
        _ body: (LedgerStore<SQLiteEngine>, HeldWriter) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let store = try SQLiteStore(path: path).openLedger(rules: .test(), limits: limits, report: counter.note)
            let holder = try HeldWriter(path: path)
            do {
                try await body(store, holder)
            } catch {
                holder.release()
                await store.close()
                throw error
            }
            holder.release()
            await store.close()
        }
    }

    @Test
    func `changes that arrive during a commit share the next one`() async throws {
        let counter = CommitCounter()
        try await withHeldStore(counter) { store, holder in
            try await withThrowingTaskGroup { group in
                for index in 0..<200 {
                    group.addTask {
                        _ = try await store.create(Charge(commandID: "c-\(index)", reference: "R\(index)"))
                    }
                }
                try await eventually { store.queue.taken == 200 }
                holder.release()
                try await group.waitForAll()
            }
            #expect(counter.all.map(\.changes).reduce(0, +) == 200)
            #expect(counter.commits <= 20, "\(counter.all.map(\.changes))")
            #expect(try await store.unfinished(after: nil, limit: 500).count == 200)
        }
    }

    @Test
    func `a change that fails takes no other of its batch with it`() async throws {
        let counter = CommitCounter()
        try await withHeldStore(counter) { store, holder in
            #expect(try await store.handedOut().isEmpty)
            // Two commands under one transaction name: the second breaks a constraint that no rule looks at.
            let twin = Charge(commandID: "c-0", reference: "R0").candidate
            let outcomes = NIOLockedValueBox<[StoreError?]>([])
            await withTaskGroup { group in
                for index in 0..<40 {
                    group.addTask {
                        let charge = Charge(commandID: "c-\(index)", reference: "R\(index)")
                        let candidate = index % 20 == 0 ? twin.renamed(charge) : charge.candidate
                        do throws(StoreError) {
                            _ = try await store.accept(candidate, from: charge.message)
                            outcomes.withLockedValue { $0.append(nil) }
                        } catch {
                            outcomes.withLockedValue { $0.append(error) }
                        }
                    }
                }
                try? await eventually { store.queue.taken == 40 }
                holder.release()
            }
            let failures = outcomes.withLockedValue { $0 }.compactMap(\.self)
            #expect(failures.count == 1)
            guard case .fault = failures.first else {
                Issue.record("\(failures)")
                return
            }
            #expect(counter.all.contains { !$0.succeeded && $0.changes > 1 })
            let stored = try await store.unfinished(after: nil, limit: 100)
            #expect(stored.count == 39)
            #expect(try await store.waiting().count == 39)
            #expect(try await store.handedOut() == store.waiting())
        }
    }

    @Test
    func `a change that was undone is not remembered either`() async throws {
        struct Undone: Error {}
        try await withTemporaryDirectory { directory in
            let path = directory + "/store.sqlite"
            try SQLiteStore(path: path).create(for: Accounts(.test))
            let database = try DatabaseQueue(path: path)
            let queue = CommitQueue<LedgerStore<SQLiteEngine>.Ledger>(limits: .init())
            database.asyncWriteWithoutTransaction { database in
                guard let connection = try? SQLiteConnection(database) else { return }
                BatchWriter(
                    connection,
                    rules: .test(),
                    onAppend: { _ in },
                    storeError: SQLiteEngine.storeError,
                    report: { _ in }
                ).run(queue)
            }
            let charge = Charge(commandID: "c-0", reference: "R0")
            let candidate = charge.candidate
            _ = try await queue.commit { try $0.accept(candidate, from: charge.message) }
            await #expect(throws: StoreError.self) {
                try await queue.commit { (ledger) throws -> Void in
                    _ = try ledger.apply(.submissionStarted, to: candidate.id, at: candidate.acceptedAt)
                    throw Undone()
                }
            }
            let started = try await queue.commit {
                try $0.apply(.submissionStarted, to: candidate.id, at: candidate.acceptedAt)
            }
            #expect(started?.effects == [.post(attempt: 1)])
            _ = queue.close()
        }
    }

    @Test
    func `a full queue refuses and what it took is committed`() async throws {
        let limits = LedgerStore<SQLiteEngine>.QueueLimits(batch: 1, queue: 10)
        try await withHeldStore(limits: limits, CommitCounter()) { store, holder in
            let refused = NIOLockedValueBox(0)
            let taken = NIOLockedValueBox(0)
            try await withThrowingTaskGroup { group in
                for index in 0..<50 {
                    group.addTask {
                        do {
                            _ = try await store.create(Charge(commandID: "c-\(index)", reference: "R\(index)"))
                            taken.withLockedValue { $0 += 1 }
                        } catch StoreError.overloaded {
                            refused.withLockedValue { $0 += 1 }
                        }
                    }
                }
                try await eventually { refused.withLockedValue { $0 } >= 39 }
                holder.release()
                try await group.waitForAll()
            }
            #expect(taken.withLockedValue { $0 } + refused.withLockedValue { $0 } == 50)
            #expect(try await store.unfinished(after: nil, limit: 100).count == taken.withLockedValue { $0 })
            _ = try await store.create(Charge(commandID: "after", reference: "after"))
        }
    }

    @Test
    func `closing commits what was taken and refuses the rest`() async throws {
        try await withHeldStore(CommitCounter()) { store, holder in
            let begun = NIOLockedValueBox(0)
            let taken = NIOLockedValueBox(0)
            try await withThrowingTaskGroup { group in
                for index in 0..<50 {
                    group.addTask {
                        begun.withLockedValue { $0 += 1 }
                        do {
                            _ = try await store.create(Charge(commandID: "c-\(index)", reference: "R\(index)"))
                            taken.withLockedValue { $0 += 1 }
                        } catch StoreError.closed {}
                    }
                }
                try await eventually { begun.withLockedValue { $0 } > 25 }
                group.addTask { await store.close() }
                holder.release()
                try await group.waitForAll()
            }
            let again = try SQLiteStore(path: store.engine.file.path).open(rules: .test())
            #expect(try await again.unfinished(after: nil, limit: 100).count == taken.withLockedValue { $0 })
            #expect(taken.withLockedValue { $0 } > 0)
            await again.close()
        }
    }

    @Test
    func `a store that cannot write says so and goes on once it can`() async throws {
        try await withHeldStore(CommitCounter()) { store, holder in
            // The lock lasts longer than the writer waits for the locks of others.
            await #expect {
                _ = try await store.create()
            } throws: { error in
                guard case .unavailable(let words) = error as? StoreError else { return false }
                return words.contains("locked")
            }
            holder.release()
            _ = try await store.create()
        }
    }
}

/// Holds SQLite's write lock from outside the store.
private final class HeldWriter: Sendable {
    private let connection: DatabaseQueue

    init(path: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        connection = try DatabaseQueue(path: path, configuration: configuration)
        try connection.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    func release() {
        try? connection.writeWithoutTransaction { if $0.isInsideTransaction { try $0.execute(sql: "ROLLBACK") } }
        try? connection.close()
    }
}

extension BridgeCore.Transaction {
    /// A transaction for another command under this one's name.
    fileprivate func renamed(_ charge: Charge) -> BridgeCore.Transaction {
        let other = charge.candidate
        return BridgeCore.Transaction(
            id: id,
            command: other.command,
            country: other.country,
            environment: other.environment,
            address: other.address,
            acceptedAt: other.acceptedAt
        )
    }
}

/// Waits until a condition holds, for ten seconds at most.
func eventually(_ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try !condition() {
        try #require(ContinuousClock.now < deadline, "the condition did not come true in time")
        try await Task.sleep(for: .milliseconds(5))
    }
}

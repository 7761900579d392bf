// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import Dispatch
import GetnetSimulator
import Logging
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService
@testable import CorrelationStore
@testable import CorrelationStoreSQLite

extension BridgeWorld {
    /// Lets no commit of the store return while a body runs; a disk that does not answer does the same.
    fileprivate func withStuckStore(_ body: () async throws -> Void) async throws {
        let answer = DispatchSemaphore(value: 0)
        let store = try #require(store as? LedgerStore<SQLiteEngine>)
        let stuck = Task {
            // On the writer's thread, within the transaction that is to be committed.
            try await store.queue.commit { _ in answer.wait() }
        }
        do {
            try await body()
        } catch {
            answer.signal()
            throw error
        }
        answer.signal()
        try await stuck.value
    }
}

@Suite("A disk that does not answer", .timeLimit(.minutes(2)))
struct StuckStoreTests {
    @Test(
        "F2: a commit that does not return is an obstacle, callbacks are answered 503, and all goes on when it returns"
    )
    func stuckCommit() async throws {
        try await BridgeWorld.run { world in
            world.simulator.controls.holdCallbacks()
            let first = ChargeCommand()
            try await world.send(first)
            _ = try await world.events.first("it is submitted") {
                $0.commandID == first.commandID && $0.status == "submitted"
            }
            let url = try await world.webhook(of: first.commandID)
            try await world.withStuckStore {
                // The callback waits for its commit, and the bridge gives up.
                let early = try await BridgeWorld.request(
                    url,
                    method: "POST",
                    body: Array(BridgeWorld.approval(customID: nil).utf8)
                )
                #expect(early.status == 503)
                #expect(early.headers["retry-after"] == "5")
                try await eventually("the store is an obstacle", within: BridgeWorld.patience) {
                    try await world.health("/readyz/commands").text.contains(
                        "[-] store: a change has not been committed"
                    )
                }
                // The change itself hangs here, not the disk.
                #expect(
                    try await world.health("/readyz/commands").text.contains("a statement of the store does not return")
                )
                #expect(try await world.health("/livez").status == 200)
                #expect(try await world.metric(#"queue_oldest_seconds{queue="store"}"#) > 5)
                // No callback waits any more behind a disk that is known to be stuck.
                #expect(try await world.callBack(url, BridgeWorld.approval(customID: nil)) == 503)
                #expect(!world.bridge.takesCommands)
            }
            try await world.settle()
            world.simulator.controls.releaseCallbacks()
            #expect(try await world.events.final(of: first.commandID).status == "approved")
            let second = ChargeCommand(terminal: BridgeWorld.terminal(2))
            try await world.send(second)
            #expect(try await world.events.final(of: second.commandID).status == "approved")
        }
    }

    @Test("F2: a callback that was answered 503 behind such a commit is known all the same when it returns")
    func callbackBehindStuckCommit() async throws {
        try await BridgeWorld.run { world in
            world.simulator.controls.holdCallbacks()
            let command = ChargeCommand()
            try await world.send(command)
            let submitted = try await world.events.first("it is submitted") {
                $0.commandID == command.commandID && $0.status == "submitted"
            }
            let id = try #require(TransactionID(submitted.transactionID ?? ""))
            let url = try await world.webhook(of: command.commandID)
            try await world.withStuckStore {
                try await eventually("it is known that the store is stuck", within: BridgeWorld.patience) {
                    !world.bridge.takesCommands
                }
                // The first callback names another command, the second one its own.
                let other = BridgeWorld.approval(customID: "0mwsg2wxrl1pn0ovmziv5y0a")
                #expect(try await world.callBack(url, other) == 503)
                #expect(try await world.callBack(url, BridgeWorld.approval(customID: nil)) == 503)
            }
            // Getnet never tells it again. The bridge knows what it said, in the order in which it came.
            try await eventually("what it said is known", within: BridgeWorld.patience) {
                try await world.store.story(of: id).evidence.filter { $0.source == .callback }.count == 2
            }
            let findings = try await world.store.story(of: id).evidence.filter { $0.source == .callback }.map(\.finding)
            #expect(findings == [.foreign, .decided])
            world.simulator.controls.releaseCallbacks()
        }
    }

    @Test("F2: only a limited number of callbacks, and of their bytes, goes on behind a stuck commit")
    func tail() async throws {
        let waiting = WaitingCallbacks(limit: .seconds(30))
        let (ends, end) = AsyncStream<Void>.makeStream()
        let over = Task { for await _ in ends {} }
        @Sendable func goesOn(_ size: Int) -> Bool {
            waiting.goOn(size: size) {
                await over.value
                return .taken
            }
        }
        #expect(!goesOn(WaitingCallbacks.largestTail + 1) && goesOn(WaitingCallbacks.largestTail) && !goesOn(1))
        #expect((1...WaitingCallbacks.longestTail + 10).count { _ in goesOn(0) } == WaitingCallbacks.longestTail - 1)
        end.finish()
        try await eventually("there is room again", within: BridgeWorld.patience) { goesOn(1) }
    }

    @Test("F2: a command whose commit hangs is taken once when the disk answers")
    func stuckCommand() async throws {
        try await BridgeWorld.run { world in
            let command = ChargeCommand()
            try await world.withStuckStore {
                try await world.send(command)
                try await eventually("the store is an obstacle", within: BridgeWorld.patience) {
                    !world.bridge.takesCommands
                }
            }
            try await world.settle()
            #expect(try await world.events.final(of: command.commandID).status == "approved")
            #expect(try await world.posts(of: command.commandID).count == 1)
        }
    }

    @Test("F2: a queue that stands still is told once, and once more when it moves")
    func watch() {
        let lines = NIOLockedValueBox<[String]>([])
        let logger = Logger(label: "queues") { _ in CapturingLogHandler(lines: lines) }
        let load = NIOLockedValueBox(QueueLoad(count: 1, age: .seconds(6)))
        let watch = QueueWatch(loads: { [.callbacks: load.withLockedValue { $0 }] }, logger: logger)
        watch.look()
        watch.look()
        load.withLockedValue { $0 = QueueLoad(count: 9, age: .seconds(4)) }
        watch.look()
        watch.look()
        let told = lines.withLockedValue { $0 }
        #expect(told.count == 2)
        #expect(told.first?.contains("a queue stands still") == true)
        #expect(told.last?.contains("a queue moves again") == true)
    }

    @Test("F2: a callback that waits too long for its commit is answered, and its work goes on to its end")
    func callbacksWaitInTime() async throws {
        let waiting = WaitingCallbacks(limit: .milliseconds(10))
        // Twice: the timer of the first callback has ended when the second one comes.
        for _ in 1...2 {
            let isOver = NIOLockedValueBox(false)
            let end = AsyncStream<Void>.makeStream()
            let outcome = await waiting.outcome {
                for await _ in end.stream { break }
                isOver.withLockedValue { $0 = true }
                return .taken
            }
            #expect(outcome == nil && waiting.load.count == 0)
            end.continuation.yield()
            try await eventually("it went on to its end", within: BridgeWorld.patience) {
                isOver.withLockedValue { $0 }
            }
        }
        let patient = WaitingCallbacks(limit: .seconds(30))
        #expect(await patient.outcome { .taken } == .taken)
        #expect(patient.load.count == 0)
    }
}

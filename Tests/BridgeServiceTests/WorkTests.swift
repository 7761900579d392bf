// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import NIOConcurrencyHelpers
import Testing

@testable import BridgeService

@Suite("Work queue")
struct WorkQueueTests {
    @Test func `gives each piece to one task, in order`() async {
        let queue = WorkQueue<Int>(limit: 1_000)
        for piece in 0..<1_000 { #expect(queue.offer(piece)) }
        let taken = await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var mine: [Int] = []
                    while queue.count > 0, let piece = await queue.next() { mine.append(piece) }
                    return mine
                }
            }
            var all: [[Int]] = []
            // A worker that saw a piece which another one took waits; the end of the queue wakes it.
            while let mine = await group.next() {
                all.append(mine)
                if queue.count == 0 { queue.close() }
            }
            return all
        }
        #expect(taken.allSatisfy { $0 == $0.sorted() })
        #expect(taken.flatMap(\.self).sorted() == Array(0..<1_000))
    }

    @Test func `refuses a piece beyond its limit`() async {
        let queue = WorkQueue<Int>(limit: 2)
        #expect(queue.offer(1))
        #expect(queue.offer(2))
        #expect(!queue.offer(3))
        #expect(await queue.next() == 1)
        #expect(queue.offer(3))
    }

    @Test func `ends every wait when it is closed, and takes nothing more`() async {
        let queue = WorkQueue<Int>(limit: 2)
        let waiter = Task { await queue.next() }
        queue.close()
        #expect(await waiter.value == nil)
        #expect(!queue.offer(1))
        #expect(await queue.next() == nil)
    }

    @Test func `a cancelled wait ends and loses no piece`() async {
        let queue = WorkQueue<Int>(limit: 2)
        let waiter = Task { await queue.next() }
        waiter.cancel()
        #expect(await waiter.value == nil)
        #expect(queue.offer(7))
        #expect(await queue.next() == 7)
    }
}

@Suite("Signal")
struct SignalTests {
    @Test func `a signal that comes before the wait is kept, several are one`() async {
        let signal = Signal()
        signal.raise()
        signal.raise()
        await signal.wait()
        let second = Task { await signal.wait() }
        second.cancel()
        await second.value
    }

    @Test func `wakes the waiting task`() async {
        let signal = Signal()
        let waiter = Task { await signal.wait() }
        signal.raise()
        await waiter.value
    }

    @Test func `a wait with a limit ends without a signal, and the next one works`() async {
        let signal = Signal()
        await signal.wait(atMost: .milliseconds(1))
        signal.raise()
        await signal.wait(atMost: .seconds(60))
    }
}

@Suite("Command gate")
struct CommandGateTests {
    @Test func `is closed until recovery is over`() {
        let gate = CommandGate()
        let seen = NIOLockedValueBox<[Bool]>([])
        gate.observe { isOpen in seen.withLockedValue { $0.append(isOpen) } }
        gate.open(.recovering)
        #expect(seen.withLockedValue { $0 } == [false, true])
    }

    @Test func `one obstacle that goes away does not open it for another`() {
        let gate = CommandGate()
        gate.open(.recovering)
        let seen = NIOLockedValueBox<[Bool]>([])
        gate.observe { isOpen in seen.withLockedValue { $0.append(isOpen) } }
        gate.close(.store, because: "disk full")
        gate.close(.topology, because: "a queue is missing")
        gate.open(.store)
        #expect(seen.withLockedValue { $0 } == [true, false])
        #expect(Set(gate.obstacles.keys) == [.topology])
        gate.open(.topology)
        #expect(seen.withLockedValue { $0 } == [true, false, true])
    }

    @Test func `a missing queue keeps commands out but lets POSTs go on`() async {
        let gate = CommandGate()
        gate.open(.recovering)
        gate.close(.topology, because: "a queue is missing")
        #expect(await gate.waitUntilTerminalsMayBeWoken())
    }

    @Test func `an event that cannot be told keeps terminals asleep until it can`() async {
        let gate = CommandGate()
        gate.open(.recovering)
        gate.close(.outbox, because: "old")
        let waiter = Task { await gate.waitUntilTerminalsMayBeWoken() }
        gate.open(.outbox)
        #expect(await waiter.value)
    }

    @Test func `a cancelled wait does not wake a terminal`() async {
        let gate = CommandGate()
        let waiter = Task { await gate.waitUntilTerminalsMayBeWoken() }
        waiter.cancel()
        #expect(await waiter.value == false)
    }
}

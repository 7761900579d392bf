// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import NIOConcurrencyHelpers
import TestSupport
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
            // A worker waits if another one took the piece that it saw; the end of the queue wakes it.
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
    /// A gate as it is after the bridge read everything and found it right.
    private func openGate() -> CommandGate {
        let gate = CommandGate()
        gate.open(.topology)
        gate.open(.recovering)
        gate.open(.outbox)
        return gate
    }

    @Test func `is closed until topology and outbox were looked at and recovery is over`() {
        let gate = CommandGate()
        gate.open(.topology)
        gate.open(.outbox)
        let seen = NIOLockedValueBox<[Bool]>([])
        gate.observe { isOpen in seen.withLockedValue { $0.append(isOpen) } }
        gate.open(.recovering)
        #expect(seen.withLockedValue { $0 } == [false, true])
    }

    @Test func `one obstacle that goes away does not open it for another`() {
        let gate = openGate()
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

    @Test func `no terminal is woken before rows and outbox were read`() {
        let obstacles = Set(CommandGate().obstacles.keys)
        #expect(obstacles == [.recovering, .topology, .outbox])
        #expect(Set(obstacles.filter(\.keepsTerminalsAsleep)) == [.recovering, .outbox])
    }

    @Test func `a missing queue keeps commands out but lets POSTs go on`() async {
        let gate = openGate()
        gate.close(.topology, because: "a queue is missing")
        #expect(await gate.waitUntilTerminalsMayBeWoken())
    }

    @Test func `an event that cannot be told keeps terminals asleep until it can`() async {
        let gate = openGate()
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

    @Test func `a stop ends the wait without waking a terminal`() async {
        let gate = CommandGate()
        let waiter = Task { await gate.waitUntilTerminalsMayBeWoken() }
        gate.close(.shutdown, because: "the process is stopping")
        #expect(await waiter.value == false)
        gate.open(.recovering)
        #expect(await gate.waitUntilTerminalsMayBeWoken() == false)
    }

    @Test func `its observer ends with how the gate is, however openings and closings meet`() async {
        for _ in 0..<200 {
            let gate = openGate()
            let last = NIOLockedValueBox(false)
            gate.observe { isOpen in last.withLockedValue { $0 = isOpen } }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { gate.close(.store, because: "disk full") }
                group.addTask { gate.open(.store) }
                group.addTask { gate.close(.outbox, because: "old") }
                group.addTask { gate.open(.outbox) }
            }
            #expect(last.withLockedValue { $0 } == gate.obstacles.isEmpty)
        }
    }
}

@Suite("Query line")
struct QueryLineTests {
    private func id(_ number: UInt128) -> TransactionID { TransactionID(at: .sample, random: number) }

    @Test func `a transaction is lined up once however often it asks`() async {
        let line = QueryLine()
        for _ in 0..<3 { #expect(line.offer(.init(id: id(1), idPosTxs: "1"))) }
        #expect(line.offer(.init(id: id(2), idPosTxs: "2")))
        #expect(await line.next()?.idPosTxs == "1")
        #expect(await line.next()?.idPosTxs == "2")
        #expect(line.offer(.init(id: id(1), idPosTxs: "1")))
        #expect(await line.next()?.idPosTxs == "1")
    }

    @Test func `what became final is passed over`() async {
        let line = QueryLine()
        #expect(line.offer(.init(id: id(1), idPosTxs: "1")))
        #expect(line.offer(.init(id: id(2), idPosTxs: "2")))
        line.withdraw(id(1))
        #expect(await line.next()?.idPosTxs == "2")
    }
}

@Suite("Work that is left over")
struct LeftOverTests {
    @Test func `what waits when a line is closed is told once, and nothing before`() async {
        let line = WorkQueue<Int>(limit: 3)
        for number in 1...3 { #expect(line.offer(number)) }
        #expect(await line.next() == 1)
        #expect(line.leftOver().isEmpty)
        line.close()
        #expect(line.leftOver() == [2, 3])
        #expect(line.leftOver().isEmpty)
    }
}

@Suite("Work in hand")
struct WorkInHandTests {
    private func id(_ number: UInt128) -> TransactionID { TransactionID(at: .sample, random: number) }

    @Test func `what one worker has no other one takes, and it is told afterwards that it was wanted again`() {
        let work = WorkInHand()
        #expect(work.take(id(1)))
        #expect(!work.take(id(1)) && !work.take(id(1)))
        #expect(work.take(id(2)))
        #expect(work.putDown(id(1)))
        #expect(!work.putDown(id(2)))
        #expect(work.take(id(1)))
        #expect(!work.putDown(id(1)))
    }
}

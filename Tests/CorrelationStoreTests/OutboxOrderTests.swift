// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import TestSupport
import Testing

@testable import CorrelationStore

/// Which entries are handed out next, as a value without a store.
@Suite struct OutboxOrderTests {
    private func entry(_ position: Int64) -> OutboxEntry {
        OutboxEntry(
            position: position,
            transactionID: nil,
            payload: .deadLetter(.empty(named: "\(position)")),
            appendedAt: at(0),
            returns: 0
        )
    }

    /// Reads until the sweep has come to its end; what is handed out.
    private func sweep(_ order: inout OutboxOrder, _ stored: [Int64], limit: Int) -> [Int64] {
        var seen: [Int64] = []
        while true {
            switch order.step(limit: limit) {
            case .entries(let entries): seen += entries.map(\.position)
            case .read(.unrouted): order.finishUnrouted([])
            case .read(.pending(let after)):
                let page = stored.filter { $0 > after }.prefix(limit).map(entry)
                order.finishPending(page, isLast: page.count < limit)
            case .nothing: return seen
            }
        }
    }

    @Test func `a start reads everything, and afterwards what is appended is handed out from memory`() {
        var order = OutboxOrder()
        #expect(sweep(&order, [1, 2, 3], limit: 2) == [1, 2, 3])
        order.append([entry(4), entry(5), entry(6)])
        #expect(order.step(limit: 2) == .entries([entry(4), entry(5)]))
        #expect(order.step(limit: 2) == .entries([entry(6)]))
        #expect(order.step(limit: 2) == .nothing)
    }

    @Test func `no entry is handed out twice before it is settled, whichever way it comes`() {
        var order = OutboxOrder()
        order.append([entry(1), entry(2)])
        #expect(sweep(&order, [1, 2, 3], limit: 10) == [1, 2, 3])
        order.lookAgain()
        #expect(sweep(&order, [1, 2, 3], limit: 10) == [])
        order.settle([2])
        order.lookAgain()
        #expect(sweep(&order, [1, 3], limit: 10) == [])
    }

    @Test func `an entry that is settled while a page is read is not handed out again by that page`() {
        var order = OutboxOrder()
        #expect(sweep(&order, [1, 2], limit: 10) == [1, 2])
        order.lookAgain()
        #expect(order.step(limit: 10) == .read(.unrouted))
        order.finishUnrouted([])
        #expect(order.step(limit: 10) == .read(.pending(after: 0)))
        order.settle([1])
        order.finishPending([entry(1), entry(2)], isLast: true)
        #expect(order.step(limit: 10) == .nothing)
    }

    @Test func `an entry that becomes visible late, below those that were read, is found by the next sweep`() {
        var order = OutboxOrder()
        #expect(sweep(&order, [1, 2, 7], limit: 2) == [1, 2, 7])
        #expect(order.step(limit: 2) == .nothing)
        order.lookAgain()
        #expect(sweep(&order, [1, 2, 5, 7], limit: 2) == [5])
    }

    @Test func `an unrouted entry is handed out again when it is due, and once`() {
        var order = OutboxOrder()
        #expect(sweep(&order, [1], limit: 10) == [1])
        order.settle([1])
        order.lookAgain()
        #expect(order.step(limit: 10) == .read(.unrouted))
        order.finishUnrouted([entry(1)])
        #expect(sweep(&order, [], limit: 10) == [1])
        order.lookAgain()
        #expect(order.step(limit: 10) == .read(.unrouted))
        order.finishUnrouted([entry(1)])
        #expect(sweep(&order, [], limit: 10) == [])
    }

    @Test func `what does not fit into memory is read, in order and whole`() {
        var order = OutboxOrder()
        #expect(sweep(&order, [], limit: 10) == [])
        let count = Int64(OutboxOrder.appendedLimit) + 10
        for position in 1...count { order.append([entry(position)]) }
        #expect(sweep(&order, Array(1...count), limit: 500) == Array(1...count))
        order.append([entry(count + 1)])
        #expect(order.step(limit: 5) == .entries([entry(count + 1)]))
    }

    @Test func `what was handed out is not kept, also where there is always more`() {
        var order = OutboxOrder()
        #expect(sweep(&order, [], limit: 10) == [])
        order.append([entry(1)])
        for position in 2...Int64(20_000) {
            order.append([entry(position)])
            #expect(order.step(limit: 1) == .entries([entry(position - 1)]))
            order.settle([position - 1])
            guard order.size > OutboxOrder.pageSize else { continue }
            Issue.record("\(order.size) entries are kept")
            return
        }
    }

    @Test func `a page that could not be read is read again`() {
        var order = OutboxOrder()
        #expect(order.step(limit: 5) == .read(.unrouted))
        order.giveUpReading()
        #expect(order.step(limit: 5) == .read(.unrouted))
        order.finishUnrouted([])
        #expect(order.step(limit: 5) == .read(.pending(after: 0)))
        order.giveUpReading()
        #expect(sweep(&order, [4], limit: 5) == [4])
    }

    @Test func `what a page has shown before it was appended does not come again after its settlement`() {
        var order = OutboxOrder()
        #expect(sweep(&order, [1], limit: 10) == [1])
        order.append([entry(1)])
        order.settle([1])
        #expect(order.step(limit: 10) == .nothing)
    }

    @Test func `a page that holds more than is asked for is kept, and read once`() {
        var order = OutboxOrder()
        #expect(order.step(limit: 2) == .read(.unrouted))
        order.finishUnrouted([])
        #expect(order.step(limit: 2) == .read(.pending(after: 0)))
        order.finishPending((1...5).map { entry($0) }, isLast: true)
        #expect(order.step(limit: 2) == .entries([entry(1), entry(2)]))
        order.append([entry(6)])
        order.lookAgain()
        #expect(order.step(limit: 2) == .entries([entry(3), entry(4)]))
        #expect(order.step(limit: 2) == .entries([entry(5)]))
        #expect(sweep(&order, [1, 2, 3, 4, 5, 6], limit: 2) == [6])
    }

    @Test func `in random histories each entry is handed out once, in the order of the commits`() {
        var random = SeededGenerator.announced("orders of the outbox")
        for _ in 0..<300 {
            var order = OutboxOrder()
            var stored: [Int64] = []
            // Committed, and not handed on to the order yet.
            var visible: [[Int64]] = []
            var settled: Set<Int64> = []
            var seen: [Int64] = []
            var next: Int64 = 1
            func commit() {
                let count =
                    Int.random(in: 0..<40, using: &random) == 0 ? 1_500 : Int64.random(in: 1...3, using: &random)
                let batch = (0..<count).map { next + $0 }
                next += count
                stored += batch
                visible.append(batch)
            }
            func handOn() {
                if !visible.isEmpty { order.append(visible.removeFirst().map(entry)) }
            }
            func settleOne() {
                let under = Set(visible.joined())
                let open = seen.suffix(20).filter { !settled.contains($0) && !under.contains($0) }
                guard let position = open.randomElement(using: &random) else { return }
                settled.insert(position)
                order.settle([position])
            }
            for _ in 0..<150 {
                switch Int.random(in: 0..<8, using: &random) {
                case 0: commit()
                case 1: handOn()
                case 2: order.lookAgain()
                case 3: settleOne()
                default:
                    switch order.step(limit: Int.random(in: 1...40, using: &random)) {
                    case .entries(let entries): seen += entries.map(\.position)
                    case .read(.unrouted): order.finishUnrouted([])
                    case .read(.pending(let after)):
                        let limit = Int.random(in: 1...60, using: &random)
                        let page = stored.filter { $0 > after && !settled.contains($0) }.prefix(limit).map(entry)
                        // While the page is read, the writer goes on.
                        for _ in 0..<Int.random(in: 0...3, using: &random) {
                            [commit, handOn, settleOne].randomElement(using: &random)?()
                        }
                        order.finishPending(page, isLast: page.count < limit)
                    case .nothing: break
                    }
                }
            }
            while !visible.isEmpty { handOn() }
            seen += sweep(&order, stored.filter { !settled.contains($0) }, limit: 70)
            #expect(seen == stored)
        }
    }
}

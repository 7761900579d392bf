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
            case .read(.unrouted): seen += order.finishUnrouted([]).map(\.position)
            case .read(.pending(let after)):
                let page = stored.filter { $0 > after }.prefix(limit).map(entry)
                seen += order.finishPending(page, isLast: page.count < limit).map(\.position)
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
        #expect(order.finishUnrouted([]) == [])
        #expect(order.step(limit: 10) == .read(.pending(after: 0)))
        order.settle([1])
        #expect(order.finishPending([entry(1), entry(2)], isLast: true) == [])
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
        #expect(order.finishUnrouted([entry(1)]) == [entry(1)])
        #expect(sweep(&order, [], limit: 10) == [])
        order.lookAgain()
        #expect(order.step(limit: 10) == .read(.unrouted))
        #expect(order.finishUnrouted([entry(1)]) == [])
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

    @Test func `a page that could not be read is read again`() {
        var order = OutboxOrder()
        #expect(order.step(limit: 5) == .read(.unrouted))
        order.giveUpReading()
        #expect(order.step(limit: 5) == .read(.unrouted))
        #expect(order.finishUnrouted([]) == [])
        #expect(order.step(limit: 5) == .read(.pending(after: 0)))
        order.giveUpReading()
        #expect(sweep(&order, [4], limit: 5) == [4])
    }

    @Test func `in random histories each entry is handed out once, those of one commit in order`() {
        var random = SeededGenerator.announced("orders of the outbox")
        for _ in 0..<300 {
            var order = OutboxOrder()
            var stored: [Int64] = []
            var settled: Set<Int64> = []
            var seen: [Int64] = []
            var next: Int64 = 1
            for _ in 0..<120 {
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1:
                    let batch = (0..<Int64.random(in: 1...3, using: &random)).map { next + $0 }
                    next += Int64(batch.count)
                    stored += batch
                    order.append(batch.map(entry))
                case 2: order.lookAgain()
                case 3:
                    guard let position = seen.filter({ !settled.contains($0) }).randomElement(using: &random) else {
                        break
                    }
                    settled.insert(position)
                    order.settle([position])
                default:
                    let limit = Int.random(in: 1...4, using: &random)
                    switch order.step(limit: limit) {
                    case .entries(let entries): seen += entries.map(\.position)
                    case .read(.unrouted): seen += order.finishUnrouted([]).map(\.position)
                    case .read(.pending(let after)):
                        let page = stored.filter { $0 > after && !settled.contains($0) }.prefix(limit).map(entry)
                        // While the page is read, more is appended and settled.
                        if Bool.random(using: &random) {
                            stored.append(next)
                            order.append([entry(next)])
                            next += 1
                        }
                        if let position = seen.filter({ !settled.contains($0) }).randomElement(using: &random) {
                            settled.insert(position)
                            order.settle([position])
                        }
                        seen += order.finishPending(page, isLast: page.count < limit).map(\.position)
                    case .nothing: break
                    }
                }
            }
            seen += sweep(&order, stored.filter { !settled.contains($0) }, limit: 7)
            #expect(seen == stored)
        }
    }
}

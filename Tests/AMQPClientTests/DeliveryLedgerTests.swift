// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import AMQPClient

@Suite struct `A delivery ledger` {
    @Test func `an acknowledged beginning is settled by one acknowledgement`() {
        var ledger = DeliveryLedger()
        let tokens = ledger.recordAll(5)
        let counted = [tokens[1], tokens[0], tokens[3]].map { ledger.settle($0, .acknowledge) }
        #expect(counted == [true, true, true])
        let first = ledger.flushed()
        #expect(first == [.acknowledge(tag: 2, multiple: true), .acknowledge(tag: 4, multiple: false)])
        #expect(ledger.unsettled == 2)
        _ = ledger.settle(tokens[2], .acknowledge)
        let second = ledger.flushed()
        #expect(second == [.acknowledge(tag: 3, multiple: false)])
    }

    @Test func `an acknowledgement of many never covers a delivery that is not settled`() {
        var ledger = DeliveryLedger()
        let tokens = ledger.recordAll(3)
        _ = ledger.settle(tokens[1], .acknowledge)
        _ = ledger.settle(tokens[2], .acknowledge)
        let settlements = ledger.flushed()
        #expect(settlements == [.acknowledge(tag: 2, multiple: false), .acknowledge(tag: 3, multiple: false)])
    }

    @Test func `a delivery is settled once, and never on another channel`() {
        var ledger = DeliveryLedger()
        let old = ledger.recordAll(1)[0]
        let counted = [ledger.settle(old, .deadLetter), ledger.settle(old, .acknowledge)]
        #expect(counted == [true, false])
        let settlements = ledger.flushed()
        #expect(settlements == [.reject(tag: 1)])
        ledger.begin()
        _ = ledger.recordAll(1)
        let counts = ledger.settle(old, .acknowledge)
        #expect(!counts)
        let none = ledger.flushed()
        #expect(none.isEmpty)
        #expect(ledger.unsettled == 1)
    }

    @Test func `all that is not settled is handed back once, and nothing else`() {
        var ledger = DeliveryLedger()
        let tokens = ledger.recordAll(4)
        _ = ledger.settle(tokens[0], .acknowledge)
        _ = ledger.settle(tokens[2], .deadLetter)
        let count = ledger.handBackAll()
        #expect(count == 2)
        let late = ledger.settle(tokens[1], .acknowledge)
        #expect(!late)
        let settlements = ledger.flushed()
        #expect(
            settlements == [
                .reject(tag: 3), .handBack(tag: 2), .handBack(tag: 4),
                .acknowledge(tag: 1, multiple: false),
            ]
        )
        #expect(ledger.unsettled == 0)
    }

    @Test func `a tag out of order is refused`() {
        var ledger = DeliveryLedger()
        let tokens = [ledger.record(tag: 1), ledger.record(tag: 3), ledger.record(tag: 1)]
        #expect(tokens.map { $0?.tag } == [1, nil, nil])
    }

    @Test func `whatever the verdicts and their order, the broker hears each exactly once`() {
        var random = SeededGenerator.printed()
        for _ in 0..<200 {
            var ledger = DeliveryLedger()
            var open = ledger.recordAll(100)
            var expected: [UInt64: Verdict] = [:]
            var heard: [UInt64: Verdict] = [:]
            while !open.isEmpty {
                for _ in 0..<min(open.count, Int.random(in: 1...10, using: &random)) {
                    let token = open.remove(at: Int.random(in: open.indices, using: &random))
                    let verdict = [Verdict.acknowledge, .deadLetter, .requeue].randomElement(using: &random)
                    guard let verdict else { return }
                    let counts = ledger.settle(token, verdict)
                    #expect(counts)
                    expected[token.tag] = verdict
                }
                for settlement in ledger.flushed() {
                    switch settlement {
                    case .acknowledge(let tag, multiple: false):
                        let before = heard.updateValue(.acknowledge, forKey: tag)
                        #expect(before == nil)
                    case .acknowledge(let last, multiple: true):
                        // The broker does the same: it settles each delivery up to this tag that is not settled yet.
                        for tag in 1...last where heard[tag] == nil { heard[tag] = .acknowledge }
                    case .reject(let tag):
                        let before = heard.updateValue(.deadLetter, forKey: tag)
                        #expect(before == nil)
                    case .handBack(let tag):
                        let before = heard.updateValue(.requeue, forKey: tag)
                        #expect(before == nil)
                    }
                }
                #expect(heard == expected)
            }
        }
    }
}

extension DeliveryLedger {
    fileprivate mutating func recordAll(_ count: Int) -> [DeliveryToken] {
        (1...count).compactMap { record(tag: UInt64($0)) }
    }

    fileprivate mutating func flushed() -> [Settlement] {
        var settlements: [Settlement] = []
        flush(into: &settlements)
        return settlements
    }
}

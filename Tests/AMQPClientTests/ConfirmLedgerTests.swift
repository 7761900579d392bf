// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import AMQPClient

@Suite struct `A confirm ledger` {
    private typealias Ledger = ConfirmLedger<Int>

    @Test func `tags count from 1 and start again when the channel ends`() {
        var ledger = Ledger()
        var settled: [Ledger.Settled] = []
        let tags = (0..<3).map { ledger.record($0) }
        #expect(tags == [1, 2, 3])
        ledger.end(.connectionLost("gone"), into: &settled)
        #expect(settled.map(\.waiter) == [0, 1, 2])
        #expect(settled.allSatisfy { $0.outcome == .unconfirmed(.connectionLost("gone")) })
        let next = ledger.record(3)
        #expect(next == 1)
    }

    @Test func `multiple settles everything up to the tag, tag 0 with multiple everything`() throws {
        var ledger = Ledger()
        var settled: [Ledger.Settled] = []
        for waiter in 0..<5 { _ = ledger.record(waiter) }
        try ledger.acknowledge(tag: 3, multiple: true, into: &settled)
        #expect(settled.map(\.waiter) == [0, 1, 2])
        try ledger.reject(tag: 0, multiple: true, into: &settled)
        #expect(settled.map(\.waiter) == [0, 1, 2, 3, 4])
        #expect(settled.map(\.outcome) == [.confirmed, .confirmed, .confirmed, .rejected, .rejected])
        #expect(ledger.owed == 0)
    }

    @Test func `a tag that was never given is a fault, one settled before is not`() throws {
        var ledger = Ledger()
        var settled: [Ledger.Settled] = []
        _ = ledger.record(0)
        #expect(throws: Ledger.Fault.unknownTag(2)) {
            try ledger.acknowledge(tag: 2, multiple: false, into: &settled)
        }
        try ledger.acknowledge(tag: 1, multiple: false, into: &settled)
        try ledger.acknowledge(tag: 1, multiple: true, into: &settled)
        #expect(settled.map(\.waiter) == [0])
    }

    @Test func `a returned message is not confirmed, and only the one with that id`() throws {
        var ledger = Ledger()
        var settled: [Ledger.Settled] = []
        for waiter in 0..<3 { _ = ledger.record(waiter, id: "\(waiter)") }
        ledger.markReturned(.init(messageID: "1", exchange: "x", routingKey: "k"), code: 312, text: "NO_ROUTE")
        try ledger.acknowledge(tag: 3, multiple: true, into: &settled)
        #expect(settled.map(\.outcome) == [.confirmed, .returned(code: 312, text: "NO_ROUTE"), .confirmed])
    }

    @Test func `two returns of the same id mark two messages`() throws {
        var ledger = Ledger()
        var settled: [Ledger.Settled] = []
        for waiter in 0..<3 { _ = ledger.record(waiter, id: "same") }
        for _ in 0..<2 {
            ledger.markReturned(.init(messageID: "same", exchange: "x", routingKey: "k"), code: 312, text: "")
        }
        try ledger.acknowledge(tag: 3, multiple: true, into: &settled)
        #expect(settled.map(\.outcome) == [.returned(code: 312, text: ""), .returned(code: 312, text: ""), .confirmed])
    }

    @Test func `an expired publish has its outcome once, and its late confirm changes nothing`() throws {
        var ledger = Ledger()
        var settled: [Ledger.Settled] = []
        let now = ContinuousClock.now
        _ = ledger.record(0, deadline: now)
        _ = ledger.record(1, deadline: now + .seconds(1))
        ledger.expire(at: now, into: &settled)
        #expect(settled.map(\.waiter) == [0])
        #expect(settled.map(\.outcome) == [.unconfirmed(.deadline)])
        #expect(ledger.nextDeadline == now + .seconds(1))
        #expect(ledger.owed == 2)
        try ledger.acknowledge(tag: 2, multiple: true, into: &settled)
        #expect(settled.map(\.waiter) == [0, 1])
    }

    @Test func `the late return of an expired publish is not taken for that of the same message sent again`() throws {
        var ledger = Ledger()
        var settled: [Ledger.Settled] = []
        let now = ContinuousClock.now
        _ = ledger.record(0, id: "same", deadline: now)
        ledger.expire(at: now, into: &settled)
        _ = ledger.record(1, id: "same", deadline: now + .seconds(1))
        ledger.markReturned(.init(messageID: "same", exchange: "x", routingKey: "k"), code: 312, text: "")
        try ledger.acknowledge(tag: 2, multiple: true, into: &settled)
        #expect(settled.map(\.outcome) == [.unconfirmed(.deadline), .confirmed])
    }

    @Test func `whatever the broker says in whatever order, every publish is settled exactly once`() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<200 {
            var ledger = Ledger()
            var settled: [Ledger.Settled] = []
            var recorded = 0
            while recorded < 300 {
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    let tag = ledger.record(recorded)
                    #expect(tag == UInt64(recorded + 1))
                    recorded += 1
                }
                let tag = UInt64.random(in: 1...UInt64(recorded), using: &random)
                let multiple = Bool.random(using: &random)
                if Bool.random(using: &random) {
                    try ledger.acknowledge(tag: tag, multiple: multiple, into: &settled)
                } else {
                    try ledger.reject(tag: tag, multiple: multiple, into: &settled)
                }
                if multiple {
                    #expect(Set(settled.map(\.waiter)).isSuperset(of: 0..<Int(tag)))
                }
            }
            ledger.end(.connectionLost(""), into: &settled)
            #expect(settled.map(\.waiter).sorted() == Array(0..<recorded))
        }
    }
}

extension ConfirmLedger<Int> {
    fileprivate mutating func record(
        _ waiter: Int,
        id: String? = nil,
        deadline: ContinuousClock.Instant = .now
    ) -> UInt64 {
        record(
            waiter,
            identity: PublishIdentity(messageID: id, exchange: "x", routingKey: "k"),
            bytes: 1,
            deadline: deadline
        )
    }
}

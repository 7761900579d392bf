// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import TestSupport
import Testing

@testable import BridgeService

@Suite("Held entries")
struct HeldEntriesTests {
    private func entry(_ position: Int64, of transaction: Int?) -> OutboxEntry {
        OutboxEntry(
            position: position,
            transactionID: transaction.map { TransactionID(at: Timestamp(milliseconds: 1), random: UInt128($0)) },
            payload: .deadLetter(.empty(named: "\(position)")),
            appendedAt: Timestamp(milliseconds: position),
            returns: 0
        )
    }

    @Test func `a transaction's entries stand in one line, which one task drains in order`() throws {
        let held = HeldEntries()
        let line = try #require(held.add(entry(1, of: 7)).line)
        #expect(held.add(entry(2, of: 7)).line == nil)
        #expect(held.add(entry(3, of: 7)).line == nil)
        #expect(held.next(of: line)?.position == 2)
        #expect(held.next(of: line)?.position == 3)
        #expect(held.next(of: line) == nil)
        #expect(held.count == 0)
    }

    @Test func `a line that ended begins anew with the next entry`() throws {
        let held = HeldEntries()
        let line = try #require(held.add(entry(1, of: 7)).line)
        #expect(held.next(of: line) == nil)
        #expect(held.add(entry(2, of: 7)).line == line)
    }

    @Test func `entries of different transactions never wait for each other`() {
        let held = HeldEntries()
        #expect(held.add(entry(1, of: 7)).line != nil)
        #expect(held.add(entry(2, of: 8)).line != nil)
        #expect(held.add(entry(3, of: nil)).line != nil)
        #expect(held.add(entry(4, of: nil)).line != nil)
    }

    @Test func `the oldest is the oldest of all lines`() {
        let held = HeldEntries(clock: { Timestamp(milliseconds: 10_000_005) })
        _ = held.add(entry(10_000_005, of: 1))
        _ = held.add(entry(5, of: 2))
        #expect(held.lag().oldest ?? .zero >= .seconds(10_000))
        #expect(held.oldestAge >= .seconds(10_000))
    }

    @Test("E3: how long an event waits is measured by a clock that does not jump", arguments: [-3_600, 25 * 3_600])
    func ageDoesNotJump(_ step: Int64) {
        let clock = SettableClock()
        let held = HeldEntries(clock: clock.now)
        held.endReading()
        _ = held.add(entry(clock.now().milliseconds, of: 1))
        clock.move(by: .seconds(step))
        #expect(held.lag().oldest ?? .seconds(-1) >= .zero)
        #expect(held.lag().oldest ?? .seconds(99) < .seconds(60))
        // This entry was made before the clock was set, and added after it.
        _ = held.add(entry((clock.now() - .seconds(step)).milliseconds, of: 2))
        #expect(held.lag().oldest ?? .seconds(99) < .seconds(60))
    }

    @Test("E3: an event dated in the future by an earlier process is no younger than its entry")
    func futureDate() {
        let held = HeldEntries(clock: { .sample })
        _ = held.add(entry((Timestamp.sample + .seconds(3_600)).milliseconds, of: 1))
        #expect(held.lag().oldest ?? .seconds(-1) >= .zero)
    }

    @Test func `an outbox is known once it was read, and not any more while reads do not succeed`() {
        let held = HeldEntries()
        #expect(held.lag().reading == .never)
        #expect(held.lag(unreadFor: .seconds(3)).reading == .never)
        held.endReading()
        #expect(held.lag().reading == .current)
        #expect(held.lag(unreadFor: .seconds(3)).reading == .pending(.seconds(3)))
        #expect(held.lag().reading == .current)
    }

    @Test func `a stop is over when nothing is left, or when its time is`() throws {
        let held = HeldEntries()
        #expect(!held.isFlushed)
        let line = try #require(held.add(entry(1, of: 7)).line)
        held.startFlushing(until: .now + .seconds(60))
        #expect(!held.isFlushed)
        #expect(held.next(of: line) == nil)
        #expect(held.isFlushed)
        _ = held.add(entry(2, of: 7))
        held.startFlushing(until: .now - .seconds(1))
        #expect(held.isFlushed)
    }

    @Test func `an unrouted entry is on its way once`() {
        let held = HeldEntries()
        #expect(held.addUnrouted(entry(1, of: 7)))
        #expect(!held.addUnrouted(entry(1, of: 7)))
        held.removeUnrouted(entry(1, of: 7))
        #expect(held.addUnrouted(entry(1, of: 7)))
    }
}

/// One queue that refuses an event must not stop all events of a transaction.
@Suite("Refused entries")
struct RefusedEntriesTests {
    private func entry(_ position: Int64, _ word: String = "submitted") -> OutboxEntry {
        OutboxEntry(
            position: position,
            transactionID: TransactionID(at: Timestamp(milliseconds: 1), random: 7),
            payload: .deadLetter(.empty(named: word)),
            appendedAt: Timestamp(milliseconds: position),
            returns: 0
        )
    }

    @Test func `one that may give way does so at once where a later one waits`() throws {
        let held = HeldEntries()
        let line = try #require(held.add(entry(1)).line)
        _ = held.add(entry(2))
        guard case .gaveWay(let next) = held.refuse(entry(1), in: line, routingKey: "a", givesWay: true) else {
            Issue.record("it stands in the way")
            return
        }
        #expect(next.position == 2)
        #expect(held.count == 1)
        #expect(held.lag().refusedKeys.isEmpty)
    }

    @Test func `one that waits for its next try is overtaken by the next that comes, and its try is off`() throws {
        let held = HeldEntries()
        let line = try #require(held.add(entry(1)).line)
        guard case .tryAgain = held.refuse(entry(1), in: line, routingKey: "a", givesWay: true) else {
            Issue.record("nothing waits")
            return
        }
        #expect(held.lag().refusedKeys == ["a"])
        guard case .overtakes(let refused, line) = held.add(entry(2)) else {
            Issue.record("not overtaken")
            return
        }
        #expect(refused.position == 1)
        #expect(!held.beginAgain(entry(1), in: line))
        #expect(held.beginAgain(entry(2), in: line))
        #expect(held.next(of: line) == nil)
        #expect(held.count == 0)
    }

    @Test func `one that is on its way again is not overtaken`() throws {
        let held = HeldEntries()
        let line = try #require(held.add(entry(1)).line)
        _ = held.refuse(entry(1), in: line, routingKey: "a", givesWay: true)
        #expect(held.beginAgain(entry(1), in: line))
        #expect(held.add(entry(2)).line == nil)
        #expect(held.next(of: line)?.position == 2)
    }

    @Test func `a final one never gives way, and its age counts; that of a step on the way does not`() throws {
        // Nine milliseconds after it was made, or a moment more.
        let held = HeldEntries(clock: { Timestamp(milliseconds: 10) })
        let line = try #require(held.add(entry(1)).line)
        _ = held.refuse(entry(1), in: line, routingKey: "a", givesWay: true)
        #expect(held.lag().oldest == nil)
        held.forgetRefusal(in: line)
        #expect(held.lag().oldest ?? .zero >= .milliseconds(9))
        _ = held.refuse(entry(1), in: line, routingKey: "a", givesWay: false)
        #expect(held.add(entry(2)).line == nil)
        guard case .tryAgain = held.refuse(entry(1), in: line, routingKey: "a", givesWay: false) else {
            Issue.record("a final event gave way")
            return
        }
        #expect(held.lag().oldest ?? .zero >= .milliseconds(9))
        #expect(held.lag().remark == "the broker refuses (is a queue bound to it full?): a")
    }

    @Test func `few keys are named, the rest is a number`() {
        let lag = OutboxLag(oldest: .seconds(11), reading: .current, refusedKeys: ["a", "b", "c", "d", "e"])
        let obstacle = lag.obstacle(holdAfter: .seconds(10), isHolding: false)
        #expect(obstacle?.hasSuffix("full?): a, b, c and 2 more") == true)
    }
}

extension HeldEntries.Addition {
    /// The line that the sender empties from here on.
    fileprivate var line: HeldEntries.Line? {
        switch self {
        case .isFirst(let line), .overtakes(_, let line): line
        case .waits: nil
        }
    }
}

@Suite("Lag of the outbox")
struct OutboxLagTests {
    private func isHeldBack(_ oldest: Duration?, _ reading: OutboxLag.Reading, isHolding: Bool) -> Bool {
        OutboxLag(oldest: oldest, reading: reading).obstacle(holdAfter: .seconds(10), isHolding: isHolding) != nil
    }

    @Test func `an outbox that was never read holds commands back, whatever is held`() {
        #expect(isHeldBack(nil, .never, isHolding: true))
        #expect(isHeldBack(.zero, .never, isHolding: false))
    }

    @Test(arguments: [
        (Duration?.none, false, false), (.seconds(10), false, false), (.seconds(11), false, true),
        (.seconds(6), true, true), (.seconds(5), true, false), (nil, true, false),
    ])
    func `commands are held back when the oldest is too old, until half of that is won back`(
        oldest: Duration?,
        isHolding: Bool,
        expected: Bool
    ) {
        #expect(isHeldBack(oldest, .current, isHolding: isHolding) == expected)
    }

    @Test(arguments: [(10, false, false), (11, false, true), (6, true, true), (5, true, false)])
    func `commands are held back when the outbox was not read for too long`(
        seconds: Int,
        isHolding: Bool,
        expected: Bool
    ) {
        #expect(isHeldBack(nil, .pending(.seconds(seconds)), isHolding: isHolding) == expected)
    }
}

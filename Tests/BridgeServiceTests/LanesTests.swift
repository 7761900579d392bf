// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@testable import BridgeService

@Suite("Lanes")
struct LanesTests {
    private static let now = ContinuousClock.now
    private static let key = Lanes.Key(Transaction.sample().command.content)

    private func id(_ number: Int) -> TransactionID { TransactionID(at: .sample, random: UInt128(number)) }

    private func lanes(_ count: Int) -> Lanes {
        var lanes = Lanes()
        for number in 1...count { enter(number, &lanes) }
        return lanes
    }

    @discardableResult
    private func enter(_ number: Int, _ lanes: inout Lanes) -> Bool {
        lanes.enter(id(number), Self.key, place: Int64(number), expiresAt: .sample, expiry: Self.now + .seconds(number))
    }

    @Test func `the smallest place stands first, whatever the names are and in whatever order they come back`() {
        var lanes = Lanes()
        // The clock that names them goes backwards.
        let names = (0..<4).map { TransactionID(at: .sample - .seconds(900 * $0), random: 1) }
        let key = Lanes.Key(Transaction.sample().command.content)
        for index in [2, 0, 3, 1] {
            _ = lanes.enter(names[index], key, place: Int64(100 + index), expiresAt: .sample, expiry: .now)
        }
        #expect(lanes.isHead(names[0]))
        #expect(lanes.leave(names[0]) == names[1])
        #expect(lanes.leave(names[1]) == names[2])
    }

    @Test func `the first holds the terminal until it leaves, then the next does, in order`() {
        var lanes = lanes(3)
        #expect([1, 2, 3].map { lanes.isHead(id($0)) } == [true, false, false])
        let afterFirst = lanes.leave(id(1))
        let afterSecond = lanes.leave(id(2))
        #expect([afterFirst, afterSecond] == [id(2), id(3)])
    }

    @Test func `one that leaves from the middle changes no turn`() {
        var lanes = lanes(3)
        #expect(lanes.leave(id(2)) == nil)
        #expect(lanes.isHead(id(1)))
        #expect(lanes.leave(id(1)) == id(3))
        #expect(lanes.leave(id(1)) == nil)
    }

    @Test func `no command is POSTed beside a reading, even if its doubt ends meanwhile`() {
        var lanes = lanes(2)
        let begins = lanes.beginReading(for: id(1))
        let beginsAgain = lanes.beginReading(for: id(1))
        let next = lanes.leave(id(1))
        #expect(begins && !beginsAgain && next == nil)
        #expect(!lanes.isHead(id(2)))
        #expect(lanes.endReading(for: id(1)) == id(2))
        #expect(lanes.isHead(id(2)))
    }

    @Test func `who comes during a reading waits for its end, even at an empty lane`() {
        var lanes = lanes(1)
        _ = lanes.beginReading(for: id(1))
        _ = lanes.leave(id(1))
        let holds = enter(2, &lanes)
        #expect(!holds)
        #expect(lanes.endReading(for: id(1)) == id(2))
    }

    @Test func `only who holds the terminal has its journal read`() {
        var lanes = lanes(2)
        let begins = lanes.beginReading(for: id(2))
        #expect(!begins)
    }

    @Test func `a command waits until its POST, and again after a refusal`() {
        var lanes = lanes(3)
        #expect(lanes.waiting == 3)
        lanes.mark(id(1), isPosted: true)
        lanes.mark(id(1), isPosted: true)
        #expect(lanes.waiting == 2)
        lanes.mark(id(1), isPosted: false)
        #expect(lanes.waiting == 3)
        lanes.mark(id(1), isPosted: true)
        _ = lanes.leave(id(1))
        #expect(lanes.waiting == 2)
    }

    @Test func `expiry is counted by the clock that does not jump`() {
        let lanes = lanes(1)
        #expect(lanes.expiry(of: id(1), at: Self.now)?.isOver == false)
        #expect(lanes.expiry(of: id(1), at: Self.now + .seconds(1))?.isOver == true)
        #expect(lanes.expiry(of: id(2), at: Self.now + .seconds(9)) == nil)
    }

    @Test func `a cancel that leaves begins a new life, and none leaves when the old one is about to end`() {
        var lanes = lanes(2)
        let (life, margin) = (Duration.seconds(315), Duration.seconds(5))
        func depart(_ number: Int, _ seconds: Int) -> Bool {
            lanes.departCancel(id(number), at: Self.now + .seconds(seconds), life: life, margin: margin)
        }
        // The charge was not POSTed yet.
        #expect(!depart(1, 0))
        lanes.depart(id(1), at: Self.now)
        lanes.plan(id(1), lifeEnd: Self.now + life)
        #expect(!depart(1, 310) && !depart(2, 0))
        #expect(depart(1, 300))
        #expect(lanes.departure(of: id(1)) == Self.now + .seconds(300))
        #expect(lanes.lifeEnd(of: id(1)) == Self.now + .seconds(615))
    }

    @Test func `a lane that is read counts as read for each command in it, until the reading has ended`() {
        var lanes = lanes(2)
        let isBegun = lanes.beginReading(for: id(1))
        #expect(isBegun && lanes.isBeingRead(id(1)) && lanes.isBeingRead(id(2)) && !lanes.isHead(id(1)))
        let next = lanes.leave(id(1))
        #expect(next == nil && lanes.isBeingRead(id(2)))
        let opened = lanes.endReading(for: id(1))
        #expect(opened == id(2))
        #expect(!lanes.isBeingRead(id(2)) && lanes.isHead(id(2)))
    }

    @Test func `names ascend within a millisecond, after the clock was set back, and after a restart`() {
        let names = AscendingNames()
        var random = SeededGenerator.announced("names", seed: nil)
        let old = TransactionID(at: .sample + .seconds(60), random: 5)
        names.follow(old)
        var given: [TransactionID] = [old]
        for step in 0..<2_000 {
            let now = Timestamp.sample + .milliseconds(step % 7 == 0 ? -step : step / 3)
            given.append(names.next(at: now, random: UInt128(random.next())))
        }
        #expect(given == given.sorted())
        #expect(Set(given).count == given.count)
    }

    @Test func `the successor of a name is the next one, also over nines and letters`() throws {
        let name = try #require(TransactionID("000000000" + "00000000000009z"))
        #expect(name.successor.description == "000000000" + "0000000000000a0")
    }
}

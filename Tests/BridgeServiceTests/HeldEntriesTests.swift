// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import CorrelationStore
import Testing

@testable import BridgeService

@Suite("Held entries")
struct HeldEntriesTests {
    private func entry(_ position: Int64, of transaction: Int?) -> OutboxEntry {
        let letter = DeadLetter(
            eventID: EventID(stored: "\(position)"),
            exchange: "",
            routingKey: "",
            body: [],
            contentType: nil,
            correlationID: nil,
            headers: [:]
        )
        return OutboxEntry(
            position: position,
            transactionID: transaction.map { TransactionID(at: Timestamp(milliseconds: 1), random: UInt128($0)) },
            payload: .deadLetter(letter),
            appendedAt: Timestamp(milliseconds: position),
            returns: 0
        )
    }

    @Test func `a transaction's entries stand in one line, which one task drains in order`() throws {
        let held = HeldEntries()
        let line = try #require(held.add(entry(1, of: 7)))
        #expect(held.add(entry(2, of: 7)) == nil)
        #expect(held.add(entry(3, of: 7)) == nil)
        #expect(held.next(of: line)?.position == 2)
        #expect(held.next(of: line)?.position == 3)
        #expect(held.next(of: line) == nil)
        #expect(held.count == 0)
    }

    @Test func `a line that ended begins anew with the next entry`() throws {
        let held = HeldEntries()
        let line = try #require(held.add(entry(1, of: 7)))
        #expect(held.next(of: line) == nil)
        #expect(held.add(entry(2, of: 7)) == line)
    }

    @Test func `entries of different transactions never wait for each other`() {
        let held = HeldEntries()
        #expect(held.add(entry(1, of: 7)) != nil)
        #expect(held.add(entry(2, of: 8)) != nil)
        #expect(held.add(entry(3, of: nil)) != nil)
        #expect(held.add(entry(4, of: nil)) != nil)
    }

    @Test func `the oldest is the oldest of all lines`() {
        let held = HeldEntries()
        _ = held.add(entry(5, of: 1))
        _ = held.add(entry(3, of: 2))
        #expect(held.oldest == Timestamp(milliseconds: 3))
    }

    @Test func `a stop is over when nothing is left, or when its time is`() throws {
        let held = HeldEntries()
        #expect(!held.isFlushed)
        let line = try #require(held.add(entry(1, of: 7)))
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

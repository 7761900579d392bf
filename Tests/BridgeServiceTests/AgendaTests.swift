// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import BridgeService

@Suite("Agenda")
struct AgendaTests {
    private static let start = ContinuousClock.now

    private func id(_ number: Int) -> TransactionID {
        TransactionID(at: Timestamp(milliseconds: 1), random: UInt128(number))
    }

    @Test func `gives out what is due, the earliest first, once`() {
        var agenda = Agenda()
        _ = agenda.set(id(1), due: Self.start + .milliseconds(300))
        _ = agenda.set(id(2), due: Self.start + .milliseconds(100))
        _ = agenda.set(id(3), due: Self.start + .milliseconds(200))
        let first = agenda.take(dueBy: Self.start + .milliseconds(250), limit: 10)
        let second = agenda.take(dueBy: Self.start + .milliseconds(250), limit: 10)
        #expect(first == [id(2), id(3)])
        #expect(second.isEmpty)
        #expect(agenda.earliest == Self.start + .milliseconds(300))
    }

    @Test func `an instant that was changed or taken out never comes up`() {
        var agenda = Agenda()
        _ = agenda.set(id(1), due: Self.start + .milliseconds(100))
        _ = agenda.set(id(2), due: Self.start + .milliseconds(100))
        _ = agenda.set(id(1), due: Self.start + .milliseconds(500))
        _ = agenda.set(id(2), due: nil)
        let early = agenda.take(dueBy: Self.start + .milliseconds(400), limit: 10)
        let due = agenda.take(dueBy: Self.start + .milliseconds(500), limit: 10)
        #expect(early.isEmpty)
        #expect(due == [id(1)])
    }

    @Test func `says when the first instant came closer, and only then`() {
        var agenda = Agenda()
        let first = agenda.set(id(1), due: Self.start + .milliseconds(100))
        let later = agenda.set(id(2), due: Self.start + .milliseconds(200))
        let earlier = agenda.set(id(3), due: Self.start + .milliseconds(50))
        #expect([first, later, earlier] == [true, false, true])
    }

    @Test func `agrees with a sorted list over random changes`() {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SplitMix(state: seed)
        var agenda = Agenda()
        var expected: [TransactionID: Agenda.Instant] = [:]
        for step in 0..<20_000 {
            let name = id(Int(generator.next() % 3_000))
            let due = Self.start + .milliseconds(step + Int(generator.next() % 500))
            switch generator.next() % 4 {
            case 0:
                _ = agenda.set(name, due: nil)
                expected[name] = nil
            case 1:
                let now = Self.start + .milliseconds(step)
                let taken = agenda.take(dueBy: now, limit: .max)
                #expect(Set(taken) == Set(expected.filter { $0.value <= now }.keys), "seed \(seed) step \(step)")
                for name in taken { expected[name] = nil }
            default:
                _ = agenda.set(name, due: due)
                expected[name] = due
            }
        }
        #expect(agenda.count == expected.count)
    }
}

/// A small reproducible generator.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

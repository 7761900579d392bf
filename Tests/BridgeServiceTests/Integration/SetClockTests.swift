// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import BridgeLedger
import CorrelationStore
import GetnetSimulator
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService

/// A clock on the wall that a test sets.
final class SettableClock: Sendable {
    private let offset = NIOLockedValueBox(Duration.zero)

    var now: @Sendable () -> Timestamp {
        { [offset] in .current + offset.withLockedValue { $0 } }
    }

    /// Sets it forward by this much, or back.
    func move(by step: Duration) {
        offset.withLockedValue { $0 += step }
    }
}

@Suite("A clock that is set")
struct SetClockTests {
    @Test(
        "E1: the callback is lost and the clock is set after the acknowledgement: queries go on and the charge is approved",
        arguments: [Duration.seconds(-3_600), .seconds(25 * 3_600), .seconds(-25 * 3_600), .seconds(400)]
    )
    func queriesGoOn(_ step: Duration) async throws {
        let clock = SettableClock()
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(clock: clock.now) { world in
                world.simulator.controls.holdCallbacks()
                let command = ChargeCommand()
                try await world.send(command)
                _ = try await world.events.first("it is submitted") {
                    $0.commandID == command.commandID && $0.status == "submitted"
                }
                clock.move(by: step)
                let final = try await world.events.final(of: command.commandID)
                #expect(final.status == "approved")
                #expect(final.data["evidence"]?.string == "query")
                #expect(!world.events.all.contains { $0.reason == "operator_needed" })
            }
        }
    }

    @Test("E1: a doubt is not given up because the clock is set forward")
    func doubtIsNotGivenUp() async throws {
        let clock = SettableClock()
        try await Surroundings.run(simulate: { $0.faults.probabilities[.journalServerError] = 1 }) { surroundings in
            try await surroundings.withBridge(clock: clock.now) { world in
                let command = ChargeCommand(amount: 15_504)
                try await world.send(command)
                _ = try await world.events.first("it is in doubt") {
                    $0.commandID == command.commandID && $0.status == "in_doubt"
                }
                clock.move(by: .seconds(25 * 3_600))
                let queries = try await world.transaction(of: command.commandID)?.statusQueries.begun ?? 0
                try await eventually("it is asked about again and again", within: BridgeWorld.patience) {
                    try await world.transaction(of: command.commandID)?.statusQueries.begun ?? 0 > queries + 3
                }
                #expect(!world.events.all.contains { $0.reason == "operator_needed" })
            }
        }
    }

    @Test("E1: a command whose expiry is past by the wall's clock is not sent, and the one at the terminal goes on")
    func waitingCommandIsNotSentPastItsExpiry() async throws {
        let clock = SettableClock()
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(clock: clock.now) { world in
                world.simulator.controls.holdCallbacks()
                let first = ChargeCommand()
                let second = ChargeCommand()
                try await world.send(first)
                try await world.send(second)
                _ = try await world.events.first("the first one is at the terminal") {
                    $0.commandID == first.commandID && $0.status == "submitted"
                }
                _ = try await world.events.first("the second one waits") {
                    $0.commandID == second.commandID && $0.status == "waiting"
                }
                clock.move(by: .seconds(25 * 3_600))
                world.simulator.controls.releaseCallbacks()
                #expect(try await world.events.final(of: first.commandID).status == "approved")
                let late = try await world.events.final(of: second.commandID)
                #expect(late.status == "failed" && late.reason == "command_expired")
                #expect(try await world.posts(of: second.commandID).isEmpty)
            }
        }
    }

    @Test("E1: a command that is accepted after the clock was set lives by the new time")
    func newCommandsLiveByTheNewTime() async throws {
        let clock = SettableClock()
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(clock: clock.now) { world in
                clock.move(by: .seconds(25 * 3_600))
                let until = clock.now() + .seconds(60)
                let command = ChargeCommand(more: #""expiresAt":"\#(until)""#)
                try await world.send(command)
                #expect(try await world.events.final(of: command.commandID).status == "approved")
            }
        }
    }

    @Test func `a transaction's calendar begins with the wall's, does not jump, and ends with it`() {
        let clock = SettableClock()
        let calendars = TransactionCalendars(clock: clock.now)
        let id = Transaction.sample().id
        _ = calendars.follow(id, isOver: false)
        clock.move(by: .seconds(-3_600))
        let now = calendars.now(for: id)
        #expect(now - clock.now() > .seconds(3_500))
        // The transaction has its calendar already.
        _ = calendars.follow(id, isOver: false)
        #expect(calendars.now(for: id) >= now)
        #expect(calendars.count == 1)
        _ = calendars.follow(id, isOver: true)
        #expect(calendars.now(for: id) - clock.now() < .seconds(60))
        #expect(calendars.count == 0)
    }
}

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import BridgeCore
import BridgeLedger
import CorrelationStore
import GetnetSimulator
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("A clock that is wrong")
struct ClockObstacleTests {
    private static func page(_ world: BridgeWorld) async throws -> String {
        try await world.health("/readyz/commands?verbose").text
    }

    /// A command with a date of the bridge's own clock.
    private static func charge(_ world: BridgeWorld, at clock: SettableClock? = nil) async throws {
        let command = ChargeCommand()
        try await world.send(command) { properties in
            if let clock { properties.timestamp = UInt64(clamping: clock.now().milliseconds / 1_000) }
        }
        #expect(try await world.events.final(of: command.commandID).status == "approved")
    }

    @Test("E3: the store is later than the clock: the obstacle is named, no terminal woken, until the clock is right")
    func storeIsLater() async throws {
        let clock = SettableClock()
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(clock: clock.now) { try await Self.charge($0, at: clock) }
            clock.move(by: .seconds(-3_600))
            try await surroundings.withBridge(clock: clock.now, isSettled: false) { world in
                try await eventually("the obstacle is named", within: BridgeWorld.patience) {
                    try await Self.page(world).contains("[-] clock: this machine's clock shows ")
                }
                let command = ChargeCommand()
                try await world.send(command)
                try await eventually("the login is there, and does not make it go away", within: BridgeWorld.patience) {
                    world.simulator.controls.ledger.summary.logins > 1
                }
                #expect(try await Self.page(world).contains("[-] clock: "))
                #expect(try await world.posts(of: command.commandID).isEmpty)
                clock.move(by: .seconds(3_600))
                #expect(try await world.events.final(of: command.commandID).status == "approved")
                #expect(try await Self.page(world).contains("[+] clock"))
            }
        }
    }

    @Test("E3: the clock was ahead and is right now: Getnet's own clock says so, and nothing is held for long")
    func clockWasAhead() async throws {
        let clock = SettableClock()
        clock.move(by: .seconds(3_600))
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(clock: clock.now) { world in
                try await Self.charge(world, at: clock)
                try await eventually("the difference is told", within: BridgeWorld.patience) {
                    try await Self.page(world).contains("s ahead of that of Getnet")
                }
            }
            clock.move(by: .seconds(-3_600))
            try await surroundings.withBridge(clock: clock.now) { try await Self.charge($0, at: clock) }
        }
    }

    @Test("E3: the clock is set back meanwhile: what is under way goes on, new commands wait until it is right")
    func clockIsSetBack() async throws {
        let clock = SettableClock()
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(clock: clock.now) { world in
                world.simulator.controls.holdCallbacks()
                let first = ChargeCommand()
                try await world.send(first)
                _ = try await world.events.first("it is submitted") {
                    $0.commandID == first.commandID && $0.status == "submitted"
                }
                clock.move(by: .seconds(-900))
                try await eventually("the obstacle is named", within: BridgeWorld.patience) {
                    try await Self.page(world).contains("[-] clock: ")
                }
                world.simulator.controls.releaseCallbacks()
                #expect(try await world.events.final(of: first.commandID).status == "approved")
                clock.move(by: .seconds(900))
                try await Self.charge(world, at: clock)
            }
        }
    }

    @Test("E3: a clock that is behind Getnet's from the start is an obstacle too, also with a new store")
    func clockIsBehind() async throws {
        let clock = SettableClock()
        clock.move(by: .seconds(-1_800))
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(clock: clock.now, isSettled: false) { world in
                try await eventually("the obstacle is named", within: BridgeWorld.patience) {
                    try await Self.page(world).contains("s behind that of Getnet; set it right")
                }
                clock.move(by: .seconds(1_800))
                try await Self.charge(world, at: clock)
            }
        }
    }

    @Test("E1: a restart with a clock that is ahead does not shorten a terminal's life")
    func lifeAfterRestart() async throws {
        let clock = SettableClock()
        // The life is longer than the test, and shorter than the jump.
        try await Surroundings.run(configure: { $0.reconcile.terminalLife = .seconds(600) }) { surroundings in
            let command = ChargeCommand()
            try await surroundings.withBridge(clock: clock.now) { world in
                world.simulator.controls.holdCallbacks()
                try await world.send(command)
                _ = try await world.events.first("it is submitted") {
                    $0.commandID == command.commandID && $0.status == "submitted"
                }
            }
            clock.move(by: .seconds(3_600))
            try await surroundings.withBridge(clock: clock.now) { world in
                try await eventually("it is asked about", within: BridgeWorld.patience) {
                    world.simulator.controls.ledger.summary.queries > 0
                }
                world.simulator.controls.releaseCallbacks()
                let final = try await world.events.final(of: command.commandID)
                #expect(final.status == "approved")
                let reads = world.simulator.controls.ledger.journalReads()
                #expect(reads.isEmpty, "a terminal is not asked while it is at a sale")
            }
        }
    }

    @Test("E3: after a restart a doubt whose terminal's life was over gets its journal read, also after other answers")
    func doubtAfterRestart() async throws {
        let clock = SettableClock()
        try await Surroundings.run(configure: { $0.reconcile.terminalLife = .seconds(2) }) { surroundings in
            // The customer did not pay, and the result decides nothing: the bridge asks about it again and again.
            let command = ChargeCommand(amount: 15_505)
            try await surroundings.withBridge(clock: clock.now) { world in
                world.simulator.controls.flood(.questions, with: FloodAnswer(status: 429, retryAfter: 3_600))
                try await world.send(command)
                try await eventually("its terminal cannot be asked", within: BridgeWorld.patience) {
                    let doubt = try await world.transaction(of: command.commandID)
                    return doubt?.stay.isLifeOver == true && doubt?.isInLane == true
                }
                world.simulator.controls.flood(.questions, with: nil)
            }
            // Getnet's clock disagrees, so the reading waits for a whole life of the terminal in this process.
            clock.move(by: .seconds(3_600))
            try await surroundings.withBridge(clock: clock.now) { world in
                try await Self.charge(world, at: clock)
                #expect(!world.simulator.controls.ledger.journalReads().isEmpty)
            }
        }
    }

    @Test("E3: a jump forward and back is over when the clock is where it was, also if Getnet's clock says otherwise")
    func jumpAndBack() async throws {
        let clock = SettableClock()
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(clock: clock.now) { world in
                try await Self.charge(world, at: clock)
                clock.move(by: .seconds(25 * 3_600))
                try await Self.charge(world, at: clock)
                clock.move(by: .seconds(-25 * 3_600))
                try await Self.charge(world, at: clock)
            }
        }
    }
}

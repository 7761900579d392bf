// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import GetnetSimulator
import Logging
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService

@Suite("Terminals whose clock is off")
struct TerminalClockWatchTests {
    @Test("K3: are named in log, metric and readiness with how far they are off, and nothing is held back")
    func named() async throws {
        let lines = NIOLockedValueBox<[String]>([])
        var logger = Logger(label: "clocks") { _ in CapturingLogHandler(lines: lines) }
        logger.logLevel = .info
        let captured = logger
        let skews = [BridgeWorld.terminal(1): 300, BridgeWorld.terminal(2): 7_200]
        try await Surroundings.run { simulation in
            simulation.clockSkews = skews
        } _: { surroundings in
            try await surroundings.withBridge(logger: captured) { world in
                func remark() async throws -> String {
                    let page = try await world.health("/readyz/commands?verbose")
                    #expect(page.status == 200)
                    return page.text.split(separator: "\n").first { $0.contains("terminals") }.map { String($0) } ?? ""
                }
                // A difference of two hours is another time zone, and the third clock is right.
                for number in [2, 3, 1] {
                    #expect(try await !remark().contains("clock is off"))
                    let charge = ChargeCommand(terminal: BridgeWorld.terminal(number))
                    try await world.send(charge)
                    #expect(try await world.events.final(of: charge.commandID).data["status"]?.string == "approved")
                }
                try await eventually("it is said") { try await remark().contains("clock is off") }
                #expect(try await remark().contains("\(BridgeWorld.terminal(1)) (4 min 5"))
                #expect(try await world.metric("terminal_clocks_off") == 1)
                #expect(world.bridge.takesCommands)
                let again = ChargeCommand(terminal: BridgeWorld.terminal(1))
                try await world.send(again)
                _ = try await world.events.final(of: again.commandID)
                let said = lines.withLockedValue { $0.filter { $0.contains("a terminal's clock is off") } }
                #expect(said.count == 1 && said[0].hasPrefix("warning"), "\(said)")
            }
        }
    }

    @Test("a clock that was set right is said once, and no more terminals are kept than the limit")
    func right() throws {
        let lines = NIOLockedValueBox<[String]>([])
        let watch = TerminalClockWatch(
            tolerance: .seconds(120),
            logger: Logger(label: "clocks") { _ in CapturingLogHandler(lines: lines) }
        )
        func note(_ terminal: String, ahead seconds: Int64) {
            var sale = Transaction.sample(
                terminal: Terminal(storedTerminal: terminal, branch: "1", serialNumber: "S", alias: nil)
            )
            sale.posting.startedAt = .sample
            var transition = Transition(refusing: sale)
            transition.clockOffset = ClockOffset(
                of: sale,
                shown: .sample + .seconds(seconds),
                arrived: .sample + .seconds(5)
            )
            watch.note(transition)
        }
        for seconds in [300, 400, 10, 20] as [Int64] { note("1", ahead: seconds) }
        #expect(lines.withLockedValue { $0.map { $0.prefix(4) } } == ["warn", "info"])
        #expect(watch.count == 0 && watch.remark == nil)
        for number in 1...TerminalClockWatch.terminalLimit + 5 { note("\(number)", ahead: -400) }
        #expect(watch.count == TerminalClockWatch.terminalLimit)
        let remark = try #require(watch.remark)
        #expect(remark.contains("1 (6 min 39 s behind), 10 (") && remark.contains(" and 997 more"), "\(remark)")
    }
}

@Suite("Numbers of Getnet's that begin anew")
struct NumberWatchTests {
    @Test("J5: are counted and said with the account for a day")
    func told() {
        let watch = NumberWatch()
        var transition = Transition(refusing: .sample())
        let now = ContinuousClock.now
        watch.note(transition, at: now)
        #expect(watch.count == 0 && watch.remark(at: now) == nil)
        transition.formerOwner = TransactionID(at: .sample, random: 9)
        for _ in 1...3 { watch.note(transition, at: now) }
        #expect(watch.count == 3)
        #expect(watch.remark(at: now)?.contains("\(transition.transaction.command.content.account): 3") == true)
        #expect(watch.remark(at: now + NumberWatch.remembered) == nil)
    }
}

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

/// Which result a charge of a scenario must get.
struct Expectation: Sendable, CustomStringConvertible {
    let scenario: Int64
    let status: String
    var reason: String?
    /// The contradiction that comes after the end.
    var contradiction: String?

    var description: String { "\(scenario) → \(status) \(reason ?? "")" }

    init(_ scenario: Int64, _ status: String, _ reason: String? = nil, contradiction: String? = nil) {
        self.scenario = scenario
        self.status = status
        self.reason = reason
        self.contradiction = contradiction
    }
}

extension BridgeWorld {
    /// Sends a charge per scenario, all at once, and compares each with its expectation, then with the real sales.
    ///
    /// Each charge has a terminal of its own; the first number is given.
    func meet(_ expectations: [Expectation], from first: Int = 1) async throws {
        var commands: [(Expectation, ChargeCommand)] = []
        for (number, expectation) in expectations.enumerated() {
            let command = ChargeCommand(terminal: Self.terminal(first + number), amount: 15_000 + expectation.scenario)
            commands.append((expectation, command))
            try await send(command)
        }
        for (expectation, command) in commands {
            let event = try await events.first("\(expectation)") { entry in
                entry.commandID == command.commandID && entry.status == expectation.status
                    && (expectation.reason == nil || entry.reason == expectation.reason)
            }
            if let contradiction = expectation.contradiction {
                let later = try await events.first("\(contradiction) after \(expectation)") {
                    $0.commandID == command.commandID && $0.contradiction == contradiction
                }
                #expect(later.status == expectation.status)
                #expect(later.routingKey.hasPrefix("charge.contradicted."))
            }
            let ordered = events.of(command.commandID).compactMap(\.sequence)
            #expect(ordered == ordered.sorted(), "\(expectation) in order")
            #expect(event.data["reference"]?.string == command.reference)
        }
        #expect(simulator.ledger.summary.repeatedSales == 0)
        #expect(simulator.ledger.faults.isEmpty)
    }
}

@Suite("From evidence to status")
struct VerdictTests {
    @Test func `every form of a callback comes to the status that the contract names`() async throws {
        try await BridgeWorld.run { world in
            try await world.meet([
                Expectation(0, "approved"), Expectation(101, "declined"), Expectation(110, "not_completed"),
                Expectation(111, "not_completed"), Expectation(202, "approved"), Expectation(203, "approved"),
                Expectation(204, "approved"), Expectation(210, "approved"), Expectation(211, "approved"),
                Expectation(212, "not_completed"), Expectation(216, "approved"), Expectation(217, "approved"),
                Expectation(218, "approved"), Expectation(219, "approved"), Expectation(501, "approved"),
                Expectation(502, "approved"), Expectation(503, "approved"), Expectation(510, "approved"),
                Expectation(511, "approved"),
                // Name and number are ours: the ticket alone does not make it another sale.
                Expectation(513, "approved"), Expectation(514, "approved"), Expectation(515, "approved"),
            ])
            let triple = try #require(world.events.all.first { $0.data["amount"]?["value"]?.integer == 15_203 })
            let command = try #require(triple.commandID)
            #expect(world.events.statuses(of: command).filter { $0 == "approved" }.count == 1)
        }
    }

    @Test func `evidence that does not fit is never a verdict`() async throws {
        // The terminal's own journal would decide some of them after the terminal's life.
        try await BridgeWorld.run(simulate: { $0.faults.probabilities[.journalServerError] = 1 }) { world in
            try await world.meet([
                Expectation(505, "in_doubt", "inconsistent_result"),
                Expectation(506, "in_doubt", "inconsistent_result"),
                Expectation(507, "in_doubt", "inconsistent_result"),
                Expectation(508, "in_doubt", "inconsistent_result"),
                Expectation(509, "in_doubt", "inconsistent_result"), Expectation(504, "in_doubt", "no_result"),
                Expectation(512, "in_doubt", "no_result"),
            ])
            #expect(world.events.all.filter(\.isFinal).isEmpty)
        }
    }

    @Test func `evidence against a final status is told and changes nothing`() async throws {
        try await BridgeWorld.run { world in
            try await world.meet([
                Expectation(213, "declined", contradiction: "paid_after_all"),
                Expectation(214, "approved", contradiction: "second_payment"),
                Expectation(215, "approved", contradiction: "contrary_verdict"),
            ])
            #expect(try await world.metric("contradictions_total") == 3)
        }
    }

    @Test func `the end of the terminal's 90 seconds is no end of the charge`() async throws {
        try await BridgeWorld.run { world in
            try await world.meet([
                Expectation(207, "approved"), Expectation(208, "not_completed"), Expectation(209, "approved"),
            ])
        }
    }

    @Test func `the body of another transaction decides neither and is kept`() async throws {
        try await BridgeWorld.run { world in
            world.simulator.controls.holdCallbacks()
            let mine = ChargeCommand()
            let other = ChargeCommand(terminal: BridgeWorld.terminal(2))
            try await world.send(mine)
            try await world.send(other)
            let url = try await world.webhook(of: mine.commandID)
            // At first the bridge takes commands one after the other.
            _ = try await world.webhook(of: other.commandID)
            let stranger = try #require(try await world.transaction(of: other.commandID))
            #expect(try await world.callBack(url, BridgeWorld.approval(customID: stranger.id.description)) == 200)
            let name = try #require(try await world.transaction(of: mine.commandID)?.id)
            let story = try await world.store.story(of: name)
            #expect(story.evidence.contains { $0.finding == .foreign })
            #expect(world.events.all.filter(\.isFinal).isEmpty)
            world.simulator.controls.releaseCallbacks()
            _ = try await world.events.final(of: mine.commandID)
            _ = try await world.events.final(of: other.commandID)
            #expect(!world.events.all.contains { $0.contradiction != nil })
        }
    }

    @Test func `with token+query a callback's verdict waits for a query that agrees`() async throws {
        try await BridgeWorld.run(configure: { $0.callbacks.trust = .tokenAndQuery }) { world in
            let honest = ChargeCommand()
            try await world.send(honest)
            let final = try await world.events.final(of: honest.commandID)
            #expect(final.status == "approved")
            #expect(final.data["evidence"]?.string == "query")

            // 206: the customer does not pay, the sale is in process for five minutes, then unknown for ever. A caller
            // with the token says that it was paid.
            let forged = ChargeCommand(amount: 15_206)
            try await world.send(forged)
            let url = try await world.webhook(of: forged.commandID)
            #expect(try await world.callBack(url, BridgeWorld.approval(amount: forged.amount)) == 200)
            _ = try await world.events.first("it is in doubt") {
                $0.commandID == forged.commandID && $0.reason == "no_result"
            }
            #expect(world.events.of(forged.commandID).filter(\.isFinal).isEmpty)
        }
    }
}

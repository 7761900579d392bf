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

@Suite("How a POST ends")
struct SubmissionTests {
    /// Sends one charge per expectation and returns the POSTs that the cloud saw, by scenario.
    private func posts(
        _ expectations: [Expectation],
        in world: BridgeWorld,
        from first: Int = 1
    ) async throws -> [Int64: [LedgerEntry]] {
        try await world.meet(expectations, from: first)
        let entries = world.simulator.ledger.entries()
        return Dictionary(grouping: entries) { Int64($0.scenario ?? 0) }
    }

    @Test func `a POST that may have reached the cloud is in doubt, never repeated, and ends by the callback`()
        async throws
    {
        try await BridgeWorld.run(configure: {
            $0.submit.timeout = .milliseconds(700)
            // With 413 the answer says that the terminal is busy, and it works all the same: its callback has to come
            // before the next attempt.
            $0.submit.busyRetryAfter = .seconds(5)
        }) { world in
            let scenarios: [Int64] = [301, 304, 307, 309, 310, 312, 313, 315, 413, 421, 431]
            let posts = try await posts(
                scenarios.map { Expectation($0, $0 == 313 ? "not_completed" : "approved") },
                in: world
            )
            for scenario in scenarios { #expect(posts[scenario]?.count == 1, "\(scenario)") }
        }
    }

    @Test func `a POST without a known end stays in doubt and is never repeated`() async throws {
        try await BridgeWorld.run(
            simulate: { $0.faults.probabilities[.journalServerError] = 1 },
            configure: { $0.submit.timeout = .milliseconds(700) }
        ) { world in
            let groups: [[Int64]] = [[302, 303, 305], [306, 308, 311], [314, 407, 420]]
            let unreachable: [Int64] = [430]
            var served: [String] = []
            for (number, scenarios) in groups.enumerated() {
                try await world.meet(
                    scenarios.map { Expectation($0, "in_doubt", "no_acknowledgement") },
                    from: 10 * number + 1
                )
                // An answer comes between the doubts: more doubts in a row would hold the account.
                let charge = try await world.sendCharges(1, from: 10 * number + 9)
                #expect(try await world.events.final(of: charge[0]).status == "approved")
                served += charge
            }
            let posts = try await posts(
                unreachable.map { Expectation($0, "in_doubt", "terminal_unreachable") },
                in: world,
                from: 100
            )
            for scenario in groups.joined() + unreachable { #expect(posts[scenario]?.count == 1, "\(scenario)") }
            #expect(world.events.all.filter(\.isFinal).compactMap(\.commandID).sorted() == served.sorted())
        }
    }

    @Test func `a command that expires in the line is told so at once, not when its turn comes`() async throws {
        try await BridgeWorld.run(configure: {
            $0.cloud.maxConnections = 1
            $0.submit.timeout = .seconds(25)
        }) { world in
            // The only connection waits for an answer that never comes.
            let first = ChargeCommand(amount: 15_305)
            try await world.send(first)
            try await eventually("it is on its way") {
                try await world.transaction(of: first.commandID)?.state == .submitting(attempt: 1)
            }
            var second = ChargeCommand(terminal: BridgeWorld.terminal(2))
            second.more = #""expiresAt":"\#(Timestamp.current + .seconds(1))""#
            try await world.send(second)
            let final = try await world.events.final(of: second.commandID)
            #expect(final.status == "failed")
            #expect(final.data["reason"]?["code"]?.string == "command_expired")
            #expect(try await world.transaction(of: first.commandID)?.state == .submitting(attempt: 1))
            #expect(try await world.posts(of: second.commandID).isEmpty)
        }
    }

    @Test func `a POST does not leave long after its durable step; it is marked anew`() async throws {
        try await Surroundings.run { surroundings in
            try await surroundings.withFailingStore { world, failing in
                // After a restart the bridge counts the terminal's life from this step.
                failing.slowDownMark(by: .milliseconds(1_200))
                let command = ChargeCommand()
                try await world.send(command)
                #expect(try await world.events.final(of: command.commandID).status == "approved")
                let transaction = try #require(try await world.transaction(of: command.commandID))
                #expect(transaction.posting.attempts == 2 && transaction.posting.refused == 0)
                #expect(try await world.posts(of: command.commandID).count == 1)
            }
        }
    }

    @Test func `a POST that certainly started nothing fails with its reason, or is tried again`() async throws {
        try await BridgeWorld.run { world in
            let final: [Expectation] = [
                Expectation(400, "failed", "request_refused"), Expectation(440, "failed", "terminal_unknown"),
                Expectation(441, "failed", "wrong_merchant"),
            ]
            let again: [Int64] = [401, 410, 412]
            // Each of them holds back the whole account.
            let holding: [Int64] = [405, 429]
            var posts = try await posts(final + again.map { Expectation($0, "approved") }, in: world)
            for scenario in holding {
                posts.merge(try await self.posts([Expectation(scenario, "approved")], in: world)) { $1 }
            }
            // 402 goes alone, because it revokes the token of all commands.
            posts.merge(try await self.posts([Expectation(402, "approved")], in: world)) { $1 }
            // A token that is rejected again and again costs time, never a charge: the command waits until it expires.
            var rejected = ChargeCommand(amount: 15_404)
            rejected.more = #""expiresAt":"\#(Timestamp.current + .seconds(3))""#
            try await world.send(rejected)
            let end = try await world.events.final(of: rejected.commandID)
            #expect(end.status == "failed" && end.data["reason"]?["code"]?.string == "command_expired")
            let reasonsOfRejected = world.events.all.filter { $0.commandID == rejected.commandID }.map(\.reason)
            #expect(reasonsOfRejected.contains("token_rejected"))
            for expectation in final { #expect(posts[expectation.scenario]?.count == 1, "\(expectation)") }
            for scenario in again + holding + [402] { #expect(posts[scenario]?.count == 2, "\(scenario)") }
            let waited = world.events.all.filter { $0.status == "waiting" }
            let reasons = Dictionary(grouping: waited) { ($0.data["amount"]?["value"]?.integer ?? 0) - 15_000 }
                .mapValues { $0.map(\.reason) }
            #expect(reasons[405] == ["blocked"])
            #expect(reasons[410] == ["terminal_busy"])
            #expect(reasons[429] == ["cloud_unavailable"])
        }
    }

    // These cannot share one world: the firewall's refusal would hold back the busy terminal's command as well.
    @Test(arguments: [(Int64(411), "terminal_busy"), (403, "blocked")])
    func `a command that is refused until it expires says what it waited for`(
        scenario: Int64,
        waitedFor: String
    ) async throws {
        try await BridgeWorld.run { world in
            var command = ChargeCommand()
            command.amount += scenario
            // Long enough for a first POST on a machine that has much to do.
            command.more = #""expiresAt":"\#(Timestamp.current + .seconds(10))""#
            try await world.send(command)
            let event = try await world.events.final(of: command.commandID)
            #expect(event.status == "failed")
            #expect(event.reason == "command_expired")
            #expect(event.data["reason"]?["waitedFor"]?.string == waitedFor)
            #expect(world.events.statuses(of: command.commandID) == ["accepted", "waiting", "failed"])
            #expect(world.simulator.ledger.summary.sales == 0)
        }
    }

    @Test func `50 charges of an hour ago are told as expired and never sent`() async throws {
        try await Surroundings.run { surroundings in
            // The queue exists, the bridge does not run.
            try await surroundings.withBridge { _ in }
            let hourAgo = UInt64(Timestamp.current.milliseconds / 1_000 - 3_600)
            var commands: [ChargeCommand] = []
            for number in 0..<50 {
                let command = ChargeCommand(terminal: BridgeWorld.terminal(number + 1))
                commands.append(command)
                try await surroundings.send(command) { $0.timestamp = hourAgo }
            }
            let all = commands
            try await surroundings.withBridge { world in
                for command in all {
                    let event = try await world.events.final(of: command.commandID)
                    #expect(event.status == "failed")
                    #expect(event.reason == "command_expired")
                }
                #expect(world.simulator.ledger.summary.posts == 0)
            }
        }
    }
}

@Suite("A callback that does not come")
struct MissingCallbackTests {
    @Test func `the status query tells the result within an interval`() async throws {
        try await BridgeWorld.run { world in
            try await world.meet([Expectation(201, "approved"), Expectation(220, "not_completed")])
            for event in world.events.all where event.isFinal {
                #expect(event.data["evidence"]?.string == "query")
                let submitted = try #require(event.data["submittedAt"]?.string.flatMap(Timestamp.init))
                let completed = try #require(event.data["completedAt"]?.string.flatMap(Timestamp.init))
                let rules = world.configuration.reconcile
                // One interval after the first query; the rest is time that this machine needs.
                #expect(completed - submitted < rules.firstQueryAfter + rules.interval + .seconds(2))
            }
        }
    }

    @Test func `nothing known until the end of the terminal's life is doubt, then a person is called`() async throws {
        try await BridgeWorld.run(
            configure: {
                $0.reconcile.terminalLife = .seconds(1)
                $0.reconcile.giveUpAfter = .seconds(3)
            }
        ) { world in
            let command = ChargeCommand(amount: 15_205)
            try await world.send(command)
            let called = try await world.events.first("a person is called") { $0.reason == "operator_needed" }
            #expect(called.status == "in_doubt")
            #expect(world.events.statuses(of: command.commandID) == ["accepted", "submitted", "in_doubt", "in_doubt"])
            #expect(world.events.of(command.commandID).map(\.reason) == [nil, nil, "no_result", "operator_needed"])
            // Evidence still ends it then.
            let url = try await world.webhook(of: command.commandID)
            #expect(try await world.callBack(url, BridgeWorld.approval(amount: 15_205)) == 200)
            #expect(try await world.events.final(of: command.commandID).status == "approved")
        }
    }
}

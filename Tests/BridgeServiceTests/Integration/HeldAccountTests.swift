// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import GetnetSimulator
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

/// How long the bridge may take to name an obstacle or to remove it.
private let soon = Duration.seconds(10)

@Suite("An account that Getnet does not serve now")
struct HeldAccountTests {
    @Test func `F7: while every sale is answered 503 a handful is in doubt, the rest waits and is charged afterwards`()
        async throws
    {
        try await BridgeWorld.runBehindProxy { world, proxy in
            proxy.answer { $0.command == "sale" ? .init(status: 503, body: "<html>") : nil }
            let charges = try await world.sendCharges(60)
            try await eventually("the obstacle is named", within: soon) {
                try await world.commandParts().contains("[-] cloud: main: 4 commands in a row ended in doubt")
            }
            #expect(try await world.commandParts().contains("commands are taken and wait: nothing can be charged"))
            try await eventually("those that wait are told why", within: BridgeWorld.patience) {
                let reasons = charges.compactMap { world.events.of($0).last?.reason }
                return reasons.count { $0 == "cloud_unavailable" } == 56
                    && reasons.count { $0 == "no_acknowledgement" } == 4
            }
            #expect(proxy.requests("sale").count == 4)
            proxy.answerNothing()
            try await eventually("the others are charged", within: BridgeWorld.patience) {
                charges.count { world.events.statuses(of: $0).last == "approved" } == 56
            }
            #expect(try await world.commandParts().contains("[+] cloud ok\n"))
            #expect(charges.count { world.events.statuses(of: $0).contains("in_doubt") } == 4)
            #expect(proxy.requests("sale").count == 60, "no charge was POSTed twice")
        }
    }

    @Test func `F7: a probe that ends in doubt holds the account on`() async throws {
        try await BridgeWorld.runBehindProxy { world, proxy in
            proxy.answer { $0.command == "sale" ? .init(status: 503) : nil }
            let charges = try await world.sendCharges(20)
            try await eventually("a probe went", within: BridgeWorld.patience) { proxy.requests("sale").count == 5 }
            let times = proxy.requests("sale").map(\.at)
            #expect(times[4] - times[3] >= .seconds(4))
            try await always("no other one goes", for: .seconds(2)) { proxy.requests("sale").count == 5 }
            #expect(try await world.commandParts().contains("[-] cloud: main: 5 commands in a row ended in doubt"))
            #expect(charges.allSatisfy { !world.events.statuses(of: $0).contains("failed") })
        }
    }

    @Test func `F8: tokens that another holder takes away cost time, never a charge, and the reason says it`()
        async throws
    {
        try await BridgeWorld.runBehindProxy { world, proxy in
            let isOver = NIOLockedValueBox(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !isOver.withLockedValue({ $0 }) {
                        proxy.takeToken()
                        try await Task.sleep(for: .milliseconds(500))
                    }
                }
                let charges = try await world.sendCharges(100)
                // If a login takes as long as the token lives, each charge needs luck. So the wait is longer here.
                try await eventually("all are approved", within: BridgeWorld.patience * 4) {
                    charges.allSatisfy { world.events.statuses(of: $0).last == "approved" }
                }
                let reasons = Set(charges.flatMap { world.events.of($0).compactMap(\.reason) })
                #expect(reasons.isSubset(of: ["token_rejected", "cloud_unavailable"]))
                isOver.withLockedValue { $0 = true }
                try await group.waitForAll()
            }
            // A rejection costs only the commands under way, never all commands that wait.
            let posts = proxy.requests("sale").count
            #expect(posts < 300, "\(posts) POSTs")
            #expect(try await world.metric(#"login_failures_total{reason="token_rejected"}"#) >= 2)
        }
    }

    @Test func `F8: a cloud that rejects every token is named, and its charges go once it accepts one`() async throws {
        try await BridgeWorld.runBehindProxy { world, proxy in
            proxy.answer { $0.command == "sale" ? .init(status: 401) : nil }
            let charges = try await world.sendCharges(20)
            try await eventually("the obstacle is named", within: soon) {
                try await world.commandParts().contains("another holder of these credentials?")
            }
            try await eventually("a charge is told why it waits", within: soon) {
                charges.contains { world.events.of($0).contains { $0.reason == "token_rejected" } }
            }
            proxy.answerNothing()
            try await eventually("all are approved", within: BridgeWorld.patience) {
                charges.allSatisfy { world.events.statuses(of: $0).last == "approved" }
            }
            #expect(try await world.commandParts().contains("[+] cloud ok\n"))
        }
    }

    @Test func `F4: a question that is answered 429 for an hour stops no sale`() async throws {
        // The sale takes longer than the bridge waits before its first query.
        try await BridgeWorld.runBehindProxy(simulate: { ($0.timeScale, $0.thinkTime) = (0.03, .seconds(80)) }) {
            world,
            proxy in
            proxy.answer { request in
                request.isQuestion ? .init(status: 429, headers: ["Retry-After": "3600"]) : nil
            }
            let first = try await world.sendCharges(1)
            try await eventually("a question was asked", within: BridgeWorld.patience) {
                !proxy.requests(try await world.number(of: first[0])).isEmpty
            }
            let others = try await world.sendCharges(20, from: 2)
            for charge in first + others {
                #expect(try await world.events.final(of: charge).status == "approved")
                #expect(!world.events.statuses(of: charge).contains("waiting"))
            }
            #expect(try await world.commandParts().contains("[+] cloud ok\n"))
        }
    }

    @Test func `F1: a journal that could not be asked is no try: the lane stays closed until the terminal told`()
        async throws
    {
        try await BridgeWorld.runBehindProxy(
            simulate: { $0.timeScale = 0.02 },
            configure: { $0.reconcile.terminalLife = .seconds(1) }
        ) { world, proxy in
            // The proxy refuses the reading more often than the bridge tries: one try uses two tokens at most.
            let unasked = NIOLockedValueBox(0)
            proxy.answer { request in
                guard !request.isQuestion, request.command != "sale", request.command != "auth" else { return nil }
                let count = unasked.withLockedValue { unasked in
                    unasked += 1
                    return unasked
                }
                return count <= 2 * (JournalReader.tries + 1) ? .init(status: 401) : nil
            }
            // The customer pays, but the answer is lost and no callback comes.
            let paid = ChargeCommand(commandID: "paid", terminal: "80005001", amount: 15_302)
            let next = ChargeCommand(commandID: "next", terminal: "80005001")
            for charge in [paid, next] { try await world.send(charge) }
            let beside = try await world.sendCharges(20, from: 100)
            for charge in beside { #expect(try await world.events.final(of: charge).status == "approved") }
            let approved = try await world.events.final(of: "paid")
            #expect(approved.status == "approved")
            #expect(approved.data["evidence"]?.string == "journal")
            #expect(try await world.events.final(of: "next").status == "approved")
            let order = world.events.all.filter(\.isFinal).compactMap(\.commandID).filter { !beside.contains($0) }
            #expect(order == ["paid", "next"])
        }
    }
}

@Suite("A login that fails")
struct FailingLoginTests {
    @Test(arguments: [
        (CloudProxy.Answer(status: 401), "refused", "Getnet refuses the credentials"),
        (.init(status: 200, body: "<html>welcome</html>"), "unreadable", "cannot be read"),
        (.init(status: 502, body: "<html>"), "server_fault", "with a failure"),
        (.init(status: 403, body: "<html>"), "blocked", "firewall refuses the login"),
    ])
    func `F11, M3: is named from the start, fails no command, and the obstacle goes away by itself`(
        answer: CloudProxy.Answer,
        word: String,
        words: String
    ) async throws {
        try await BridgeWorld.runBehindProxy(
            isSettled: false,
            before: { proxy in proxy.answer { $0.command == "auth" ? answer : nil } }
        ) { world, proxy in
            try await eventually("it is named", within: soon) {
                let parts = try await world.commandParts()
                return parts.contains("[-] cloud: main: ") && parts.contains(words)
            }
            #expect(try await world.health("/readyz/commands").status == 503)
            #expect(try await world.metric("login_failures_total{reason=\"\(word)\"}") >= 1)
            let charges = try await world.sendCharges(20)
            try await always("no command fails", for: .seconds(1)) {
                charges.allSatisfy { !world.events.statuses(of: $0).contains("failed") }
            }
            #expect(proxy.requests("sale").isEmpty)
            proxy.answerNothing()
            try await eventually("the obstacle is gone", within: soon) {
                try await world.commandParts().contains("[+] cloud ok\n")
            }
            for charge in charges { #expect(try await world.events.final(of: charge).status == "approved") }
        }
    }

    @Test func `F11: a host that refuses the connection is named`() async throws {
        let port = try freePort()
        try await Surroundings.run { surroundings in
            try await surroundings.withBridge(
                { $0.cloud.baseURL = "http://127.0.0.1:\(port)/api" },
                isSettled: false
            ) { world in
                try await eventually("it is named", within: soon) {
                    try await world.commandParts().contains("[-] cloud: main: Getnet's host refuses the connection")
                }
                #expect(try await world.metric(#"login_failures_total{reason="connection_refused"}"#) >= 1)
            }
        }
    }
}

extension BridgeWorld {
    /// Getnet's number of a command, once it is known.
    fileprivate func number(of commandID: String) async throws -> String {
        try await transaction(of: commandID)?.idPosTxs ?? "not known yet"
    }
}

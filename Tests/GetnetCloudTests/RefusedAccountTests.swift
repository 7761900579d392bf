// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import GetnetCloud

@Suite struct `An account that the cloud refuses` {
    /// Charges with several transactions at once.
    func charges(_ client: CloudClient, _ count: Int) async throws -> [SubmissionOutcome] {
        let transactions = try (0..<count).map { try Fixture.transaction(number: $0 + 1) }
        return await withTaskGroup(of: SubmissionOutcome.self) { group in
            for transaction in transactions {
                group.addTask { await client.charge(transaction, callbackURL: "https://x.test") }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func `sends no further command to a firewall that refused one`() async throws {
        try await withCloud({ _ in .http(403, "<html>Error 1020</html>") }) { client, server in
            _ = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(client.isHeldBack)
            for outcome in try await charges(client, 20) {
                guard case .notStarted(let refusal) = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
                #expect(refusal.code == .blocked)
                #expect(refusal.isTransient)
                #expect(refusal.retryAfter.map { $0 > .zero && $0 <= .seconds(5) } == true)
            }
            let terminal = try Fixture.transaction().command.content.terminal
            guard case .notAsked(.blocked, .some) = await client.readJournal(.details, of: terminal, customID: "j")
            else {
                Issue.record("the journal was asked for")
                return
            }
            #expect(server.requests(to: "/sale").count == 1)
            #expect(server.requests(to: "/details").isEmpty)
            // The bridge may still ask questions: the firewall may let those pass.
            #expect(await client.status(idPosTxs: "936101") == .unavailable(.blocked))
        }
    }

    @Test func `sends one probe after the wait and everything after its answer`() async throws {
        let replies = NIOLockedValueBox<[RawServer.Reply]>([.http(429, "", headers: ["Retry-After": "1"])])
        let script: RawServer.Script = { _ in
            replies.withLockedValue { $0.popLast() } ?? .http(200, Fixture.acknowledgement)
        }
        try await withCloud(script) { client, server in
            _ = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
            let early = try await charges(client, 5)
            #expect(
                early.allSatisfy {
                    if case .notStarted(let refusal) = $0 { refusal.code == .cloudUnavailable } else { false }
                }
            )
            #expect(server.requests.count == 2)
            let transaction = try Fixture.transaction()
            try await eventually("the wait is over") {
                await client.charge(transaction, callbackURL: "https://x.test") == .acknowledged(idPosTxs: "936101")
            }
            #expect(server.requests(to: "/sale").count == 2)
            #expect(!client.isHeldBack)
            #expect(try await charges(client, 5).allSatisfy { $0 == .acknowledged(idPosTxs: "936101") })
        }
    }

    @Test(
        "F7: what a failing server says of a terminal counts as a doubt like any other",
        arguments: [500, 502, 503, 504]
    )
    func failingServer(status: Int) async throws {
        try await withCloud({ _ in .http(status, Fixture.fault("C2C SERVICE NOT RESPONDING")) }) { client, server in
            let transaction = try Fixture.transaction()
            for _ in 0..<AccountBreaker.doubtLimit * 3 {
                _ = await client.charge(transaction, callbackURL: "https://x.test")
            }
            #expect(server.requests(to: "/sale").count == AccountBreaker.doubtLimit)
            #expect(client.isHeldBack)
        }
    }

    @Test func `goes on after a 403 of the cloud itself, which is a doubt`() async throws {
        try await withCloud({ _ in .http(403, Fixture.fault("SOMETHING ELSE")) }) { client, server in
            _ = try await charges(client, AccountBreaker.doubtLimit - 1)
            #expect(server.requests(to: "/sale").count == AccountBreaker.doubtLimit - 1)
            #expect(!client.isHeldBack)
        }
    }

    @Test(
        "F7: a 429 without a time, or with one that is over, keeps the account's commands back for a while",
        arguments: [[:], ["Retry-After": "soon"], ["Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"]]
            as [[String: String]]
    )
    func throttledWithoutTime(headers: [String: String]) async throws {
        try await withCloud({ _ in .http(429, "", headers: headers) }) { client, server in
            _ = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(client.isHeldBack)
            _ = try await charges(client, 20)
            #expect(server.requests(to: "/sale").count == 1)
        }
    }

    @Test func `F4: a question that is answered 429 keeps questions back, never a sale`() async throws {
        try await withCloud({
            $0.method == "GET"
                ? .http(429, "", headers: ["Retry-After": "3600"]) : .http(200, Fixture.acknowledgement)
        }) { client, server in
            for _ in 0..<5 { #expect(await client.status(idPosTxs: "936101") == .unavailable(.cloudUnavailable)) }
            #expect(await client.terminals() == .unavailable(.cloudUnavailable))
            #expect(server.requests.filter { $0.method == "GET" }.count == 1, "they wait")
            #expect(client.gate.throttle().map { $0 <= AccountGate.longestQuestionThrottle } == true)
            let ends = try await charges(client, 20)
            #expect(ends.allSatisfy { $0 == .acknowledged(idPosTxs: "936101") })
            #expect(client.obstacle == nil)
        }
    }

    @Test func `F4: a sale that is answered 429 keeps sales back for a minute at most, and no question`() async throws {
        try await withCloud({
            $0.method == "GET"
                ? .http(200, Fixture.approved()) : .http(429, "", headers: ["Retry-After": "3600"])
        }) { client, server in
            let outcome = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(
                outcome == .notStarted(.init(.cloudUnavailable, isTransient: true, retryAfter: .seconds(60)))
            )
            _ = try await charges(client, 5)
            #expect(server.requests(to: "/sale").count == 1)
            guard case .answer = await client.status(idPosTxs: "936101") else {
                Issue.record("a question waits for what a sale was told")
                return
            }
        }
    }

    /// Charges as the bridge's workers do: each charge waits for its turn.
    func chargesInTurn(_ client: CloudClient, _ count: Int) async throws -> [SubmissionOutcome] {
        let transactions = try (0..<count).map { try Fixture.transaction(number: $0 + 1) }
        return await withTaskGroup(of: SubmissionOutcome.self) { group in
            for transaction in transactions {
                group.addTask {
                    let outcome = NIOLockedValueBox(CloudClient.late)
                    await client.inTurn { isLate in
                        guard !isLate else { return }
                        let end = await client.charge(transaction, callbackURL: "https://x.test")
                        outcome.withLockedValue { $0 = end }
                    }
                    return outcome.withLockedValue { $0 }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func `F7: of two hundred sales at once a handful is in doubt where the cloud takes none, however it fails`()
        async throws
    {
        for reply in [
            RawServer.Reply.http(503, "<html>"), .http(200, "<html>"), .reset, .close, .http(200, Fixture.fault("NO")),
        ] {
            try await withCloud(configure: { $0.maxConnections = 128 }, { _ in reply }) { client, server in
                let outcomes = try await chargesInTurn(client, 200)
                let doubts = outcomes.count { $0 == .unknown(.noAcknowledgement) }
                #expect(doubts == AccountBreaker.doubtLimit, "\(reply)")
                #expect(server.requests(to: "/sale").count == doubts, "\(reply)")
                guard case .doubts = client.obstacle else {
                    Issue.record("\(String(describing: client.obstacle))")
                    return
                }
            }
        }
    }

    @Test func `F7: two hundred sales at once go where the cloud answers`() async throws {
        try await withCloud(configure: { $0.maxConnections = 128 }, { _ in .http(200, Fixture.acknowledgement) }) {
            client,
            server in
            let ends = try await chargesInTurn(client, 200)
            #expect(ends.allSatisfy { $0 == .acknowledged(idPosTxs: "936101") })
            #expect(server.requests(to: "/sale").count == 200)
            #expect(client.obstacle == nil)
        }
    }

    @Test func `F7: a cloud that says nothing is an obstacle before the time of its POSTs is over`() async throws {
        try await withCloud({ _ in .silence }) { client, server in
            async let outcomes = chargesInTurn(client, 12)
            try await eventually("it is named") {
                if case .silent(posts: 4, for: _) = client.obstacle { true } else { false }
            }
            #expect(server.requests(to: "/sale").count == 4)
            await client.shutdown()
            let ends = try await outcomes
            #expect(ends.count { $0 == .unknown(.noAcknowledgement) } == 4)
            // The turn came too late, or the account was held: nothing of these charges left.
            let waiting = ends.count { end in
                guard case .notStarted(let refusal) = end else { return false }
                return refusal.isTransient && refusal.code == .cloudUnavailable
            }
            #expect(waiting == 8)
        }
    }

    @Test func `terminals that are silent do not hold the account`() async throws {
        let end = SaleEnd.outcome(.unknown(.noAcknowledgement))
        #expect(AccountBreaker.Finding(.interrupted, end, answersLate: true) == .nothing)
        #expect(AccountBreaker.Finding(.interrupted, end, answersLate: false) == .doubtful)
        let fault = HTTPAnswer(status: 200, body: Array(Fixture.fault("C2C SERVICE NOT RESPONDING").utf8))
        let unreachable = SaleEnd.outcome(.unknown(.terminalUnreachable))
        #expect(AccountBreaker.Finding(.answered(fault), unreachable, answersLate: false) == .served)
    }
}

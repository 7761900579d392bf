// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import GetnetCloud

@Suite struct `The account's breaker` {
    let start = ContinuousClock.now

    /// Takes a permit where one is to be had.
    func permit(_ breaker: inout AccountBreaker, at now: ContinuousClock.Instant) throws -> AccountBreaker.Permit {
        guard case .go(let permit) = breaker.pass(at: now) else { throw NoPermit() }
        return permit
    }

    struct NoPermit: Error {}

    func wait(_ breaker: inout AccountBreaker, at now: ContinuousClock.Instant) -> AccountBreaker.Obstacle? {
        if case .wait(let obstacle) = breaker.pass(at: now) { obstacle } else { nil }
    }

    @Test func `lets everybody go until the firewall refuses`() throws {
        var breaker = AccountBreaker()
        for finding in [AccountBreaker.Finding.served, .nothing] {
            for _ in 0..<3 { breaker.ended(try permit(&breaker, at: start), finding, at: start) }
            #expect(!breaker.isOpen)
        }
        breaker.ended(try permit(&breaker, at: start), .blocked(retryAfter: nil), at: start)
        #expect(wait(&breaker, at: start + .seconds(1)) == .init(code: .blocked, wait: .seconds(4)))
    }

    @Test func `lets one probe go at a time, and everybody after its answer`() throws {
        var breaker = AccountBreaker()
        breaker.ended(try permit(&breaker, at: start), .blocked(retryAfter: nil), at: start)
        let over = start + .seconds(5)
        let probe = try permit(&breaker, at: over)
        #expect(wait(&breaker, at: over) == .init(code: .blocked, wait: AccountBreaker.probeSpacing))
        // A probe that said nothing makes room for the next.
        breaker.ended(probe, .nothing, at: over)
        let second = try permit(&breaker, at: over)
        #expect(wait(&breaker, at: over) != nil)
        breaker.ended(second, .served, at: over)
        #expect(wait(&breaker, at: over) == nil)
        #expect(wait(&breaker, at: over) == nil)
        #expect(!breaker.isOpen)
    }

    @Test func `does not wait for ever for a probe's answer`() throws {
        var breaker = AccountBreaker()
        breaker.ended(try permit(&breaker, at: start), .blocked(retryAfter: nil), at: start)
        let over = start + .seconds(5)
        _ = try permit(&breaker, at: over)
        #expect(wait(&breaker, at: over + AccountBreaker.probeTime - .milliseconds(1)) != nil)
        #expect(wait(&breaker, at: over + AccountBreaker.probeTime) == nil)
    }

    @Test func `waits longer with each refused probe, and as long as it is asked to`() throws {
        var breaker = AccountBreaker()
        var now = start
        for seconds in [5, 10, 20, 40, 60, 60] {
            breaker.ended(try permit(&breaker, at: now), .blocked(retryAfter: nil), at: now)
            #expect(wait(&breaker, at: now) == .init(code: .blocked, wait: .seconds(seconds)))
            now += .seconds(seconds)
        }
        breaker.ended(try permit(&breaker, at: now), .blocked(retryAfter: .seconds(90)), at: now)
        #expect(wait(&breaker, at: now)?.wait == .seconds(90))
        now += .seconds(90)
        breaker.ended(try permit(&breaker, at: now), .served, at: now)
        breaker.ended(try permit(&breaker, at: now), .blocked(retryAfter: nil), at: now)
        #expect(wait(&breaker, at: now)?.wait == .seconds(5))
    }

    @Test func `learns nothing from what was sent before it opened`() throws {
        var breaker = AccountBreaker()
        let early = try (0..<4).map { _ in try permit(&breaker, at: start) }
        breaker.ended(early[0], .blocked(retryAfter: nil), at: start)
        breaker.ended(early[1], .blocked(retryAfter: nil), at: start)
        breaker.ended(early[2], .served, at: start)
        #expect(wait(&breaker, at: start)?.wait == .seconds(5))
        let over = start + .seconds(5)
        _ = try permit(&breaker, at: over)
        breaker.ended(early[3], .nothing, at: over)
        #expect(wait(&breaker, at: over) != nil)
    }

    @Test func `heeds a limit on rates for the whole account, the longest one`() throws {
        var breaker = AccountBreaker()
        let (first, second) = (try permit(&breaker, at: start), try permit(&breaker, at: start))
        breaker.ended(first, .throttled(.seconds(7)), at: start)
        #expect(wait(&breaker, at: start) == .init(code: .cloudUnavailable, wait: .seconds(7)))
        #expect(breaker.throttle(at: start) == .seconds(7))
        breaker.ended(second, .throttled(.seconds(3)), at: start)
        #expect(wait(&breaker, at: start)?.wait == .seconds(7))
        breaker.throttled(for: .seconds(9), at: start)
        #expect(wait(&breaker, at: start)?.wait == .seconds(9))
        #expect(breaker.throttle(at: start + .seconds(9)) == nil)
        breaker.ended(try permit(&breaker, at: start + .seconds(9)), .served, at: start + .seconds(9))
        #expect(!breaker.isOpen)
    }

    @Test func `lets questions go while only the firewall refuses`() throws {
        var breaker = AccountBreaker()
        breaker.ended(try permit(&breaker, at: start), .blocked(retryAfter: nil), at: start)
        #expect(breaker.throttle(at: start) == nil)
    }
}

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
            guard case .notRead(.blocked, .some) = await client.readJournal(.details, of: terminal, customID: "j")
            else {
                Issue.record("the journal was asked for")
                return
            }
            #expect(server.requests(to: "/sale").count == 1)
            #expect(server.requests(to: "/details").isEmpty)
            // Questions may still be asked: the firewall need not refuse those.
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
            #expect(await client.status(idPosTxs: "936101") == .unavailable(.cloudUnavailable))
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

    @Test func `goes on after a 403 of the cloud itself and a 429 without a time`() async throws {
        for reply in [RawServer.Reply.http(403, Fixture.fault("SOMETHING ELSE")), .http(429, "")] {
            try await withCloud({ _ in reply }) { client, server in
                _ = try await charges(client, 5)
                #expect(server.requests(to: "/sale").count == 5)
                #expect(!client.isHeldBack)
            }
        }
    }
}

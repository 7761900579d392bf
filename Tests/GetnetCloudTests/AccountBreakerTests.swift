// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import GetnetCloud

@Suite struct `The account's breaker` {
    let start = ContinuousClock.now

    /// Takes a permit; throws if there is none.
    func permit(_ breaker: inout AccountBreaker, at now: ContinuousClock.Instant) throws -> AccountBreaker.Permit {
        guard case .go(let permit) = breaker.pass(at: now) else { throw NoPermit() }
        return permit
    }

    struct NoPermit: Error {}

    func wait(_ breaker: inout AccountBreaker, at now: ContinuousClock.Instant) -> AccountBreaker.Obstacle? {
        if case .wait(let obstacle) = breaker.pass(at: now) { obstacle } else { nil }
    }

    @Test func `lets each request go until the firewall refuses`() throws {
        var breaker = AccountBreaker()
        for finding in [AccountBreaker.Finding.served, .nothing] {
            for _ in 0..<3 { breaker.ended(try permit(&breaker, at: start), finding, at: start) }
            #expect(!breaker.isOpen)
        }
        breaker.ended(try permit(&breaker, at: start), .blocked(retryAfter: nil), at: start)
        #expect(wait(&breaker, at: start + .seconds(1)) == .init(cause: .blocked, wait: .seconds(4)))
    }

    @Test func `lets one probe go at a time, and each request after its answer`() throws {
        var breaker = AccountBreaker()
        breaker.ended(try permit(&breaker, at: start), .blocked(retryAfter: nil), at: start)
        let over = start + .seconds(5)
        let probe = try permit(&breaker, at: over)
        #expect(wait(&breaker, at: over) == .init(cause: .blocked, wait: AccountBreaker.probeSpacing))
        // After a probe that brought no answer the next probe may go.
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
            #expect(wait(&breaker, at: now) == .init(cause: .blocked, wait: .seconds(seconds)))
            now += .seconds(seconds)
        }
        breaker.ended(try permit(&breaker, at: now), .blocked(retryAfter: .seconds(90)), at: now)
        #expect(wait(&breaker, at: now)?.wait == AccountBreaker.longestThrottle)
        now += AccountBreaker.longestThrottle
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

    @Test func `heeds a limit on rates, the longest one, and no longer than its own`() throws {
        var breaker = AccountBreaker()
        let first = try (0..<4).map { _ in try permit(&breaker, at: start) }
        breaker.ended(first[0], .throttled(.seconds(7)), at: start)
        #expect(wait(&breaker, at: start) == .init(cause: .throttled, wait: .seconds(7)))
        breaker.ended(first[1], .throttled(.seconds(3)), at: start)
        #expect(wait(&breaker, at: start)?.wait == .seconds(7))
        breaker.ended(first[2], .throttled(.seconds(9)), at: start)
        #expect(wait(&breaker, at: start)?.wait == .seconds(9))
        breaker.ended(try permit(&breaker, at: start + .seconds(9)), .served, at: start + .seconds(9))
        #expect(!breaker.isOpen)
        breaker.ended(try permit(&breaker, at: start), .throttled(.seconds(3_600)), at: start)
        #expect(wait(&breaker, at: start)?.wait == AccountBreaker.longestThrottle)
    }

    @Test func `F7: doubts in a row open it, and one answer of the cloud between them does not let them`() throws {
        var breaker = AccountBreaker()
        for _ in 0..<3 {
            for _ in 1..<AccountBreaker.doubtLimit {
                breaker.ended(try permit(&breaker, at: start), .doubtful, at: start)
            }
            #expect(!breaker.isOpen)
            breaker.ended(try permit(&breaker, at: start), .served, at: start)
        }
        // A POST that was not sent is no answer, and a rejected token is no answer either.
        let others = [AccountBreaker.Finding.nothing, .tokenRejected, .nothing]
        for (index, other) in others.enumerated() {
            breaker.ended(try permit(&breaker, at: start), .doubtful, at: start)
            breaker.ended(try permit(&breaker, at: start), other, at: start)
            #expect(breaker.doubts == index + 1)
        }
        breaker.ended(try permit(&breaker, at: start), .doubtful, at: start)
        #expect(wait(&breaker, at: start) == .init(cause: .doubts(4), wait: .seconds(5)))
        #expect(wait(&breaker, at: start)?.code == .cloudUnavailable)
    }

    @Test func `F7: ten minutes of doubts are ten doubts at most, one probe at a time`() throws {
        var breaker = AccountBreaker()
        var doubts = 0
        for second in 0..<600 {
            let now = start + .seconds(second)
            // Many want to go; each gets its answer at once.
            for _ in 0..<20 {
                guard case .go(let permit) = breaker.pass(at: now) else { continue }
                if breaker.isOpen { #expect(wait(&breaker, at: now) != nil, "beside a probe nothing goes") }
                breaker.ended(permit, .doubtful, at: now)
                doubts += 1
            }
        }
        #expect(doubts <= 10)
        let now = start + .seconds(620)
        breaker.ended(try permit(&breaker, at: now), .served, at: now)
        #expect(!breaker.isOpen && breaker.doubts == 0)
    }

    @Test func `a callback that ends a doubt proves that the cloud takes sales, and says nothing of the firewall`()
        throws
    {
        var breaker = AccountBreaker()
        let early = try (0..<5).map { _ in try permit(&breaker, at: start) }
        for permit in early.dropLast() { breaker.ended(permit, .doubtful, at: start) }
        #expect(breaker.isOpen)
        breaker.doubtEnded()
        #expect(!breaker.isOpen && breaker.doubts == 0)
        breaker.ended(early[4], .doubtful, at: start)
        #expect(breaker.doubts == 0, "it was sent in another time")
        breaker.ended(try permit(&breaker, at: start), .blocked(retryAfter: nil), at: start)
        breaker.doubtEnded()
        #expect(breaker.isOpen)
    }

    @Test func `a probe that ends in doubt opens it for doubts, whatever it was opened for`() throws {
        var breaker = AccountBreaker()
        breaker.ended(try permit(&breaker, at: start), .blocked(retryAfter: nil), at: start)
        let over = start + .seconds(5)
        breaker.ended(try permit(&breaker, at: over), .doubtful, at: over)
        #expect(wait(&breaker, at: over) == .init(cause: .doubts(1), wait: .seconds(5)))
    }

    @Test("F1, F4: a reading that the cloud or its firewall refuses holds no sale back, alone or as a probe")
    func refusedReadings() throws {
        for finding in [AccountBreaker.Finding.throttled(.seconds(3_600)), .blocked(retryAfter: nil), .tokenRejected] {
            var breaker = AccountBreaker()
            guard case .go(let reading) = breaker.passReading(at: start) else {
                Issue.record("a reading waits for nothing")
                return
            }
            breaker.readingEnded(reading, finding, at: start)
            #expect(!breaker.isOpen, "\(finding)")
            breaker.ended(try permit(&breaker, at: start), .blocked(retryAfter: nil), at: start)
            let over = start + .seconds(5)
            guard case .go(let probe) = breaker.passReading(at: over) else {
                Issue.record("a reading is no probe")
                return
            }
            breaker.readingEnded(probe, finding, at: over)
            // The next one may be a sale, and it may go at once.
            _ = try permit(&breaker, at: over)
        }
    }

    @Test func `readings go while only sales are in doubt, and say nothing of them; the firewall holds both`() throws {
        var breaker = AccountBreaker()
        for _ in 0..<4 { breaker.ended(try permit(&breaker, at: start), .doubtful, at: start) }
        guard case .go(let reading) = breaker.passReading(at: start) else {
            Issue.record("a reading waits for doubts")
            return
        }
        breaker.readingEnded(reading, .served, at: start)
        #expect(breaker.isOpen)
        #expect(wait(&breaker, at: start)?.wait == .seconds(5), "its place as a probe was not taken")
        var blocked = AccountBreaker()
        blocked.ended(try permit(&blocked, at: start), .blocked(retryAfter: nil), at: start)
        guard case .wait = blocked.passReading(at: start) else {
            Issue.record("a reading goes through a firewall that refuses")
            return
        }
        guard case .go(let probe) = blocked.passReading(at: start + .seconds(5)) else {
            Issue.record("a reading is no probe")
            return
        }
        blocked.readingEnded(probe, .served, at: start + .seconds(5))
        #expect(!blocked.isOpen)
    }
}

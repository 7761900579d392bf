// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import GetnetCloud

@Suite struct `The token` {
    static let acknowledged = SubmissionOutcome.acknowledged(idPosTxs: "936101")

    @Test func `a hundred callers share one login`() async throws {
        let observations = Observations()
        try await withCloud(
            observations: observations,
            configure: { $0.maxConnections = 128 },
            { _ in .http(200, Fixture.acknowledgement) }
        ) { client, server in
            let transaction = try Fixture.transaction()
            let outcomes = await withTaskGroup(of: SubmissionOutcome.self) { group in
                for _ in 0..<100 {
                    group.addTask { await client.charge(transaction, callbackURL: "https://x.test") }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0 == Self.acknowledged })
            #expect(server.requests(to: "/auth").count == 1)
            #expect(server.requests(to: "/sale").count == 100)
            #expect(observations.count(.login, .answered) == 1)
            #expect(observations.count(.sale, .answered) == 100)
        }
    }

    @Test func `login and sale carry what the cloud asks for`() async throws {
        try await withCloud({ _ in .http(200, Fixture.acknowledgement) }) { client, server in
            _ = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test/cb?token=a.b")
            _ = await client.status(idPosTxs: "936101")
            let login = try #require(server.requests(to: "/api/postxs/auth").first)
            #expect(login.method == "POST")
            #expect(login.body == "clientId=merchant%20one&clientSecret=s%2Bcr%2Ft%3D")
            #expect(login.headers["content-type"] == "application/x-www-form-urlencoded")
            #expect(login.headers["authorization"] == nil)
            let sale = try #require(server.requests(to: "/api/postxs/sale").first)
            #expect(sale.headers["content-type"] == "application/json")
            #expect(sale.body.contains(#""webhook":"https://x.test/cb?token=a.b""#))
            let query = try #require(server.requests(to: "/api/postxs/936101").first)
            #expect(query.method == "GET")
            for request in [login, sale, query] {
                #expect(request.headers["env"] == "uat")
                #expect(request.headers["country"] == "cl")
                #expect(request.headers["app"] == "posintegrado")
                #expect(request.headers["api-key"] == "k-1")
            }
            for request in [sale, query] { #expect(request.headers["authorization"] == "Bearer t-1") }
        }
    }

    /// Answers 401 to the first sales, in the cloud's two ways.
    func rejecting(_ count: Int, with reply: RawServer.Reply) -> RawServer.Script {
        let left = NIOLockedValueBox(count)
        return { _ in
            let rejects = left.withLockedValue { left in
                left -= 1
                return left >= 0
            }
            return rejects ? reply : .http(200, Fixture.acknowledgement)
        }
    }

    static let rejections = [
        RawServer.Reply.http(401, ""), .http(401, "<html>"), .http(401, Fixture.fault("UNAUTHORIZED")),
        .http(200, Fixture.fault("UNAUTHORIZED")), .http(200, Fixture.fault(" Unauthorized. ")),
    ]

    @Test func `a token that is rejected once is renewed and the sale goes through`() async throws {
        for reply in Self.rejections {
            try await withCloud(rejecting(1, with: reply)) { client, server in
                let outcome = await client.chargeTwiceAtMost(try Fixture.transaction(), callbackURL: "https://x.test")
                #expect(outcome == Self.acknowledged)
                #expect(server.requests(to: "/auth").count == 2)
                #expect(server.requests(to: "/sale").count == 2)
            }
        }
    }

    @Test
    func `F8: a token that is rejected right after another is replaced when its rest is over, and not used meanwhile`()
        async throws
    {
        for reply in Self.rejections {
            try await withCloud(rejecting(2, with: reply)) { client, server in
                let transaction = try Fixture.transaction()
                var outcomes: [SubmissionOutcome] = []
                for _ in 0..<3 { outcomes.append(await client.charge(transaction, callbackURL: "https://x.test")) }
                let rejected = SubmissionOutcome.notStarted(.init(.tokenRejected, isTransient: true))
                #expect(outcomes == [rejected, rejected, Self.acknowledged])
                #expect(server.requests(to: "/sale").count == 3, "one POST for each token")
                #expect(server.requests(to: "/auth").count == 3)
            }
        }
    }

    @Test func `a reading whose token is rejected right after another waits for its turn`() async throws {
        let replies = NIOLockedValueBox<[RawServer.Reply]>([
            .http(401, ""), .http(200, Fixture.acknowledgement), .http(401, ""), .http(401, ""),
        ])
        try await withCloud({ _ in
            replies.withLockedValue {
                $0.isEmpty ? .http(200, Fixture.fault("OPERATION IN PROGRESS")) : $0.removeFirst()
            }
        }) { client, server in
            let began = ContinuousClock.now
            let transaction = try Fixture.transaction()
            #expect(await client.chargeTwiceAtMost(transaction, callbackURL: "https://x.test") == Self.acknowledged)
            func read() async -> JournalAnswer {
                await client.readJournal(.details, of: transaction.command.content.terminal, customID: "j-1")
            }
            let answer = await read()
            // On a machine that has much to do it gets its new token at once.
            guard ContinuousClock.now - began < TokenState.rejectionSpacing else { return }
            guard case .notAsked(.tokenRejected, let wait?) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(server.requests(to: "/auth").count == 2)
            try await Task.sleep(for: wait)
            #expect(await read() == .notRead(.terminalBusy, retryAfter: nil))
            #expect(server.requests(to: "/auth").count == 3)
        }
    }

    @Test func `a cloud that rejects every token is not flooded with logins`() async throws {
        try await withCloud(rejecting(1_000, with: .http(401, ""))) { client, server in
            let transaction = try Fixture.transaction()
            let began = ContinuousClock.now
            for _ in 0..<3 {
                let outcome = await client.chargeTwiceAtMost(transaction, callbackURL: "https://x.test")
                guard case .notStarted(let refusal) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                #expect(refusal.code == .tokenRejected)
                #expect(refusal.isTransient)
            }
            let seconds = Int((ContinuousClock.now - began).components.seconds)
            #expect(server.requests(to: "/auth").count <= 3 + seconds)
        }
    }

    @Test func `a query that is always rejected does not stop the sales`() async throws {
        try await withCloud({
            $0.method == "GET" ? .http(401, "") : .http(200, Fixture.acknowledgement)
        }) { client, _ in
            for _ in 0..<5 {
                guard case .unavailable(let code) = await client.status(idPosTxs: "936101") else {
                    Issue.record("nobody accepts its token")
                    return
                }
                #expect(code == .tokenRejected)
                let outcome = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
                #expect(outcome == Self.acknowledged)
            }
        }
    }

    @Test func `a second POST that ends unknown stays unknown`() async throws {
        let replies = NIOLockedValueBox<[RawServer.Reply]>([.http(401, ""), .reset])
        try await withCloud({ _ in replies.withLockedValue { $0.removeFirst() } }) { client, _ in
            let outcome = await client.chargeTwiceAtMost(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(outcome == .unknown(.noAcknowledgement))
        }
    }

    @Test func `a token that worked and is revoked is renewed for all at once`() async throws {
        let current = NIOLockedValueBox(1)
        try await withCloud(
            login: { _ in Fixture.login("t-\(current.withLockedValue { $0 })") },
            configure: { $0.maxConnections = 64 },
            { request in
                let valid = request.headers["authorization"] == "Bearer t-\(current.withLockedValue { $0 })"
                return valid ? .http(200, Fixture.acknowledgement) : .http(401, "")
            }
        ) { client, server in
            let transaction = try Fixture.transaction()
            #expect(await client.charge(transaction, callbackURL: "https://x.test") == Self.acknowledged)
            current.withLockedValue { $0 = 2 }
            let outcomes = await withTaskGroup(of: SubmissionOutcome.self) { group in
                for _ in 0..<50 {
                    group.addTask { await client.chargeTwiceAtMost(transaction, callbackURL: "https://x.test") }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0 == Self.acknowledged })
            #expect(server.requests(to: "/auth").count == 2)
        }
    }

    @Test func `a login that fails is told to everybody and not repeated at once`() async throws {
        let cases: [(RawServer.Reply, SubmissionOutcome.Refusal)] = [
            (.http(200, Fixture.fault("INVALID CREDENTIALS")), .init(.unauthorized, isTransient: true)),
            (.http(401, ""), .init(.unauthorized, isTransient: true)),
            (.http(500, "<html>"), .init(.cloudUnavailable, isTransient: true)),
            (.http(200, Fixture.fault("SOMETHING BROKE")), .init(.cloudUnavailable, isTransient: true)),
            (.http(200, #"{"code":1,"data":{}}"#), .init(.cloudUnavailable, isTransient: true)),
            (.http(200, #"{"code":1,"data":{"token":"a\r\nb: c"}}"#), .init(.cloudUnavailable, isTransient: true)),
            (.http(302, "", headers: ["location": "/x"]), .init(.cloudUnavailable, isTransient: true)),
            (.http(403, "<html>denied</html>"), .init(.blocked, isTransient: true)),
            (.reset, .init(.cloudUnavailable, isTransient: true)),
        ]
        for (reply, refusal) in cases {
            let observations = Observations()
            try await withCloud(
                login: { _ in reply },
                observations: observations,
                { _ in .http(200, Fixture.acknowledgement) }
            ) { client, server in
                let transaction = try Fixture.transaction()
                let outcomes = await withTaskGroup(of: SubmissionOutcome.self) { group in
                    for _ in 0..<20 {
                        group.addTask { await client.charge(transaction, callbackURL: "https://x.test") }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.allSatisfy { $0 == .notStarted(refusal) }, "\(reply)")
                #expect(server.requests.count == 1, "\(reply)")
                #expect(observations.count(.login, .answered) == 0)
                #expect(await client.status(idPosTxs: "1") == .unavailable(refusal.code))
            }
        }
    }

    @Test func `a caller who is cancelled does not take the login with him`() async throws {
        try await withCloud(
            login: { _ in .slowly(#"{"code":1,"data":{"token":"t-1"}}"#, pause: .milliseconds(10)) },
            { _ in .http(200, Fixture.acknowledgement) }
        ) { client, server in
            let transaction = try Fixture.transaction()
            let goer = Task { await client.charge(transaction, callbackURL: "https://x.test") }
            try await eventually("the login is under way") { server.requests(to: "/auth").count == 1 }
            async let stayer = client.charge(transaction, callbackURL: "https://x.test")
            goer.cancel()
            #expect(await stayer == Self.acknowledged)
            #expect(await goer.value == Self.acknowledged)
            #expect(server.requests(to: "/auth").count == 1)
        }
    }
}

@Suite struct `The state of the token` {
    let start = ContinuousClock.now

    func loggedIn(_ state: inout TokenState, lifetime: Duration?, at now: ContinuousClock.Instant) -> AccessToken {
        state.loggedIn(([:], [:]), lifetime: lifetime, at: now)
    }

    func name(_ need: TokenState.Need) -> String {
        switch need {
        case .use: "use"
        case .useAndLogin: "useAndLogin"
        case .login: "login"
        case .wait: "wait"
        case .refuse: "refuse"
        }
    }

    @Test func `it is renewed before its end while the old one serves`() {
        var state = TokenState()
        #expect(name(state.need(at: start)) == "login")
        #expect(name(state.need(at: start)) == "wait")
        _ = loggedIn(&state, lifetime: .seconds(86_400), at: start)
        #expect(name(state.need(at: start + .seconds(77_759))) == "use")
        #expect(name(state.need(at: start + .seconds(77_760))) == "useAndLogin")
        #expect(name(state.need(at: start + .seconds(77_761))) == "use")
        // The renewal fails: the old one serves to its end, with a back-off between tries.
        let wait = state.loginFailed(LoginFailure(trouble: .serverFault), at: start + .seconds(77_762))
        #expect(wait == .seconds(1))
        #expect(name(state.need(at: start + .seconds(77_762))) == "use")
        #expect(name(state.need(at: start + .seconds(77_763))) == "useAndLogin")
        _ = state.loginFailed(LoginFailure(trouble: .serverFault), at: start + .seconds(86_399))
        #expect(name(state.need(at: start + .seconds(86_400))) == "refuse")
        #expect(name(state.need(at: start + .seconds(86_401))) == "login")
    }

    @Test func `the renewal leaves a margin and never comes at once`() {
        #expect(TokenState.renewal(ofLifetime: .seconds(86_400)) == .seconds(77_760))
        #expect(TokenState.renewal(ofLifetime: .seconds(3_600)) == .seconds(3_240))
        #expect(TokenState.renewal(ofLifetime: .seconds(1_000)) == .seconds(700))
        #expect(TokenState.renewal(ofLifetime: .seconds(300)) == .seconds(150))
        #expect(TokenState.renewal(ofLifetime: .seconds(2)) == .seconds(1))
    }

    @Test func `a lifetime that the cloud does not tell is assumed`() {
        var state = TokenState()
        _ = state.need(at: start)
        _ = loggedIn(&state, lifetime: nil, at: start)
        #expect(name(state.need(at: start + .seconds(2_999))) == "use")
        #expect(name(state.need(at: start + .seconds(3_000))) == "useAndLogin")
    }

    @Test func `a failed login backs off, longer each time, and as long as the cloud asks`() {
        var state = TokenState()
        var now = start
        for expected in [1, 2, 4, 8, 16, 30, 30] {
            #expect(name(state.need(at: now)) == "login")
            #expect(state.loginFailed(LoginFailure(trouble: .refused), at: now) == .seconds(expected))
            #expect(name(state.need(at: now + .seconds(expected) - .milliseconds(1))) == "refuse")
            now += .seconds(expected)
        }
        _ = state.need(at: now)
        let asked = LoginFailure(trouble: .throttled, retryAfter: .seconds(45))
        #expect(state.loginFailed(asked, at: now) == .seconds(45))
        _ = state.need(at: now + .seconds(45))
        let forever = LoginFailure(trouble: .throttled, retryAfter: .seconds(3_600))
        #expect(state.loginFailed(forever, at: now) == TokenState.longestWait, "no hour without a token")
    }

    @Test func `a login that nothing answers is made again soon`() {
        var state = TokenState()
        var now = start
        for expected in [1, 2, 4, 5, 5] {
            _ = state.need(at: now)
            #expect(state.loginFailed(LoginFailure(trouble: .noAnswer), at: now) == .seconds(expected))
            now += .seconds(expected)
        }
    }

    @Test func `a rejection of an older token changes nothing`() {
        var state = TokenState()
        _ = state.need(at: start)
        let first = loggedIn(&state, lifetime: nil, at: start)
        #expect(state.rejected(first, for: .command, at: start) == .dropped(lately: 1))
        #expect(state.rejected(first, for: .command, at: start) == .known)
        #expect(name(state.need(at: start)) == "login")
        _ = loggedIn(&state, lifetime: nil, at: start)
        #expect(state.rejected(first, for: .command, at: start) == .known)
        #expect(name(state.need(at: start)) == "use")
    }

    @Test func `a question drops a token no more often than once a second`() {
        var state = TokenState()
        _ = state.need(at: start)
        let first = loggedIn(&state, lifetime: nil, at: start)
        #expect(state.rejected(first, for: .question, at: start) == .dropped(lately: 1))
        _ = state.need(at: start)
        let second = loggedIn(&state, lifetime: nil, at: start)
        #expect(state.rejected(second, for: .question, at: start + .milliseconds(999)) == .kept(.milliseconds(1)))
        #expect(name(state.need(at: start + .milliseconds(999))) == "use")
        #expect(state.rejected(second, for: .question, at: start + .seconds(1)) == .dropped(lately: 2))
        #expect(name(state.need(at: start + .seconds(1))) == "login")
    }

    /// How long the login after a rejection of the newest token waits.
    func rest(_ state: inout TokenState, serves: Bool, at now: ContinuousClock.Instant) -> Duration? {
        let token = loggedIn(&state, lifetime: nil, at: now)
        if serves { state.accepted(token) }
        _ = state.rejected(token, for: .command, at: now)
        guard case .login(let pause) = state.need(at: now) else { return nil }
        return pause
    }

    @Test func `F8: tokens that serve are replaced once a second at most, useless ones less and less often`() {
        var state = TokenState()
        #expect(rest(&state, serves: true, at: start) == .zero)
        for second in 1...5 {
            let now = start + .milliseconds(500 * second)
            #expect(rest(&state, serves: true, at: now) == .milliseconds(500))
            #expect(!state.isEveryTokenRejected)
        }
        let now = start + .seconds(10)
        #expect(rest(&state, serves: true, at: now) == .zero)
        #expect([1, 2, 4, 5, 5].allSatisfy { rest(&state, serves: false, at: now) == .seconds($0) })
        #expect(state.isEveryTokenRejected)
        state.accepted(loggedIn(&state, lifetime: nil, at: now))
        #expect(!state.isEveryTokenRejected)
    }

    @Test func `rejections are counted over a minute`() {
        var state = TokenState()
        var counts: [TokenState.Rejection] = []
        for second in [0, 10, 59, 60, 200] {
            let now = start + .seconds(second)
            let token = loggedIn(&state, lifetime: nil, at: now)
            counts.append(state.rejected(token, for: .command, at: now))
        }
        #expect(counts == [1, 2, 3, 3, 1].map { .dropped(lately: $0) })
    }
}

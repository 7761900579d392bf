// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import NIOHTTP1
import Testing

@testable import GetnetCloud

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
        // The renewal fails: the old token serves to its end, with a back-off between the tries.
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

    /// A state in which each token was rejected before it served a command, and which has a new token now.
    func useless(at now: ContinuousClock.Instant) -> TokenState {
        var state = TokenState()
        for _ in 1...TokenState.uselessTokens { _ = rest(&state, serves: false, at: now) }
        _ = loggedIn(&state, lifetime: nil, at: now)
        return state
    }

    @Test func `F8: where each token is taken away the next command never meets an old one`() {
        var state = useless(at: start)
        #expect(name(state.need(at: start + TokenState.freshness, for: .nextCommand)) == "use")
        let old = start + TokenState.freshness + .milliseconds(1)
        // A command that is marked as being sent does not wait: a crash would leave it in doubt.
        #expect(name(state.need(at: old, for: .command)) == "use")
        guard case .login(let pause) = state.need(at: old, for: .nextCommand) else {
            Issue.record("a command got a token that another holder took away")
            return
        }
        #expect(old + pause == start + TokenState.rest.delay(afterTries: TokenState.uselessTokens), "logins stay apart")
        #expect(name(state.need(at: old, for: .nextCommand)) == "wait", "the next command waits for the same login")
    }

    @Test func `F8: a question keeps a token that serves it, and its rejection says nothing about commands`() {
        var state = useless(at: start)
        #expect(name(state.need(at: start + .seconds(60), for: .question)) == "use")
        let fresh = loggedIn(&state, lifetime: nil, at: start + .seconds(60))
        #expect(state.rejected(fresh, for: .question, at: start + .seconds(60)) == .dropped(lately: 1))
        #expect(state.isEveryTokenRejected, "commands still try one at a time")
    }

    @Test func `F8: of a token that a question dropped first the rejection by a command counts, once`() {
        var state = TokenState()
        for number in 1...TokenState.uselessTokens {
            #expect(!state.isEveryTokenRejected)
            let now = start + .seconds(10 * number)
            let token = loggedIn(&state, lifetime: nil, at: now)
            #expect(state.rejected(token, for: .question, at: now) == .dropped(lately: number))
            for _ in 1...5 { #expect(state.rejected(token, for: .command, at: now) == .known) }
        }
        #expect(state.isEveryTokenRejected)
    }

    @Test func `F8: a token that served once is kept however old it is`() {
        var state = useless(at: start)
        _ = state.need(at: start + .seconds(1), for: .nextCommand)
        state.accepted(loggedIn(&state, lifetime: nil, at: start + .seconds(1)))
        #expect(name(state.need(at: start + .seconds(2_000), for: .nextCommand)) == "use")
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOHTTP1

/// A token with the headers that carry it, so that they are built once per login.
struct AccessToken: Sendable {
    /// Which login it came from; two logins may bring the same text.
    let generation: Int
    /// The headers of a command.
    let commandHeaders: HTTPHeaders
    /// The headers of a query.
    let queryHeaders: HTTPHeaders
}

/// When to log in, when to wait, when to give up for a while.
///
/// Pure.
///
/// A token is renewed before its end while the old one still serves. A failed login is not repeated before a back-off
/// is over; a caller that asks meanwhile gets the failure. A token that the cloud rejects for a command is dropped at
/// once. Its successor is asked for at once too, or, where another one was dropped a moment ago, when its rest is over:
/// all callers that need a token wait for that one login. A query that is always rejected does not take the token from
/// the sales: it drops one no more often than every `rejectionSpacing`.
/// *Source*: `docs/decisions/0014-an-account-that-is-held.md`.
struct TokenState {
    typealias Instant = ContinuousClock.Instant

    /// What to do for a caller who needs a token.
    enum Need {
        /// It is there.
        case use(AccessToken)
        /// It is there and serves, and a login is due.
        case useAndLogin(AccessToken)
        /// Log in, after so long.
        case login(after: Duration)
        /// A login is under way, or will be.
        case wait
        /// The last login failed a moment ago.
        case refuse(LoginFailure)
    }

    /// What a token is for.
    enum Use {
        /// A command that is not being sent yet: it may wait for a newer one.
        case nextCommand
        /// A command that is being sent.
        case command
        /// What moves no money and may be repeated.
        case question
    }

    /// The fate of a token that the cloud rejected.
    enum Rejection: Equatable {
        /// It was dropped, as the last of so many within `rejectionWindow`.
        case dropped(lately: Int)
        /// Another caller found out before.
        case known
        /// It stays for so long, because a question dropped one a moment ago.
        case kept(Duration)
    }

    /// Assumed where the cloud does not say.
    ///
    /// Source: docs/getnet.md 1.4.
    static let usualLifetime = Duration.seconds(3_000)
    /// A longer life is not believed.
    static let longestLifetime = Duration.seconds(7 * 86_400)
    /// Renewed so long before the end, at the latest.
    static let margin = Duration.seconds(300)
    /// The wait after logins that the cloud answered with a refusal: too many of them may lock the account.
    static let backOff = RetrySchedule(first: .seconds(1), ceiling: .seconds(30))
    /// No wait after a failed login is longer, even if the cloud asks for more: without a token nothing is charged.
    static let longestWait = Duration.seconds(60)
    /// The wait after logins that nothing answered, or only a failing server.
    static let unansweredBackOff = RetrySchedule(first: .seconds(1), ceiling: .seconds(5))

    /// Rejections do not cause logins more often.
    static let rejectionSpacing = Duration.seconds(1)
    /// The spacing where tokens are rejected that never served a command.
    static let rest = RetrySchedule(first: rejectionSpacing, ceiling: .seconds(5))
    /// So far back rejections are counted.
    static let rejectionWindow = Duration.seconds(60)
    /// So many rejections are remembered.
    static let rejectionLimit = 64
    /// So many tokens in a row that never served a command: nothing can be charged with these credentials now.
    static let uselessTokens = 3
    /// What all commands but one are told then: to come back when the longest rest is over.
    static let everyTokenRejected = LoginFailure(trouble: .tokenRejected, retryAfter: rest.ceiling)
    /// While each new token is rejected, one serves for so long only: another holder of the credentials takes it away.
    static let freshness = Duration.milliseconds(200)

    private var token: AccessToken?
    private var renewAt: Instant?
    private var endsAt: Instant?
    private var loggedInAt: Instant?
    private var isLoggingIn = false
    /// Why the last login failed; `nil` after one that worked.
    private(set) var failure: LoginFailure?
    private var retryAt: Instant?
    /// Failed logins since the last that worked.
    private var failures = 0
    /// When rejected tokens were dropped, the latest last.
    private var drops: [Instant] = []
    /// When a login after a rejection may be made.
    private var restsUntil: Instant?
    /// Tokens that commands had rejected, one after the other, and that never served one.
    private var useless = 0
    /// The last token that a command had rejected.
    private var counted = 0
    /// The last token that served a command.
    private var served = 0
    private var generation = 0

    /// Whether there is a token that has not ended.
    func hasToken(at now: Instant) -> Bool { token != nil && endsAt.map { now < $0 } ?? false }
    /// Whether each new token was rejected before it served a command.
    var isEveryTokenRejected: Bool { useless >= Self.uselessTokens }

    /// When a token of that lifetime is renewed.
    static func renewal(ofLifetime lifetime: Duration) -> Duration {
        let early = min(lifetime * 9 / 10, lifetime - margin)
        return early > .zero ? early : lifetime / 2
    }

    /// What to do for a caller, or, without a use, for the part that only prepares a token.
    mutating func need(at now: Instant, for use: Use? = nil) -> Need {
        if use == .nextCommand { dropStale(at: now) }
        let waits = retryAt.map { now < $0 } ?? false
        if let token, let renewAt, let endsAt, now < endsAt {
            if now < renewAt || isLoggingIn || waits { return .use(token) }
            isLoggingIn = true
            return .useAndLogin(token)
        }
        if isLoggingIn { return .wait }
        if waits, let failure { return .refuse(failure) }
        isLoggingIn = true
        return .login(after: restsUntil.map { max($0 - now, .zero) } ?? .zero)
    }

    /// Where each token is taken away, an older one is rejected for certain, and a caller would never meet a new one.
    private mutating func dropStale(at now: Instant) {
        guard isEveryTokenRejected, token != nil, !isLoggingIn, let loggedInAt, now - loggedInAt > Self.freshness
        else { return }
        token = nil
        restsUntil = max(restsUntil ?? now, loggedInAt + Self.rest.delay(afterTries: useless))
    }

    /// A login brought a token; `lifetime` is `nil` where the cloud did not say.
    mutating func loggedIn(
        _ headers: (command: HTTPHeaders, query: HTTPHeaders),
        lifetime: Duration?,
        at now: Instant
    )
        -> AccessToken
    {
        generation += 1
        isLoggingIn = false
        loggedInAt = now
        let token = AccessToken(generation: generation, commandHeaders: headers.command, queryHeaders: headers.query)
        self.token = token
        if let lifetime, lifetime > .zero {
            let believed = min(lifetime, Self.longestLifetime)
            renewAt = now + Self.renewal(ofLifetime: believed)
            endsAt = now + believed
        } else {
            renewAt = now + Self.usualLifetime
            endsAt = now + Self.usualLifetime + Self.margin
        }
        retryAt = nil
        failure = nil
        failures = 0
        return token
    }

    /// A login failed; returns how long the next one waits.
    mutating func loginFailed(_ failure: LoginFailure, at now: Instant) -> Duration {
        isLoggingIn = false
        failures += 1
        self.failure = failure
        let schedule = failure.trouble.isAnswered ? Self.backOff : Self.unansweredBackOff
        let asked = min(failure.retryAfter ?? .zero, Self.longestWait)
        let wait = max(schedule.delay(afterTries: failures), asked)
        retryAt = now + wait
        return wait
    }

    /// The cloud accepted that token for a command.
    mutating func accepted(_ token: AccessToken) {
        served = max(served, token.generation)
        useless = 0
    }

    /// The cloud does not accept that token.
    mutating func rejected(_ token: AccessToken, for use: Use, at now: Instant) -> Rejection {
        // Once for each token, and a question proves nothing about commands.
        if use != .question, token.generation > counted {
            counted = token.generation
            useless = token.generation > served ? useless + 1 : 0
        }
        guard token.generation == self.token?.generation else { return .known }
        if use == .question, let last = drops.last, now < last + Self.rejectionSpacing {
            return .kept(last + Self.rejectionSpacing - now)
        }
        self.token = nil
        restsUntil = drops.last.map { $0 + Self.rest.delay(afterTries: useless) }
        drops.removeAll { $0 + Self.rejectionWindow <= now }
        if drops.count == Self.rejectionLimit { drops.removeFirst() }
        drops.append(now)
        return .dropped(lately: drops.count)
    }
}

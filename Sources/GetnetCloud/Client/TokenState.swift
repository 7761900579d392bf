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

/// Why there is no token.
struct LoginFailure: Error, Equatable {
    /// `unauthorized`, `cloud_unavailable` or `blocked`.
    let code: Reason.Code
    /// How long the cloud asks to wait.
    var retryAfter: Duration?
}

/// When to log in, when to wait, when to give up for a while.
///
/// Pure.
///
/// A token is renewed before its end while the old one still serves. A failed login is not repeated before a back-off is
/// over; whoever asks meanwhile gets the failure. A token that the cloud rejects is dropped and replaced at once, but not more
/// often than every `rejectionSpacing`: a cloud that rejects every token must not be flooded with logins, and a query that is
/// always rejected must not take the token from the sales.
/// *Source*: reference §2.
struct TokenState {
    typealias Instant = ContinuousClock.Instant

    /// What to do for somebody who needs a token.
    enum Need {
        /// It is there.
        case use(AccessToken)
        /// It is there and serves, and a login is due.
        case useAndLogin(AccessToken)
        /// Log in.
        case login
        /// Somebody logs in already.
        case wait
        /// The last login failed a moment ago.
        case refuse(LoginFailure)
    }

    /// Assumed where the cloud does not say.
    ///
    /// Source: reference §2.
    static let usualLifetime = Duration.seconds(3_000)
    /// A longer life is not believed.
    static let longestLifetime = Duration.seconds(7 * 86_400)
    /// Renewed so long before the end, at the latest.
    static let margin = Duration.seconds(300)
    /// The wait after failed logins.
    static let backOff = RetrySchedule(first: .seconds(1), ceiling: .seconds(30))

    /// Rejections do not cause logins more often.
    static let rejectionSpacing = Duration.seconds(1)

    private var token: AccessToken?
    private var renewAt: Instant?
    private var endsAt: Instant?
    private var isLoggingIn = false
    private var failure: LoginFailure?
    private var retryAt: Instant?
    /// Failed logins since the last that worked.
    private var failures = 0
    /// When a rejected token was dropped.
    private var droppedAt: Instant?
    private var generation = 0

    /// When a token of that lifetime is renewed.
    static func renewal(ofLifetime lifetime: Duration) -> Duration {
        let early = min(lifetime * 9 / 10, lifetime - margin)
        return early > .zero ? early : lifetime / 2
    }

    mutating func need(at now: Instant) -> Need {
        let waits = retryAt.map { now < $0 } ?? false
        if let token, let renewAt, let endsAt, now < endsAt {
            if now < renewAt || isLoggingIn || waits { return .use(token) }
            isLoggingIn = true
            return .useAndLogin(token)
        }
        if isLoggingIn { return .wait }
        if waits, let failure { return .refuse(failure) }
        isLoggingIn = true
        return .login
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
        let wait = max(Self.backOff.delay(afterTries: failures), failure.retryAfter ?? .zero)
        retryAt = now + wait
        return wait
    }

    /// The cloud does not accept that token: it is dropped.
    ///
    /// - Returns: How long it stays all the same, where another one was dropped a moment ago.
    mutating func rejected(_ token: AccessToken, at now: Instant) -> Duration? {
        // Others may have found out before and logged in already.
        guard token.generation == self.token?.generation else { return nil }
        if let droppedAt, now < droppedAt + Self.rejectionSpacing { return droppedAt + Self.rejectionSpacing - now }
        self.token = nil
        droppedAt = now
        return nil
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOHTTP1

/// Keeps one account logged in; all callers that need a token wait for the same login, also for one still to come.
///
/// A login is a future of the event loop, not a task of its caller, so that it goes on when the caller goes away. It
/// ends with the HTTP client at the latest.
final class LoginSession: Sendable {
    typealias Outcome = Result<AccessToken, LoginFailure>

    /// A login that has had no answer for so long is an obstacle.
    static let slow = Duration.seconds(5)

    private struct Shared {
        var state = TokenState()
        var running: EventLoopFuture<Outcome>?
        /// When the login that is under way was sent.
        var sentAt: ContinuousClock.Instant?
        /// Whether a command waits for the login that is under way, while each token was rejected.
        var hasProbe = false
    }

    private let shared = NIOLockedValueBox(Shared())
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let headers: @Sendable (LoginAnswer) -> (command: HTTPHeaders, query: HTTPHeaders)
    private let logIn: @Sendable () -> EventLoopFuture<Result<LoginAnswer, LoginFailure>>
    private let onTrouble: @Sendable (LoginTrouble) -> Void

    /// A session that is not logged in yet.
    ///
    /// `onTrouble` is told, from any thread, of each login that failed and of each token that was rejected before its
    /// end.
    init(
        eventLoop: any EventLoop,
        logger: Logger,
        headers: @escaping @Sendable (LoginAnswer) -> (command: HTTPHeaders, query: HTTPHeaders),
        logIn: @escaping @Sendable () -> EventLoopFuture<Result<LoginAnswer, LoginFailure>>,
        onTrouble: @escaping @Sendable (LoginTrouble) -> Void
    ) {
        self.eventLoop = eventLoop
        self.logger = logger
        self.headers = headers
        self.logIn = logIn
        self.onTrouble = onTrouble
    }

    /// Why nothing can be sent with a token now; `nil` where one is there, or the first login has not ended yet.
    var trouble: LoginTrouble? {
        shared.withLockedValue { shared in
            let useless: LoginTrouble? = shared.state.isEveryTokenRejected ? .tokenRejected : nil
            if shared.state.hasToken(at: .now) { return useless }
            let silent: LoginTrouble? = shared.sentAt.flatMap { .now - $0 > Self.slow ? .noAnswer : nil }
            return shared.state.failure?.trouble ?? useless ?? silent
        }
    }

    /// A token that serves now.
    ///
    /// While each new token is rejected, all questions wait for the next one, but only one command, the probe.
    func token(for use: TokenState.Use) async throws(LoginFailure) -> AccessToken {
        switch take(for: use) {
        case .use(let token): return token
        case .refuse(let failure): throw failure
        case .wait(let running): return try await outcome(of: running)
        }
    }

    /// Begins a login where one is due, and waits for nothing.
    func prepare() { _ = take(for: nil) }

    /// What a caller gets now; a login that is due is begun.
    private func take(for use: TokenState.Use?) -> Step {
        let (step, login) = shared.withLockedValue { shared -> (Step, (EventLoopPromise<Outcome>, Duration)?) in
            /// Where no token ever serves, one command waits for the next token; all others are refused.
            func waiting(_ login: EventLoopFuture<Outcome>) -> Step {
                guard let use, use != .question, shared.state.isEveryTokenRejected else { return .wait(login) }
                guard !shared.hasProbe else { return .refuse(TokenState.everyTokenRejected) }
                shared.hasProbe = true
                return .wait(login)
            }
            func begin(after pause: Duration) -> (EventLoopPromise<Outcome>, Duration) {
                let promise = eventLoop.makePromise(of: Outcome.self)
                shared.running = promise.futureResult
                return (promise, pause)
            }
            switch shared.state.need(at: .now, for: use) {
            case .use(let token): return (.use(token), nil)
            case .refuse(let failure): return (.refuse(failure), nil)
            case .wait:
                guard let running = shared.running else { preconditionFailure("a login runs without a future") }
                return (waiting(running), nil)
            case .login(let pause):
                let login = begin(after: pause)
                return (waiting(login.0.futureResult), login)
            case .useAndLogin(let token): return (.use(token), begin(after: .zero))
            }
        }
        if let (promise, pause) = login {
            if pause == .zero {
                begin(promise)
            } else {
                eventLoop.scheduleTask(in: TimeAmount(pause)) { self.begin(promise) }
            }
        }
        return step
    }

    private enum Step {
        case use(AccessToken)
        case refuse(LoginFailure)
        case wait(EventLoopFuture<Outcome>)
    }

    private func outcome(of login: EventLoopFuture<Outcome>) async throws(LoginFailure) -> AccessToken {
        // The future fails only if its event loop is gone.
        let outcome = (try? await login.get()) ?? .failure(LoginFailure(trouble: .connection(.noConnection)))
        return try outcome.get()
    }

    private func begin(_ promise: EventLoopPromise<Outcome>) {
        shared.withLockedValue { $0.sentAt = .now }
        logIn().whenComplete { result in
            switch result {
            case .success(let answer): promise.succeed(self.finish(answer))
            case .failure:
                promise.succeed(self.finish(.failure(LoginFailure(trouble: .connection(.noConnection)))))
            }
        }
    }

    private func finish(_ answer: Result<LoginAnswer, LoginFailure>) -> Outcome {
        switch answer {
        case .success(let login):
            let token = shared.withLockedValue { shared in
                shared.running = nil
                shared.sentAt = nil
                shared.hasProbe = false
                return shared.state.loggedIn(headers(login), lifetime: login.lifetime, at: .now)
            }
            let validFor = login.lifetime.map { "\($0.components.seconds)" } ?? "unknown"
            logger.info("logged in", metadata: [LogKey.validFor: "\(validFor)"])
            return .success(token)
        case .failure(let failure):
            let wait = shared.withLockedValue { shared in
                shared.running = nil
                shared.sentAt = nil
                shared.hasProbe = false
                return shared.state.loginFailed(failure, at: .now)
            }
            onTrouble(failure.trouble)
            logger.log(
                level: failure.trouble == .refused ? .error : .warning,
                "login failed: \(failure.trouble.description)",
                metadata: [LogKey.reason: "\(failure.trouble.word)", LogKey.waitsFor: "\(wait.components.seconds)"]
            )
            return .failure(failure)
        }
    }

    /// The cloud accepted that token for a command.
    func accepted(_ token: AccessToken) {
        shared.withLockedValue { $0.state.accepted(token) }
    }

    /// The cloud does not accept that token; how long it still serves, where a question dropped one just now.
    @discardableResult
    func rejected(_ token: AccessToken, for use: TokenState.Use) -> Duration? {
        switch shared.withLockedValue({ $0.state.rejected(token, for: use, at: .now) }) {
        case .known: return nil
        case .kept(let wait): return wait
        case .dropped(let lately):
            onTrouble(.tokenRejected)
            noteDrop(lately)
            return nil
        }
    }

    /// One rejection is a token that ended early; several within a minute look like another program that logs in.
    private func noteDrop(_ lately: Int) {
        let metadata: Logger.Metadata = [
            LogKey.reason: "\(LoginTrouble.tokenRejected.word)", LogKey.rejections: "\(lately)",
        ]
        if lately == 1 {
            logger.info("Getnet rejected a token before its end; a new login is made", metadata: metadata)
        } else if lately == 2 || lately.isMultiple(of: 10) {
            logger.warning(
                "Getnet rejects tokens soon after their login; another holder of these credentials?",
                metadata: metadata
            )
        }
    }
}

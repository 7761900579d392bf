// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOHTTP1

/// Keeps one account logged in; everybody who needs a token meanwhile waits for the same login.
///
/// A login is a future of the event loop, not a task of its caller, so that a caller who goes away does not take the login
/// with him. It ends with the HTTP client at the latest.
final class LoginSession: Sendable {
    typealias Outcome = Result<AccessToken, LoginFailure>

    private struct Shared {
        var state = TokenState()
        var running: EventLoopFuture<Outcome>?
    }

    private let shared = NIOLockedValueBox(Shared())
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let headers: @Sendable (LoginAnswer) -> (command: HTTPHeaders, query: HTTPHeaders)
    private let logIn: @Sendable () -> EventLoopFuture<Result<LoginAnswer, LoginFailure>>

    /// A session that is not logged in yet.
    init(
        eventLoop: any EventLoop,
        logger: Logger,
        headers: @escaping @Sendable (LoginAnswer) -> (command: HTTPHeaders, query: HTTPHeaders),
        logIn: @escaping @Sendable () -> EventLoopFuture<Result<LoginAnswer, LoginFailure>>
    ) {
        self.eventLoop = eventLoop
        self.logger = logger
        self.headers = headers
        self.logIn = logIn
    }

    /// A token that serves now.
    func token() async throws(LoginFailure) -> AccessToken {
        let step = shared.withLockedValue { shared in
            switch shared.state.need(at: .now) {
            case .use(let token): return Step.use(token)
            case .refuse(let failure): return .refuse(failure)
            case .wait:
                guard let running = shared.running else { preconditionFailure("a login runs without a future") }
                return .wait(running)
            case .login:
                let promise = eventLoop.makePromise(of: Outcome.self)
                shared.running = promise.futureResult
                return .logIn(promise)
            case .useAndLogin(let token):
                let promise = eventLoop.makePromise(of: Outcome.self)
                shared.running = promise.futureResult
                return .useAndLogIn(token, promise)
            }
        }
        switch step {
        case .use(let token): return token
        case .refuse(let failure): throw failure
        case .wait(let running): return try await outcome(of: running)
        case .logIn(let promise):
            begin(promise)
            return try await outcome(of: promise.futureResult)
        case .useAndLogIn(let token, let promise):
            begin(promise)
            return token
        }
    }

    private enum Step {
        case use(AccessToken)
        case refuse(LoginFailure)
        case wait(EventLoopFuture<Outcome>)
        case logIn(EventLoopPromise<Outcome>)
        case useAndLogIn(AccessToken, EventLoopPromise<Outcome>)
    }

    private func outcome(of login: EventLoopFuture<Outcome>) async throws(LoginFailure) -> AccessToken {
        // The future fails only if its event loop is gone.
        let outcome = (try? await login.get()) ?? .failure(LoginFailure(code: .cloudUnavailable))
        return try outcome.get()
    }

    private func begin(_ promise: EventLoopPromise<Outcome>) {
        logIn().whenComplete { result in
            switch result {
            case .success(let answer): promise.succeed(self.finish(answer))
            case .failure: promise.succeed(self.finish(.failure(LoginFailure(code: .cloudUnavailable))))
            }
        }
    }

    private func finish(_ answer: Result<LoginAnswer, LoginFailure>) -> Outcome {
        switch answer {
        case .success(let login):
            let token = shared.withLockedValue { shared in
                shared.running = nil
                return shared.state.loggedIn(headers(login), lifetime: login.lifetime, at: .now)
            }
            let validFor = login.lifetime.map { "\($0.components.seconds)" } ?? "unknown"
            logger.info("logged in", metadata: [LogKey.validFor: "\(validFor)"])
            return .success(token)
        case .failure(let failure):
            let wait = shared.withLockedValue { shared in
                shared.running = nil
                return shared.state.loginFailed(failure, at: .now)
            }
            logger.log(
                level: failure.code == .unauthorized ? .error : .warning,
                "login failed",
                metadata: [LogKey.reason: "\(failure.code.rawValue)", LogKey.waitsFor: "\(wait.components.seconds)"]
            )
            return .failure(failure)
        }
    }

    /// The cloud does not accept that token; how long it has to serve all the same, because one was dropped just now.
    func rejected(_ token: AccessToken) -> Duration? {
        shared.withLockedValue { $0.state.rejected(token, at: .now) }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
public import BridgeCore
public import Logging
public import NIOCore

/// Speaks Getnet's Cloud-to-Cloud API for one account: login on demand, commands, status query, journal.
///
/// Commands that are acknowledged at once, those that may take minutes, queries, journals of doubts, looks before a
/// command, cancels, lists of terminals and logins have separate pools of connections, so that none can starve another:
/// a sale finds a free connection as long as no more of them are on the wire than `maxConnections`. *Isolation*: safe
/// from everywhere. Cancellation of a caller is not heeded; every call ends by its time-outs, or when the client is
/// shut down.
/// *Source*: docs/getnet.md 1, 3.1, 4.3, 8, 9.
public final class CloudClient: Sendable {
    /// The base URL is no `http` or `https` URL with a host.
    public struct InvalidBaseURL: Error, Sendable, Equatable {}

    /// Called after each request over HTTP, from any thread.
    public typealias RequestObserver = @Sendable (CloudOperation, CloudRequestOutcome, Duration) -> Void

    /// There is never more than one login at a time.
    static let loginConnections = 1
    /// Lists of terminals are asked for now and then.
    static let listConnections = 2

    /// Called for each answer with code 0 whose text is not known, from any thread.
    public typealias TextObserver = @Sendable (CloudOperation) -> Void

    /// Called for each login that failed and for each token that was rejected before its end, from any thread.
    public typealias LoginObserver = @Sendable (LoginTrouble) -> Void

    /// Reads answers and callbacks of this account.
    public let reader: AnswerReader
    /// What time it is at Getnet, by what it answers.
    public let clock: CloudClock

    let configuration: CloudConfiguration
    let endpoint: CloudEndpoint
    let queries: CloudTransport
    let journals: CloudTransport
    let looks: CloudTransport
    let cancels: CloudTransport
    let lists: CloudTransport
    let session: LoginSession
    let gate: AccountGate
    private let requests: CommandRequest
    private let commands: CloudTransport
    private let slowCommands: CloudTransport
    private let logins: CloudTransport
    private let unknownTexts: UnknownTexts
    private let logger: Logger
    private let onRequest: RequestObserver

    /// A client; nothing is sent before the first call.
    ///
    /// - Parameters:
    ///   - configuration: Where and as whom.
    ///   - logger: For logins and texts of the cloud that the catalogue does not know.
    ///   - eventLoopGroup: Each pool of connections lives on one of its event loops; by default the shared ones.
    ///   - onRequest: Told of each request over HTTP and how it ended.
    ///   - onUnknownText: Told of each text beside code 0 that neither the country's profile nor an operator knows.
    ///   - onLoginTrouble: Told of each login that failed and each token that was rejected before its end.
    /// - Throws: `InvalidBaseURL`.
    public init(
        configuration: CloudConfiguration,
        logger: Logger,
        eventLoopGroup: (any EventLoopGroup)? = nil,
        onRequest: @escaping RequestObserver = { _, _, _ in },
        onUnknownText: @escaping TextObserver = { _ in },
        onLoginTrouble: @escaping LoginObserver = { _ in }
    ) throws(InvalidBaseURL) {
        let group = eventLoopGroup ?? HTTPClient.defaultEventLoopGroup
        let endpoint = try CloudEndpoint(configuration)
        var logger = logger
        logger[metadataKey: LogKey.account] = "\(configuration.account.name)"
        let clock = CloudClock()
        self.clock = clock
        func pool(_ connections: Int, bodyLimit: Int = HTTPExchange.bodyLimit) -> CloudTransport {
            CloudTransport(
                configuration,
                connections: connections,
                bodyLimit: bodyLimit,
                eventLoopGroup: group,
                clock: clock,
                logger: logger
            )
        }
        commands = pool(configuration.maxConnections)
        slowCommands = pool(configuration.synchronousConnections, bodyLimit: AnswerReader.journalBodyLimit)
        queries = pool(configuration.queryConnections)
        journals = pool(configuration.journalConnections, bodyLimit: AnswerReader.journalBodyLimit)
        looks = pool(configuration.synchronousConnections, bodyLimit: AnswerReader.journalBodyLimit)
        cancels = pool(configuration.cancelConnections, bodyLimit: AnswerReader.journalBodyLimit)
        // The list may be long, as a journal is.
        lists = pool(Self.listConnections, bodyLimit: AnswerReader.journalBodyLimit)
        let logins = pool(Self.loginConnections)
        self.logins = logins
        self.configuration = configuration
        self.endpoint = endpoint
        self.logger = logger
        self.onRequest = onRequest
        let profile = configuration.account.profile
        let reader = AnswerReader(
            timeZone: configuration.timeZone,
            messages: profile.messages,
            amountUnit: profile.amountUnit
        )
        self.reader = reader
        let eventLoop = group.next()
        gate = AccountGate(
            connections: configuration.maxConnections,
            reader: reader,
            eventLoop: eventLoop,
            logger: logger
        )
        requests = CommandRequest(profile: profile)
        unknownTexts = UnknownTexts(catalogue: reader.catalogue, logger: logger, onUnknownText: onUnknownText)
        session = LoginSession(
            eventLoop: eventLoop,
            logger: logger,
            headers: { endpoint.headers($0) },
            logIn: { Self.logIn(configuration, endpoint, logins, reader.catalogue, onRequest) },
            onTrouble: onLoginTrouble
        )
    }

    /// Closes all connections; what is under way ends as it can be known.
    public func shutdown() async {
        for transport in [commands, slowCommands, queries, journals, looks, cancels, lists, logins] {
            do {
                try await transport.shutdown()
            } catch {
                logger.debug("a pool of connections was closed already")
            }
        }
    }

    /// Whether the account's commands are kept back, because Getnet wants none or takes them without a word.
    var isHeldBack: Bool { gate.isOpen }

    /// Why nothing can be charged now; `nil` where nothing is known to stand in the way.
    public var obstacle: CloudObstacle? { session.trouble.map { .login($0) } ?? gate.obstacle }

    // MARK: - Commands

    /// Returns once there is a token, or none can be had now.
    ///
    /// Called before an attempt is made durable, so that a crash during a long login leaves nothing in doubt.
    public func awaitToken() async {
        // The POST that follows meets the same failure and reports it.
        _ = try? await session.token(for: .nextCommand)
    }

    /// Begins a login where one is due, and waits for nothing: what is wrong with it is known before the first command.
    public func prepareToken() { session.prepare() }

    /// Makes one POST within the account's window: while the cloud is silent, only a handful are under way.
    ///
    /// For commands that are acknowledged at once. The body also makes the attempt durable, so that a command that
    /// waits for its turn is not yet marked. It is run in any case; where no place became free in time its parameter
    /// says so, and nothing is to be sent.
    public func inTurn(_ body: (_ isLate: Bool) async -> Void) async {
        let turn = await gate.turn()
        await body(turn == .late)
        gate.end(turn)
    }

    /// Says that a callback ended a command in doubt: Getnet takes commands, though its answers get lost.
    public func doubtEnded() { gate.doubtEnded() }

    /// The outcome of a command that did not get its turn in time: it certainly was not sent.
    public static let late = SubmissionOutcome.notStarted(
        .init(.cloudUnavailable, isTransient: true, retryAfter: AccountBreaker.probeSpacing)
    )

    /// Posts a command, once, and tells how the POST ended.
    ///
    /// Every end is one of the outcomes; see `SaleEnd` for the table. `now` is asked for the last time when a
    /// connection is open and the body about to leave: past the command's expiry nothing is sent
    /// (docs/promises.md 2.5).
    ///
    /// A rejected token is dropped and the refusal transient, and so is a refused login: another POST is another
    /// durable step (decisions 0005, 0014).
    ///
    /// - Parameters:
    ///   - transaction: What is asked for.
    ///   - callbackURL: Where the cloud is to send the result, if the command's mode has one.
    ///   - now: The clock that the expiry is held against.
    ///   - mayLeave: Whether anything else forbids the POST; asked together with the expiry at that last moment, from
    ///     any thread. Where it says no, nothing is sent and the refusal is transient.
    ///   - hasLeft: Told, from any thread, once the whole request was given to the connection.
    /// - Returns: How the POST ended.
    public func post(
        _ transaction: Transaction,
        callbackURL: String,
        now: @escaping @Sendable () -> Timestamp,
        mayLeave: @escaping @Sendable () -> Bool = { true },
        hasLeft: @escaping @Sendable () -> Void = {}
    ) async -> SubmissionOutcome {
        let type = transaction.command.content.type
        guard let body = requests.bytes(for: transaction, callbackURL: callbackURL),
            let mode = configuration.account.profile.commands[type]?.mode
        else { return .notStarted(.init(.requestRefused, isTransient: false)) }
        let token: AccessToken
        do {
            token = try await session.token(for: .command)
        } catch {
            return .notStarted(.init(error.code, isTransient: true, retryAfter: error.retryAfter))
        }
        let expiresAt = transaction.command.expiresAt
        let expired = SubmissionOutcome.notStarted(.init(.commandExpired, isTransient: false))
        // The login may have taken its time.
        guard now() < expiresAt else { return expired }
        let permit: AccountBreaker.Permit
        switch gate.pass() {
        case .go(let granted): permit = granted
        case .wait(let obstacle):
            return .notStarted(.init(obstacle.code, isTransient: true, retryAfter: obstacle.wait))
        }
        let operation: CloudOperation = transaction.effect == .sale ? .sale : .command
        let end = await observed(operation) {
            await (mode.mayAnswerLate ? slowCommands : commands).send(
                endpoint.command(type, token),
                body: body,
                timeout: mode.mayAnswerLate ? configuration.terminalTimeout : configuration.submitTimeout,
                mayLeave: { now() < expiresAt && mayLeave() },
                hasLeft: hasLeft
            )
        }
        let meaning = SaleEnd(end, of: transaction.id, reader: reader)
        let finding = AccountBreaker.Finding(end, meaning, answersLate: mode.mayAnswerLate)
        gate.ended(permit, finding)
        if finding == .served { session.accepted(token) }
        if case .withheld = end, now() >= expiresAt { return expired }
        // A token that was refused must not meet the next sale, even if the answer says something else as well.
        if case .answered(let http) = end, http.status == 401 || meaning == .unauthorized {
            session.rejected(token, for: .command)
        }
        if case .outcome(let outcome) = meaning, case .acknowledged = outcome { return outcome }
        note(end, of: operation)
        return switch meaning {
        case .outcome(.notStarted(let refusal)):
            .notStarted(
                .init(
                    refusal.code,
                    isTransient: refusal.isTransient,
                    // No command waits longer than the account does.
                    retryAfter: refusal.retryAfter.map { min($0, AccountBreaker.longestThrottle) },
                    said: words(of: end)
                )
            )
        case .outcome(let outcome): outcome
        case .unauthorized: .notStarted(.init(.tokenRejected, isTransient: true, said: words(of: end)))
        }
    }

    /// What the cloud said as it refused, for people: its own text, or the status of HTTP.
    private func words(of end: ExchangeEnd) -> String? {
        guard case .answered(let http) = end else { return nil }
        let limit = SubmissionOutcome.Refusal.longestWords
        if let message = reader.read(http.body)?.message, !message.isEmpty {
            return AnswerMask.replacingDigitRuns(in: message).cut(to: limit)
        }
        return "HTTP status \(http.status)"
    }

    /// Sends a request and tells how it ended.
    func observed(_ operation: CloudOperation, _ send: () async -> ExchangeEnd) async -> ExchangeEnd {
        let start = ContinuousClock.now
        let end = await send()
        onRequest(operation, CloudRequestOutcome(end), .now - start)
        // A pool for what waits for terminals may be full of them.
        if operation == .sale || operation == .query { gate.note(end) }
        return end
    }

    /// Takes note of a text that is not known.
    func note(_ end: ExchangeEnd, of operation: CloudOperation) {
        if case .answered(let http) = end { unknownTexts.note(reader.read(http.body), of: operation) }
    }

    // MARK: - Login

    private static func logIn(
        _ configuration: CloudConfiguration,
        _ endpoint: CloudEndpoint,
        _ transport: CloudTransport,
        _ catalogue: MessageCatalogue,
        _ onRequest: @escaping RequestObserver
    ) -> EventLoopFuture<Result<LoginAnswer, LoginFailure>> {
        let start = ContinuousClock.now
        let form = CloudEndpoint.loginForm(
            clientID: configuration.clientID,
            clientSecret: configuration.clientSecret
        )
        return transport.begin(endpoint.login, body: form, timeout: configuration.loginTimeout).map { end in
            let answer = LoginAnswer.read(end, catalogue)
            let outcome = CloudRequestOutcome(end)
            // A refusal may come with a status of success.
            let isHiddenRefusal = outcome == .answered && (try? answer.get()) == nil
            onRequest(.login, isHiddenRefusal ? .refused : outcome, .now - start)
            return answer
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import Logging
internal import NIOCore

/// One pool of connections to the cloud, with everything switched off that could repeat, redirect or guess.
///
/// All of it runs on one event loop. Where a request and its connection are on different loops, AsyncHTTPClient 1.37
/// hears of the end of a request only after a hop (`HTTP1ClientChannelHandler.swift`, `sendRequestEnd`); if the answer
/// was faster and the server closes meanwhile, the pool is given back a connection it has forgotten, and the process
/// traps. On one loop head, body and end are written in one turn.
struct CloudTransport: Sendable {
    private let client: HTTPClient
    private let eventLoop: any EventLoop
    private let bodyLimit: Int
    private let clock: CloudClock
    private let logger: Logger

    /// A pool of at most so many connections, whose answers are read up to that many bytes.
    init(
        _ configuration: CloudConfiguration,
        connections: Int,
        bodyLimit: Int = HTTPExchange.bodyLimit,
        eventLoopGroup: any EventLoopGroup,
        clock: CloudClock = CloudClock(),
        logger: Logger
    ) {
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .disallow
        settings.httpVersion = .http1Only
        settings.decompression = .disabled
        settings.timeout = .init(connect: TimeAmount(configuration.connectTimeout))
        settings.connectionPool.idleTimeout = TimeAmount(configuration.idleTimeout)
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        // The machine decides when to try again; after a crash, a POST that waited inside the library is in doubt.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.tracing.tracer = nil
        settings.http1_1ConnectionDebugInitializer = { HeadWithBody.add(to: $0) }
        eventLoop = eventLoopGroup.next()
        client = HTTPClient(eventLoopGroupProvider: .shared(eventLoop), configuration: settings)
        self.bodyLimit = bodyLimit
        self.clock = clock
        self.logger = logger
    }

    /// Sends a request and waits for its end, even if the caller is cancelled.
    ///
    /// *Isolation*: cancellation is not heeded, because a POST that left cannot be called back; the time-out ends the
    /// wait.
    func send(
        _ request: HTTPClient.Request,
        body: [UInt8]?,
        timeout: Duration,
        mayLeave: @escaping @Sendable () -> Bool = { true },
        hasLeft: @escaping @Sendable () -> Void = {}
    ) async -> ExchangeEnd {
        let (exchange, task) = start(request, body: body, timeout: timeout, mayLeave: mayLeave, hasLeft: hasLeft)
        do {
            return .answered(HTTPAnswer(try await task.get()))
        } catch {
            return end(exchange, error)
        }
    }

    /// Sends a request that belongs to no caller.
    func begin(_ request: HTTPClient.Request, body: [UInt8]?, timeout: Duration) -> EventLoopFuture<ExchangeEnd> {
        let (exchange, task) = start(request, body: body, timeout: timeout)
        return task.futureResult.map { .answered(HTTPAnswer($0)) }.flatMapErrorThrowing { end(exchange, $0) }
    }

    /// Fails what is under way and closes the connections.
    func shutdown() async throws {
        try await client.shutdown()
    }

    private func end(_ exchange: HTTPExchange, _ error: any Error) -> ExchangeEnd {
        let mayHaveLeft = exchange.seal()
        logger.debug(
            "a request to the cloud ended without an answer",
            metadata: [LogKey.error: "\(error)", LogKey.mayHaveLeft: "\(mayHaveLeft)"]
        )
        if mayHaveLeft { return .interrupted }
        return exchange.isWithheld ? .withheld : .neverSent(ConnectionTrouble(error))
    }

    private func start(
        _ request: HTTPClient.Request,
        body: [UInt8]?,
        timeout: Duration,
        mayLeave: @escaping @Sendable () -> Bool = { true },
        hasLeft: @escaping @Sendable () -> Void = {}
    )
        -> (HTTPExchange, HTTPClient.Task<HTTPExchange.RawAnswer>)
    {
        let exchange = HTTPExchange(
            eventLoop: eventLoop,
            bodyLimit: bodyLimit,
            clock: clock,
            mayLeave: mayLeave,
            hasLeft: hasLeft
        )
        var request = request
        if let body {
            let buffer = ByteBuffer(bytes: body)
            request.body = .stream(contentLength: Int64(body.count)) { exchange.write(buffer, to: $0) }
        }
        let task = client.execute(request: request, delegate: exchange, deadline: .now() + TimeAmount(timeout))
        return (exchange, task)
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOHTTP1

/// Keeps one connection to the limits of its port and to RFC 9112's rules about how a connection goes on and ends.
///
/// The first request must be whole within `requestTime`, head and body together; a further one's body within that time
/// after its head, and its head within `keepAlive` after the answer before it. A refused request (400 to 499) ends its
/// connection, as does `Connection: close` and HTTP/1.0. The end is in order: the answer, our side closed, and a moment
/// for the client to close its own.
final class ConnectionRules: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request that is not answered yet.
    private struct Exchange {
        let isHead: Bool
        var ends: Bool
        /// Kept when the head of an answer without a body is written: then the whole answer is.
        var written: EventLoopFuture<Void>?
    }

    /// How long a client may take to close its side after we closed ours.
    private static let lingering = TimeAmount.seconds(1)

    private let requestTime: TimeAmount
    private let keepAlive: TimeAmount
    private let register: ConnectionRegister
    private var exchanges: [Exchange] = []
    private var isFirstRequest = true
    private var isReadingBody = false
    /// Nothing is read and nothing written any more.
    private var isEnding = false
    /// When the connection has waited too long; `nil` while nothing is awaited of the client.
    private var deadline: NIODeadline?
    /// Looks at the deadline when it is due; it stands as long as the connection.
    private var timer: Scheduled<Void>?
    private var timerDue = NIODeadline.distantFuture
    private var context: ChannelHandlerContext?

    init(_ limits: ConnectionLimits, register: ConnectionRegister) {
        requestTime = TimeAmount(limits.requestTime)
        keepAlive = TimeAmount(limits.keepAlive)
        self.register = register
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        register.leave(context.channel)
        context.fireChannelInactive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard register.enter(context.channel) else { return refuse(.serviceUnavailable) }
        limit(to: requestTime)
    }

    // MARK: - Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isEnding else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            // Behind a request that ends the connection nothing is read.
            guard exchanges.last?.ends != true else { return }
            guard head.isComplete else { return exchanges.isEmpty ? refuse(.badRequest) : endAfterLast() }
            exchanges.append(Exchange(isHead: head.method == .HEAD, ends: !head.keepsConnection))
            isReadingBody = true
            if !isFirstRequest { limit(to: requestTime) }
            if head.expectsContinue, exchanges.count == 1 {
                let interim = HTTPResponseHead(version: .http1_1, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
            }
        case .body: guard isReadingBody else { return }
        case .end:
            guard isReadingBody else { return }
            isReadingBody = false
            isFirstRequest = false
            deadline = nil
            register.note(context.channel, isAnswering: true)
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What comes before it is answered first.
        guard exchanges.isEmpty || isEnding else {
            endAfterLast()
            return context.fireErrorCaught(error)
        }
        if error is HTTPParserError { refuse(.badRequest) } else { context.fireErrorCaught(error) }
    }

    private func endAfterLast() {
        if !exchanges.isEmpty { exchanges[exchanges.count - 1].ends = true }
    }

    // MARK: - Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isEnding, let exchange = exchanges.first else {
            promise?.succeed()
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if (400..<500).contains(head.status.code) || head.headers.says("close") { exchanges[0].ends = true }
            if exchanges[0].ends { head.headers.replaceOrAdd(name: "connection", value: "close") }
            // A client that does not read its answer is no better than one that does not send its request.
            if !isReadingBody { limit(to: requestTime) }
            var promise = promise
            if head.headers.first(name: "content-length") == "0" {
                let written = promise ?? context.eventLoop.makePromise()
                (promise, exchanges[0].written) = (written, written.futureResult)
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body where exchange.isHead: promise?.succeed()
        case .body: context.write(data, promise: promise)
        case .end:
            exchanges.removeFirst()
            if let written = exchange.written {
                followUp(exchange, written, context)
                // To say when an end without bytes is written, NIO would write an empty buffer.
                context.writeAndFlush(data, promise: promise)
                return
            }
            let written = promise ?? context.eventLoop.makePromise()
            followUp(exchange, written.futureResult, context)
            context.writeAndFlush(data, promise: written)
        }
    }

    /// What comes once an answer is written: the next request, or the end.
    private func followUp(_ exchange: Exchange, _ written: EventLoopFuture<Void>, _ context: ChannelHandlerContext) {
        if exchange.ends { return end(context, written) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.whenSuccess { bound.value.awaitNext() }
    }

    private func awaitNext() {
        guard let context, !isEnding, exchanges.isEmpty, !isReadingBody else { return }
        register.note(context.channel, isAnswering: false)
        limit(to: keepAlive)
    }

    // MARK: - The end

    /// Answers what is not answered otherwise, and ends the connection.
    func refuse(_ status: HTTPResponseStatus) {
        guard let context, !isEnding else { return }
        var head = HTTPResponseHead(version: .http1_1, status: status)
        head.headers = ["connection": "close", "content-length": "0"]
        if status == .serviceUnavailable { head.headers.add(name: "retry-after", value: "1") }
        let written = context.eventLoop.makePromise(of: Void.self)
        end(context, written.futureResult)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    /// Closes our side once the answer is written, and the rest when the client closed its own or took too long.
    private func end(_ context: ChannelHandlerContext, _ written: EventLoopFuture<Void>) {
        isEnding = true
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        timer?.cancel()
        timer = context.eventLoop.scheduleTask(in: requestTime) { bound.value.close(promise: nil) }
        let rules = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.whenComplete { _ in
            bound.value.close(mode: .output, promise: nil)
            rules.value.timer?.cancel()
            rules.value.timer = bound.value.eventLoop.scheduleTask(in: Self.lingering) {
                bound.value.close(promise: nil)
            }
        }
    }

    /// Limits the wait for what must come next.
    ///
    /// `requestTime` after a request began, an answer says why it is over.
    ///
    /// A timer that stands is left where it fires before that: a request moves the deadline three times, and to move
    /// the timer each time cost as much as writing the answer.
    private func limit(to time: TimeAmount) {
        guard let context else { return }
        let deadline = NIODeadline.now() + time
        self.deadline = deadline
        guard timer == nil || timerDue > deadline else { return }
        timer?.cancel()
        look(in: min(time, requestTime), context)
    }

    private func look(in time: TimeAmount, _ context: ChannelHandlerContext) {
        timerDue = .now() + time
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: time) { bound.value.lookAtDeadline() }
    }

    private func lookAtDeadline() {
        guard let context, !isEnding else { return }
        let rest = deadline.map { $0 - .now() } ?? requestTime
        guard rest > .zero else { return giveUp() }
        look(in: min(rest, requestTime), context)
    }

    private func giveUp() {
        guard let context, !isEnding else { return }
        if exchanges.count == (isReadingBody ? 1 : 0), isFirstRequest || isReadingBody {
            refuse(.requestTimeout)
        } else {
            context.close(promise: nil)
        }
    }
}

/// Puts the rules before everything that reads requests, and tells them what cannot be read behind them.
final class ConnectionRulesInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let rules: ConnectionRules

    init(_ rules: ConnectionRules) {
        self.rules = rules
    }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            let pipeline = context.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(rules, position: .after(decoder))
        } catch {
            // Without its limits no connection is served.
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A head that the decoder took and that is none of HTTP's.
        if error is HTTPParserError { context.fireErrorCaught(error) } else { rules.refuse(.badRequest) }
    }
}

extension HTTPRequestHead {
    /// Whether the client speaks HTTP/1.0 or older.
    private var isOlder: Bool { version.major < 1 || (version.major == 1 && version.minor < 1) }

    /// Whether it has what RFC 9112, section 3.2, asks of a request.
    fileprivate var isComplete: Bool {
        isOlder || headers["host"].count == 1
    }

    /// Whether the connection goes on after its answer.
    ///
    /// A client of HTTP/1.0 would have to ask for it; ours are answered and closed.
    fileprivate var keepsConnection: Bool { !isOlder && !headers.says("close") }

    /// RFC 9110, section 10.1.1.
    fileprivate var expectsContinue: Bool {
        !isOlder && headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }
}

extension HTTPHeaders {
    /// Whether a word stands in the list of `Connection`, in letters of any case.
    fileprivate func says(_ word: String) -> Bool {
        self[canonicalForm: "connection"].contains { $0.lowercased() == word }
    }
}

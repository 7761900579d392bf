// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A server on loopback; it reads whole requests and answers with the bytes that a test wants, or breaks.
final class RawServer: Sendable {
    struct Request: Sendable {
        var method = ""
        var path = ""
        var headers: [String: String] = [:]
        var body = ""
    }

    enum Reply: Sendable {
        /// A whole HTTP answer.
        case http(Int, String, headers: [String: String] = [:])
        /// These bytes, then the server closes the connection.
        case bytesAndClose(String, after: TimeAmount = .zero)
        /// A head that promises the whole text, then one byte after the other.
        case slowly(String, pause: TimeAmount)
        /// The server ends the connection in order.
        case close
        /// The server breaks the connection with RST.
        case reset
        /// Nothing, for ever.
        case silence
    }

    private struct Connections {
        var accepted = 0
        var open = 0
        var unfinishedBytes = 0
    }

    typealias Script = @Sendable (Request) -> Reply

    private let channel: any Channel
    private let log: NIOLockedValueBox<[Request]>
    private let connections: NIOLockedValueBox<Connections>

    private let refusing: NIOLockedValueBox<Bool>

    private init(
        _ channel: any Channel,
        _ log: NIOLockedValueBox<[Request]>,
        _ connections: NIOLockedValueBox<Connections>,
        _ refusing: NIOLockedValueBox<Bool>
    ) {
        self.channel = channel
        self.log = log
        self.connections = connections
        self.refusing = refusing
    }

    /// From now on the server breaks every new connection before it reads anything.
    func breakNewConnections() { refusing.withLockedValue { $0 = true } }

    /// Stops listening; open connections stay.
    func stopListening() async throws { try await channel.close() }

    /// All whole requests that the server read.
    var requests: [Request] { log.withLockedValue { $0 } }

    /// How many connections the server accepted.
    var connectionCount: Int { connections.withLockedValue { $0.accepted } }

    /// How many of them are open.
    var openConnectionCount: Int { connections.withLockedValue { $0.open } }

    /// How many bytes came that are not a whole request, or not yet.
    var unfinishedBytes: Int { connections.withLockedValue { $0.unfinishedBytes } }

    /// Requests with a path that ends so.
    func requests(to suffix: String) -> [Request] { requests.filter { $0.path.hasSuffix(suffix) } }

    var port: Int { channel.localAddress?.port ?? 0 }

    var baseURL: String { "http://127.0.0.1:\(port)/api" }

    /// Runs a test against a server that follows a script.
    static func running<Result>(
        _ script: @escaping Script,
        _ test: (RawServer) async throws -> Result
    ) async throws -> Result {
        let log = NIOLockedValueBox<[Request]>([])
        let connections = NIOLockedValueBox(Connections())
        let refusing = NIOLockedValueBox(false)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                connections.withLockedValue {
                    $0.accepted += 1
                    $0.open += 1
                }
                channel.closeFuture.whenComplete { _ in connections.withLockedValue { $0.open -= 1 } }
                return channel.eventLoop.makeCompletedFuture {
                    let handler = RequestHandler(
                        refusing: refusing.withLockedValue { $0 },
                        log: log,
                        unfinished: { count in connections.withLockedValue { $0.unfinishedBytes += count } },
                        script: script
                    )
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = RawServer(channel, log, connections, refusing)
        do {
            let result = try await test(server)
            try? await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// A port on which no server listens.
    static func deadPort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        try await channel.close()
        return port
    }
}

/// Collects bytes into requests and plays the replies.
private final class RequestHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let refusing: Bool
    private let log: NIOLockedValueBox<[RawServer.Request]>
    private let unfinished: @Sendable (Int) -> Void
    private let script: RawServer.Script
    private var received = ""

    init(
        refusing: Bool,
        log: NIOLockedValueBox<[RawServer.Request]>,
        unfinished: @escaping @Sendable (Int) -> Void,
        script: @escaping RawServer.Script
    ) {
        self.refusing = refusing
        self.log = log
        self.unfinished = unfinished
        self.script = script
    }

    func channelActive(context: ChannelHandlerContext) {
        if refusing { reset(context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = String(buffer: unwrapInboundIn(data))
        received += text
        unfinished(text.utf8.count)
        while let request = takeRequest() {
            log.withLockedValue { $0.append(request) }
            play(script(request), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func takeRequest() -> RawServer.Request? {
        guard let end = received.firstRange(of: "\r\n\r\n") else { return nil }
        var lines = received[..<end.lowerBound].split(separator: "\r\n")
        let words = lines.removeFirst().split(separator: " ")
        var request = RawServer.Request(method: String(words[0]), path: String(words[1]))
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            request.headers[parts[0].lowercased()] = parts[1].drop { $0 == " " }.description
        }
        let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
        let rest = received[end.upperBound...]
        // For a hasty path the server answers when it has the head.
        guard rest.utf8.count >= length || request.path.hasPrefix("/hasty") else { return nil }
        request.body = String(rest.prefix(length))
        unfinished(-received.utf8.count)
        received = String(rest.dropFirst(length))
        unfinished(received.utf8.count)
        return request
    }

    private func play(_ reply: RawServer.Reply, _ context: ChannelHandlerContext) {
        switch reply {
        case .http(let status, let body, let headers):
            let extra = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
            write("HTTP/1.1 \(status) X\r\ncontent-length: \(body.utf8.count)\r\n\(extra)\r\n\(body)", context)
        case .bytesAndClose(let text, let pause):
            write(text, context)
            if pause == .zero {
                context.close(promise: nil)
            } else {
                context.eventLoop.assumeIsolated().scheduleTask(in: pause) { context.close(promise: nil) }
            }
        case .slowly(let text, let pause):
            write("HTTP/1.1 200 OK\r\ncontent-length: \(text.utf8.count)\r\n\r\n", context)
            drip(Array(text), pause, context)
        case .close: context.close(promise: nil)
        case .reset: reset(context)
        case .silence: break
        }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func drip(_ text: [Character], _ pause: TimeAmount, _ context: ChannelHandlerContext) {
        guard let first = text.first, context.channel.isActive else { return }
        write(String(first), context)
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
            self.drip(Array(text.dropFirst()), pause, context)
        }
    }

    private func reset(_ context: ChannelHandlerContext) {
        let linger = linger(l_onoff: 1, l_linger: 0)
        (context.channel as? any SocketOptionProvider)?.unsafeSetSocketOption(
            level: .socket,
            name: .so_linger,
            value: linger
        ).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}

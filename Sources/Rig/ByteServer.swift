// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// An HTTP server on loopback whose answers are exact bytes.
///
/// It reads requests with a `Content-Length`, as clients send them that know their body, and writes what it is given:
/// nothing is added, so that a broken answer arrives broken.
public final class ByteServer: Sendable {
    /// A whole request.
    public struct Request: Sendable {
        /// The method, in capitals.
        public var method = ""
        /// The target as it was written.
        public var target = ""
        /// By name in lower case; of a repeated one the last.
        public var headers: [String: String] = [:]
        /// The body.
        public var body: [UInt8] = []
    }

    /// What is answered.
    public enum Reply: Sendable {
        /// These bytes after a while; then the connection is closed, or serves the next request.
        case bytes([UInt8], after: Duration = .zero, closes: Bool = false)
        /// The connection is closed without an answer.
        case close
    }

    /// No client of ours sends longer heads and bodies: the connection is closed.
    private static let requestMax = 1_024 * 1_024

    /// Where it listens.
    public let port: Int
    private let listener: any Channel
    private let connections: NIOLockedValueBox<[ObjectIdentifier: any Channel]>

    /// Starts a server on a free port.
    ///
    /// - Parameter answer: called for each request, from any thread; must not block.
    /// - Returns: the server, which runs until it is stopped.
    /// - Throws: where no port is free.
    public static func start(_ answer: @escaping @Sendable (Request) -> Reply) async throws -> ByteServer {
        let connections = NIOLockedValueBox<[ObjectIdentifier: any Channel]>([:])
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                let id = ObjectIdentifier(channel)
                connections.withLockedValue { $0[id] = channel }
                channel.closeFuture.whenComplete { _ in connections.withLockedValue { $0[id] = nil } }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Conversation(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = listener.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return ByteServer(port, listener, connections)
    }

    private init(
        _ port: Int,
        _ listener: any Channel,
        _ connections: NIOLockedValueBox<[ObjectIdentifier: any Channel]>
    ) {
        self.port = port
        self.listener = listener
        self.connections = connections
    }

    /// Stops listening and closes what is open.
    public func stop() async {
        try? await listener.close()
        for channel in connections.withLockedValue({ Array($0.values) }) { channel.close(promise: nil) }
    }

    /// Cuts a connection's bytes into requests and writes the replies.
    private final class Conversation: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: @Sendable (Request) -> Reply
        private var received: [UInt8] = []

        init(_ answer: @escaping @Sendable (Request) -> Reply) {
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += unwrapInboundIn(data).readableBytesView
            while let request = takeRequest() { play(answer(request), context) }
            if received.count > ByteServer.requestMax { context.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        private func takeRequest() -> Request? {
            guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
            var lines = head.split(separator: "\r\n")[...]
            let words = lines.popFirst()?.split(separator: " ") ?? []
            guard words.count == 3 else { return nil }
            var request = Request(method: String(words[0]), target: String(words[1]))
            for line in lines {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                request.headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
            }
            let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
            guard received.count >= end.upperBound + length else { return nil }
            request.body = Array(received[end.upperBound..<end.upperBound + length])
            received.removeFirst(end.upperBound + length)
            return request
        }

        private func play(_ reply: Reply, _ context: ChannelHandlerContext) {
            switch reply {
            case .close: context.close(promise: nil)
            case .bytes(let bytes, let pause, let closes):
                let channel = context.channel
                let write: @Sendable () -> Void = {
                    let written = channel.writeAndFlush(ByteBuffer(bytes: bytes))
                    if closes { written.whenComplete { _ in channel.close(promise: nil) } }
                }
                guard pause > .zero else { return write() }
                let (seconds, attoseconds) = pause.components
                let time = TimeAmount.nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
                context.eventLoop.scheduleTask(in: time, write)
            }
        }
    }
}

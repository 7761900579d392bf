// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A TCP proxy on loopback that can fall silent, be slow, and cut.
///
/// A stalled direction is not read, so that the sender's buffers fill up: the way a peer is silent that hangs, rather
/// than one that is gone.
public final class FaultProxy: Sendable {
    /// A direction of the traffic.
    public enum Direction: Sendable, Hashable {
        /// From the client to the server that the proxy connects to.
        case toServer
        /// Back.
        case toClient
    }

    private struct State {
        var stalled: Set<Direction> = []
        var delay: TimeAmount = .zero
        var channels: [any Channel] = []
    }

    /// The port to connect to instead of the server's.
    public let port: Int
    private let listener: any Channel
    private let state: NIOLockedValueBox<State>

    private init(listener: any Channel, port: Int, state: NIOLockedValueBox<State>) {
        self.listener = listener
        self.port = port
        self.state = state
    }

    /// Starts a proxy to a port of 127.0.0.1, runs `body`, and ends it with all its connections.
    ///
    /// It listens on any free port unless one is given.
    public static func use<Value>(
        to server: Int,
        listeningOn port: Int = 0,
        _ body: (FaultProxy) async throws -> Value
    ) async throws -> Value {
        let proxy = try await start(to: server, listeningOn: port)
        do {
            let value = try await body(proxy)
            try await proxy.close()
            return value
        } catch {
            try? await proxy.close()
            throw error
        }
    }

    private static func start(to server: Int, listeningOn port: Int) async throws -> FaultProxy {
        let state = NIOLockedValueBox(State())
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in connect(client, to: server, state) }
            .bind(host: "127.0.0.1", port: port).get()
        guard let port = listener.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return FaultProxy(listener: listener, port: port, state: state)
    }

    private static func connect(
        _ client: any Channel,
        to port: Int,
        _ state: NIOLockedValueBox<State>
    ) -> EventLoopFuture<Void> {
        ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port)
            .flatMapThrowing { server in
                let toServer = Pipe(to: server, .toServer, state)
                let toClient = Pipe(to: client, .toClient, state)
                try client.pipeline.syncOperations.addHandler(toServer)
                try server.pipeline.syncOperations.addHandler(toClient)
                state.withLockedValue { $0.channels += [client, server] }
                server.read()
            }
    }

    /// Stops reading in these directions, on present and future connections.
    public func stall(_ directions: Direction...) {
        state.withLockedValue { $0.stalled = Set(directions) }
    }

    /// Delays every piece of traffic.
    public func delay(_ delay: Duration) {
        let (seconds, attoseconds) = delay.components
        state.withLockedValue { $0.delay = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000) }
    }

    /// Lets everything through again, what was held back first.
    public func pass() {
        let channels = state.withLockedValue { state in
            state.stalled = []
            state.delay = .zero
            return state.channels
        }
        for channel in channels {
            channel.pipeline.fireUserInboundEventTriggered(Pipe.Resume())
        }
    }

    /// Cuts all present connections; new ones come through.
    public func cut() {
        let channels = state.withLockedValue { state in
            defer { state.channels = [] }
            return state.channels
        }
        for channel in channels {
            channel.close(promise: nil)
        }
    }

    private func close() async throws {
        try await listener.close()
        cut()
    }

    /// Reads one channel and writes to the other.
    private final class Pipe: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        struct Resume: Sendable {}

        private let peer: any Channel
        private let direction: Direction
        private let state: NIOLockedValueBox<State>
        private var held: [ByteBuffer] = []

        init(to peer: any Channel, _ direction: Direction, _ state: NIOLockedValueBox<State>) {
            self.peer = peer
            self.direction = direction
            self.state = state
        }

        func channelActive(context: ChannelHandlerContext) {
            context.read()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            if isStalled { held.append(buffer) } else { forward(buffer) }
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            if !isStalled { context.read() }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard event is Resume else { return context.fireUserInboundEventTriggered(event) }
            held.forEach(forward)
            held = []
            context.read()
        }

        func channelInactive(context: ChannelHandlerContext) {
            peer.close(promise: nil)
        }

        private var isStalled: Bool { state.withLockedValue { $0.stalled.contains(direction) } }

        private func forward(_ buffer: ByteBuffer) {
            let delay = state.withLockedValue { $0.delay }
            let peer = peer
            if delay > .zero {
                peer.eventLoop.scheduleTask(in: delay) { peer.writeAndFlush(buffer, promise: nil) }
            } else {
                peer.writeAndFlush(buffer, promise: nil)
            }
        }
    }
}

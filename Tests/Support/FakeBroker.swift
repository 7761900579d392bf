// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A broker that says what a test wants, for situations that no real broker here makes.
///
/// It accepts every login, answers each question of a channel with its "ok", and writes down what it is told. It speaks
/// to one connection at a time: the last one.
public final class FakeBroker: Sendable {
    /// A method as it came: class, method and arguments.
    public struct Method: Sendable, Equatable {
        /// Class and method.
        public let id: [Int]
        /// The bytes after them.
        public let arguments: [UInt8]
    }

    /// What the broker does instead of a login.
    public enum Mood: Sendable, Equatable {
        case friendly
        /// It accepts the connection and never says a word.
        case silent
        /// It refuses the credentials or the virtual host with this code.
        case refusing(code: Int)
    }

    private struct State {
        var methods: [Method] = []
        var connections = 0
        var channel: (any Channel)?
    }

    private let mood: Mood
    private let state = NIOLockedValueBox(State())
    private static let words: [UInt8] = AMQPFrames.short("no")

    private init(_ mood: Mood) {
        self.mood = mood
    }

    /// The methods that came, in order, without heartbeats.
    public var methods: [Method] { state.withLockedValue { $0.methods } }
    /// How many connections there were.
    public var connections: Int { state.withLockedValue { $0.connections } }

    /// How often a method came.
    public func count(_ classID: Int, _ methodID: Int) -> Int {
        methods.count { $0.id == [classID, methodID] }
    }

    /// Listens while `body` runs, on a port of its own or the given one.
    public static func use<Value: Sendable>(
        _ mood: Mood = .friendly,
        host: String = "127.0.0.1",
        port: Int = 0,
        _ body: @Sendable (FakeBroker, Int) async throws -> Value
    ) async throws -> Value {
        let broker = FakeBroker(mood)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Conversation(broker))
                }
            }
            .bind(host: host, port: port).get()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(broker, server.localAddress?.port ?? 0))
        } catch {
            result = .failure(error)
        }
        try await server.close()
        try? await broker.state.withLockedValue { $0.channel }?.close()
        return try result.get()
    }

    /// Sends a method on the channel of the last connection.
    public func send(_ classID: Int, _ methodID: Int, _ arguments: [UInt8]) async throws {
        try await write(AMQPFrames.method(1, classID, methodID, arguments))
    }

    /// Delivers an empty message.
    public func deliver(tag: Int, to consumer: String) async throws {
        let arguments =
            AMQPFrames.short(consumer) + AMQPFrames.uint64(tag) + [0] + AMQPFrames.short("") + AMQPFrames.short("q")
        let header = AMQPFrames.uint16(60) + AMQPFrames.uint16(0) + AMQPFrames.uint64(0) + AMQPFrames.uint16(0)
        try await write(AMQPFrames.method(1, 60, 60, arguments) + AMQPFrames.frame(2, 1, header))
    }

    private func write(_ bytes: [UInt8]) async throws {
        guard let channel = state.withLockedValue({ $0.channel }) else { throw ChannelError.alreadyClosed }
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    fileprivate func begin(_ channel: any Channel) -> [UInt8] {
        state.withLockedValue { state in
            state.connections += 1
            state.channel = channel
        }
        guard mood != .silent else { return [] }
        return AMQPFrames.method(
            0,
            10,
            10,
            [0, 9] + AMQPFrames.uint32(0) + AMQPFrames.long("PLAIN") + AMQPFrames.long("en_US")
        )
    }

    /// The answer to a method.
    fileprivate func answer(_ method: Method, on channel: Int) -> [UInt8] {
        state.withLockedValue { $0.methods.append(method) }
        func reply(_ classID: Int, _ methodID: Int, _ arguments: [UInt8] = []) -> [UInt8] {
            AMQPFrames.method(channel, classID, methodID, arguments)
        }
        switch (method.id, mood) {
        case ([10, 11], .refusing(let code)):
            return reply(10, 50, AMQPFrames.uint16(code) + Self.words + AMQPFrames.uint32(0))
        case ([10, 11], _):
            return reply(10, 30, AMQPFrames.uint16(1) + AMQPFrames.uint32(131_072) + AMQPFrames.uint16(0))
        case ([10, 40], _): return reply(10, 41, AMQPFrames.short(""))
        case ([10, 50], _): return reply(10, 51)
        case ([20, 10], _): return reply(20, 11, AMQPFrames.uint32(0))
        case ([20, 40], _): return reply(20, 41)
        case ([50, 10], _): return reply(50, 11, AMQPFrames.short("q") + AMQPFrames.uint32(0) + AMQPFrames.uint32(0))
        case ([60, 10], _): return reply(60, 11)
        case ([60, 20], _): return reply(60, 21, AMQPFrames.short("consumer-\(count(60, 20))"))
        case ([60, 30], _): return reply(60, 31, Array(method.arguments.dropLast()))
        default: return []
        }
    }
}

/// One connection: takes the protocol header, then frame after frame.
private final class Conversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let broker: FakeBroker
    private var received = ByteBuffer()
    private var hasBegun = false

    init(_ broker: FakeBroker) {
        self.broker = broker
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        if !hasBegun {
            guard received.readBytes(length: 8) != nil else { return }
            hasBegun = true
            write(broker.begin(context.channel), context)
        }
        while let (channel, payload, isMethod) = nextFrame() {
            guard isMethod, payload.count >= 4 else { continue }
            let id = [Int(payload[0]) << 8 | Int(payload[1]), Int(payload[2]) << 8 | Int(payload[3])]
            write(broker.answer(.init(id: id, arguments: Array(payload.dropFirst(4))), on: channel), context)
        }
    }

    private func nextFrame() -> (channel: Int, payload: [UInt8], isMethod: Bool)? {
        var copy = received
        guard let type = copy.readInteger(as: UInt8.self), let channel = copy.readInteger(as: UInt16.self),
            let size = copy.readInteger(as: UInt32.self), let payload = copy.readBytes(length: Int(size)),
            copy.readInteger(as: UInt8.self) != nil
        else { return nil }
        received = copy
        return (Int(channel), payload, type == 1)
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        guard !bytes.isEmpty else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
}

/// Frames of AMQP 0-9-1, by hand.
public enum AMQPFrames {
    /// A method frame.
    public static func method(_ channel: Int, _ classID: Int, _ methodID: Int, _ arguments: [UInt8]) -> [UInt8] {
        frame(1, channel, uint16(classID) + uint16(methodID) + arguments)
    }

    /// A frame of any type.
    public static func frame(_ type: UInt8, _ channel: Int, _ payload: [UInt8]) -> [UInt8] {
        [type] + uint16(channel) + uint32(payload.count) + payload + [0xCE]
    }

    /// Two bytes.
    public static func uint16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
    /// Four bytes.
    public static func uint32(_ value: Int) -> [UInt8] { uint16(value >> 16 & 0xFFFF) + uint16(value & 0xFFFF) }
    /// Eight bytes.
    public static func uint64(_ value: Int) -> [UInt8] { uint32(value >> 32) + uint32(value & 0xFFFF_FFFF) }
    /// A short string.
    public static func short(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
    /// A long string.
    public static func long(_ text: String) -> [UInt8] { uint32(text.utf8.count) + Array(text.utf8) }
}

// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// AMQP written by hand, for messages that no client library would send.
///
/// It sends everything at once and does not wait for the broker's answers. The broker takes everything in order.
public struct RawAMQP: Sendable {
    private static let frameEnd: UInt8 = 0xCE

    private var bytes: [UInt8] = Array("AMQP".utf8) + [0, 0, 9, 1]

    /// Begins a conversation as guest.
    public init(virtualHost: String) {
        let login = [UInt8](Array("\0guest\0guest".utf8))
        method(0, 10, 11, Self.uint32(0) + Self.short("PLAIN") + Self.uint32(login.count) + login + Self.short("en_US"))
        // One channel; the broker refuses 0, which would mean any number.
        method(0, 10, 31, Self.uint16(1) + Self.uint32(131_072) + Self.uint16(0))
        method(0, 10, 40, Self.short(virtualHost) + Self.short("") + [0])
        method(1, 20, 10, Self.short(""))
    }

    /// Publishes to a queue with a header table that is nested this many levels deep.
    public mutating func publish(to queue: String, body: [UInt8], headersNested levels: Int) {
        method(1, 60, 40, Self.uint16(0) + Self.short("") + Self.short(queue) + [0])
        let headersFlag = 0x2000
        let header =
            Self.uint16(60) + Self.uint16(0) + Self.uint32(0) + Self.uint32(body.count)
            + Self.uint16(headersFlag) + Self.table(levels: levels)
        frame(2, 1, header)
        frame(3, 1, body)
    }

    /// Publishes with a `timestamp`, in seconds since 1970, and a `correlation_id` of any bytes, at most 255.
    public mutating func publish(
        to exchange: String,
        key: String,
        body: [UInt8],
        correlationID: [UInt8],
        timestamp: Int
    ) {
        method(1, 60, 40, Self.uint16(0) + Self.short(exchange) + Self.short(key) + [0])
        let (correlationFlag, timestampFlag) = (0x0400, 0x0040)
        let header =
            Self.uint16(60) + Self.uint16(0) + Self.uint32(0) + Self.uint32(body.count)
            + Self.uint16(correlationFlag | timestampFlag) + [UInt8(correlationID.count)] + correlationID
            + Self.uint32(timestamp >> 32) + Self.uint32(timestamp & 0xFFFF_FFFF)
        frame(2, 1, header)
        frame(3, 1, body)
    }

    /// Sends it, runs `body`, and closes the connection.
    public func send<Value: Sendable>(
        to port: Int,
        _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { _, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            return try await body()
        }
    }

    private mutating func method(_ channel: Int, _ classID: Int, _ methodID: Int, _ arguments: [UInt8]) {
        frame(1, channel, Self.uint16(classID) + Self.uint16(methodID) + arguments)
    }

    private mutating func frame(_ type: UInt8, _ channel: Int, _ payload: [UInt8]) {
        bytes += [type] + Self.uint16(channel) + Self.uint32(payload.count) + payload + [Self.frameEnd]
    }

    /// A table that holds a table that holds a table …, each under an empty name; each level needs six bytes.
    private static func table(levels: Int) -> [UInt8] {
        (0..<levels).flatMap { level in
            let inside = (levels - level - 1) * 6
            return level == levels - 1
                ? uint32(0) : uint32(inside) + [0, UInt8(ascii: "F")]
        }
    }

    private static func uint16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
    private static func uint32(_ value: Int) -> [UInt8] { uint16(value >> 16 & 0xFFFF) + uint16(value & 0xFFFF) }
    private static func short(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
}

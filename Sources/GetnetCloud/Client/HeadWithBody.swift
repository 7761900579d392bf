// SPDX-License-Identifier: Apache-2.0

internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// Holds the head of a request back until its body is written, so that both leave in one packet.
///
/// AsyncHTTPClient 1.37 flushes the head by itself and then asks for the body (`HTTP1ClientChannelHandler.swift`,
/// `sendRequestHead`): two system calls, two packets, and with TLS two records for a request of 400 bytes. A body that
/// is never written takes its head with it: the library closes the connection.
///
/// *Isolation*: the event loop of its connection.
final class HeadWithBody: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private var holdsHead = false

    /// Puts one into a new connection, in front of the encoder.
    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HeadWithBody(), position: .after(pipeline.handler(type: HTTPRequestEncoder.self)))
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head = unwrapOutboundIn(data) { holdsHead = true } else { holdsHead = false }
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        if !holdsHead { context.flush() }
    }
}

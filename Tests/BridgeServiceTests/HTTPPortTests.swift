// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import BridgeService

@Suite("HTTP port")
struct HTTPPortTests {
    private struct Echo: HTTPResponder {
        func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
            _ = try await request.body.collect(upTo: 1_024)
            return .text("ok\n")
        }
    }

    /// Sends text to a server and answers what comes back until the server closes the connection.
    private func conversation(_ text: String, with port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            if !text.isEmpty { try await outbound.write(ByteBuffer(string: text)) }
            var answer = ""
            for try await part in inbound { answer += String(buffer: part) }
            return answer
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "", "POST / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
        ]
    )
    func `closes a connection that sends nothing more`(_ beginning: String) async throws {
        var server = HTTPPort(name: "test", section: "test", responder: Echo(), host: "127.0.0.1", port: 0)
        server.limits.idleTimeout = .milliseconds(200)
        let port = NIOLockedValueBox<Int?>(nil)
        let service = server.service(logger: BridgeWorld.quiet) { bound in port.withLockedValue { $0 = bound } }
        try await serving([service]) {
            try await eventually("it is bound") { port.withLockedValue { $0 } != nil }
            let bound = try #require(port.withLockedValue { $0 })
            let whole = try await conversation("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", with: bound)
            #expect(whole.hasPrefix("HTTP/1.1 200"))
            // The server has to end the connection, or this never returns.
            let cut = try await conversation(beginning, with: bound)
            #expect(!cut.hasPrefix("HTTP/1.1 200"))
        }
    }
}

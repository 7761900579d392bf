// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import ServiceLifecycle
import TestSupport
import Testing

@testable import BridgeService
@testable import BridgeSettings

@Suite("HTTP port")
struct HTTPPortTests {
    private struct Echo: HTTPResponder {
        func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
            _ = try await request.body.collect(upTo: 1_024)
            return .text("ok\n")
        }
    }

    /// Runs a server and gives its port.
    private func withServer(
        _ limits: ConnectionLimits = ConnectionLimits(),
        _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        var server = HTTPPort(name: "test", section: "test", responder: Echo(), host: "127.0.0.1", port: 0)
        server.limits = limits
        let port = NIOLockedValueBox<Int?>(nil)
        let service = server.service(logger: BridgeWorld.quiet) { bound in port.withLockedValue { $0 = bound } }
        try await serving([service]) {
            try await eventually("it is bound") { port.withLockedValue { $0 } != nil }
            try await body(try #require(port.withLockedValue { $0 }))
        }
    }

    @Test func `a port that is taken already is told in the system's own words`() async throws {
        try await withServer { port in
            let second = HTTPPort(name: "test", section: "test", responder: Echo(), host: "127.0.0.1", port: port)
            let fault = await #expect(throws: PortFault.self) {
                try await second.service(logger: BridgeWorld.quiet) { _ in }.run()
            }
            #expect(fault?.description.hasSuffix("): Address already in use") == true, "\(String(describing: fault))")
        }
    }

    private static func connect(_ port: Int) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
    }

    /// Sends texts to a server and returns what comes back until the server closes the connection.
    ///
    /// Sends each text after the first when something more came back.
    private func conversation(_ texts: String..., with port: Int, halfCloses: Bool = false) async throws -> String {
        try await Self.connect(port).executeThenClose { inbound, outbound in
            var rest = texts[...]
            if let first = rest.popFirst(), !first.isEmpty { try await outbound.write(ByteBuffer(string: first)) }
            if halfCloses { outbound.finish() }
            var answer = ""
            for try await part in inbound {
                answer += String(buffer: part)
                if let next = rest.popFirst() { try await outbound.write(ByteBuffer(string: next)) }
            }
            return answer
        }
    }

    // MARK: - RFC 9112 and 9110

    private static let plain = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test(
        "G: a connection ends after the answer if the client says so, in any spelling, or speaks HTTP/1.0",
        .timeLimit(.minutes(1)),
        arguments: [
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: TE, close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
        ]
    )
    func endsAfterAnswer(_ request: String) async throws {
        try await withServer { port in
            let answer = try await conversation(request + Self.plain, with: port)
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(answer.lowercased().contains("connection: close"))
            // The server does not answer what comes behind such a request.
            #expect(answer.ranges(of: "HTTP/1.1").count == 1)
        }
    }

    @Test("G: pipelined requests are answered one after the other", .timeLimit(.minutes(1)))
    func pipelining() async throws {
        try await withServer { port in
            let end = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab"
            let answer = try await conversation(Self.plain + Self.plain + end, with: port)
            #expect(answer.ranges(of: "HTTP/1.1 200").count == 3)
            #expect(answer.ranges(of: "connection: close").count == 1)
        }
    }

    @Test("G: a client that closes its side after the request gets its answer", .timeLimit(.minutes(1)))
    func halfClose() async throws {
        try await withServer { port in
            let answer = try await conversation(Self.plain, with: port, halfCloses: true)
            #expect(answer.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test(
        "G: a bad request is answered 400, and the connection ends",
        .timeLimit(.minutes(1)),
        arguments: [
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "NONSENSE\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        ]
    )
    func badRequest(_ request: String) async throws {
        try await withServer { port in
            let answer = try await conversation(request, with: port)
            #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
            #expect(answer.ranges(of: "HTTP/1.1").count == 1)
        }
    }

    @Test("G: HEAD has the same head and no body", .timeLimit(.minutes(1)))
    func head() async throws {
        try await withServer { port in
            let end = "Connection: close\r\n\r\n"
            let get = try await conversation("GET / HTTP/1.1\r\nHost: x\r\n" + end, with: port)
            let head = try await conversation("HEAD / HTTP/1.1\r\nHost: x\r\n" + end, with: port)
            func lines(_ text: String) -> [Substring] {
                text.split(separator: "\r\n").filter { !$0.lowercased().hasPrefix("date:") }
            }
            #expect(lines(get).dropLast() == lines(head)[...])
            #expect(head.hasSuffix("\r\n\r\n"))
        }
    }

    @Test("G: a client that expects 100 (Continue) gets it before it sends its body", .timeLimit(.minutes(1)))
    func expectContinue() async throws {
        try await withServer { port in
            let head =
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-Continue\r\nConnection: close\r\n\r\n"
            let answer = try await conversation(head, "ab", with: port)
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\n"))
            #expect(answer.contains("HTTP/1.1 200"))
        }
    }

    // MARK: - Limits

    @Test(
        "G: a connection without a request stays open longer than a load balancer keeps it, not only as long as a request may take",
        .timeLimit(.minutes(1))
    )
    func keepAlive() async throws {
        let balancersTime = Duration.seconds(60)
        #expect(ConnectionLimits().keepAlive > balancersTime)
        let limits = ConnectionLimits(requestTime: .seconds(1), keepAlive: .seconds(5))
        try await withServer(limits) { port in
            try await Self.connect(port).executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                var lastAnswer = ContinuousClock.now
                for _ in 0..<2 {
                    try await outbound.write(ByteBuffer(string: Self.plain))
                    #expect(try await answers.next().map { String(buffer: $0) }?.hasPrefix("HTTP/1.1 200") == true)
                    lastAnswer = .now
                    // The connection is idle for longer than a request may take.
                    try await Task.sleep(for: limits.requestTime * 2)
                }
                while try await answers.next() != nil {}
                // The server counts from the moment when it wrote the answer, a little before the test read it.
                #expect(lastAnswer.duration(to: .now) >= limits.keepAlive - limits.requestTime)
            }
        }
    }

    @Test("F6: connections beyond the limit take the place of those that send slowly", .timeLimit(.minutes(1)))
    func slowConnections() async throws {
        var limits = ConnectionLimits()
        limits.connections = 8
        try await withServer(limits) { port in
            var slow: [any Channel] = []
            for _ in 0..<32 {
                let client = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                slow.append(try await client.connect(host: "127.0.0.1", port: port).get())
            }
            for _ in 0..<16 {
                let answer = try await conversation(
                    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                    with: port
                )
                #expect(answer.hasPrefix("HTTP/1.1 200"))
            }
            for channel in slow { channel.close(promise: nil) }
        }
    }

    @Test("F6: a request that comes too slowly is ended, in the head and in the body", .timeLimit(.minutes(1)))
    func trickle() async throws {
        var limits = ConnectionLimits()
        limits.requestTime = .milliseconds(300)
        try await withServer(limits) { port in
            for beginning in [
                "GET / HTTP/1.1\r\nHost: x\r\nA: ", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n",
            ] {
                let answer = try await Self.connect(port).executeThenClose { inbound, outbound in
                    try await outbound.write(ByteBuffer(string: beginning))
                    async let sending: Void = {
                        // One byte after the other comes slowly, until the server ends the connection.
                        for _ in 0..<600 {
                            try await outbound.write(ByteBuffer(string: "a"))
                            try await Task.sleep(for: .milliseconds(20))
                        }
                    }()
                    var answer = ""
                    do {
                        for try await part in inbound { answer += String(buffer: part) }
                    } catch {}
                    _ = try? await sending
                    return answer
                }
                #expect(!answer.hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            "", "POST / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
        ]
    )
    func `closes a connection that sends nothing more`(_ beginning: String) async throws {
        var limits = ConnectionLimits()
        // Long enough for a whole request on a slow machine.
        limits.requestTime = .seconds(2)
        try await withServer(limits) { bound in
            let whole = try await conversation("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", with: bound)
            #expect(whole.hasPrefix("HTTP/1.1 200"))
            // The server has to end the connection; otherwise this never returns.
            let cut = try await conversation(beginning, with: bound)
            #expect(!cut.hasPrefix("HTTP/1.1 200"))
        }
    }
}

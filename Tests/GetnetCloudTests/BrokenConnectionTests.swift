// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import BridgeCore
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import GetnetCloud

/// The table of `SaleEndTests` for faults of HTTP itself.
@Suite struct `A POST on a broken connection` {
    func charge(
        _ reply: RawServer.Reply,
        submitTimeout: Duration = .seconds(20)
    ) async throws -> (outcome: SubmissionOutcome, sales: Int) {
        try await `The end of a sale's POST`().charge(reply) { $0.submitTimeout = submitTimeout }
    }

    @Test func `closed, reset or silent after the request was read is unknown`() async throws {
        for reply in [RawServer.Reply.close, .reset] {
            let end = try await charge(reply)
            #expect(end == (.unknown(.noAcknowledgement), 1), "\(reply)")
        }
        let end = try await charge(.silence, submitTimeout: .seconds(2))
        #expect(end == (.unknown(.noAcknowledgement), 1))
    }

    @Test func `half an answer, garbage or a slow one is unknown`() async throws {
        let half = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"code\":1,"
        for reply in [
            RawServer.Reply.bytesAndClose(half), .bytesAndClose("HTTP/1.1 200 OK\r\ncontent-le"),
            .bytesAndClose("this is not HTTP\r\n\r\n"),
        ] {
            let end = try await charge(reply)
            #expect(end == (.unknown(.noAcknowledgement), 1), "\(reply)")
        }
        let slow = RawServer.Reply.slowly(Fixture.acknowledgement, pause: .milliseconds(100))
        let end = try await charge(slow, submitTimeout: .seconds(2))
        #expect(end == (.unknown(.noAcknowledgement), 1))
    }

    @Test func `an answer beyond the limit is unknown`() async throws {
        let padding = String(repeating: " ", count: 300 * 1_024)
        let end = try await charge(.http(200, Fixture.acknowledgement + padding), submitTimeout: .seconds(20))
        #expect(end == (.unknown(.noAcknowledgement), 1))
        let below = try await charge(
            .http(200, Fixture.acknowledgement + padding.prefix(200 * 1_024)),
            submitTimeout: .seconds(20)
        )
        #expect(below == (.acknowledged(idPosTxs: "936101"), 1))
    }

    @Test func `a connection that cannot be made sent nothing`() async throws {
        let loginAndLeave = RawServer.Reply.http(
            200,
            #"{"code":1,"data":{"token":"t-1"}}"#,
            headers: ["connection": "close"]
        )
        try await withCloud(login: { _ in loginAndLeave }, { _ in .close }) { client, server in
            _ = await client.status(idPosTxs: "1")
            #expect(server.requests(to: "/auth").count == 1)
            try await server.stopListening()
            let outcome = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(outcome == .notStarted(.init(.cloudUnavailable, isTransient: true)))
            #expect(server.requests(to: "/sale").isEmpty)
        }
    }

    @Test func `a connection torn down before it is read is no acknowledgement`() async throws {
        let loginAndLeave = RawServer.Reply.http(
            200,
            #"{"code":1,"data":{"token":"t-1"}}"#,
            headers: ["connection": "close"]
        )
        try await withCloud(login: { _ in loginAndLeave }, { _ in .close }) { client, server in
            _ = await client.status(idPosTxs: "1")
            server.breakNewConnections()
            // More doubts in a row hold the account.
            for _ in 0..<AccountBreaker.doubtLimit {
                let outcome = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
                let mayBe: [SubmissionOutcome] = [
                    .unknown(.noAcknowledgement), .notStarted(.init(.cloudUnavailable, isTransient: true)),
                ]
                #expect(mayBe.contains(outcome))
            }
            #expect(server.requests(to: "/sale").isEmpty)
        }
    }

    /// A client's pool of connections.
    func withTransport(
        _ server: RawServer,
        connectTimeout: Duration = .seconds(5),
        connections: Int = 1,
        _ test: (CloudTransport) async throws -> Void
    ) async throws {
        let transport = CloudTransport(
            Fixture.configuration(server.baseURL, connectTimeout: connectTimeout),
            connections: connections,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        do {
            try await test(transport)
        } catch {
            try await transport.shutdown()
            throw error
        }
        try await transport.shutdown()
    }

    @Test func `a POST that found no free connection in time sent nothing`() async throws {
        // In the first case the wait for a connection ends first, in the second one the time for the whole POST.
        for (connect, whole) in [(300, 5_000), (5_000, 300)] {
            try await RawServer.running({ _ in .silence }) { server in
                try await withTransport(server, connectTimeout: .milliseconds(connect)) { transport in
                    let request = try HTTPClient.Request(url: server.baseURL + "/sale", method: .POST)
                    // The first POST holds the only connection longer than the second one waits, on a slow machine too.
                    async let first = transport.send(request, body: [1], timeout: .seconds(3))
                    try await eventually("the first is on the wire") { server.requests.count == 1 }
                    let second = await transport.send(request, body: [2], timeout: .milliseconds(whole))
                    guard case .neverSent = second, case .interrupted = await first else {
                        Issue.record("\(second), \(await first)")
                        return
                    }
                    #expect(server.requests.count == 1)
                }
            }
        }
    }

    @Test func `TLS that cannot be agreed on sent nothing`() async throws {
        try await RawServer.running({ _ in .close }) { server in
            try await withTransport(server) { transport in
                let request = try HTTPClient.Request(url: "https://127.0.0.1:\(server.port)/sale", method: .POST)
                let end = await transport.send(request, body: [1, 2, 3], timeout: .seconds(2))
                guard case .neverSent = end else {
                    Issue.record("\(end)")
                    return
                }
            }
        }
    }

    @Test func `a body that was sealed is never written`() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let written = NIOLockedValueBox(0)
        let writer = HTTPClient.Body.StreamWriter { _ in
            written.withLockedValue { $0 += 1 }
            return loop.makeSucceededVoidFuture()
        }
        let sealed = HTTPExchange(eventLoop: loop)
        #expect(!sealed.seal())
        await #expect(throws: HTTPExchange.Sealed.self) { try await sealed.write(ByteBuffer(), to: writer).get() }
        #expect(!sealed.seal())
        #expect(written.withLockedValue { $0 } == 0)
        let sent = HTTPExchange(eventLoop: loop)
        try await sent.write(ByteBuffer(), to: writer).get()
        #expect(sent.seal())
        #expect(written.withLockedValue { $0 } == 1)
    }

    @Test func `a POST under way when the client is shut down is unknown`() async throws {
        try await withCloud({ _ in .silence }) { client, server in
            let transaction = try Fixture.transaction()
            async let outcome = client.charge(transaction, callbackURL: "https://x.test")
            try await eventually("the sale is on the wire") { server.requests(to: "/sale").count == 1 }
            await client.shutdown()
            #expect(await outcome == .unknown(.noAcknowledgement))
            let late = await client.charge(transaction, callbackURL: "https://x.test")
            #expect(late == .notStarted(.init(.cloudUnavailable, isTransient: true)))
        }
    }

    /// Charges one after the other and returns the ids that were told as not started.
    static func refused(_ client: CloudClient, numbers: Range<Int>) async -> [String] {
        var refused: [String] = []
        for number in numbers {
            guard let transaction = try? Fixture.transaction(number: number) else { continue }
            let outcome = await client.charge(transaction, callbackURL: "https://x.test")
            if case .notStarted = outcome { refused.append(transaction.id.description) }
        }
        return refused
    }

    @Test func `a POST on a connection that the server closes while idle leaves at most once`() async throws {
        let reply = RawServer.Reply.bytesAndClose(
            "HTTP/1.1 200 OK\r\ncontent-length: \(Fixture.acknowledgement.utf8.count)\r\n\r\n\(Fixture.acknowledgement)"
        )
        try await withCloud({ _ in reply }) { client, server in
            let notStarted = await withTaskGroup(of: [String].self) { group in
                for caller in 0..<8 {
                    group.addTask { await Self.refused(client, numbers: (caller * 200)..<(caller * 200 + 200)) }
                }
                return await group.reduce(into: Set<String>()) { $0.formUnion($1) }
            }
            let sold = server.requests(to: "/sale").compactMap {
                try? JSONParser.parse(Array($0.body.utf8))["customId"]?.string
            }
            #expect(Set(sold).count == sold.count, "no sale is made twice")
            #expect(notStarted.isDisjoint(with: sold), "what is told as not started was never read")
        }
    }

    @Test func `an answer before the request was sent whole, and a close after it, are survived`() async throws {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: \(Fixture.acknowledgement.utf8.count)\r\n\r\n"
        let script: RawServer.Script = { _ in
            .bytesAndClose(answer + Fixture.acknowledgement, after: .microseconds(.random(in: 1...400)))
        }
        try await RawServer.running(script) { server in
            try await withTransport(server, connections: 8) { transport in
                let url = "http://127.0.0.1:\(server.port)/hasty/sale"
                let request = try HTTPClient.Request(url: url, method: .POST)
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            for _ in 0..<250 { _ = await transport.send(request, body: [1, 2], timeout: .seconds(20)) }
                        }
                    }
                }
            }
        }
    }

    @Test func `idle connections are closed by us`() async throws {
        try await withCloud(
            configure: { $0.idleTimeout = .milliseconds(100) },
            { _ in .http(200, Fixture.acknowledgement) }
        ) { client, server in
            _ = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(server.connectionCount > 0)
            try await eventually("the idle connection is closed") { server.openConnectionCount == 0 }
        }
    }
}

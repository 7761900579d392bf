// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import GetnetCloud
import NIOConcurrencyHelpers
import Testing

@Suite struct `A status query` {
    func status(
        _ reply: RawServer.Reply,
        idPosTxs: String = "936101",
        timeout: Duration = .seconds(20)
    ) async throws -> StatusAnswer {
        var answer: StatusAnswer?
        try await withCloud(configure: { $0.queryTimeout = timeout }, { _ in reply }) { client, _ in
            answer = await client.status(idPosTxs: idPosTxs)
        }
        return try #require(answer)
    }

    @Test func `what the cloud says is handed on`() async throws {
        guard case .answer(let approved) = try await status(.http(200, Fixture.approved())) else {
            Issue.record("no answer")
            return
        }
        #expect(approved.result?.authorizationCode == "010929")
        guard case .answer(let waiting) = try await status(.http(200, #"{"code":2,"data":null}"#)) else {
            Issue.record("no answer")
            return
        }
        #expect(waiting.code == .inProcess)
        guard case .answer(let other) = try await status(.http(200, Fixture.fault("ID NOT FOUND, TIMEOUT"))) else {
            Issue.record("no answer")
            return
        }
        #expect(other.code == .error)
    }

    @Test func `a number that the cloud does not know is not found`() async throws {
        for reply in [
            RawServer.Reply.http(200, Fixture.fault("ID NOT FOUND")), .http(404, Fixture.fault("Id not found.")),
            .http(404, "<html>"),
        ] {
            guard case .notFound = try await status(reply) else {
                Issue.record("\(reply)")
                continue
            }
        }
        guard case .notFound = try await status(.silence, idPosTxs: "../sale") else {
            Issue.record("a path was asked for")
            return
        }
    }

    @Test func `whatever else happens tells nothing`() async throws {
        for reply in [
            RawServer.Reply.http(500, Fixture.approved()), .http(302, "", headers: ["location": "/"]), .http(429, ""),
            .http(200, "<html>"), .http(200, ""), .close, .reset, .bytesAndClose("HTTP/1.1 200 OK\r\nconte"),
        ] {
            #expect(try await status(reply) == .unavailable(.cloudUnavailable), "\(reply)")
        }
        #expect(try await status(.silence, timeout: .milliseconds(300)) == .unavailable(.cloudUnavailable))
        #expect(try await status(.http(403, "<html>denied")) == .unavailable(.blocked))
    }

    @Test func `a rejected token is renewed once`() async throws {
        for reply in [RawServer.Reply.http(401, ""), .http(200, Fixture.fault("UNAUTHORIZED"))] {
            let replies = NIOLockedValueBox([reply, .http(200, Fixture.approved())])
            try await withCloud({ _ in replies.withLockedValue { $0.removeFirst() } }) { client, server in
                guard case .answer = await client.status(idPosTxs: "936101") else {
                    Issue.record("not renewed")
                    return
                }
                #expect(server.requests(to: "/auth").count == 2)
            }
            #expect(try await status(reply) == .unavailable(.tokenRejected))
        }
    }

    @Test func `queries and sales do not take each other's connections`() async throws {
        try await withCloud(
            configure: {
                $0.maxConnections = 2
                $0.queryConnections = 1
                $0.queryTimeout = .seconds(1)
            },
            { $0.method == "GET" ? .silence : .http(200, Fixture.acknowledgement) }
        ) { client, server in
            async let query = client.status(idPosTxs: "936101")
            let outcome = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(outcome == .acknowledged(idPosTxs: "936101"))
            #expect(await query == .unavailable(.cloudUnavailable))
        }
    }
}

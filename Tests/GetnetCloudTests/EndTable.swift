// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import BridgeCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import GetnetCloud

/// One line of the table of docs/promises.md 4.2: what happens to a POST, and what that means.
struct EndLine: Sendable, CustomTestStringConvertible {
    /// What happens to the POST.
    enum Event: Sendable {
        /// The server reads the whole request and does this.
        case reply(RawServer.Reply)
        /// No name server knows the host.
        case unknownHost
        /// No server listens on the port.
        case nobodyListens
        /// The server does not speak TLS.
        case noTLS
        /// Other POSTs hold every connection until the time is over.
        case noFreeConnection
    }

    let event: Event
    let end: SaleEnd
    /// Whether the whole request reached the server.
    let isRead: Bool

    var testDescription: String { "\(event) → \(end)".replacing("\"", with: "'") }

    static func never(_ event: Event) -> Self {
        EndLine(event: event, end: .outcome(.notStarted(.init(.cloudUnavailable, isTransient: true))), isRead: false)
    }

    static func notStarted(
        _ reply: RawServer.Reply,
        _ code: Reason.Code,
        isTransient: Bool,
        retryAfter: Duration? = nil
    ) -> Self {
        let refusal = SubmissionOutcome.Refusal(code, isTransient: isTransient, retryAfter: retryAfter)
        return EndLine(event: .reply(reply), end: .outcome(.notStarted(refusal)), isRead: true)
    }

    static func unauthorized(_ reply: RawServer.Reply) -> Self {
        EndLine(event: .reply(reply), end: .unauthorized, isRead: true)
    }

    static func unknown(_ reply: RawServer.Reply, _ doubt: SubmissionOutcome.Doubt = .noAcknowledgement) -> Self {
        EndLine(event: .reply(reply), end: .outcome(.unknown(doubt)), isRead: true)
    }
}

extension EndLine {
    static let table: [EndLine] = neverSent + refusedForEver + refusedForNow + literals + unknown

    private static let neverSent = [Event.unknownHost, .nobodyListens, .noTLS, .noFreeConnection].map(never)

    private static let refusedForEver = [400, 404, 405, 413, 415, 422].flatMap { status in
        ["", "<html>no</html>", #"{"title":"Bad Request","status":400}"#].map {
            notStarted(.http(status, $0), .requestRefused, isTransient: false)
        }
    }

    private static let refusedForNow =
        ["", "<html>", Fixture.fault("UNAUTHORIZED"), Fixture.fault("TOKEN EXPIRED")].map {
            unauthorized(.http(401, $0))
        } + [
            notStarted(.http(403, "<html>Error 1020</html>"), .blocked, isTransient: true),
            notStarted(.http(429, ""), .cloudUnavailable, isTransient: true),
            notStarted(
                .http(429, "slow", headers: ["Retry-After": "7"]),
                .cloudUnavailable,
                isTransient: true,
                retryAfter: .seconds(7)
            ),
        ]

    private static let literals = [
        unauthorized(.http(200, Fixture.fault("UNAUTHORIZED"))),
        notStarted(.http(200, Fixture.fault("OPERATION IN PROGRESS (15s)")), .terminalBusy, isTransient: true),
        notStarted(.http(200, Fixture.fault("OPERATION IN PROGRESS (5m)")), .terminalBusy, isTransient: true),
        notStarted(.http(200, Fixture.fault("KEYPOS NOT FOUND: 1")), .terminalUnknown, isTransient: false),
        notStarted(
            .http(200, Fixture.fault("INCORRECT REQUEST FOR MERCHANT ID")),
            .wrongMerchant,
            isTransient: false
        ),
    ]

    private static let unknown =
        [300, 301, 302, 307, 308, 402, 406, 408, 409, 410, 418, 451, 500, 501, 502, 503, 504, 520].flatMap { status in
            ["", Fixture.fault("UNAUTHORIZED"), Fixture.acknowledgement].map {
                unknown(.http(status, $0, headers: ["location": "/api/postxs/sale"]))
            }
        }
        + [
            .close, .reset, .silence, .bytesAndClose("HTTP/1.1 200 OK\r\ncontent-le"),
            .bytesAndClose("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"code\":1,"),
            .bytesAndClose("garbage\r\n\r\n"), .slowly(Fixture.acknowledgement, pause: .milliseconds(500)),
        ].map { unknown($0) }
        + [
            "", "<html>", "null", "[]", #"{"code":1}"#, #"{"code":1,"data":{}}"#, #"{"code":1,"data":{"idPosTxs":0}}"#,
            #"{"code":2}"#, #"{"code":7,"data":{"idPosTxs":5}}"#, Fixture.fault("ID NOT FOUND"), Fixture.fault(""),
            Fixture.fault("TIMEOUT (90 SECONDS)"), Fixture.fault("TIMEOUT (5 MINUTES)"), Fixture.fault("ANYTHING"),
            Fixture.fault("OPERATION IN PROGRESS", data: #"{"idPosTxs":936101}"#),
        ].map { unknown(.http(200, $0)) }
        + [
            unknown(.http(200, Fixture.fault("C2C SERVICE NOT RESPONDING")), .terminalUnreachable),
            unknown(.http(403, Fixture.fault("ANYTHING"))),
            unknown(.http(400, Fixture.fault("ANYTHING", data: #"{"idPosTxs":936101}"#))),
        ]
}

@Suite struct `Each line of the table of how a POST can end` {
    /// The time for the whole POST; it is longer for events in which it must not end.
    static func time(for event: EndLine.Event) -> Duration {
        switch event {
        case .reply(.silence), .reply(.slowly): .seconds(5)
        case .noTLS: .seconds(1)
        case .noFreeConnection: .milliseconds(300)
        case .reply, .unknownHost, .nobodyListens: .seconds(20)
        }
    }

    static func url(_ event: EndLine.Event, _ server: RawServer) async throws -> String {
        switch event {
        case .reply, .noFreeConnection: server.baseURL + "/postxs/sale"
        case .unknownHost: "http://nowhere.invalid/api/postxs/sale"
        case .nobodyListens: "http://127.0.0.1:\(try await RawServer.deadPort())/api/postxs/sale"
        case .noTLS: "https://127.0.0.1:\(server.port)/api/postxs/sale"
        }
    }

    @Test(arguments: EndLine.table)
    func `holds over a real socket`(line: EndLine) async throws {
        let reply = if case .reply(let reply) = line.event { reply } else { RawServer.Reply.silence }
        try await RawServer.running({ _ in reply }) { server in
            let transport = CloudTransport(
                Fixture.configuration(server.baseURL),
                connections: 2,
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            )
            let url = try await Self.url(line.event, server)
            let request = try HTTPClient.Request(url: url, method: .POST)
            let holders = if case .noFreeConnection = line.event { 2 } else { 0 }
            let end = try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<holders {
                    group.addTask { _ = await transport.send(request, body: [0], timeout: .seconds(5)) }
                }
                try await eventually("all connections are held") { server.requests.count == holders }
                return await transport.send(request, body: [1], timeout: Self.time(for: line.event))
            }
            let id = try Fixture.transaction().id
            #expect(SaleEnd(end, of: id, reader: AnswerReader(timeZone: "America/Santiago")) == line.end)
            #expect(server.requests.count { $0.body == "\u{1}" } == (line.isRead ? 1 : 0))
            try await transport.shutdown()
        }
    }
}

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

/// How a POST can end: each row of the table, over real sockets.
@Suite struct `The end of a sale's POST` {
    static let callback = "https://bridge.example.test/callbacks/x?token=k.m"

    /// Charges once; the server answers with a reply; returns the outcome and how many sales the server saw.
    func charge(
        _ reply: RawServer.Reply,
        configure: (inout CloudConfiguration) -> Void = { _ in }
    ) async throws -> (outcome: SubmissionOutcome, sales: Int) {
        var seen: (SubmissionOutcome, Int)?
        try await withCloud(configure: configure, { _ in reply }) { client, server in
            let outcome = await client.charge(try Fixture.transaction(), callbackURL: Self.callback)
            seen = (outcome, server.requests(to: "/sale").count)
        }
        return try #require(seen)
    }

    @Test func `an acknowledgement brings the number`() async throws {
        let end = try await charge(.http(200, Fixture.acknowledgement))
        #expect(end == (.acknowledged(idPosTxs: "936101"), 1))
    }

    @Test func `a number as string, at the top or as id, is the number`() async throws {
        for body in [
            #"{"code":1,"message":"X","data":{"idPosTxs":"0936101"}}"#, #"{"code":"1","idPosTxs":936101,"data":null}"#,
            #"{"code":1,"data":{"id":936101}}"#, #"{"code":2,"data":{"idPosTxs":936101}}"#,
            #"{"code":1,"data":"{\"idPosTxs\":936101}"}"#,
        ] {
            let end = try await charge(.http(200, body))
            #expect(end.outcome == .acknowledged(idPosTxs: "936101"), "\(body)")
        }
    }

    @Test func `an acknowledgement that names another transaction is none of ours`() async throws {
        let id = try Fixture.transaction().id.description
        for (name, outcome) in [
            ("another-transaction-0001", SubmissionOutcome.unknown(.noAcknowledgement)),
            (id.uppercased(), .acknowledged(idPosTxs: "936101", namesUs: true)),
            (id, .acknowledged(idPosTxs: "936101", namesUs: true)),
            ("", .acknowledged(idPosTxs: "936101")),
        ] {
            let body = #"{"code":1,"message":"X","data":{"idPosTxs":936101,"customId":"\#(name)"}}"#
            #expect(try await charge(.http(200, body)).outcome == outcome, "\(name)")
        }
    }

    @Test func `of a status 401 only a whole text of waiting makes a doubt, and the token goes in any case`()
        async throws
    {
        for (text, outcome) in [
            ("TOKEN EXPIRED", SubmissionOutcome.notStarted(.init(.tokenRejected, isTransient: true))),
            ("TIEMPO DE SESION EXCEDIDO", .notStarted(.init(.tokenRejected, isTransient: true))),
            ("TIMEOUT (90 SECONDS)", .unknown(.noAcknowledgement)),
            ("C2C SERVICE NOT RESPONDING", .unknown(.terminalUnreachable)),
        ] {
            let transaction = try Fixture.transaction()
            try await withCloud({ $0.path.hasSuffix("/sale") ? .http(401, Fixture.fault(text)) : .http(200, "") }) {
                client,
                server in
                #expect(await client.charge(transaction, callbackURL: Self.callback) == outcome, "\(text)")
                await client.awaitToken()
                #expect(server.requests(to: "/auth").count == 2, "\(text)")
            }
        }
    }

    @Test func `an interim answer is not the answer`() async throws {
        let final = "HTTP/1.1 200 OK\r\ncontent-length: \(Fixture.acknowledgement.utf8.count)\r\n\r\n"
        let end = try await charge(.bytesAndClose("HTTP/1.1 100 Continue\r\n\r\n" + final + Fixture.acknowledgement))
        #expect(end == (.acknowledged(idPosTxs: "936101"), 1))
    }

    @Test func `a result inside the answer is handed on`() async throws {
        let end = try await charge(.http(200, Fixture.approved()))
        guard case .answered(let answer) = end.outcome else {
            Issue.record("no answer: \(end.outcome)")
            return
        }
        #expect(answer.idPosTxs == "936101")
        #expect(answer.result?.authorizationCode == "010929")
    }

    @Test(arguments: [400, 404, 405, 413, 415, 422])
    func `a request that is refused as malformed was not started and never will be`(status: Int) async throws {
        for body in ["", "<html>no</html>", Fixture.fault("INVALID AMOUNT"), #"{"title":"Bad Request","status":400}"#] {
            let end = try await charge(.http(status, body))
            #expect(end == (.notStarted(.init(.requestRefused, isTransient: false)), 1), "\(body)")
        }
    }

    @Test(arguments: [300, 302, 307, 308, 402, 406, 408, 409, 410, 418, 500, 501, 502, 503, 504])
    func `any other status leaves it unknown and is not repeated`(status: Int) async throws {
        for body in ["", "<html>no</html>", Fixture.fault("OPERATION IN PROGRESS"), Fixture.acknowledgement] {
            let end = try await charge(.http(status, body, headers: ["location": "/elsewhere/sale"]))
            #expect(end == (.unknown(.noAcknowledgement), 1), "\(body)")
        }
    }

    @Test func `a firewall's page blocks for now`() async throws {
        let end = try await charge(.http(403, "<html>Access denied: 1020</html>"))
        #expect(end == (.notStarted(.init(.blocked, isTransient: true)), 1))
        let json = try await charge(.http(403, #"{"code":1020,"message":"denied"}"#))
        #expect(json == (.notStarted(.init(.blocked, isTransient: true)), 1))
    }

    @Test func `a 403 of the cloud itself is unknown unless its text is a literal`() async throws {
        let other = try await charge(.http(403, Fixture.fault("SOMETHING ELSE")))
        #expect(other == (.unknown(.noAcknowledgement), 1))
        let literal = try await charge(.http(403, Fixture.fault("INCORRECT REQUEST FOR MERCHANT ID")))
        #expect(literal == (.notStarted(.init(.wrongMerchant, isTransient: false)), 1))
    }

    @Test func `too many requests means later, and Retry-After is told`() async throws {
        let end = try await charge(.http(429, "slow down", headers: ["Retry-After": "7"]))
        #expect(end == (.notStarted(.init(.cloudUnavailable, isTransient: true, retryAfter: .seconds(7))), 1))
        let plain = try await charge(.http(429, ""))
        #expect(plain == (.notStarted(.init(.cloudUnavailable, isTransient: true)), 1))
        let forever = try await charge(.http(429, "", headers: ["Retry-After": "99999999999"]))
        #expect(
            forever.outcome
                == .notStarted(.init(.cloudUnavailable, isTransient: true, retryAfter: AccountBreaker.longestThrottle))
        )
    }

    @Test(arguments: [400, 401, 403, 404, 405, 413, 415, 422, 429])
    func `a refusal that also speaks of a start is unknown`(status: Int) async throws {
        for body in [
            Fixture.acknowledgement, Fixture.approved(), Fixture.fault("X", data: #"{"idPosTxs":936101}"#),
            Fixture.fault("TIMEOUT (90 SECONDS)"), #"{"code":1,"message":"TRANSACTION SENT"}"#,
            #"{"code":0,"code":1,"message":"UNAUTHORIZED"}"#, Fixture.fault("X", data: #"{"idPosTxs":"?"}"#),
        ] {
            let end = try await charge(.http(status, body))
            #expect(end == (.unknown(.noAcknowledgement), 1), "\(body)")
        }
    }

    // Decision: the bridge believes a status of the table that refuses, also beside code 0 and a text that the
    // catalogue does not know. Code 0 alone would be unknown. The two contradict each other only if the body has a
    // number, a result, or words of a time-out or of progress in any place of the text.
    @Test(arguments: [400, 404, 405, 413, 415, 422, 429])
    func `a status that refuses is believed beside an unknown text, not beside one of waiting or progress`(
        status: Int
    ) async throws {
        let refused: SubmissionOutcome =
            status == 429
            ? .notStarted(.init(.cloudUnavailable, isTransient: true))
            : .notStarted(.init(.requestRefused, isTransient: false))
        for text in ["", "INVALID AMOUNT", "SOMETHING ELSE", "MERCHANT NOT ALLOWED", "SERVER BUSY"] {
            #expect(try await charge(.http(status, Fixture.fault(text))) == (refused, 1), "\(text)")
        }
        for text in [
            "THE SALE TIMED OUT", "TIEMPO DE ESPERA EXCEDIDO", "SALE OPERATION IN PROGRESS ON THE TERMINAL",
            "Operación en curso", "KEYPOS 80005000: OPERATION IN PROGRESS",
        ] {
            let end = try await charge(.http(status, Fixture.fault(text)))
            #expect(end == (.unknown(.noAcknowledgement), 1), "\(text)")
        }
    }

    @Test func `a body that says nothing is unknown`() async throws {
        for body in [
            "", "null", "[]", "7", "\"x\"", "{}", "<html>ok</html>", #"{"code":1}"#, #"{"code":1,"data":{}}"#,
            #"{"code":3,"data":{"idPosTxs":5}}"#, #"{"code":2}"#, #"{"code":1,"data":{"idPosTxs":0}}"#,
            #"{"code":1,"data":{"idPosTxs":"a/b"}}"#, #"{"code":1,"code":0,"data":{"idPosTxs":5}}"#,
            #"{"code":1,"data":{"idPosTxs":5,"idPosTxs":6}}"#, #"{"code":1,"idPosTxs":6,"data":{"idPosTxs":5}}"#,
        ] {
            let end = try await charge(.http(200, body))
            #expect(end == (.unknown(.noAcknowledgement), 1), "\(body)")
        }
    }

    @Test func `a service that does not respond is unknown with its own reason`() async throws {
        let end = try await charge(.http(200, Fixture.fault("C2C SERVICE NOT RESPONDING")))
        #expect(end == (.unknown(.terminalUnreachable), 1))
    }
}

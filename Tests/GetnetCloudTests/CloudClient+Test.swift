// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import GetnetCloud

extension CloudClient {
    /// Posts a sale that has all the time it needs; the outcome leaves out what the cloud said when it refused.
    func charge(_ transaction: Transaction, callbackURL: String) async -> SubmissionOutcome {
        switch await post(transaction, callbackURL: callbackURL, now: { transaction.acceptedAt }) {
        case .notStarted(let refusal):
            .notStarted(.init(refusal.code, isTransient: refusal.isTransient, retryAfter: refusal.retryAfter))
        case let other: other
        }
    }

    /// The same, with a second POST after a refused token, as the bridge's machine orders it.
    func chargeTwiceAtMost(_ transaction: Transaction, callbackURL: String) async -> SubmissionOutcome {
        let first = await charge(transaction, callbackURL: callbackURL)
        guard first == .notStarted(.init(.tokenRejected, isTransient: true)) else { return first }
        return await charge(transaction, callbackURL: callbackURL)
    }
}

@Suite("What the cloud said as it refused")
struct RefusalWordsTests {
    @Test(
        "M2: is kept for people, without runs of digits, and cut",
        arguments: [
            (400, #"{"code":0,"status":"ERROR","message":"INVALID AMOUNT"}"#, "INVALID AMOUNT"),
            (200, #"{"code":0,"message":"KEYPOS NOT FOUND"}"#, "KEYPOS NOT FOUND"),
            (422, #"{"code":0,"message":"card 4539 5787 6362 1486 refused"}"#, "card [digits] refused"),
            (404, "<html>not found</html>", "HTTP status 404"), (400, "", "HTTP status 400"),
        ]
    )
    func words(status: Int, body: String, expected: String) async throws {
        try await withCloud({ _ in .http(status, body) }) { client, _ in
            let transaction = try Fixture.transaction()
            let outcome = await client.post(
                transaction,
                callbackURL: "https://x.test",
                now: { transaction.acceptedAt }
            )
            guard case .notStarted(let refusal) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(refusal.said == expected)
        }
    }
}

@Suite("The last look before a POST")
struct LastLookTests {
    @Test func `a command that expired during the login is not sent`() async throws {
        try await withCloud({ _ in .http(200, Fixture.acknowledgement) }) { client, server in
            let transaction = try Fixture.transaction()
            let expiry = transaction.command.expiresAt
            let outcome = await client.post(transaction, callbackURL: "https://x.test", now: { expiry })
            #expect(outcome == .notStarted(.init(.commandExpired, isTransient: false)))
            #expect(server.requests(to: "/auth").count == 1)
            #expect(server.requests(to: "/sale").isEmpty)
        }
    }

    @Test func `a command that expires while the connection is opened is not sent`() async throws {
        try await withCloud({ _ in .http(200, Fixture.acknowledgement) }) { client, server in
            let transaction = try Fixture.transaction()
            let command = transaction.command
            // The client looks first. The HTTP exchange looks second, when it has a connection.
            let looks = NIOLockedValueBox(0)
            let outcome = await client.post(transaction, callbackURL: "https://x.test") {
                let look = looks.withLockedValue { looks in
                    looks += 1
                    return looks
                }
                return look == 1 ? transaction.acceptedAt : command.expiresAt
            }
            #expect(outcome == .notStarted(.init(.commandExpired, isTransient: false)))
            #expect(looks.withLockedValue { $0 } >= 2)
            // The server may have got a head, but never the request that belongs to it.
            #expect(server.requests(to: "/sale").isEmpty)
            #expect(
                await client.charge(transaction, callbackURL: "https://x.test") == .acknowledged(idPosTxs: "936101")
            )
        }
    }

    @Test func `a POST that something else forbids while the connection is opened is not sent, and may be later`()
        async throws
    {
        try await withCloud({ _ in .http(200, Fixture.acknowledgement) }) { client, server in
            let transaction = try Fixture.transaction()
            let looks = NIOLockedValueBox(0)
            let now: @Sendable () -> Timestamp = { transaction.acceptedAt }
            let withheld = await client.post(transaction, callbackURL: "https://x.test", now: now) {
                looks.withLockedValue { $0 += 1 }
                return false
            }
            #expect(withheld == .notStarted(.init(.cloudUnavailable, isTransient: true)))
            #expect(looks.withLockedValue { $0 } == 1, "it is asked with a connection in hand")
            #expect(server.requests(to: "/sale").isEmpty)
            try await eventually("its connection is closed") { server.openConnectionCount < server.connectionCount }
            #expect(server.unfinishedBytes == 0, "not even its head left")
            let later = await client.post(transaction, callbackURL: "https://x.test", now: now) { true }
            #expect(later == .acknowledged(idPosTxs: "936101"))
            #expect(server.requests(to: "/sale").count == 1)
        }
    }

    @Test func `a POST leaves once, be its token refused`() async throws {
        try await withCloud({ $0.path.hasSuffix("/sale") ? .http(401, "") : .http(200, "") }) { client, server in
            let outcome = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(outcome == .notStarted(.init(.tokenRejected, isTransient: true)))
            #expect(server.requests(to: "/sale").count == 1)
        }
    }

    @Test func `waiting for a token brings one, and its failure is left to the POST`() async throws {
        try await withCloud({ _ in .http(200, Fixture.acknowledgement) }) { client, server in
            await client.awaitToken()
            #expect(server.requests(to: "/auth").count == 1)
            #expect(server.requests(to: "/sale").isEmpty)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import GetnetCloud

@Suite struct `The token` {
    static let acknowledged = SubmissionOutcome.acknowledged(idPosTxs: "936101")

    @Test func `a hundred callers share one login`() async throws {
        let observations = Observations()
        try await withCloud(
            observations: observations,
            configure: { $0.maxConnections = 128 },
            { _ in .http(200, Fixture.acknowledgement) }
        ) { client, server in
            let transaction = try Fixture.transaction()
            let outcomes = await withTaskGroup(of: SubmissionOutcome.self) { group in
                for _ in 0..<100 {
                    group.addTask { await client.charge(transaction, callbackURL: "https://x.test") }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0 == Self.acknowledged })
            #expect(server.requests(to: "/auth").count == 1)
            #expect(server.requests(to: "/sale").count == 100)
            #expect(observations.count(.login, .answered) == 1)
            #expect(observations.count(.sale, .answered) == 100)
        }
    }

    @Test func `login and sale carry what the cloud asks for`() async throws {
        try await withCloud({ _ in .http(200, Fixture.acknowledgement) }) { client, server in
            _ = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test/cb?token=a.b")
            _ = await client.status(idPosTxs: "936101")
            let login = try #require(server.requests(to: "/api/postxs/auth").first)
            #expect(login.method == "POST")
            #expect(login.body == "clientId=merchant%20one&clientSecret=s%2Bcr%2Ft%3D")
            #expect(login.headers["content-type"] == "application/x-www-form-urlencoded")
            #expect(login.headers["authorization"] == nil)
            let sale = try #require(server.requests(to: "/api/postxs/sale").first)
            #expect(sale.headers["content-type"] == "application/json")
            #expect(sale.body.contains(#""webhook":"https://x.test/cb?token=a.b""#))
            let query = try #require(server.requests(to: "/api/postxs/936101").first)
            #expect(query.method == "GET")
            for request in [login, sale, query] {
                #expect(request.headers["env"] == "uat")
                #expect(request.headers["country"] == "cl")
                #expect(request.headers["app"] == "posintegrado")
                #expect(request.headers["api-key"] == "k-1")
                #expect(request.headers["accept-encoding"] == "identity", "A4: no coding is asked for")
            }
            for request in [sale, query] { #expect(request.headers["authorization"] == "Bearer t-1") }
        }
    }

    /// Answers the first requests with this rejection, and acknowledges the rest.
    func rejecting(_ count: Int, with reply: RawServer.Reply) -> RawServer.Script {
        let left = NIOLockedValueBox(count)
        return { _ in
            let rejects = left.withLockedValue { left in
                left -= 1
                return left >= 0
            }
            return rejects ? reply : .http(200, Fixture.acknowledgement)
        }
    }

    static let rejections = [
        RawServer.Reply.http(401, ""), .http(401, "<html>"), .http(401, Fixture.fault("UNAUTHORIZED")),
        .http(200, Fixture.fault("UNAUTHORIZED")), .http(200, Fixture.fault(" Unauthorized. ")),
    ]

    @Test func `a token that is rejected once is renewed and the sale goes through`() async throws {
        for reply in Self.rejections {
            try await withCloud(rejecting(1, with: reply)) { client, server in
                let outcome = await client.chargeTwiceAtMost(try Fixture.transaction(), callbackURL: "https://x.test")
                #expect(outcome == Self.acknowledged)
                #expect(server.requests(to: "/auth").count == 2)
                #expect(server.requests(to: "/sale").count == 2)
            }
        }
    }

    @Test
    func `F8: a token that is rejected right after another is replaced when its rest is over, and not used meanwhile`()
        async throws
    {
        for reply in Self.rejections {
            try await withCloud(rejecting(2, with: reply)) { client, server in
                let transaction = try Fixture.transaction()
                var outcomes: [SubmissionOutcome] = []
                for _ in 0..<3 { outcomes.append(await client.charge(transaction, callbackURL: "https://x.test")) }
                let rejected = SubmissionOutcome.notStarted(.init(.tokenRejected, isTransient: true))
                #expect(outcomes == [rejected, rejected, Self.acknowledged])
                #expect(server.requests(to: "/sale").count == 3, "one POST for each token")
                #expect(server.requests(to: "/auth").count == 3)
            }
        }
    }

    @Test func `a reading whose token is rejected right after another waits for its turn`() async throws {
        let replies = NIOLockedValueBox<[RawServer.Reply]>([
            .http(401, ""), .http(200, Fixture.acknowledgement), .http(401, ""), .http(401, ""),
        ])
        try await withCloud({ _ in
            replies.withLockedValue {
                $0.isEmpty ? .http(200, Fixture.fault("OPERATION IN PROGRESS")) : $0.removeFirst()
            }
        }) { client, server in
            let began = ContinuousClock.now
            let transaction = try Fixture.transaction()
            #expect(await client.chargeTwiceAtMost(transaction, callbackURL: "https://x.test") == Self.acknowledged)
            func read() async -> JournalAnswer {
                await client.readJournal(.details, of: transaction.command.content.terminal, customID: "j-1")
            }
            let answer = await read()
            // On a busy machine the second rejection comes so late that the client gets its new token at once.
            guard ContinuousClock.now - began < TokenState.rejectionSpacing else { return }
            guard case .notAsked(.tokenRejected, let wait?) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(server.requests(to: "/auth").count == 2)
            try await Task.sleep(for: wait)
            #expect(await read() == .notRead(.terminalBusy, retryAfter: nil))
            #expect(server.requests(to: "/auth").count == 3)
        }
    }

    @Test func `a cloud that rejects every token is not flooded with logins`() async throws {
        try await withCloud(rejecting(1_000, with: .http(401, ""))) { client, server in
            let transaction = try Fixture.transaction()
            let began = ContinuousClock.now
            for _ in 0..<3 {
                let outcome = await client.chargeTwiceAtMost(transaction, callbackURL: "https://x.test")
                guard case .notStarted(let refusal) = outcome else {
                    Issue.record("\(outcome)")
                    return
                }
                #expect(refusal.code == .tokenRejected)
                #expect(refusal.isTransient)
            }
            let seconds = Int((ContinuousClock.now - began).components.seconds)
            #expect(server.requests(to: "/auth").count <= 3 + seconds)
        }
    }

    @Test func `a query that is always rejected does not stop the sales`() async throws {
        try await withCloud({
            $0.method == "GET" ? .http(401, "") : .http(200, Fixture.acknowledgement)
        }) { client, _ in
            for _ in 0..<5 {
                guard case .unavailable(let code) = await client.status(idPosTxs: "936101") else {
                    Issue.record("nobody accepts its token")
                    return
                }
                #expect(code == .tokenRejected)
                let outcome = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
                #expect(outcome == Self.acknowledged)
            }
        }
    }

    @Test func `a second POST that ends unknown stays unknown`() async throws {
        let replies = NIOLockedValueBox<[RawServer.Reply]>([.http(401, ""), .reset])
        try await withCloud({ _ in replies.withLockedValue { $0.removeFirst() } }) { client, _ in
            let outcome = await client.chargeTwiceAtMost(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(outcome == .unknown(.noAcknowledgement))
        }
    }

    @Test func `a token that worked and is revoked is renewed for all at once`() async throws {
        let current = NIOLockedValueBox(1)
        try await withCloud(
            login: { _ in Fixture.login("t-\(current.withLockedValue { $0 })") },
            configure: { $0.maxConnections = 64 },
            { request in
                let valid = request.headers["authorization"] == "Bearer t-\(current.withLockedValue { $0 })"
                return valid ? .http(200, Fixture.acknowledgement) : .http(401, "")
            }
        ) { client, server in
            let transaction = try Fixture.transaction()
            #expect(await client.charge(transaction, callbackURL: "https://x.test") == Self.acknowledged)
            current.withLockedValue { $0 = 2 }
            let outcomes = await withTaskGroup(of: SubmissionOutcome.self) { group in
                for _ in 0..<50 {
                    group.addTask { await client.chargeTwiceAtMost(transaction, callbackURL: "https://x.test") }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0 == Self.acknowledged })
            #expect(server.requests(to: "/auth").count == 2)
        }
    }

    @Test func `a login that fails is told to each command that waits and not repeated at once`() async throws {
        let cases: [(RawServer.Reply, SubmissionOutcome.Refusal)] = [
            (.http(200, Fixture.fault("INVALID CREDENTIALS")), .init(.unauthorized, isTransient: true)),
            (.http(401, ""), .init(.unauthorized, isTransient: true)),
            (.http(500, "<html>"), .init(.cloudUnavailable, isTransient: true)),
            (.http(200, Fixture.fault("SOMETHING BROKE")), .init(.cloudUnavailable, isTransient: true)),
            (.http(200, #"{"code":1,"data":{}}"#), .init(.cloudUnavailable, isTransient: true)),
            (.http(200, #"{"code":1,"data":{"token":"a\r\nb: c"}}"#), .init(.cloudUnavailable, isTransient: true)),
            (.http(302, "", headers: ["location": "/x"]), .init(.cloudUnavailable, isTransient: true)),
            (.http(403, "<html>denied</html>"), .init(.blocked, isTransient: true)),
            (.reset, .init(.cloudUnavailable, isTransient: true)),
        ]
        for (reply, refusal) in cases {
            let observations = Observations()
            try await withCloud(
                login: { _ in reply },
                observations: observations,
                { _ in .http(200, Fixture.acknowledgement) }
            ) { client, server in
                let transaction = try Fixture.transaction()
                let outcomes = await withTaskGroup(of: SubmissionOutcome.self) { group in
                    for _ in 0..<20 {
                        group.addTask { await client.charge(transaction, callbackURL: "https://x.test") }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.allSatisfy { $0 == .notStarted(refusal) }, "\(reply)")
                #expect(server.requests.count == 1, "\(reply)")
                #expect(observations.count(.login, .answered) == 0)
                #expect(await client.status(idPosTxs: "1") == .unavailable(refusal.code))
            }
        }
    }

    @Test func `a caller who is cancelled does not take the login with him`() async throws {
        try await withCloud(
            login: { _ in .slowly(#"{"code":1,"data":{"token":"t-1"}}"#, pause: .milliseconds(10)) },
            { _ in .http(200, Fixture.acknowledgement) }
        ) { client, server in
            let transaction = try Fixture.transaction()
            let goer = Task { await client.charge(transaction, callbackURL: "https://x.test") }
            try await eventually("the login is under way") { server.requests(to: "/auth").count == 1 }
            async let stayer = client.charge(transaction, callbackURL: "https://x.test")
            goer.cancel()
            #expect(await stayer == Self.acknowledged)
            #expect(await goer.value == Self.acknowledged)
            #expect(server.requests(to: "/auth").count == 1)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import GetnetCloud

@Suite("A login that fails")
struct LoginTroubleTests {
    /// The trouble that the bridge reports for a login at that address.
    func trouble(at baseURL: String) async throws -> LoginTrouble? {
        var configuration = Fixture.configuration(baseURL)
        configuration.connectTimeout = .seconds(2)
        configuration.loginTimeout = .seconds(4)
        let told = NIOLockedValueBox<[LoginTrouble]>([])
        let client = try CloudClient(
            configuration: configuration,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            onLoginTrouble: { trouble in told.withLockedValue { $0.append(trouble) } }
        )
        await client.awaitToken()
        let obstacle = client.obstacle
        await client.shutdown()
        let troubles = told.withLockedValue { $0 }
        #expect(troubles.count == 1)
        #expect(obstacle == troubles.first.map { .login($0) })
        return troubles.first
    }

    @Test func `F11: a name that cannot be resolved`() async throws {
        #expect(try await trouble(at: "https://getnet.invalid/api") == .connection(.nameNotFound))
    }

    @Test func `F11: a host that refuses the connection`() async throws {
        let port = try await RawServer.deadPort()
        #expect(try await trouble(at: "http://127.0.0.1:\(port)/api") == .connection(.connectionRefused))
    }

    /// The HTTP client reports a failed handshake and an unanswered one alike: after the time to connect.
    @Test func `F11: a host that does not speak TLS is one to which no connection comes about`() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let plain = try await ServerBootstrap(group: group)
            .childChannelInitializer { $0.writeAndFlush(ByteBuffer(string: "SSH-2.0-none\r\n")) }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(plain.localAddress?.port)
        let met = try await trouble(at: "https://127.0.0.1:\(port)/api")
        #expect(met == .connection(.connectTimeout) || met == .connection(.tls))
        try await plain.close()
    }

    static let answers: [(RawServer.Reply, LoginTrouble)] = [
        (.http(200, "<html>welcome</html>"), .unreadable), (.http(200, #"{"code":1,"data":{}}"#), .unreadable),
        (.http(200, Fixture.fault("INVALID CREDENTIALS")), .refused), (.http(401, ""), .refused),
        (.http(500, Fixture.fault("INVALID CREDENTIALS")), .refused), (.http(500, "<html>"), .serverFault),
        (.http(302, "", headers: ["location": "/"]), .serverFault), (.http(429, ""), .throttled),
        (.http(403, "<html>"), .blocked), (.reset, .noAnswer), (.close, .noAnswer),
    ]

    @Test func `F11: each answer has a word of its own`() async throws {
        for (reply, expected) in Self.answers {
            try await RawServer.running({ _ in reply }) { server in
                let met = try await trouble(at: server.baseURL)
                #expect(met == expected, "\(reply)")
            }
        }
    }

    @Test func `every trouble has a word and a sentence of its own`() {
        let all =
            ConnectionTrouble.allCases.map { LoginTrouble.connection($0) } + [
                .noAnswer, .unreadable, .serverFault, .throttled, .blocked, .refused, .tokenRejected,
            ]
        #expect(Set(all.map(\.word)).count == all.count)
        #expect(Set(all.map(\.description)).count == all.count)
    }

    @Test func `a login is begun without a command, and its end is awaited by the first one`() async throws {
        try await withCloud({ _ in .http(200, Fixture.acknowledgement) }) { client, server in
            client.prepareToken()
            client.prepareToken()
            let outcome = await client.charge(try Fixture.transaction(), callbackURL: "https://x.test")
            #expect(outcome == .acknowledged(idPosTxs: "936101"))
            #expect(server.requests(to: "/auth").count == 1)
        }
    }

    @Test func `F1: looks, cancels and lists do not take the connections of journals`() async throws {
        try await withCloud(
            configure: {
                $0.synchronousConnections = 2
                $0.cancelConnections = 1
                $0.journalConnections = 1
                $0.terminalTimeout = .seconds(20)
            },
            {
                $0.body.contains("look-") || $0.path.hasSuffix("/cancelsale")
                    ? .silence : .http(200, Fixture.fault("OPERATION IN PROGRESS"))
            }
        ) { client, server in
            let transaction = try Fixture.transaction()
            let terminal = transaction.command.content.terminal
            await withDiscardingTaskGroup { group in
                for number in 1...2 {
                    group.addTask {
                        _ = await client.readJournal(.details, of: terminal, customID: "look-\(number)", for: .look)
                    }
                }
                group.addTask { _ = await client.cancelSale(of: transaction) { true } }
                group.addTask {
                    do {
                        try await eventually("all are under way") { server.requests.count >= 4 }
                    } catch {
                        Issue.record("\(error)")
                    }
                    let answer = await client.readJournal(.details, of: terminal, customID: "doubt")
                    #expect(answer == .notRead(.terminalBusy, retryAfter: nil))
                    await client.stopReading()
                }
            }
        }
    }

    @Test func `F1: a journal that finds no connection was not asked`() async throws {
        try await withCloud(
            configure: {
                $0.journalConnections = 1
                $0.connectTimeout = .milliseconds(300)
            },
            { _ in .silence }
        ) { client, server in
            let terminal = try Fixture.transaction().command.content.terminal
            async let first = client.readJournal(.details, of: terminal, customID: "first")
            try await eventually("the only connection is taken") { !server.requests(to: "/details").isEmpty }
            let second = await client.readJournal(.details, of: terminal, customID: "second")
            #expect(second == .notAsked(.cloudUnavailable, retryAfter: nil))
            await client.stopReading()
            #expect(await first == .notRead(.cloudUnavailable, retryAfter: nil))
            #expect(server.requests(to: "/details").count == 1)
        }
    }
}

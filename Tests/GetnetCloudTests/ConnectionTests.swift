// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import GetnetCloud

@Suite struct `The connections for sales` {
    static let count = 3

    @Test func `are all on the wire while the account logs in beside them`() async throws {
        let logins = NIOLockedValueBox(0)
        try await withCloud(
            login: { _ in
                logins.withLockedValue { $0 += 1 }
                return Fixture.login()
            },
            configure: {
                $0.maxConnections = Self.count
                $0.submitTimeout = .seconds(4)
            },
            { $0.method == "GET" ? .http(401, "") : .silence }
        ) { client, server in
            let transactions = try (1...Self.count).map { try Fixture.transaction(number: $0) }
            try await withThrowingTaskGroup(of: SubmissionOutcome.self) { group in
                for transaction in transactions {
                    group.addTask { await client.charge(transaction, callbackURL: "https://x.test") }
                }
                try await eventually("all sales are on the wire") {
                    server.requests(to: "/sale").count == Self.count
                }
                // The cloud refuses the query's token; the login after it finds a connection although the sales hold
                // theirs.
                #expect(await client.status(idPosTxs: "936101") == .unavailable(.tokenRejected))
                #expect(logins.withLockedValue { $0 } == 2)
                for try await outcome in group { #expect(outcome == .unknown(.noAcknowledgement)) }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import GetnetCloud

extension CloudClient {
    /// Posts a sale that has all the time it needs.
    func charge(_ transaction: Transaction, callbackURL: String) async -> SubmissionOutcome {
        await charge(transaction, callbackURL: callbackURL, now: { transaction.acceptedAt })
    }
}

@Suite("The last look before a POST")
struct LastLookTests {
    @Test func `a command that expired during the login is not sent`() async throws {
        try await withCloud({ _ in .http(200, Fixture.acknowledgement) }) { client, server in
            let transaction = try Fixture.transaction()
            let expiry = transaction.command.expiresAt
            let outcome = await client.charge(transaction, callbackURL: "https://x.test", now: { expiry })
            #expect(outcome == .notStarted(.init(.commandExpired, isTransient: false)))
            #expect(server.requests(to: "/auth").count == 1)
            #expect(server.requests(to: "/sale").isEmpty)
        }
    }
}

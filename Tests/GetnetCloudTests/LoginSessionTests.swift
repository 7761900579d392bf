// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import GetnetCloud

@Suite("A login session")
struct LoginSessionTests {
    @Test func `that is only prepared takes no command's place, while each token is rejected`() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let body = Array(#"{"code":1,"data":{"token":"t","expires_in":3600}}"#.utf8)
        let http = HTTPAnswer(status: 200, retryAfter: nil, body: body)
        let answer = try LoginAnswer.read(.answered(http), MessageCatalogue(CloudLiteral.documented)).get()
        let session = LoginSession(
            eventLoop: eventLoop,
            logger: Logger(label: "test"),
            headers: { _ in ([:], [:]) },
            logIn: { eventLoop.makeSucceededFuture(.success(answer)) },
            onTrouble: { _ in }
        )
        for _ in 1...TokenState.uselessTokens {
            session.rejected(try await session.token(for: .command), for: .command)
        }
        #expect(session.trouble == .tokenRejected)
        // The bridge keeps itself logged in; the login rests before it begins, and one command may wait for it.
        session.prepare()
        async let probe = session.token(for: .command)
        async let other = session.token(for: .command)
        var served = 0
        for token in [try? await probe, try? await other] where token != nil { served += 1 }
        #expect(served == 1)
    }
}

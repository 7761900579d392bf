// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import GetnetCloud

/// The bridge tells a terminal to end its sale; an answer counts only if it answers this command.
@Suite struct `A cancel over the wire` {
    private func end(of reply: RawServer.Reply, leaves: Bool = true) async throws -> (TransactionInput.CancelEnd?, Int)
    {
        var end: TransactionInput.CancelEnd?
        var posts = 0
        try await withCloud({ _ in reply }) { client, server in
            end = await client.cancelSale(of: try Fixture.transaction(), mayLeave: { leaves })
            posts = server.requests.count { $0.path == "/api/postxs/cancelsale" }
        }
        return (end, posts)
    }

    /// An answer to command 116, by default of the fixture's transaction at its terminal.
    private func answer(
        functionCode: String = "116",
        customID: String? = nil,
        terminal: String = "80005000"
    ) throws -> String {
        let customID = try customID ?? Fixture.transaction().id.description
        return """
            {"code":1,"status":"OK","message":"TRANSACTION FINISHED","data":{"idPosTxs":936300,"customId":"\(customID)",\
            "response":{"functionCode":\(functionCode),"responseCode":0,"terminalId":"\(terminal)"}}}
            """
    }

    @Test func `ends with its own answer`() async throws {
        #expect(try await end(of: .http(200, answer())) == (.answered(0), 1))
    }

    @Test func `goes on after an answer that names another request, another terminal or another command`() async throws
    {
        for other in try [
            answer(customID: "somebody-else"), answer(terminal: "80005001"), answer(functionCode: "100"),
            answer(terminal: #"80005000","idPosTxs":936301,"customId":"somebody-else"#),
        ] {
            let (end, posts) = try await end(of: .http(200, other))
            #expect(end == nil && posts == 1, "\(other)")
        }
    }

    @Test func `has not started where it did not leave`() async throws {
        let (end, posts) = try await end(of: .http(200, answer()), leaves: false)
        guard case .notStarted = end else {
            Issue.record("\(String(describing: end))")
            return
        }
        #expect(posts == 0)
    }
}

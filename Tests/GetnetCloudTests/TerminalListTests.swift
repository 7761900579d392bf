// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@testable import GetnetCloud

/// Which terminals an account has, in every layout of the cloud.
@Suite("A list of terminals") struct TerminalListTests {
    private static let first = Terminal(idTerminal: "80005000", idSucursal: "12983", serialNumber: "SNPRUEBA1234")
    private static let entry = #"{"idTerminal":"80005000","idSucursal":12983,"serialNumber":"SNPRUEBA1234","x":1}"#
    private static let padded = #"{"IdTerminal":"80005000","idSucursal":"0000012983","serialNumber":"snprueba1234"}"#

    @Test(
        arguments: [
            #"{"code":1,"data":[\#(entry)]}"#, "[\(entry)]", #"{"code":1,"data":[\#(padded)]}"#, "[\(padded)]",
            #"{"data":[\#(entry)]}"#,
        ]
    )
    func `is read with and without wrapper, the branch as a number or a string`(body: String) throws {
        let terminal = try #require(Self.first)
        #expect(TerminalListReader.read(AnswerContent(Array(body.utf8))) == .terminals([terminal], unreadable: 0))
    }

    @Test(arguments: [#"{"code":0,"data":[]}"#, #"{"code":1}"#, "{}", "1", "<html>"])
    func `is none where there is no list`(body: String) {
        #expect(TerminalListReader.read(AnswerContent(Array(body.utf8))) == nil)
    }

    @Test func `counts what is no terminal`() throws {
        let terminal = try #require(Self.first)
        let body = #"[\#(Self.entry),{"idTerminal":"8"},7,{"idTerminal":"8","idSucursal":0,"serialNumber":"S"}]"#
        #expect(TerminalListReader.read(AnswerContent(Array(body.utf8))) == .terminals([terminal], unreadable: 3))
    }

    @Test func `is asked for with a token, beside the root of the commands`() async throws {
        let list = "[\(Self.entry)]"
        try await withCloud({
            $0.path.hasSuffix("/posdata") && !$0.path.contains("postxs") ? .http(200, list) : .http(404, "")
        }) { client, _ in
            let terminal = try #require(Self.first)
            #expect(await client.terminals() == .terminals([terminal], unreadable: 0))
        }
    }

    @Test(arguments: [(403, Reason.Code.blocked), (401, .tokenRejected), (500, .cloudUnavailable)])
    func `that is refused says why`(status: Int, code: Reason.Code) async throws {
        try await withCloud({ _ in .http(status, "<html>") }) { client, _ in
            #expect(await client.terminals() == .unavailable(code))
        }
    }
}

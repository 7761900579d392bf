// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import TestSupport
import Testing

@testable import GetnetCloud

/// After these answers the bridge may not POST again and may not say `failed`.
@Suite("A refusal beside the trace of something that was started")
struct SisterAnswerTests {
    private static let reader = AnswerReader(timeZone: "America/Santiago")

    private static func end(_ status: Int, _ bytes: [UInt8]) -> SaleEnd {
        SaleEnd(.answered(HTTPAnswer(status: status, body: bytes)), of: Transaction.sample().id, reader: reader)
    }

    private static let refused: SaleEnd = .outcome(.unknown(.noAcknowledgement))

    @Test(
        "A6, A8: a number in a list, alone, in words, under a name of its own, in XML, in a form",
        arguments: [
            "[936101]", "936101", "\"936101\"", #"{"status":"ERROR","response":[936101]}"#,
            #"{"status":"ERROR","data":"TX 936101"}"#, #"{"status":"ERROR","data":"936101;936102"}"#,
            #"{"status":"ERROR","currentIdPosTxs":936101}"#, #"{"status":"ERROR","posTxs":"936101"}"#,
            #"cb({"status":"ERROR","data":[936101]})"#, #"<sale id="936101"/>"#, "status=ERROR\nid=936101",
            #"<id type="int">936101</id>"#, "<ns:idTransaction>936101</ns:idTransaction>",
            #"{"status":"idPosTxs=936101"}"#, #"{"result":{"txs":936101}}"#,
        ],
        [400, 401, 429]
    )
    func number(text: String, status: Int) {
        #expect(Self.end(status, Array(text.utf8)) == Self.refused)
    }

    /// `{"status":"ERROR","data":{"idPosTxs":936101}}`, as zlib and without a header.
    private static let deflated = [
        "eNqrViouSSwpLVayUnINCvIPUtJRSkksSVSyqlbKTAnILw6pAEpZGpsZGhjW1gIASvcOFQ==",
        "q1YqLkksKS1WslJyDQryD1LSUUpJLElUsqpWykwJyC8OqQBKWRqbGRoY1tYCAA==",
    ]

    @Test("A4: compressed, though nothing says so", arguments: deflated, [400, 401, 429])
    func compressed(text: String, status: Int) throws {
        let bytes = try #require(Data(base64Encoded: text))
        #expect(Self.end(status, Array(bytes)) == Self.refused)
    }

    @Test(
        "a text of a start or of waiting, wherever it stands",
        arguments: [
            "TIMEOUT (90 SECONDS)", #"{"status":"ERROR","message":"TIMEOUT (90 SECONDS)"}"#,
            #"[{"code":0,"message":"TIMEOUT (5 MINUTES)"}]"#, #"{"code":0,"message":"TRANSACTION SENT","data":null}"#,
            #"{"error":{"text":"Transacción enviada"}}"#, #"{"code":0,"message":"TRANSACTION IN PROCESS"}"#,
            #"{"detail":"TIEMPO DE ESPERA EXCEDIDO (90 SEGUNDOS)"}"#,
        ],
        [400, 401, 429]
    )
    func start(text: String, status: Int) {
        #expect(Self.end(status, Array(text.utf8)) == Self.refused)
    }

    @Test("an answer that names nothing is still a refusal")
    func plain() {
        let pages = [
            #"<html><div id="cf-1020">Ray ID: 7f31c9a2b4</div></html>"#,
            #"{"message":"The incoming token has expired"}"#,
            #"{"error":"invalid_token","status":401,"timestamp":1795342320}"#, "Unauthorized", "",
            "<h1>Response: 403</h1><p>data: 17</p>",
            #"<script>setTimeout(go, 5000)</script><p>Incident ID: 1234567890</p>"#,
        ]
        for page in pages { #expect(Self.end(401, Array(page.utf8)) == .unauthorized, "\(page)") }
        let throttled = Self.end(429, Array(#"{"message":"Rate limit exceeded"}"#.utf8))
        guard case .outcome(.notStarted(let refusal)) = throttled else {
            Issue.record("\(throttled)")
            return
        }
        #expect(refusal.isTransient)
    }

    @Test("A3: a result with a line break in a text, in a list of one, or behind a mark in a string is read")
    func lenient() {
        let approved = Fixture.approved()
        let broken = approved.replacing("Aprobado", with: "Apro\nbado")
        #expect(Self.reader.read(Array(broken.utf8))?.result?.responseCode == .number(0))
        let listed = approved.replacing(#""data":{"#, with: #""data":[{"#).dropLast() + "]}"
        #expect(Self.reader.read(Array(listed.utf8))?.idPosTxs == "936101")
        let members = Gzip.member(Array(approved.utf8.prefix(100))) + Gzip.member(Array(approved.utf8.dropFirst(100)))
        let answer = AnswerContent(members, contentEncoding: "gzip")
        #expect(Self.reader.read(answer)?.idPosTxs == "936101")
    }
}

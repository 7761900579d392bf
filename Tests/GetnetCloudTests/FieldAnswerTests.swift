// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@testable import GetnetCloud

/// Kind A, at the end of a POST: real answers that once allowed a second POST or a failure.
@Suite struct `An answer that hides what it says` {
    private let reader = AnswerReader(timeZone: "America/Santiago")
    private let id = Transaction.sample().id

    private func end(_ status: Int, _ body: [UInt8], type: String? = nil, coding: String? = nil) -> SaleEnd {
        let content = AnswerContent(body, contentType: type, contentEncoding: coding)
        return SaleEnd(.answered(HTTPAnswer(status: status, body: content)), of: id, reader: reader)
    }

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Refusals that have a number in some place.
    static let hiddenNumbers: [(Int, String)] = [
        (200, #"{"code":0,"status":"ERROR","message":"OPERATION IN PROGRESS","data":[{"idPosTxs":936101}]}"#),
        (200, #"{"code":0,"status":"ERROR","message":"OPERATION IN PROGRESS","data":[{"id":936101}]}"#),
        (200, #"{"code":0,"status":"ERROR","message":"OPERATION IN PROGRESS (15s)","data":"[{\"idPosTxs\":936101}]"}"#),
        (200, #"{"code":0,"status":"ERROR","message":"KEYPOS NOT FOUND","data":"{\"data\":\"{\\\"id\\\":936101}\"}"}"#),
        (400, #"{"status":"ERROR","data":{"idPosTxs":936101}}"#), (400, #"{"status":"ERROR","data":{"id":936106}}"#),
        (400, #"{"status":"ERROR","data":{"idPosTxs":936101"#), (400, #"{"status":"ERROR","da"#),
        (400, #"<string>{"idPosTxs":936101}</string>"#), (422, "idPosTxs=936101"),
        (401, #"[{"idPosTxs":936101}]"#),
        (401, #"{"code":0,"message":"UNAUTHORIZED","data":{"idPosTxs":1}}<!-- x -->"#),
        (401, #"{"code":0,"message":"UNAUTHORIZED"}<!-- node 7 -->"#),
        (429, #"{"code":0,"data":936101}"#), (403, #"<html>{"idPosTxs":936101}</html>"#),
    ]

    @Test("A1, A6, A8: is unknown, also behind a mark, in UTF-16, and coded", arguments: hiddenNumbers)
    func hiddenNumber(_ status: Int, _ body: String) {
        let plain = Array(body.utf8)
        let wide: [UInt8] = [0xFF, 0xFE] + body.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] as [UInt8] }
        for bytes in [plain, Self.mark + plain, wide, Gzip.member(plain), Gzip.member(Self.mark + plain)] {
            #expect(end(status, bytes) == .outcome(.unknown(.noAcknowledgement)))
        }
        #expect(end(status, Gzip.member(plain), coding: "gzip") == .outcome(.unknown(.noAcknowledgement)))
        #expect(end(status, plain, coding: "br") == .outcome(.unknown(.noAcknowledgement)))
    }

    @Test("A2: a refusal in Latin-1 with a number is unknown", arguments: [400, 401, 429])
    func latin1(status: Int) {
        let text =
            "{\"code\":0,\"status\":\"ERROR\",\"message\":\"Operaci\u{F3}n en curso\",\"data\":{\"idPosTxs\":936101}}"
        let body = text.unicodeScalars.map { UInt8($0.value) }
        for type in ["application/json; charset=ISO-8859-1", "application/json; charset=utf-8", nil] {
            #expect(end(status, body, type: type) == .outcome(.unknown(.noAcknowledgement)))
        }
    }

    @Test("A3: an acknowledgement is one in every charset and coding")
    func acknowledgement() {
        let text =
            "{\"code\":1,\"status\":\"OK\",\"message\":\"TRANSACCI\u{D3}N ENVIADA\",\"data\":{\"idPosTxs\":936101}}"
        let latin1 = text.unicodeScalars.map { UInt8($0.value) }
        let expected = SaleEnd.outcome(.acknowledged(idPosTxs: "936101"))
        for body in [latin1, Array(text.utf8), Self.mark + Array(text.utf8), Gzip.member(latin1)] {
            #expect(end(200, body) == expected)
        }
    }

    @Test("A6: an acknowledgement beside 401 is no rejected token")
    func acknowledgementBeside401() {
        let body = #"{"message":"TRANSACTION SENT","data":"{\"idPosTxs\":941417,\"customId\":\"\#(id)\"}"}"#
        #expect(end(401, Array(body.utf8)) == .outcome(.unknown(.noAcknowledgement)))
    }

    @Test("A3: a callback in Latin-1 is read")
    func callback() throws {
        let text = Fixture.approved().replacing("COMUNA IMAGINARIA", with: "\u{D1}U\u{D1}OA")
        let answer = try #require(reader.read(text.unicodeScalars.map { UInt8($0.value) }))
        #expect(answer.result?.authorizationCode == "010929")
        #expect(answer.result?.responseCode == .number(0))
    }

    @Test("A4, A5: login and list of terminals are read behind a mark and coded", arguments: [false, true])
    func login(isCoded: Bool) throws {
        func content(_ text: String) -> AnswerContent {
            let bytes = Self.mark + Array(text.utf8)
            return AnswerContent(isCoded ? Gzip.member(bytes) : bytes)
        }
        let login = HTTPAnswer(
            status: 200,
            body: content(#"{"code":1,"data":"{\"token\":\"abc\",\"expires_in\":60}"}"#)
        )
        let answer = try LoginAnswer.read(.answered(login), reader.catalogue).get()
        #expect(answer.bearer == "abc")
        let list = content(#"[{"idTerminal":"80005000","idSucursal":12983,"serialNumber":"SNPRUEBA1234"}]"#)
        guard case .terminals(let terminals, unreadable: 0) = TerminalListReader.read(list) else {
            Issue.record("the list was not read")
            return
        }
        #expect(terminals.count == 1)
    }
}

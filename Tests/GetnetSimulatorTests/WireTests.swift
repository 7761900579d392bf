// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GetnetSimulator

@Suite("JSONReader")
struct JSONReaderTests {
    private func read(_ text: String) -> JSONValue? {
        try? JSONReader.read(Array(text.utf8))
    }

    @Test func `numbers keep their spelling`() {
        #expect(read(" [1, 1.0 ,-0,1e9] ") == .array([.number("1"), .number("1.0"), .number("-0"), .number("1e9")]))
    }

    @Test func `escapes are resolved`() {
        #expect(read(#""a\"\\\/\b\f\n\r\té😀é""#) == .string("a\"\\/\u{8}\u{C}\n\r\té😀é"))
        #expect(read(#""\u00e9\ud83d\ude00""#) == .string("é😀"))
    }

    @Test func `repeated members are kept`() {
        let members = [JSONValue.Member(name: "a", value: .null), JSONValue.Member(name: "a", value: .bool(true))]
        #expect(read(#"{"a":null,"a":true}"#) == .object(members))
    }

    @Test(
        arguments: [
            "", " ", "tru", "nulL", "[1,]", "{\"a\"}", "{\"a\":}", "\"", "\"\n\"", "01", "1.", "-", "+1", ".5", "1e",
            "\"\\ud83d\"", "\"\\udc00\"", "\"\\u12\"", "\"\\u+123\"", "[1", "1 2",
        ]
    )
    func `what is no JSON text is refused`(text: String) {
        #expect(read(text) == nil)
    }

    @Test func `deep nesting is refused`() {
        let depth = JSONReader.maximumDepth
        #expect(read(String(repeating: "[", count: depth) + String(repeating: "]", count: depth)) != nil)
        #expect(read(String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)) == nil)
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        #expect((try? JSONReader.read([0x22, 0xFF, 0x22])) == nil)
    }
}

@Suite("FormBody")
struct FormBodyTests {
    @Test func `names are bound in any case, values are decoded`() {
        let form = FormBody(Array("ClientId=a%2Bb%3D+c&flag&empty=&bad=%zz".utf8))
        #expect(form["clientID"] == "a+b= c")
        #expect(form["FLAG"] == "")
        #expect(form["empty"] == "")
        #expect(form["bad"] == "%zz")
        #expect(form["none"] == nil)
    }
}

@Suite("TerminalTime")
struct TerminalTimeTests {
    @Test(
        arguments: [
            (1_769_000_000.9, "America/Santiago", "2026-01-21 09:53:20"),
            (1_782_000_000, "America/Santiago", "2026-06-20 20:00:00"),
            (951_827_696, "GMT", "2000-02-29 12:34:56"),
            (0, "America/Argentina/Buenos_Aires", "1969-12-31 21:00:00"),
        ] as [(Double, String, String)]
    )
    func `a moment is written in the terminal's local time`(seconds: Double, zone: String, text: String) throws {
        let zone = try #require(TimeZone(identifier: zone))
        let time = TerminalTime(Date(timeIntervalSince1970: seconds), in: zone)
        #expect(time.text == text)
        #expect(time.compact == text.filter(\.isNumber))
    }
}

@Suite("AnswerWriter: faithful to the samples of the reference")
struct AnswerWriterTests {
    private static let facts = SaleFacts(
        idPosTxs: 936_101,
        request: SaleRequest(
            terminal: .documented,
            amount: 15_990,
            ticketNumber: "A0001234",
            customID: "ord\"7",
            webhook: nil
        ),
        operationID: 17,
        terminalTime: TerminalTime(Date(timeIntervalSince1970: 1_769_000_000), in: .gmt),
        seed: 42
    )

    /// The members of a captured result (docs/getnet.md 5.3).
    private static let captured: Set<String> = [
        "functionCode", "responseCode", "responseMessage", "commerceCode", "terminalId", "ticket",
        "authorizationCode", "amount", "sharesNumber", "sharesAmount", "last4Digits", "operationId", "cardType",
        "accountingDate", "cardBrand", "realDate", "employeeId", "tip", "saleType", "posMode", "cashback",
        "transToken", "expiryDate", "entryMode", "aid", "commerceRut", "commerceName", "branchName",
        "branchAddress", "branchDistrict", "bin", "paymentId", "paymentMethod", "integrationType", "softwareName",
        "softwareVersion", "rutToValidate", "rutRead", "rutMatch", "rutCheckResult",
    ]

    private func write(_ result: TerminalResult, _ dialect: Dialect = Dialect()) throws -> [String: Any] {
        let writer = AnswerWriter(dialect: dialect, cancelCode: 1006)
        let text = writer.report(.result(result), about: Self.facts, as: .finished)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func response(_ result: TerminalResult, _ dialect: Dialect = Dialect()) throws -> [String: Any] {
        let data = try #require(try write(result, dialect)["data"] as? [String: Any])
        return try #require(data["response"] as? [String: Any])
    }

    @Test func `an approval has every member of the captured one`() throws {
        let response = try response(TerminalResult(.approved(payment: 1)))
        #expect(Set(response.keys) == Self.captured)
        #expect(response["responseCode"] as? Int == 0)
        #expect((response["authorizationCode"] as? String)?.count == 6)
        #expect((response["transToken"] as? String)?.filter(\.isNumber).count == 28)
        #expect(response["transToken"] as? String == "8000500012983720260121125320")
        #expect(response["realDate"] as? String == "2026-01-21 12:53:20")
        #expect(response["bin"] as? String == SimulatorCardData.bin)
        #expect(response["operationId"] as? Int == 17)
    }

    @Test func `a result without a payment echoes the amount, has no card and no ticket`() throws {
        let response = try response(TerminalResult(.nobodyPaid))
        #expect(Set(response.keys) == Self.captured)
        #expect(response["amount"] as? Int == 15_990)
        #expect(response["ticket"] is NSNull)
        #expect(response["terminalId"] as? String == "")
        #expect(response["bin"] as? String == "")
        #expect((response["transToken"] as? String)?.count == 28)
    }

    @Test func `a decline has a card and no authorization`() throws {
        let response = try response(TerminalResult(.declined(.insufficientFunds)))
        #expect(response["responseCode"] as? Int == 51)
        #expect(response["authorizationCode"] as? String == "")
        #expect((response["last4Digits"] as? String)?.count == 4)
    }

    @Test func `a second payment has an authorization and a receipt of its own`() throws {
        let first = try response(TerminalResult(.approved(payment: 1)))
        let second = try response(TerminalResult(.approved(payment: 2)))
        #expect(first["authorizationCode"] as? String != second["authorizationCode"] as? String)
        #expect(second["operationId"] as? Int == 18)
        #expect(first["transToken"] as? String != second["transToken"] as? String)
    }

    @Test func `the flat layout is that of the documentation`() throws {
        let wrapper = try write(TerminalResult(.approved(payment: 1)), Dialect(layout: .flat))
        let data = try #require(wrapper["data"] as? [String: Any])
        #expect(Set(data.keys) == ["functionCode", "code", "message", "authorizationCode", "amount"])
    }

    @Test func `oddities change what they name and nothing else`() throws {
        #expect(try response(.init(.approved(payment: 1), oddity: .otherAmount))["amount"] as? Int == 15_991)
        #expect(
            try response(.init(.approved(payment: 1), oddity: .noAuthorization))["authorizationCode"] as? String == ""
        )
        #expect(try response(.init(.approved(payment: 1), oddity: .noResponseCode))["responseCode"] == nil)
        #expect(
            try response(.init(.approved(payment: 1), oddity: .textResponseCode))["responseCode"] as? String == "00"
        )
        #expect(try response(.init(.approved(payment: 1), oddity: .otherFunction))["functionCode"] as? Int == 102)
        #expect(try response(.init(.approved(payment: 1), oddity: .otherTicket))["ticket"] as? String == "OTHER-TICKET")
        #expect(try response(.init(.approved(payment: 1), oddity: .pascalCase))["ResponseCode"] as? Int == 0)
        let failed = try response(TerminalResult(.processingError))
        #expect(failed["functionCode"] as? Int == 0)
        #expect(failed["responseCode"] as? Int == 0)
    }

    @Test func `another transaction is another in every identity`() throws {
        let wrapper = try write(TerminalResult(.approved(payment: 1), oddity: .otherTransaction))
        let data = try #require(wrapper["data"] as? [String: Any])
        #expect(data["idPosTxs"] as? Int != 936_101)
        #expect(data["customId"] as? String != "ord\"7")
    }

    @Test func `an encoded result is a text that holds JSON`() throws {
        let wrapper = try write(TerminalResult(.approved(payment: 1), oddity: .encodedAsText))
        let data = try #require(wrapper["data"] as? [String: Any])
        let text = try #require(data["response"] as? String)
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    }

    @Test func `an oversized callback is JSON and longer than 300 KiB`() throws {
        let writer = AnswerWriter(dialect: Dialect(), cancelCode: 1006)
        let text = writer.report(.oversized(TerminalResult(.approved(payment: 1))), about: Self.facts, as: .finished)
        #expect(text.utf8.count > 300 * 1_024)
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    }

    @Test func `messages have their wrapper code and language`() {
        let english = AnswerWriter(dialect: Dialect(), cancelCode: 1006)
        #expect(
            english.message(.inProcess)
                == #"{"code":2,"status":"OK","message":"TRANSACTION IN PROCESS","data":null}"#
        )
        let spanish = AnswerWriter(dialect: Dialect(locale: .es), cancelCode: 1006)
        #expect(
            spanish.message(.timeout90Seconds)
                == #"{"code":0,"status":"ERROR","message":"TIEMPO DE ESPERA EXCEDIDO (90 SEGUNDOS)","data":null}"#
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@testable import GetnetCloud

@Suite struct `The mask` {
    let reader = AnswerReader(timeZone: "America/Santiago")

    func kept(_ text: String) throws -> String {
        let answer = try #require(reader.read(Array(text.utf8)))
        let shown = [answer.message, answer.result?.responseMessage, "\(answer)"].compactMap(\.self).joined()
        return String(decoding: answer.masked, as: UTF8.self) + shown
    }

    @Test func `no card or person data of an answer is kept`() throws {
        let text = try kept(Fixture.approved())
        for secret in CardData.all { #expect(!text.contains(secret), "\(secret)") }
        #expect(text.contains(#""bin":"[masked]""#))
        for needed in ["010929", "A0001234", "80005000129831720260115102231", "0042", "936101", "A0000000041010"] {
            #expect(text.contains(needed), "\(needed)")
        }
    }

    @Test func `data hidden in strange places is not kept either`() throws {
        let secret =
            #"{"bin":"\#(CardData.bin)","EXPIRY_DATE":"\#(CardData.expiryDate)","rutRead":"\#(CardData.rutRead)"}"#
        let once = String(decoding: JSON.string(secret).serialized, as: UTF8.self)
        let twice = String(decoding: JSON.string(once).serialized, as: UTF8.self)
        for value in [
            secret, "[\(secret)]", once, twice, "{\"deep\":[[\(once)]]}",
            "\"see \(CardData.accountNumber)\"", "\"4567 8912 3456 7890\"", CardData.accountNumber,
            "\"rut \(CardData.rutRead) read\"",
        ] {
            for text in [
                Fixture.approved(["newMember": value]), Fixture.approved(["responseMessage": value]),
                Fixture.approved(["Expiry-Date": value]), Fixture.approved(["status": value]),
                Fixture.approved(["last4Digits": value]),
                #"{"code":1,"status":"OK","message":\#(value),"data":{"idPosTxs":1}}"#,
                #"{"code":1,"other":\#(value),"data":\#(value)}"#,
            ] {
                let shown = try kept(text)
                for secret in [CardData.bin, CardData.expiryDate, CardData.accountNumber, CardData.rutRead] {
                    #expect(!shown.contains(secret), "\(secret) of \(value)")
                }
                #expect(!shown.contains("7890"), "\(value)")
            }
        }
    }

    @Test func `a name that is a number is not kept`() throws {
        let text = try kept(#"{"code":1,"\#(CardData.accountNumber)":true}"#)
        #expect(!text.contains(CardData.accountNumber))
    }

    @Test func `digits written as escapes are digits`() throws {
        let escaped = CardData.accountNumber.utf8.map { "\\u00\(String($0, radix: 16))" }.joined()
        let text = try kept(#"{"code":1,"message":"\#(escaped)","x":"\#(escaped)"}"#)
        #expect(!text.contains(CardData.accountNumber))
        let body = quarantined(Array(#"{"x":"\#(escaped)"}"#.utf8))
        #expect(!String(decoding: body, as: UTF8.self).contains(#"\u0034"#))
    }

    @Test func `a long message is cut between characters`() throws {
        let answer = try #require(
            reader.read(Array(#"{"code":0,"message":"\#(String(repeating: "ñ€", count: 400))"}"#.utf8))
        )
        let message = try #require(answer.message)
        #expect(message.utf8.count <= AnswerReader.messageLimit)
        #expect(message.utf8.count > AnswerReader.messageLimit - 4)
        #expect(message.allSatisfy { "ñ€".contains($0) })
    }

    private func quarantined(_ bytes: [UInt8]) -> [UInt8] {
        AnswerMask.quarantined(AnswerContent(bytes), bytes: bytes)
    }

    @Test func `A7: of a body that cannot be read nothing but length and hash is kept`() {
        let bodies: [[UInt8]] = [
            Array("card=4567891234567890&x=12345".utf8), [0xFF, 0xFE, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x80],
            Array(String(repeating: "ñ1234567 ", count: 2_000).utf8), Array("<pan>4567-8912-3456-7890</pan>".utf8),
            Array(Fixture.approved().utf8.dropLast(3)), [], Array("eyJiaW4iOiI0NTY3ODkxMiJ9".utf8),
            Array("x=12345".utf8),
            Array(Fixture.approved().replacing("\"", with: "\\\"").utf8),
        ]
        for body in bodies {
            let kept = String(decoding: quarantined(body), as: UTF8.self)
            #expect(kept.wholeMatch(of: /\{"bytes":\d+,"sha256":"[0-9a-f]{64}"\}/) != nil, "\(kept)")
            #expect(kept.contains(#""bytes":\#(body.count),"#))
        }
    }

    @Test(arguments: [
        Fixture.approved(), #"{"note":"Juan Perez","code":7,"raw":"eyJiaW4iOiI0NTY3ODkxMiJ9","deep":[{"pan":"4567"}]}"#,
        #""{\"bin\":\"45678912\",\"expiryDate\":\"3001\"}""#, #"{"a":"<bin>45678912</bin>","b":"Calle Falsa 123"}"#,
        #"{"tarjeta":{"vencimiento":3001,"cvc":123,"list":[4567,45]}}"#,
    ])
    func `A9: of a document that is no answer no text of an unknown member is kept`(body: String) {
        let kept = String(decoding: quarantined(Array(body.utf8)), as: UTF8.self)
        if !kept.hasPrefix(#"{"bytes""#) { #expect(kept.firstMatch(of: /[0-9]{6,}/) == nil, "\(kept)") }
        for secret in CardData.all + ["Juan", "eyJ", "3001", "4567", "Calle", "<"] {
            #expect(!kept.contains(secret), "\(kept)")
        }
    }

    @Test func `A9: evidence keeps no word that may be encoded and no markup`() throws {
        let text = try kept(
            #"{"code":1,"x":"eyJiaW4iOiI0NTY3ODkxMiIsInBhbiI6IjQ1NiJ9","y":"<bin>4567</bin>","z":"a plain text"}"#
        )
        #expect(text.contains("a plain text"))
        #expect(!text.contains("eyJ") && !text.contains("4567"))
    }

    @Test func `runs are replaced where they stand and nothing else is`() {
        for (text, masked) in [
            ("12345", "12345"), ("123456", "[digits]"), ("a123456b", "a[digits]b"), ("12 34 56", "[digits]"),
            ("12  34  56", "12  34  56"), ("1-2.3/4 5_6", "[digits]"), ("-123456-", "-[digits]-"),
            ("12345 x 678901", "12345 x [digits]"), ("OPERATION IN PROGRESS (15s)", "OPERATION IN PROGRESS (15s)"),
        ] {
            #expect(AnswerMask.replacingDigitRuns(in: text) == masked)
        }
    }
}

@Suite struct `The configuration` {
    @Test func `it shows no secret`() {
        let configuration = Fixture.configuration("https://cloud.example.test/api")
        var dumped = ""
        dump(configuration, to: &dumped)
        for shown in ["\(configuration)", String(reflecting: configuration), dumped] {
            for secret in ["s+cr/t=", "k-1", "merchant one"] { #expect(!shown.contains(secret)) }
        }
    }

    @Test func `a base URL that is none is refused`() {
        for url in ["", "x", "ftp://host/api", "http://", "https:///api", "//host"] {
            #expect(throws: CloudClient.InvalidBaseURL.self, "\(url)") {
                _ = try CloudEndpoint(Fixture.configuration(url))
            }
        }
        #expect(throws: Never.self) { _ = try CloudEndpoint(Fixture.configuration("https://host:8443/api//")) }
    }
}

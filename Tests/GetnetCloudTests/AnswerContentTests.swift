// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport
import Testing

@testable import GetnetCloud

/// Kind A: the bridge never takes a body that it could not read for a body without content.
@Suite struct `One reading of bytes` {
    private static let document = #"{"code":1,"data":{"idPosTxs":936101,"message":"Operación"}}"#
    private static let utf8 = Array(document.utf8)
    private static let latin1 = document.unicodeScalars.map { UInt8($0.value) }

    private static func utf16(_ isBigEndian: Bool) -> [UInt8] {
        document.utf16.flatMap { unit in
            let bytes = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            return isBigEndian ? bytes.reversed() : bytes
        }
    }

    struct Written: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var type: String?
        var coding: String?
        var testDescription: String { name }
    }

    static let spellings: [Written] = [
        Written(name: "plain", bytes: utf8),
        Written(name: "mark", bytes: [0xEF, 0xBB, 0xBF] + utf8),
        Written(name: "two marks", bytes: [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF] + utf8),
        Written(name: "zeros behind", bytes: utf8 + [0, 0]),
        Written(name: "a comma behind the last member", bytes: utf8.dropLast() + Array(",\n}".utf8)),
        Written(name: "Latin-1, named", bytes: latin1, type: "application/json; charset=ISO-8859-1"),
        Written(name: "Latin-1, unnamed", bytes: latin1),
        Written(name: "Latin-1, called UTF-8", bytes: latin1, type: "application/json;charset=\"utf-8\""),
        Written(name: "UTF-8, called Latin-1", bytes: utf8, type: "application/json; charset=iso-8859-1"),
        Written(name: "UTF-16LE with mark", bytes: [0xFF, 0xFE] + utf16(false)),
        Written(name: "UTF-16BE with mark", bytes: [0xFE, 0xFF] + utf16(true)),
        Written(name: "UTF-16LE without mark", bytes: utf16(false), type: "application/json; charset=utf-16"),
        Written(name: "UTF-16BE without mark", bytes: utf16(true)),
        Written(name: "gzip", bytes: Gzip.member(utf8), coding: "gzip"),
        Written(name: "gzip of gzip", bytes: Gzip.member(Gzip.member(utf8)), coding: "x-gzip, GZIP"),
        Written(name: "gzip, unnamed", bytes: Gzip.member(utf8)),
        Written(name: "gzip of a mark", bytes: Gzip.member([0xEF, 0xBB, 0xBF] + utf8), coding: "gzip"),
        Written(name: "gzip of UTF-16", bytes: Gzip.member([0xFF, 0xFE] + utf16(false)), coding: "gzip"),
        Written(name: "deflate without header", bytes: Gzip.deflated(utf8), coding: "deflate"),
        Written(name: "plain, called gzip", bytes: utf8, coding: "gzip"),
        Written(name: "identity", bytes: utf8, coding: "identity"),
    ]

    @Test("A1, A2, A4: is the same document in every way of writing it", arguments: spellings)
    func sameDocument(_ written: Written) throws {
        let content = AnswerContent(written.bytes, contentType: written.type, contentEncoding: written.coding)
        #expect(content == .json(try JSONParser.parse(Self.utf8)))
    }

    @Test("A6: JSON in strings is undone down to a limit")
    func nesting() throws {
        var text = #"{"idPosTxs":936101}"#
        for depth in 1...5 {
            text = #"{"data":\#(JSON.string(text).text)}"#
            var value = try #require(AnswerContent(Array(text.utf8)).json)
            for _ in 0..<min(depth, 3) { value = try #require(value["data"]) }
            #expect(depth > 3 || value["idPosTxs"]?.integer == 936_101)
            #expect(depth <= 3 || value["data"]?.string != nil || value.string != nil)
        }
    }

    @Test(
        "A4: an answer that cannot be decoded is not an empty one and proves nothing",
        arguments: [
            Written(name: "Brotli", bytes: [0x0B, 0x02, 0x80], coding: "br"),
            Written(name: "gzip cut", bytes: Gzip.member(utf8).dropLast(9), coding: "gzip"),
            Written(
                name: "gzip damaged",
                bytes: Gzip.member(utf8).dropLast(8) + [0, 0, 0, 0, 0, 0, 0, 0],
                coding: "gzip"
            ),
            Written(name: "gzip with more behind", bytes: Gzip.member(utf8) + utf8, coding: "gzip"),
            Written(name: "too many codings", bytes: utf8, coding: "gzip,gzip,gzip,gzip"),
            Written(name: "no gzip at all", bytes: Array("<html>".utf8), coding: "gzip"),
        ]
    )
    func undecodable(_ written: Written) {
        let content = AnswerContent(written.bytes, contentType: written.type, contentEncoding: written.coding)
        #expect(content == .undecodable)
        #expect(!content.provesNoNumber)
    }

    @Test func `a body that grows beyond its limit is not decoded`() {
        let bomb = Gzip.member(Array(repeating: UInt8(ascii: " "), count: 10_000))
        #expect(AnswerContent(bomb, contentEncoding: "gzip", limit: 9_999) == .undecodable)
        #expect(AnswerContent(bomb, contentEncoding: "gzip", limit: 10_050) == .empty)
    }

    @Test(
        "A8: a refusal with a trace of a number is not believed",
        arguments: [
            #"{"code":0,"data":[{"id":936101}]}"#, #"{"code":0,"data":936101}"#, #"{"code":0,"data":["936101"]}"#,
            #"{"code":0,"data":{"tx":936101}}"#, #"{"error":{"IdPosTxs":"0936101"}}"#, #"{"id_pos_txs":936101}"#,
            #"{"message":"idPosTxs 936101"}"#, #"{"data":{"operationId":17}}"#,
            #"{"data":{"list":[[{"n":"936101"}]]}}"#,
            #"{"code":0}<!-- proxy -->"#, #"{"code":0,"data":{"idPos"#, #"callback({"idPosTxs":936101})"#,
            "<idPosTxs>936101</idPosTxs>", "code=0&idPosTxs=936101", #"x {"\u0069dPosTxs":936101}"#,
            "eyJpZFBvc1R4cyI6OTM2MTAxfQ==", #"{"wrapped":"eyJpZFBvc1R4cyI6OTM2MTAxfQ"}"#,
            #"<pre>{&quot;idPosTxs&quot;:936101}</pre>"#, #"[{"idPosTxs":936101}]"#, #""{\"idPosTxs\":936101}""#,
        ]
    )
    func trace(_ body: String) {
        #expect(!AnswerContent(Array(body.utf8)).provesNoNumber)
    }

    @Test(
        "A refusal without a trace is believed",
        arguments: [
            "", "Unauthorized", "<html><body>error 1020, ray 7d1f2a3b4c5d6e</body></html>",
            "InvalidAuthenticationToken",
            #"{"code":0,"status":"ERROR","message":"UNAUTHORIZED","data":null}"#,
            #"{"code":0,"data":[{"idPosTxs":0}]}"#,
            #"{"code":0,"data":{"idTerminal":"80005000","idSucursal":12983,"serialNumber":"SNPRUEBA1234"}}"#,
            #"{"type":"https://tools.ietf.org/html/rfc7231#section-6.5.1","status":400,"traceId":"00-8a5f-01"}"#,
            #"{"code":0,"data":""}"#, #"{"code":0,"data":[]}"#, #"{"code":0,"data":{}}"#,
            #"{"timestamp":1769000000,"status":401}"#,
        ]
    )
    func noTrace(_ body: String) {
        #expect(AnswerContent(Array(body.utf8)).provesNoNumber)
    }

    @Test func `reading never traps, whatever comes`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix(seed: seed)
        let codings = [nil, "gzip", "deflate", "br", "identity"]
        let types = [nil, "application/json; charset=utf-16", "text/html; charset=", "x; charset=latin1"]
        for _ in 0..<20_000 {
            var bytes = Self.spellings.randomElement(using: &random)?.bytes ?? []
            for _ in 0..<Int(random.next() % 4) where !bytes.isEmpty {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.removeSubrange(place...)
                default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                }
            }
            let content = AnswerContent(
                bytes,
                contentType: types[Int(random.next() % 4)],
                contentEncoding: codings[Int(random.next() % 5)],
                limit: 4_096
            )
            if bytes.isEmpty { #expect(content == .empty || content == .undecodable, "seed \(seed)") }
        }
    }
}

extension JSON {
    fileprivate var text: String { String(decoding: serialized, as: UTF8.self) }
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import TestSupport
import Testing

@Suite struct `The JSON parser` {
    private func parse(_ text: String) -> JSON? { try? JSONParser.parse(Array(text.utf8)) }

    @Test(arguments: [
        "null", "true", "false", "0", "-0", "12", "-12.5", "1e3", "1E+3", "1.5e-3", "\"\"", "[]", "{}", " [ 1 , 2 ] ",
        "\t\r\n{ \"a\" : [ { } ] }\n", "{\"a\":1,\"a\":2}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
        "\"\u{7F}\u{2028}\"",
        "[\"\\ud83d\\ude00\"]", "123456789012345678901234567890",
    ])
    func `accepts what RFC 8259 allows`(_ text: String) {
        #expect(parse(text) != nil)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "NaN", "Infinity", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "1_000",
        "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}",
        "{'a':1}", "{\"a\" 1}", "{1:1}", "{,}", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"",
        "\"\t\"", "\"\u{0}\"", "1 2", "{}{}", "// 1", "/* */1", "\u{FEFF}1", "\"\\ud800\"", "\"\\udc00\"",
        "\"\\ud800\\u0041\"", "\"\\ud800x\"", "\u{A0}1",
    ])
    func `refuses everything else`(_ text: String) {
        #expect(parse(text) == nil)
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0x80, 0x22], [0x00], [0xFE, 0xFF],
        ] as [[UInt8]]
    )
    func `refuses what is not UTF-8`(_ bytes: [UInt8]) {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(bytes) }
    }

    @Test(arguments: [
        ("{\"a\":\"b\nc\td\"}", "{\"a\":\"b c d\"}"), ("{\"a\":1,}", "{\"a\":1}"), ("[[1 , ],2,\n]", "[[1],2]"),
        ("\u{1}{\u{B}\"a\":\u{0}1}", "{\"a\":1}"), ("\"caf\\ud83d\"", "\"caf\u{FFFD}\""),
        ("\"\\udc00x\"", "\"\u{FFFD}x\""),
        ("\"\\ud83d\\ud83d\\ude00\"", "\"\u{FFFD}\u{1F600}\""), ("\"\\ud800\\u0041\"", "\"\u{FFFD}A\""),
        ("\"\\ud800\\n\"", "\"\u{FFFD}\\n\""), ("\"it\\'s \\-\\<\"", "\"it's -<\""),
        ("\"C:\\Adcom\"", "\"C:\u{FFFD}Adcom\""),
    ])
    func `leniently reads what leaves no doubt about the value`(_ text: String, _ meant: String) {
        #expect(parse(text) == nil)
        #expect((try? JSONParser.parse(Array(text.utf8), .lenient)) == parse(meant))
        #expect(parse(meant) != nil)
    }

    @Test(arguments: [
        "[,]", "{,}", "[1,,2]", "{\"a\":1,,}", "[1 2]", "{'a':1}", "{a:1}", "\"a", "\"\\ud8", "\"\\ud800\\u00\"",
        "{}{}", "[1,", "NaN", "01",
    ])
    func `leniently guesses nothing`(_ text: String) {
        #expect((try? JSONParser.parse(Array(text.utf8), .lenient)) == nil)
    }

    @Test func `unescapes strings`() {
        #expect(parse(#""a\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00""#)?.string == "a\"\\/\u{8}\u{C}\n\r\tAé😀")
        #expect(parse(#""\u0000""#)?.string == "\0")
        #expect(parse("\"e\\u0301\"")?.string?.unicodeScalars.count == 2)
    }

    @Test func `keeps order and repeated members`() {
        let members = [JSON.Member("b", .null), JSON.Member("a", .bool(true)), JSON.Member("b", .array([]))]
        #expect(parse(#"{"b":null,"a":true,"b":[]}"#) == .object(members))
    }

    @Test func `nests to its limit and no deeper`() {
        let limit = JSONParser.depthLimit
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + String(repeating: close, count: depth)
        }
        #expect(parse(nested(limit, "[", "]")) != nil)
        #expect(parse(nested(limit + 1, "[", "]")) == nil)
        #expect(parse(nested(10_000, "[", "]")) == nil)
        #expect(parse(String(repeating: "[", count: 1_000_000)) == nil)
        #expect(parse(String(repeating: "{\"a\":", count: 10_000)) == nil)
    }

    @Test func `says what was wrong and where, without any of the content`() {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array(#"{"a": secret}"#.utf8)) }
        #expect(error?.message == "no value begins here")
        #expect(error?.offset == 6)
        let slice = Array("xx[1 2]".utf8)[2...]
        let inSlice = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(slice) }
        #expect(inSlice?.offset == 3)
    }

    @Test func `reads back what the writer wrote, as Foundation does`() throws {
        var random = SeededGenerator.announced("JSON round trip")
        for _ in 0..<500 {
            let value = JSON.object([JSON.Member("v", randomValue(&random, depth: 0))])
            let bytes = value.serialized
            #expect(try JSONParser.parse(bytes) == value)
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(bytes)) }
        }
    }

    @Test func `never traps on noise`() {
        var random = SeededGenerator.announced("JSON noise")
        let alphabet = Array("{}[]\":,\\u0123456789eE+-.truefalsn \u{1}é".utf8) + [0xFF]
        for _ in 0..<5_000 {
            let noise = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let leniently = try? JSONParser.parse(noise, .lenient)
            if let value = try? JSONParser.parse(noise) {
                #expect((try? JSONParser.parse(value.serialized)) == value)
                #expect(leniently == value)
            }
        }
    }

    private func randomValue(_ random: inout SeededGenerator, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth < 5 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(JSONNumber(Int64.random(in: Int64.min...Int64.max, using: &random)))
        case 3, 4: return .string(randomText(&random))
        case 5:
            return .array(
                (0..<Int.random(in: 0..<4, using: &random)).map { _ in randomValue(&random, depth: depth + 1) }
            )
        default:
            return .object(
                (0..<Int.random(in: 0..<4, using: &random)).map {
                    JSON.Member("\($0)" + randomText(&random), randomValue(&random, depth: depth + 1))
                }
            )
        }
    }

    private func randomText(_ random: inout SeededGenerator) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let highest: UInt32 = Bool.random(using: &random) ? 0x7F : 0x10_FFFF
            Unicode.Scalar(UInt32.random(in: 0...highest, using: &random)).map { scalars.append($0) }
        }
        return String(scalars)
    }
}

@Suite struct `A JSON number` {
    private func number(_ text: String) -> JSONNumber? {
        if case .number(let number) = try? JSONParser.parse(Array(text.utf8)) { number } else { nil }
    }

    @Test(arguments: [
        ("15990", 15_990), ("15990.0", 15_990), ("15990.000", 15_990), ("1.599e4", 15_990), ("1.599E+4", 15_990),
        ("1599000e-2", 15_990), ("0.1599e5", 15_990), ("0", 0), ("-0", 0), ("0.0e5", 0), ("-0.0", 0), ("-12.0", -12),
        ("1e18", 1_000_000_000_000_000_000), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
        ("0e9999", 0), ("1e00004", 10_000),
    ])
    func `is an integer if it is one mathematically`(_ text: String, _ value: Int64) {
        #expect(number(text)?.integer == value)
        #expect(number(text)?.canonical == String(value))
    }

    @Test(arguments: [
        "1.5", "15990.01", "1e-1", "1.5e0", "9223372036854775808", "1e19", "1e400", "1e99999999999999999999",
        "1e9223372036854775807", "1e-9223372036854775808", "1e-9223372036854775807", "-1e-10000",
    ])
    func `is no integer if it is none, or one beyond all use`(_ text: String) {
        #expect(number(text)?.integer == nil)
        #expect(number(text)?.canonical.isEmpty == false)
    }

    @Test func `has one canonical spelling per value`() {
        #expect(number("1.50")?.canonical == number("15e-1")?.canonical)
        #expect(number("1.5")?.canonical != number("-1.5")?.canonical)
        #expect(number("1.5")?.canonical != number("15")?.canonical)
        #expect(number("1e30")?.canonical == number("10.00e29")?.canonical)
    }

    @Test func `and members in one order make equal content equal text`() throws {
        let left = try JSONParser.parse(Array(#"{"b":[1.0,{"y":1,"x":2}],"a":1e2}"#.utf8))
        let right = try JSONParser.parse(Array(#"{"a":100,"b":[1,{"x":2.0,"y":1}]}"#.utf8))
        #expect(left != right)
        #expect(left.canonical == right.canonical)
        #expect(left.canonical.serialized == right.canonical.serialized)
    }
}

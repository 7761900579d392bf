// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Testing

@Suite struct `The JSON writer` {
    private func write(_ members: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        writer.object(members)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func `leaves out what has no value`() {
        let text = write {
            $0.member("a", nil as String?)
            $0.member("b", "")
            $0.member("c", nil as Int64?)
            $0.member("d", nil as JSON?)
        }
        #expect(text == "{}")
    }

    @Test func `parts members by commas at every depth`() {
        let text = write { top in
            top.member("zero", 0 as Int64)
            top.object("empty") { _ in }
            top.array("list") { list in
                list.value("x")
                list.object { $0.member("flag", true) }
                list.value(.null)
                list.array { _ in }
            }
            top.member("raw", rawJSON: "[1]".utf8)
            top.member("last", Int64.min)
        }
        #expect(
            text == #"{"zero":0,"empty":{},"list":["x",{"flag":true},null,[]],"raw":[1],"last":-9223372036854775808}"#
        )
    }

    @Test func `escapes each character at each place of a text of any length, and reads back what it wrote`() throws {
        let characters = (0..<0x80).map { Character(Unicode.Scalar(UInt8($0))) } + ["é", "\u{A2}", "\u{DC}", "😀"]
        for length in 1...20 {
            for place in 0..<length {
                for character in characters {
                    var text = Array(repeating: Character("a"), count: length)
                    text[place] = character
                    let value = String(text)
                    var writer = JSONWriter()
                    writer.value(value)
                    let read = try JSONParser.parse(writer.bytes)
                    #expect(read.string == value)
                    let mustEscape = character == "\"" || character == "\\" || character < " "
                    #expect(writer.bytes.contains(UInt8(ascii: "\\")) == mustEscape, "\(value.debugDescription)")
                }
            }
        }
    }

    @Test func `escapes what must be escaped and nothing else`() {
        let text = write { $0.member("a\"\n", "\\\"\u{0}\u{1F}\t\u{7F}é😀/\u{2028}") }
        #expect(text == "{\"a\\\"\\u000a\":\"\\\\\\\"\\u0000\\u001f\\u0009\u{7F}é😀/\u{2028}\"}")
    }
}

// SPDX-License-Identifier: Apache-2.0

import Rig

/// An answer's or a callback's bytes with the headers that say what they are, or do not.
struct WireBody: Sendable {
    var headers: [(name: String, value: String)] = [("Content-Type", "application/json")]
    var bytes: [UInt8]
    /// What was done to it, for the person who looks for a fault.
    var mutations: [String] = []
}

/// Does to a text of JSON what servers, proxies and gateways do to texts.
///
/// A Getnet number in the text stays in the bytes after every change: the oracle relies on that.
struct AnswerMutation {
    /// Deeper than any reader has to go.
    private static let nestings = [64, 300, 2_000]

    var random: SeededGenerator

    /// Mutates a body; about every third stays as it is.
    ///
    /// - Parameters:
    ///   - body: what is said.
    ///   - number: the text that must stay in it, whole.
    /// - Returns: its bytes, with headers.
    mutating func mutated(_ body: WireText, keeping number: String?) -> WireBody {
        var done: [String] = []
        var text = repeated(body, &done).json
        if chance(8) { text = careless(text, &done) }
        for _ in 0..<(chance(8) ? Int.random(in: 1...3, using: &random) : 0) {
            done.append("in a string")
            text = WireText.quoted(text)
        }
        if chance(8) { text = padded(text, &done) }
        if chance(10) {
            done.append("in another notation")
            text = body.notated(as: one(of: WireText.Notation.allCases))
        }
        if chance(10) { text = cut(text, keeping: number, &done) }
        var wire = encoded(text, &done)
        if chance(6) { compress(&wire, &done) }
        wire.mutations = done
        return wire
    }

    /// What a cloud may do to a body that can be read all the same, for certain.
    mutating func rewritten(_ body: WireText) -> WireBody {
        var done: [String] = []
        var text = body.json
        for _ in 0..<(chance(3) ? Int.random(in: 1...2, using: &random) : 0) {
            done.append("in a string")
            text = WireText.quoted(text)
        }
        var wire = encoded(text, &done, isCertain: true)
        if chance(2) { compress(&wire, &done) }
        wire.mutations = done
        return wire
    }

    private mutating func chance(_ oneOf: Int) -> Bool { Int.random(in: 0..<oneOf, using: &random) == 0 }

    private mutating func one<Value>(of values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    // MARK: - Members

    /// Repeats a member, the same, in other letters or with another value, or puts in one that is nested without end.
    private mutating func repeated(_ body: WireText, _ done: inout [String]) -> WireText {
        guard case .object(var members) = body, chance(6) else { return body }
        switch Int.random(in: 0..<7, using: &random) {
        case 0:
            done.append("a member repeated")
            members.append(one(of: members))
        case 1:
            done.append("a member repeated in capitals")
            let member = one(of: members)
            members.append(.init(member.name.uppercased(), member.value))
        case 2:
            done.append("code repeated with another value")
            members.append(.init("code", .raw(one(of: ["0", "1", "2", "\"0\"", "null", "17"]))))
        case 3...4:
            let (name, values) = one(of: [
                ("responseCode", ["0", "51"]), ("amount", ["1", "999"]), ("idPosTxs", ["1", "2"]),
            ])
            guard let contradicted = body.contradicted(name, by: values) else { return body }
            done.append("\(name) said before with another value")
            return contradicted
        case 5:
            done.append("a member with an unknown name")
            members.insert(.init("extra", .object([.init("code", .raw("0")), .init("message", .text("OK"))])), at: 0)
        default:
            let depth = one(of: Self.nestings)
            done.append("nested \(depth) deep")
            let nest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            members.append(.init("nest", .raw(nest)))
        }
        return .object(members)
    }

    // MARK: - Text

    /// What a careless writer makes of the same value: most parsers read it all the same.
    private mutating func careless(_ text: String, _ done: inout [String]) -> String {
        let message = "\"message\":\""
        let (what, mark, replacement) = one(of: [
            ("a comma too many", "}", ",}"), ("half a surrogate pair", message, message + "\\ud83d"),
            ("a line break in a text", message, message + "\n"), ("an escape of its own", message, message + "\\'"),
        ])
        guard let place = text.ranges(of: mark).last, !text.contains("{}") else { return text }
        done.append(what)
        return text[..<place.lowerBound] + replacement + text[place.upperBound...]
    }

    private mutating func padded(_ text: String, _ done: inout [String]) -> String {
        let page = "<!-- served by node-3 in 12 ms -->"
        let (before, after) = one(of: [
            ("", page), (page, ""), ("", "\n\u{0}\u{0}"), ("", "</body></html>"), (")]}',\n", ""),
            ("\r\n\r\n  ", "\r\n"),
            ("<pre>", "</pre>"), ("", ";"), ("callback(", ");"), ("", text),
        ])
        done.append(
            "with \(WireText.quoted(String(before.prefix(12)))) before, \(WireText.quoted(String(after.prefix(12)))) after"
        )
        return before + text + after
    }

    /// Cuts the text off, behind the number where there is one.
    private mutating func cut(_ text: String, keeping number: String?, _ done: inout [String]) -> String {
        let bytes = Array(text.utf8)
        var least = 0
        if let number {
            guard let last = bytes.indices.reversed().first(where: { bytes[$0...].starts(with: number.utf8) }) else {
                return text
            }
            // One byte more: what ends with the number may have gone on.
            least = min(last + number.utf8.count + 1, bytes.count)
        }
        done.append("cut")
        return String(decoding: bytes[..<Int.random(in: least...bytes.count, using: &random)], as: UTF8.self)
    }

    // MARK: - Bytes

    /// How many of the charsets below say what they are.
    private static let certainCharsets = 6

    private mutating func encoded(_ text: String, _ done: inout [String], isCertain: Bool = false) -> WireBody {
        func sixteen(_ isLittle: Bool) -> [UInt8] {
            text.utf16.flatMap { unit in
                let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
                return isLittle ? [low, high] : [high, low]
            }
        }
        func latin() -> [UInt8] { text.unicodeScalars.map { $0.value < 256 ? UInt8($0.value) : UInt8(ascii: "?") } }
        let utf8 = Array(text.utf8)
        let (name, bytes, charset): (String, [UInt8], String?) =
            switch Int.random(in: 0..<(isCertain ? Self.certainCharsets : 18), using: &random) {
            case 0: ("byte order mark", [0xEF, 0xBB, 0xBF] + utf8, nil)
            case 1: ("UTF-16LE with mark", [0xFF, 0xFE] + sixteen(true), chance(2) ? "utf-16" : nil)
            case 2: ("UTF-16BE with mark", [0xFE, 0xFF] + sixteen(false), chance(2) ? "utf-16" : nil)
            case 3: ("UTF-16LE", sixteen(true), "utf-16le")
            case 4: ("UTF-16BE", sixteen(false), "utf-16be")
            case 5: ("Latin-1", latin(), "ISO-8859-1")
            case 6: ("Latin-1 unsaid", latin(), nil)
            case 7: ("Windows-1252", latin(), "windows-1252")
            case 8: ("two byte order marks", [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF] + utf8, "utf-8")
            default: ("", utf8, chance(3) ? "utf-8" : nil)
            }
        if !name.isEmpty { done.append(name) }
        let type = one(of: [
            "application/json", "application/json", "text/plain", "text/html", "application/octet-stream",
        ])
        let value = charset.map { "\(type); charset=\($0)" } ?? type
        return WireBody(headers: !isCertain && chance(12) ? [] : [("Content-Type", value)], bytes: bytes)
    }

    private mutating func compress(_ wire: inout WireBody, _ done: inout [String]) {
        let (name, bytes): (String, [UInt8]) =
            switch Int.random(in: 0..<4, using: &random) {
            case 0...1: ("gzip", PlainDeflate.gzipped(wire.bytes))
            case 2: ("deflate", PlainDeflate.zlibbed(wire.bytes))
            default: ("deflate", PlainDeflate.deflated(wire.bytes))
            }
        wire.bytes = bytes
        // Only gzip can be told from other bytes where nothing says what it is.
        let isSaid = name != "gzip" || !chance(6)
        if isSaid { wire.headers.append(("Content-Encoding", chance(6) ? name.uppercased() : name)) }
        done.append(isSaid ? name : "\(name) unsaid")
    }
}

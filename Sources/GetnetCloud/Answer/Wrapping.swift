// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Foundation

/// Undoes what pages, scripts and forms do to the characters of an answer that they carry.
enum Wrapping {
    /// A text may have been escaped so often; one that was escaped more often stays as it is.
    private static let passes = 3
    /// No escape that is undone is longer, in bytes.
    private static let longestEscape = 8
    /// Names of HTML for characters that JSON and XML need.
    private static let names: [String: UInt8] = [
        "quot": UInt8(ascii: "\""), "apos": UInt8(ascii: "'"), "amp": UInt8(ascii: "&"), "lt": UInt8(ascii: "<"),
        "gt": UInt8(ascii: ">"),
    ]

    /// The text with every escape of an ASCII character undone: `\u0069`, `\x69`, `&quot;`, `&#34;`, `&#x22;`, `%22`.
    static func undone(_ text: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0..<passes {
            guard let plain = undoneOnce(text) else { return text }
            text = plain
        }
        return text
    }

    /// `nil` where nothing was escaped.
    private static func undoneOnce(_ text: [UInt8]) -> [UInt8]? {
        guard text.contains(where: isEscape) else { return nil }
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            if isEscape(text[position]), let (byte, length) = character(text[position...].prefix(longestEscape)) {
                plain.append(byte)
                position += length
            } else {
                plain.append(text[position])
                position += 1
            }
        }
        return plain.count < text.count ? plain : nil
    }

    private static func isEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "%")
    }

    /// The character that an escape at the beginning stands for, and how long the escape is.
    private static func character(_ text: ArraySlice<UInt8>) -> (byte: UInt8, length: Int)? {
        func number(_ digits: ArraySlice<UInt8>, radix: Int) -> UInt8? {
            guard !digits.isEmpty, let code = Int(String(decoding: digits, as: UTF8.self), radix: radix) else {
                return nil
            }
            return (0x01..<0x80).contains(code) ? UInt8(code) : nil
        }
        let rest = text.dropFirst()
        switch (text.first, rest.first?.loosened) {
        case (UInt8(ascii: "%"), _):
            guard rest.count >= 2 else { return nil }
            return number(rest.prefix(2), radix: 16).map { ($0, 3) }
        case (UInt8(ascii: "\\"), UInt8(ascii: "u")):
            guard rest.count >= 5 else { return nil }
            return number(rest.dropFirst().prefix(4), radix: 16).map { ($0, 6) }
        case (UInt8(ascii: "\\"), UInt8(ascii: "x")):
            guard rest.count >= 3 else { return nil }
            return number(rest.dropFirst().prefix(2), radix: 16).map { ($0, 4) }
        case (UInt8(ascii: "&"), UInt8(ascii: "#")):
            guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else { return nil }
            let digits = rest.dropFirst().prefix(upTo: end)
            let isHexadecimal = digits.first?.loosened == UInt8(ascii: "x")
            let code = isHexadecimal ? number(digits.dropFirst(), radix: 16) : number(digits, radix: 10)
            return code.map { ($0, end - text.startIndex + 1) }
        case (UInt8(ascii: "&"), _):
            guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else { return nil }
            let name = String(decoding: rest.prefix(upTo: end).map(\.loosened), as: UTF8.self)
            return names[name].map { ($0, end - text.startIndex + 1) }
        default: return nil
        }
    }

    /// The documents within a text: what stands between its first brace and its last, and the same with brackets.
    static func documents(in text: [UInt8]) -> [JSON] {
        [(UInt8(ascii: "{"), UInt8(ascii: "}")), (UInt8(ascii: "["), UInt8(ascii: "]"))].compactMap { open, close in
            guard let first = text.firstIndex(of: open), let last = text.lastIndex(of: close), first < last else {
                return nil
            }
            return try? JSONParser.parse(text[first...last], .lenient)
        }
    }

    /// Shorter text is a word, not something that was encoded.
    private static let shortestEncoded = 16
    /// How an object, or a list of objects, begins in Base64.
    private static let encodedOpenings = ["eyJ", "ewo", "ewk", "W3s"]

    /// What stands in Base64 in a text: all of it, or words that begin as JSON does.
    static func encoded(in text: [UInt8]) -> [[UInt8]] {
        let isAll = text.count >= shortestEncoded && text.allSatisfy { isOfBase64($0) || $0.isJSONSpace }
        let words =
            isAll
            ? [text[...]]
            : text.split { !isOfBase64($0) }.filter { word in
                word.count >= shortestEncoded && encodedOpenings.contains { word.starts(with: $0.utf8) }
            }
        return words.compactMap(decoded)
    }

    private static func decoded(_ word: ArraySlice<UInt8>) -> [UInt8]? {
        let letters = String(decoding: word.filter { !$0.isJSONSpace && $0 != UInt8(ascii: "=") }, as: UTF8.self)
            .replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - letters.utf8.count % 4) % 4)
        guard let inner = Data(base64Encoded: letters + padding) else { return nil }
        return switch AnswerContent(Array(inner)) {
        case .empty, .undecodable: nil
        case .json(let json): json.isContainer ? json.serialized : nil
        case .text(let text): text
        }
    }

    private static func isOfBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "="): true
        default: false
        }
    }
}

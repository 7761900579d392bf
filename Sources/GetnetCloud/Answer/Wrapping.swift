// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// What pages, scripts and forms do to a JSON document that they carry.
enum Wrapping {
    /// A document within a text.
    enum Document {
        /// An object that stands alone.
        case object(JSON)
        /// The only object of a list.
        case list(JSON)
    }

    /// Spellings of characters by which a text may carry a document, and what they stand for.
    private static let spellings: [(spelling: String, meant: UInt8)] = [
        ("&quot;", UInt8(ascii: "\"")), ("&#34;", UInt8(ascii: "\"")), ("&#x22;", UInt8(ascii: "\"")),
        ("&apos;", UInt8(ascii: "'")), ("&#39;", UInt8(ascii: "'")), ("&#58;", UInt8(ascii: ":")),
        ("&#x3a;", UInt8(ascii: ":")),
        ("%22", UInt8(ascii: "\"")), ("%3a", UInt8(ascii: ":")), ("%7b", UInt8(ascii: "{")), ("%7d", UInt8(ascii: "}")),
        ("%5b", UInt8(ascii: "[")), ("%5d", UInt8(ascii: "]")), ("%2c", UInt8(ascii: ",")), ("%20", UInt8(ascii: " ")),
        ("%3d", UInt8(ascii: "=")),
    ]

    /// The text with all of them undone, and `\u0069`, by which JSON may spell any letter.
    static func undone(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(where: isEscape) else { return text }
        var plain: [UInt8] = []
        var position = 0
        while position < text.count {
            let (byte, length) = isEscape(text[position]) ? character(at: position, of: text) : (text[position], 1)
            plain.append(byte)
            position += length
        }
        return plain
    }

    private static func isEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "%")
    }

    private static func character(at position: Int, of text: [UInt8]) -> (byte: UInt8, length: Int) {
        let escape = text[position...].prefix(6)
        if escape.count == 6, escape.starts(with: "\\u00".utf8),
            let code = UInt8(String(decoding: escape.suffix(2), as: UTF8.self), radix: 16)
        {
            return (code, 6)
        }
        let known = spellings.first { escape.lazy.map(\.loosened).starts(with: $0.spelling.utf8) }
        return known.map { ($0.meant, $0.spelling.utf8.count) } ?? (text[position], 1)
    }

    /// The object within a text, from its first brace to its last; `nil` where there is none, or none that can be read.
    static func document(in text: [UInt8]) -> Document? {
        guard let first = text.firstIndex(of: UInt8(ascii: "{")), let last = text.lastIndex(of: UInt8(ascii: "}")),
            first < last, let json = try? JSONParser.parse(text[first...last], .lenient)
        else { return nil }
        let before = text[..<first].last { !$0.isJSONSpace }
        return before == UInt8(ascii: "[") ? .list(json) : .object(json)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no JSON.
public struct JSONSyntaxError: Error, Sendable, Equatable {
    /// What was wrong, without any of the content.
    public let message: String
    /// Where, in bytes from the beginning.
    public let offset: Int
}

/// Reads RFC 8259 with a limit on depth, in one pass and without recursion beyond that limit.
public struct JSONParser {
    /// How much a text may differ from RFC 8259.
    public enum Strictness: Sendable {
        /// Not at all: what other services send.
        case strict
        /// As some writers of the cloud differ from it, where the value is still clear.
        ///
        /// Allowed are control characters between values and unescaped in strings (read as spaces), half a surrogate
        /// pair (read as U+FFFD), an escape that is not needed (read as the mark itself), an escape that does not exist
        /// (read as U+FFFD and its letter), and a comma behind the last element.
        case lenient
    }

    /// Deeper nesting than this is refused.
    public static let depthLimit = 32

    private let bytes: ArraySlice<UInt8>
    private let isLenient: Bool
    private var position: Int

    private init(_ bytes: ArraySlice<UInt8>, _ strictness: Strictness) {
        self.bytes = bytes
        isLenient = strictness == .lenient
        position = bytes.startIndex
    }

    /// Parses exactly one value.
    ///
    /// - Throws: `JSONSyntaxError` for anything that is not one JSON text in UTF-8, or that nests too deeply.
    public static func parse(_ bytes: [UInt8], _ strictness: Strictness = .strict) throws(JSONSyntaxError) -> JSON {
        try parse(bytes[...], strictness)
    }

    /// Parses exactly one value from a slice.
    ///
    /// - Throws: `JSONSyntaxError` as above; offsets count from the slice's beginning.
    public static func parse(
        _ bytes: ArraySlice<UInt8>,
        _ strictness: Strictness = .strict
    ) throws(JSONSyntaxError) -> JSON {
        var parser = JSONParser(bytes, strictness)
        parser.skipSpace()
        guard parser.position < bytes.endIndex else { throw parser.error("the text is empty") }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.endIndex else { throw parser.error("something follows the value") }
        return value
    }

    private func error(_ message: String) -> JSONSyntaxError {
        JSONSyntaxError(message: message, offset: position - bytes.startIndex)
    }

    private var current: UInt8? {
        position < bytes.endIndex ? bytes[position] : nil
    }

    private mutating func skipSpace() {
        while position < bytes.endIndex {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case 0..<0x20 where isLenient: position += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSON {
        guard depth < Self.depthLimit else { throw error("nested deeper than \(Self.depthLimit) levels") }
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return .number(try number())
        case .some: throw error("no value begins here")
        case nil: throw error("the text ends too early")
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSON {
        position += 1
        var members: [JSON.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            if isLenient, !members.isEmpty, take(UInt8(ascii: "}")) { return .object(members) }
            guard current == UInt8(ascii: "\"") else { throw error("a member name is missing") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("a colon is missing") }
            skipSpace()
            members.append(JSON.Member(name, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw error("a comma or closing brace is missing") }
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSON {
        position += 1
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            skipSpace()
            if isLenient, !elements.isEmpty, take(UInt8(ascii: "]")) { return .array(elements) }
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw error("a comma or closing bracket is missing") }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func literal(_ word: StaticString) throws(JSONSyntaxError) {
        for byte in word.description.utf8 {
            guard take(byte) else { throw error("no value begins here") }
        }
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONNumber {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            // A leading zero stands alone.
        } else if digits() == 0 {
            throw error("a digit is missing")
        }
        if take(UInt8(ascii: ".")), digits() == 0 { throw error("a digit is missing after the point") }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            if digits() == 0 { throw error("a digit is missing in the exponent") }
        }
        return JSONNumber(lexeme: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        var union: UInt8 = 0
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                let text = try decoded(bytes[start..<position], isASCII: union < 0x80)
                position += 1
                return text
            case UInt8(ascii: "\\"): return try altered(from: start)
            case 0..<0x20 where isLenient: return try altered(from: start)
            case 0..<0x20: throw error("a control character stands in a string")
            default:
                union |= byte
                position += 1
            }
        }
        throw error("a string does not end")
    }

    /// A string that differs from its bytes: the slow way, taken at the first backslash or forgiven character.
    private mutating func altered(from start: Int) throws(JSONSyntaxError) -> String {
        var text = Array(bytes[start..<position])
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try decoded(text[...], isASCII: false)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20 where isLenient: text.append(0x20)
            case 0..<0x20: throw error("a control character stands in a string")
            default: text.append(byte)
            }
        }
        throw error("a string does not end")
    }

    private func decoded(_ raw: ArraySlice<UInt8>, isASCII: Bool) throws(JSONSyntaxError) -> String {
        // ASCII needs no validation, which costs more than all the rest of a short string.
        if isASCII { return String(decoding: raw, as: UTF8.self) }
        guard let text = String(validating: raw, as: UTF8.self) else { throw error("a string is not UTF-8") }
        return text
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        guard let byte = current else { throw error("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeEscape()).utf8)
        case 0x20..<0x80 where isLenient:
            // Behind a backslash, letters and digits mean different things in different languages.
            if byte.isLetterOrDigit { text.append(contentsOf: "\u{FFFD}".utf8) }
            text.append(byte)
        default: throw error("an unknown escape stands in a string")
        }
    }

    private mutating func unicodeEscape() throws(JSONSyntaxError) -> Character {
        let first = try hexadecimalUnit()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        let behind = position
        if first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let second = try hexadecimalUnit()
            if let pair = Unicode.Scalar(first, second) { return Character(pair) }
        }
        guard isLenient else { throw error("half a surrogate pair") }
        // What follows is read as if nothing stood before it.
        position = behind
        return "\u{FFFD}"
    }

    private mutating func hexadecimalUnit() throws(JSONSyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("four hexadecimal digits are missing")
            }
            position += 1
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}

extension Unicode.Scalar {
    /// The character that two units of UTF-16 stand for; `nil` unless they are a surrogate pair.
    fileprivate init?(_ first: UInt16, _ second: UInt16) {
        guard (0xD800..<0xDC00).contains(first), (0xDC00..<0xE000).contains(second) else { return nil }
        self.init(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (48...57).contains(self) || (65...90).contains(self) || (97...122).contains(self)
    }
}

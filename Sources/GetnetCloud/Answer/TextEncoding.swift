// SPDX-License-Identifier: Apache-2.0

/// Turns the text of an answer from any charset into UTF-8.
///
/// Names, identities and amounts of the cloud are ASCII, so that a wrong guess between single-byte charsets changes
/// only a letter of a message for people.
/// *Source*: `docs/decisions/0011-one-reading-of-bytes.md`.
enum TextEncoding {
    /// The text in UTF-8 without byte order marks in front and without zero bytes behind.
    static func utf8(_ bytes: [UInt8], contentType: String?) -> [UInt8] {
        // Nearly every body is ASCII, which is the same in every charset; a wide one has zeros.
        if bytes.allSatisfy({ 1...127 ~= $0 }) { return bytes }
        // Before anything else: behind a mark the rest may still be written in another charset.
        let text = decoded(Array(withoutMarks(bytes)), charset: charset(in: contentType))
        var body = withoutMarks(text)
        while body.last == 0 { body = body.dropLast() }
        return body.count == text.count ? text : Array(body)
    }

    /// The bytes without byte order marks of UTF-8 in front.
    private static func withoutMarks(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        var rest = bytes[...]
        while rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        return rest
    }

    private static func decoded(_ bytes: [UInt8], charset: String?) -> [UInt8] {
        if let wide = wideEncoding(bytes, charset: charset) { return wide.utf8(bytes) }
        if String(validating: bytes, as: UTF8.self) != nil { return bytes }
        return Array(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).utf8)
    }

    /// The parameter `charset` in lower case.
    static func charset(in contentType: String?) -> String? {
        guard let contentType else { return nil }
        for parameter in contentType.split(separator: ";").dropFirst() {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, String(parts[0]).trimmed.lowercased() == "charset" else { continue }
            let value = String(parts[1]).trimmed.lowercased()
            return String(value.drop { $0 == "\"" || $0 == "'" }.prefix { $0 != "\"" && $0 != "'" })
        }
        return nil
    }

    /// An encoding with more than one byte for each ASCII character.
    private struct WideEncoding {
        let width: Int
        let isBigEndian: Bool

        func utf8(_ bytes: [UInt8]) -> [UInt8] {
            let units = stride(from: 0, to: bytes.count - bytes.count % width, by: width).map { start in
                let unit = bytes[start..<start + width]
                return (isBigEndian ? Array(unit) : unit.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            }
            let text =
                width == 2
                ? String(decoding: units.map { UInt16($0) }, as: UTF16.self)
                : String(decoding: units, as: UTF32.self)
            return Array(text.utf8)
        }
    }

    /// By the mark, else by the zeros beside the first ASCII character, else by the charset's name.
    private static func wideEncoding(_ bytes: [UInt8], charset: String?) -> WideEncoding? {
        let start = bytes.prefix(4).map { $0 }
        if start == [0xFF, 0xFE, 0, 0] { return WideEncoding(width: 4, isBigEndian: false) }
        if start == [0, 0, 0xFE, 0xFF] { return WideEncoding(width: 4, isBigEndian: true) }
        if start.starts(with: [0xFF, 0xFE]) { return WideEncoding(width: 2, isBigEndian: false) }
        if start.starts(with: [0xFE, 0xFF]) { return WideEncoding(width: 2, isBigEndian: true) }
        guard start.count >= 2 else { return nil }
        switch start.map({ $0 == 0 }) {
        case [false, true, true, true]: return WideEncoding(width: 4, isBigEndian: false)
        case [true, true, true, false]: return WideEncoding(width: 4, isBigEndian: true)
        case [false, true], [false, true, false, true], [false, true, false, false]:
            return WideEncoding(width: 2, isBigEndian: false)
        case [true, false], [true, false, true, false], [true, false, false, true]:
            return WideEncoding(width: 2, isBigEndian: true)
        default: return nil
        }
    }
}

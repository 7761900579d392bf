// SPDX-License-Identifier: Apache-2.0

/// Finds a number behind a name in text that is no JSON document: JSON that is wrapped in something else, XML, a form.
enum WrappedNumber {
    /// Where a name stands before `=` or in a tag, as in every page of HTML, fewer digits are no number of Getnet's.
    private static let shortest = 4

    /// Whether a number stands behind a name of one; `isNamed` says so of a word, letters and digits in lower case, and of how many
    /// digits the number has.
    ///
    /// The text is UTF-8, its escapes undone.
    static func isIn(_ text: [UInt8], named isNamed: (String, Int) -> Bool) -> Bool {
        // Quotes and their escapes say nothing about which member it is.
        let bare = text.filter { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\\") }
        return bare.indices.contains { mark in
            let name: String
            let count: Int
            switch bare[mark] {
            case UInt8(ascii: ":"):
                count = digits(in: bare[(mark + 1)...], after: isOpening)
                guard count > 0 else { return false }
                // Words of a sentence are one name, so that the "Ray ID: 7" of a firewall is none.
                name = word(before: mark, in: bare, over: \.isJSONSpace)
            case UInt8(ascii: "="):
                count = digits(in: bare[(mark + 1)...], after: \.isJSONSpace)
                guard count >= shortest else { return false }
                name = word(before: mark, in: bare, over: { _ in false })
            case UInt8(ascii: ">"):
                count = digits(in: bare[(mark + 1)...], after: \.isJSONSpace)
                guard count >= shortest else { return false }
                name = element(before: mark, in: bare)
            default: return false
            }
            return isNamed(name, count)
        }
    }

    /// Whether any member of an object, element of XML or field of a form is a number and nothing else.
    ///
    /// A page of HTML has none: its own elements and attributes do not count.
    static func isAnyMember(in text: [UInt8], named isNamed: (String, Int) -> Bool) -> Bool {
        let isMarkup = text.contains(UInt8(ascii: "<"))
        return text.indices.contains { mark in
            let name: String
            switch text[mark] {
            case UInt8(ascii: ":"):
                let head = text[..<mark].dropLast(while: \.isJSONSpace)
                guard let quote = head.last, isQuote(quote) else { return false }
                name = word(
                    before: head.dropLast(while: { isQuote($0) || $0 == UInt8(ascii: "\\") }).endIndex,
                    in: text
                ) { _ in false }
            case UInt8(ascii: "=") where !isMarkup: name = word(before: mark, in: text) { _ in false }
            case UInt8(ascii: ">"):
                name = element(before: mark, in: text)
                guard !elementsOfPages.contains(name) else { return false }
            default: return false
            }
            let value = text[(mark + 1)...].drop { isOpening($0) || isQuote($0) || $0 == UInt8(ascii: "\\") }
            let digits = value.prefix(while: NumberTrace.isDigit)
            // A time, a version or a key in hexadecimal only begins with digits.
            let behind = value[digits.endIndex...].first
            let isWhole =
                behind.map { !isLetterOrDigit($0) && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".") } ?? true
            return isWhole && !digits.allSatisfy { $0 == 48 } && !name.isEmpty && isNamed(name, digits.count)
        }
    }

    /// Elements of HTML that hold text.
    private static let elementsOfPages: Set<String> = [
        "a", "b", "body", "button", "center", "code", "dd", "div", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5",
        "h6", "html", "i",
        "label", "li", "option", "p", "pre", "script", "small", "span", "strong", "style", "td", "th", "title", "tt",
        "u", "br", "hr",
    ]

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    /// How many digits begin behind what may stand before a number; 0 where it is nothing but zeros.
    private static func digits(in text: ArraySlice<UInt8>, after isBefore: (UInt8) -> Bool) -> Int {
        let number = text.drop(while: isBefore).prefix(while: NumberTrace.isDigit)
        return number.allSatisfy { $0 == 48 } ? 0 : number.count
    }

    private static func isOpening(_ byte: UInt8) -> Bool {
        byte.isJSONSpace || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        NumberTrace.isDigit(byte) || (97...122).contains(byte.loosened)
    }

    /// The letters and digits before a mark, together with those beyond the white space that is passed `over`.
    private static func word(before mark: Int, in text: [UInt8], over: (UInt8) -> Bool) -> String {
        let head = text[..<mark].dropLast(while: \.isJSONSpace)
        let start = head.lastIndex { !isLetterOrDigit($0) && !over($0) }.map { $0 + 1 } ?? head.startIndex
        return NumberTrace.plain(head[start...])
    }

    /// The name of the element whose tag ends there.
    private static func element(before mark: Int, in text: [UInt8]) -> String {
        guard let open = text[..<mark].lastIndex(of: UInt8(ascii: "<")) else { return "" }
        let name = text[(open + 1)..<mark].prefix { !$0.isJSONSpace }
        // A prefix of XML says whose name it is, not which.
        return NumberTrace.plain(name.split(separator: UInt8(ascii: ":")).last ?? [])
    }
}

extension ArraySlice {
    /// Without the elements at the end that fit.
    fileprivate func dropLast(while fits: (Element) -> Bool) -> ArraySlice {
        self[..<((lastIndex { !fits($0) }).map { $0 + 1 } ?? startIndex)]
    }
}

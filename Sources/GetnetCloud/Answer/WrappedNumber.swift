// SPDX-License-Identifier: Apache-2.0

/// Finds a number behind a name in text that is no JSON document: JSON that is wrapped in something else, XML, a form.
enum WrappedNumber {
    /// Where a name stands before `=` or in a tag, as in every page of HTML, fewer digits are no number of Getnet's.
    private static let shortest = 4

    /// Whether a number stands behind a name of one.
    ///
    /// `isNamed` says so of a word, letters and digits in lower case, and of how many digits the number has. The text
    /// is UTF-8, its escapes undone.
    static func isIn(_ text: [UInt8], named isNamed: (String, Int) -> Bool) -> Bool {
        // Quotes and their escapes say nothing about which member it is.
        let bare = text.filter { !$0.isQuoteOrEscape }
        /// Where the last tag begins that has not ended.
        var open: Int?
        return bare.indices.contains { mark in
            let name: String
            let count: Int
            switch bare[mark] {
            case UInt8(ascii: "<"):
                open = mark
                return false
            case UInt8(ascii: ":"):
                count = digits(in: bare[(mark + 1)...], after: isOpening)
                guard count > 0 else { return false }
                // Words of a sentence are one name, so that the "Ray ID: 7" of a firewall is none.
                name = word(before: mark, in: bare, over: { $0 == 0x20 || $0 == 0x09 })
            case UInt8(ascii: "="):
                count = digits(in: bare[(mark + 1)...], after: { $0.isJSONSpace || $0 == UInt8(ascii: ">") })
                guard count >= shortest else { return false }
                name = word(before: mark, in: bare, over: { _ in false })
            case UInt8(ascii: ">"):
                // A tag is read once, however many of these follow.
                defer { open = nil }
                count = digits(in: bare[(mark + 1)...].withoutCDATA, after: \.isJSONSpace)
                guard let open, count >= shortest else { return false }
                name = element(bare[(open + 1)..<mark])
            default: return false
            }
            return isNamed(name, count)
        }
    }

    /// How many digits begin behind what may stand before a number; 0 where it is nothing but zeros.
    private static func digits(in text: ArraySlice<UInt8>, after isBefore: (UInt8) -> Bool) -> Int {
        let number = text.drop(while: isBefore).prefix(while: NumberTrace.isDigit)
        return number.allSatisfy { $0 == 48 } ? 0 : number.count
    }

    /// What may stand before a number in a list or an object; a form writes a space as `+`.
    private static func isOpening(_ byte: UInt8) -> Bool {
        byte.isJSONSpace || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") || byte == UInt8(ascii: "+")
    }

    /// The letters and digits before a mark, together with those beyond the white space that is passed `over`.
    private static func word(before mark: Int, in text: [UInt8], over: (UInt8) -> Bool) -> String {
        let head = text[..<mark].dropLast { $0.isJSONSpace || $0 == UInt8(ascii: "]") }
        let start = head.lastIndex { !$0.isOfWord && !over($0) }.map { $0 + 1 } ?? head.startIndex
        return NumberTrace.plain(head[start...])
    }

    /// The name of an element, from what stands in its tag.
    private static func element(_ tag: ArraySlice<UInt8>) -> String {
        let name = tag.prefix { !$0.isJSONSpace }
        // A prefix of XML is a namespace, not part of the name.
        return NumberTrace.plain(name.split(separator: UInt8(ascii: ":")).last ?? [])
    }
}

extension ArraySlice {
    /// Without the elements at the end that fit.
    func dropLast(while fits: (Element) -> Bool) -> ArraySlice {
        self[..<((lastIndex { !fits($0) }).map { $0 + 1 } ?? startIndex)]
    }
}

extension UInt8 {
    /// A letter, a digit, or what joins words to one name.
    var isOfWord: Bool {
        NumberTrace.isDigit(self) || (97...122).contains(loosened) || self == UInt8(ascii: "_")
            || self == UInt8(ascii: "-")
    }

    /// What stands around a text in JSON and in scripts, or before it where it was written into another one.
    var isQuoteOrEscape: Bool {
        self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") || self == UInt8(ascii: "\\")
    }
}

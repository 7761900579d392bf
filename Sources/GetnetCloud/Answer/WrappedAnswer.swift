// SPDX-License-Identifier: Apache-2.0

/// Tells text that carries an answer of the cloud, damaged or in another notation, from a page or a word for people.
///
/// An answer that could not be read as one may have said anything; a page of a firewall or of a proxy says that nothing was started.
/// *Source*: `docs/decisions/0011-one-reading-of-bytes.md`.
struct WrappedAnswer {
    /// Members that only the cloud's answers have: one is enough.
    private static let own: Set<String> = [
        "data", "response", "customid", "functioncode", "responsecode", "responsemessage", "authorizationcode",
        "transtoken",
    ]
    /// Members that answers of others have as well: two of them are enough.
    private static let common: Set<String> = ["code", "status", "message"]

    /// Elements that a page of HTML begins with, or has around its text.
    private static let elementsOfPages: Set<String> = [
        "html", "head", "body", "title", "meta", "link", "style", "script", "noscript", "base", "center", "div", "p",
        "pre", "span",
        "h1", "h2", "h3", "h4", "h5", "h6", "hr", "br", "b", "i", "strong", "em", "font", "small", "tt", "code", "a",
        "img", "table",
        "form", "main", "section", "article", "header", "footer", "ul", "ol", "dl", "iframe", "svg", "address",
    ]

    /// The text, its escapes undone.
    let text: [UInt8]
    /// What was seen so far of an answer; two are one.
    private var weight = 0
    private var seen: Set<String> = []

    /// Looks at a text whose escapes are undone.
    init(_ text: [UInt8]) { self.text = text }

    /// Whether it carries an answer; `isNumber` says of a form's field whether its value is a number of Getnet's.
    static func isIn(_ text: [UInt8], isNumber: (String, ArraySlice<UInt8>) -> Bool) -> Bool {
        var answer = WrappedAnswer(text)
        return answer.isData || answer.isForm(isNumber) || answer.hasMembers()
    }

    // MARK: - Notations

    /// Whether the text, behind comments, is JSON or XML and no page.
    private var isData: Bool {
        var rest = text.drop(while: \.isJSONSpace)
        while rest.first == UInt8(ascii: "<") {
            if rest.starts(with: "<!--".utf8) {
                rest = rest.behind("-->").drop(while: \.isJSONSpace)
            } else if rest.starts(with: "<?".utf8) {
                rest = rest.behind("?>").drop(while: \.isJSONSpace)
            } else if rest.starts(with: "<!".utf8) {
                return !name(rest.dropFirst(2)).hasPrefix("doctypehtml")
            } else {
                return !Self.elementsOfPages.contains(
                    name(rest.dropFirst().prefix { !$0.isJSONSpace && $0 != UInt8(ascii: ">") })
                )
            }
        }
        return rest.first?.opensJSON ?? false
    }

    private func name(_ bytes: ArraySlice<UInt8>) -> String { NumberTrace.plain(bytes.prefix(64)) }

    /// Whether the text is a form, one of whose fields is a number or whose fields are those of an answer.
    private mutating func isForm(_ isNumber: (String, ArraySlice<UInt8>) -> Bool) -> Bool {
        let first = text.prefix { $0.isOfWord || $0 == UInt8(ascii: ".") }
        guard !first.isEmpty, first.endIndex < text.endIndex, text[first.endIndex] == UInt8(ascii: "=") else {
            return false
        }
        return text.split(separator: UInt8(ascii: "&")).contains { field in
            let key = name(field.prefix { $0 != UInt8(ascii: "=") })
            note(key, weighs: 1)
            return isNumber(key, field.drop { $0 != UInt8(ascii: "=") }.dropFirst()) || weight > 1
        }
    }

    // MARK: - Members

    /// Whether enough members of an answer stand anywhere, as in JSON, as in a script, or as elements.
    private mutating func hasMembers() -> Bool {
        let isScript = text.contains(UInt8(ascii: "{"))
        for mark in text.indices where weight < 2 {
            switch text[mark] {
            case UInt8(ascii: ":"): noteMember(before: mark, isScript)
            case UInt8(ascii: "<"):
                let element = text[(mark + 1)...].prefix { $0.isOfWord || $0 == UInt8(ascii: ":") }
                noteName(element.split(separator: UInt8(ascii: ":")).last ?? [], own: 2)
            default: break
            }
        }
        return weight > 1
    }

    private mutating func noteMember(before mark: Int, _ isScript: Bool) {
        let head = text[..<mark].dropLast(while: \.isJSONSpace)
        let bare = head.dropLast(while: \.isQuoteOrEscape)
        let isQuoted = bare.endIndex < head.endIndex
        let start = bare.lastIndex { !$0.isOfWord }.map { $0 + 1 } ?? bare.startIndex
        if !isQuoted {
            // Without quotes only a script has members.
            let before = text[..<start].last { !$0.isJSONSpace }
            guard isScript, before == UInt8(ascii: "{") || before == UInt8(ascii: ",") else { return }
        }
        noteName(bare[start...], own: isQuoted ? 2 : 1)
    }

    private mutating func noteName(_ bytes: ArraySlice<UInt8>, own weight: Int) {
        guard bytes.count <= 32 else { return }
        note(NumberTrace.plain(bytes), weighs: weight)
    }

    private mutating func note(_ name: String, weighs own: Int) {
        let isOwn = Self.own.contains(name)
        guard isOwn || Self.common.contains(name), seen.insert(name).inserted else { return }
        weight += isOwn ? own : 1
    }
}

extension ArraySlice<UInt8> {
    /// What follows the first mark of that kind; nothing where there is none.
    fileprivate func behind(_ mark: String) -> ArraySlice<UInt8> {
        let mark = Array(mark.utf8)
        guard count >= mark.count,
            let first = (startIndex...(endIndex - mark.count)).first(where: { self[$0...].starts(with: mark) })
        else { return [] }
        return self[(first + mark.count)...]
    }
}

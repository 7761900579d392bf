// SPDX-License-Identifier: Apache-2.0

/// Tells text that carries an answer of the cloud, damaged or in another notation, from a page or a word for people.
///
/// An answer that could not be read as one may have said anything; a page of a firewall or of a proxy says that nothing
/// was started.
/// *Source*: `docs/decisions/0011-one-reading-of-bytes.md`.
struct WrappedAnswer {
    /// Members that only the cloud's answers have: one is enough.
    private static let own: Set<String> = [
        "data", "response", "customid", "functioncode", "responsecode", "responsemessage", "authorizationcode",
        "transtoken",
    ]
    /// Members that answers of others have as well: two of them are enough, in a page all three.
    private static let common: Set<String> = ["code", "status", "message"]
    /// No name is longer, in bytes.
    private static let longestName = 32
    /// No cell of a table that is a name, or a path of names, is longer, in bytes.
    private static let longestCell = 128

    /// The text, its escapes undone.
    private let text: [UInt8]
    /// Whether it begins as a page of HTML, or as text of a page.
    private let isPage: Bool
    private var weight = 0
    /// The weight of each name that was seen.
    private var seen: [String: Int] = [:]

    private init(_ text: [UInt8]) {
        self.text = text
        isPage = text.first { !$0.isJSONSpace } == UInt8(ascii: "<")
    }

    /// Whether a text whose escapes are undone carries an answer.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - isValue: Whether it stands within a document, where any sentence may stand.
    ///   - isNumber: Says of a name and what stands behind it whether that is a number of Getnet's.
    /// - Returns: Whether it does.
    static func isIn(_ text: [UInt8], isValue: Bool, isNumber: (String, ArraySlice<UInt8>) -> Bool) -> Bool {
        var answer = WrappedAnswer(text)
        return answer.isData(isValue) || answer.hasFields(isValue, isNumber) || answer.hasElements(isNumber)
            || answer.hasMembers()
    }

    private var isEnough: Bool { weight >= (isPage ? 3 : 2) }

    // MARK: - Notations

    /// Whether the text, behind comments and the tags of a page, is JSON, or XML and no page.
    private func isData(_ isValue: Bool) -> Bool {
        var rest = text.drop { $0.isJSONSpace || $0 > 0x7F }
        var isInPage = false
        while rest.first == UInt8(ascii: "<") {
            if rest.starts(with: "<!--".utf8) {
                rest = rest.behind("-->")
            } else if rest.starts(with: "<?".utf8) {
                rest = rest.behind("?>")
            } else if rest.starts(with: "<!".utf8) {
                guard name(rest.dropFirst(2)).hasPrefix("doctypehtml") else { return true }
                rest = rest.behind(">")
            } else {
                guard HTMLElements.contains(name(rest.dropFirst().prefix { $0.isOfWord })) else { return true }
                rest = rest.behind(">")
                isInPage = true
            }
            rest = rest.drop(while: \.isJSONSpace)
        }
        guard !isValue, let first = rest.first else { return false }
        guard isInPage else { return first.opensJSON }
        let second = rest.dropFirst().first { !$0.isJSONSpace }
        return first == UInt8(ascii: "{") && (second?.isQuoteOrEscape ?? true)
            || first == UInt8(ascii: "[") && second == UInt8(ascii: "{")
    }

    private func name(_ bytes: ArraySlice<UInt8>) -> String { NumberTrace.plain(bytes.prefix(Self.longestName)) }

    /// Whether the text is a form or a list of fields with `=` that holds a number or the fields of an answer.
    ///
    /// Attributes of a page do not count, nor does a web address in a sentence within a document.
    private mutating func hasFields(_ isValue: Bool, _ isNumber: (String, ArraySlice<UInt8>) -> Bool) -> Bool {
        guard !isPage else { return false }
        if isValue {
            let first = text.prefix { $0.isOfWord || $0 == UInt8(ascii: ".") }
            guard !first.isEmpty, text.dropFirst(first.count).first == UInt8(ascii: "=") else { return false }
        }
        for mark in text.indices where text[mark] == UInt8(ascii: "=") {
            let head = text[..<mark].dropLast { $0.isJSONSpace || $0 == UInt8(ascii: "]") }
            let start = head.lastIndex { !$0.isOfWord }.map { $0 + 1 } ?? head.startIndex
            let key = name(head[start...])
            note(key, own: 1)
            if isEnough || isNumber(key, text[(mark + 1)...]) { return true }
        }
        return false
    }

    /// Whether an element that no page has holds nothing but a number.
    private func hasElements(_ isNumber: (String, ArraySlice<UInt8>) -> Bool) -> Bool {
        var open: Int?
        return text.indices.contains { mark in
            switch text[mark] {
            case UInt8(ascii: "<"): open = mark
            case UInt8(ascii: ">"):
                defer { open = nil }
                guard let open else { return false }
                let tag = text[(open + 1)..<mark].prefix { !$0.isJSONSpace }
                let element = name(tag.split(separator: UInt8(ascii: ":")).last ?? [])
                guard tag.first.map({ (97...122).contains($0.loosened) }) ?? false, !tag.contains(UInt8(ascii: "-")),
                    !HTMLElements.contains(element)
                else { return false }
                return isNumber(element, text[(mark + 1)...].withoutCDATA)
            default: break
            }
            return false
        }
    }

    // MARK: - Members

    /// Whether enough members of an answer stand anywhere: as JSON, script, lines, elements or cells.
    private mutating func hasMembers() -> Bool {
        let isScript = text.contains(UInt8(ascii: "{"))
        for mark in text.indices where !isEnough {
            switch text[mark] {
            case UInt8(ascii: ":"): noteMember(before: mark, isScript)
            case UInt8(ascii: "<"):
                let element = text[(mark + 1)...].prefix { $0.isOfWord || $0 == UInt8(ascii: ":") }
                note(name(element.split(separator: UInt8(ascii: ":")).last ?? []), own: 3)
            case UInt8(ascii: ">"): noteCell(behind: mark)
            default: break
            }
        }
        return isEnough
    }

    /// A cell of a table, or any element, that holds nothing but a name, or a path of names such as `data[0].folio`.
    private mutating func noteCell(behind mark: Int) {
        let cell = text[(mark + 1)...].prefix(Self.longestCell).prefix { $0 != UInt8(ascii: "<") }
        let path = cell.drop(while: \.isJSONSpace).dropLast { $0.isJSONSpace || $0 == UInt8(ascii: ":") }
        let steps = ".[]".utf8
        guard path.endIndex < cell.startIndex + Self.longestCell, path.allSatisfy({ $0.isOfWord || steps.contains($0) })
        else { return }
        for step in path.split(whereSeparator: { !$0.isOfWord }) { note(name(step), own: 1) }
    }

    private mutating func noteMember(before mark: Int, _ isScript: Bool) {
        let head = text[..<mark].dropLast(while: \.isJSONSpace)
        let bare = head.dropLast(while: \.isQuoteOrEscape)
        let isQuoted = bare.endIndex < head.endIndex
        let start = bare.lastIndex { !$0.isOfWord }.map { $0 + 1 } ?? bare.startIndex
        let member = name(bare[start...])
        if !isQuoted {
            // Without quotes a script has members, and text that has one in each line.
            let before = text[..<start].last { $0 != 0x20 && $0 != 0x09 } ?? UInt8(ascii: "\n")
            let isOfScript = before == UInt8(ascii: "{") || before == UInt8(ascii: ",")
            guard isScript && isOfScript || !isPage && before == UInt8(ascii: "\n") else { return }
        }
        // "Sent", or "not finished": no refusal.
        let value = text[(mark + 1)...].drop { $0.isJSONSpace || $0.isQuoteOrEscape }
        let isStarted = value.first == UInt8(ascii: "1") || value.first == UInt8(ascii: "2")
        if isQuoted, member == "code", isStarted, !(value.dropFirst().first.map(\.isOfWord) ?? false) { weight += 3 }
        note(member, own: isQuoted ? 3 : 1)
    }

    private mutating func note(_ name: String, own: Int) {
        let isOwn = Self.own.contains(name)
        guard isOwn || Self.common.contains(name) else { return }
        // A heading may be a name, and weighs little; the member of that name behind it counts for what it is.
        let (old, new) = (seen[name] ?? 0, isOwn ? own : 1)
        guard new > old else { return }
        seen[name] = new
        weight += new - old
    }
}

/// The elements that a page of HTML may have.
enum HTMLElements {
    private static let names = Set(
        """
        a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br button \
        canvas caption center circle cite code col colgroup dd defs del desc details dfn dialog dir div dl dt ellipse em embed \
        fieldset figcaption figure font footer form frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input \
        ins kbd label legend li line link main map mark marquee menu meta meter nav nobr noembed noframes noscript object ol \
        optgroup option output p param path picture polygon polyline pre progress q rect rp rt ruby s samp script search section \
        select slot small source span strike strong style sub summary sup svg table tbody td template text textarea tfoot th thead \
        time title tr track tspan tt u ul use var video wbr
        """.split(separator: " ").map { String($0) }
    )

    /// Whether a page may have an element of that name, in lower case.
    static func contains(_ name: String) -> Bool { names.contains(name) }
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

    /// The text of an element, without the mark by which XML says that it is only text.
    var withoutCDATA: ArraySlice<UInt8> {
        let mark = "<![CDATA[".utf8
        return starts(with: mark) ? dropFirst(mark.count) : self
    }
}

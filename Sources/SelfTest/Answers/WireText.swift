// SPDX-License-Identifier: Apache-2.0

/// JSON as a server may write it: the spelling of every number, the order and the repetition of members are its own.
indirect enum WireText: Sendable {
    /// A member of an object.
    struct Member: Sendable {
        var name: String
        var value: WireText

        init(_ name: String, _ value: WireText) {
            self.name = name
            self.value = value
        }
    }

    /// A number, `true`, `false`, `null`, or anything else that is written as it is.
    case raw(String)
    /// A string.
    case text(String)
    /// An array.
    case list([WireText])
    /// An object.
    case object([Member])

    static let null = WireText.raw("null")

    static func integer(_ value: Int64) -> WireText { .raw("\(value)") }

    /// The text.
    var json: String {
        switch self {
        case .raw(let text): text
        case .text(let text): Self.quoted(text)
        case .list(let elements): "[" + elements.map(\.json).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.json }.joined(separator: ",") + "}"
        }
    }

    /// The same with every name of a member begun by a capital, as the SDK's own layout has it.
    var inPascalCase: WireText {
        switch self {
        case .raw, .text: self
        case .list(let elements): .list(elements.map(\.inPascalCase))
        case .object(let members):
            .object(members.map { Member($0.name.prefix(1).uppercased() + $0.name.dropFirst(), $0.value.inPascalCase) })
        }
    }

    /// The same, in which a member is said twice, first with another value.
    ///
    /// - Parameters:
    ///   - name: Its name, in any letter case.
    ///   - values: Two texts; the first is taken that is not the member's own.
    /// - Returns: The contradiction; `nil` where there is no such member.
    func contradicted(_ name: String, by values: [String]) -> WireText? {
        guard case .object(var members) = self else { return nil }
        if let place = members.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) {
            let own = members[place].value.json
            guard let other = values.first(where: { $0 != own }) else { return nil }
            members.insert(Member(members[place].name, .raw(other)), at: 0)
            return .object(members)
        }
        for place in members.indices {
            guard let inner = members[place].value.contradicted(name, by: values) else { continue }
            members[place].value = inner
            return .object(members)
        }
        return nil
    }

    /// A string of JSON.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

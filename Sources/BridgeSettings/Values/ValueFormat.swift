// SPDX-License-Identifier: Apache-2.0

/// How a value is written: from text and back.
struct ValueFormat<Value: Sendable>: Sendable {
    /// What may be written, in words.
    let name: String
    var isSecret = false
    var isSwitch = false
    let read: @Sendable (ConfigurationText.Content) throws(UnreadableValue) -> Value
    /// The value as it would be written; nothing where there is none, or where it is a secret.
    let show: @Sendable (Value) -> String?

    /// A format of one text.
    init(
        _ name: String,
        read: @escaping @Sendable (String) throws(UnreadableValue) -> Value,
        show: @escaping @Sendable (Value) -> String?
    ) {
        self.name = name
        self.show = show
        self.read = { (content) throws(UnreadableValue) in
            guard case .one(let text) = content else {
                throw UnreadableValue("is a list", hint: "this key takes one value")
            }
            return try read(text)
        }
    }

    private init(
        name: String,
        isSecret: Bool,
        isSwitch: Bool,
        read: @escaping @Sendable (ConfigurationText.Content) throws(UnreadableValue) -> Value,
        show: @escaping @Sendable (Value) -> String?
    ) {
        self.name = name
        self.isSecret = isSecret
        self.isSwitch = isSwitch
        self.read = read
        self.show = show
    }

    /// The same format with one more rule over the whole value.
    func checked(_ rule: @escaping @Sendable (Value) throws(UnreadableValue) -> Void) -> Self {
        Self(
            name: name,
            isSecret: isSecret,
            isSwitch: isSwitch,
            read: { [read] (content) throws(UnreadableValue) in
                let value = try read(content)
                try rule(value)
                return value
            },
            show: show
        )
    }

    /// The same format of another type of value.
    func mapped<Other>(
        _ name: String? = nil,
        to: @escaping @Sendable (Value) -> Other,
        from: @escaping @Sendable (Other) -> Value
    ) -> ValueFormat<Other> {
        ValueFormat<Other>(
            name: name ?? self.name,
            isSecret: isSecret,
            isSwitch: isSwitch,
            read: { [read] (content) throws(UnreadableValue) in to(try read(content)) },
            show: { [show] in show(from($0)) }
        )
    }
}

extension ValueFormat {
    /// A format for a value that may be absent.
    static func optional<Wrapped>(_ format: ValueFormat<Wrapped>) -> Self where Value == Wrapped? {
        Self(
            name: format.name,
            isSecret: format.isSecret,
            isSwitch: format.isSwitch,
            read: { (content) throws(UnreadableValue) in try format.read(content) },
            show: { $0.flatMap(format.show) }
        )
    }

    /// A list of values: a YAML list, or one text with commas (or line breaks, in a file) between them.
    ///
    /// `empty` is the word for the empty list, where the empty list has a meaning of its own. `separator` stands
    /// instead of the comma where elements may hold one.
    static func list<Element>(
        of format: ValueFormat<Element>,
        empty: String? = nil,
        separator: String = ","
    ) -> Self where Value == [Element] {
        Self(
            name: "list of \(format.name)" + (empty.map { ", or `\($0)`" } ?? ""),
            isSecret: format.isSecret,
            isSwitch: false,
            read: { (content) throws(UnreadableValue) in
                let texts = content.elements(separatedBy: separator)
                if let empty, texts == [empty] { return [] }
                return try elements(texts, as: format)
            },
            show: { values in
                let texts = values.compactMap(format.show)
                return texts.isEmpty ? empty : texts.joined(separator: separator)
            }
        )
    }

    /// Reads every element, so that one report names all that are wrong.
    private static func elements<Element>(
        _ texts: [String],
        as format: ValueFormat<Element>
    ) throws(UnreadableValue) -> [Element] where Value == [Element] {
        var values: [Element] = []
        var reasons: [UnreadableValue.Reason] = []
        if texts.contains("") {
            reasons.append(UnreadableValue.Reason(element: nil, predicate: "has an empty element", hint: nil))
        }
        for text in texts where !text.isEmpty {
            do throws(UnreadableValue) {
                values.append(try format.read(.one(text)))
            } catch {
                reasons += error.reasons.map { reason in
                    UnreadableValue.Reason(element: text, predicate: reason.predicate, hint: reason.hint)
                }
            }
        }
        guard reasons.isEmpty else { throw UnreadableValue(reasons: reasons) }
        guard !values.isEmpty else { throw UnreadableValue("has no element") }
        return values
    }
}

extension ConfigurationText.Content {
    /// The elements of a list, however it was written.
    fileprivate func elements(separatedBy separator: String) -> [String] {
        switch self {
        case .several(let texts): texts
        case .one(let text):
            text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .flatMap { $0.split(separator: separator, omittingEmptySubsequences: false) }
                .map { String($0.drop(while: \.isWhitespace)) }
                .map { String($0.reversed().drop(while: \.isWhitespace).reversed()) }
        }
    }
}

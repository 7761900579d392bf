// SPDX-License-Identifier: Apache-2.0

private import Foundation

extension ValueFormat where Value == Int {
    /// A whole number within bounds.
    static func integer(_ bounds: ClosedRange<Int>) -> Self {
        Self("whole number, \(bounds.lowerBound) … \(bounds.upperBound)") { (text) throws(UnreadableValue) in
            guard let number = Int(text), String(number) == text else {
                throw UnreadableValue("is no whole number", hint: "digits only, no separators, no unit")
            }
            try refuse(number, outside: bounds) { String($0) }
            return number
        } show: {
            String($0)
        }
    }

    /// A number of bytes within bounds, with its unit.
    static func size(_ bounds: ClosedRange<Int>) -> Self {
        let range = "\(SizeText.write(bounds.lowerBound)) … \(SizeText.write(bounds.upperBound))"
        return Self("size, \(range)") { (text) throws(UnreadableValue) in
            let bytes = try SizeText.read(text)
            try refuse(bytes, outside: bounds, as: SizeText.write)
            return bytes
        } show: {
            SizeText.write($0)
        }
    }
}

extension ValueFormat where Value == Duration {
    /// A length of time within bounds, with its unit.
    static func duration(_ bounds: ClosedRange<Duration>) -> Self {
        let range = "\(DurationText.write(bounds.lowerBound)) … \(DurationText.write(bounds.upperBound))"
        return Self("duration, \(range)") { (text) throws(UnreadableValue) in
            let duration = try DurationText.read(text)
            try refuse(duration, outside: bounds, as: DurationText.write)
            return duration
        } show: {
            DurationText.write($0)
        }
    }
}

extension ValueFormat where Value == Bool {
    /// `true` or `false`.
    static var toggle: Self {
        var format = Self("`true` or `false`") { (text) throws(UnreadableValue) in
            guard let value = Bool(text) else {
                throw UnreadableValue("is neither true nor false", hint: "write true or false")
            }
            return value
        } show: {
            String($0)
        }
        format.isSwitch = true
        return format
    }
}

extension ValueFormat where Value == String {
    /// Any text on one line.
    static var text: Self {
        pattern("text") { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
    }

    /// A text of which every character must be allowed.
    ///
    /// Limits: 255 bytes, AMQP's longest short string.
    static func pattern(_ name: String, _ isAllowed: @escaping @Sendable (String) -> Bool) -> Self {
        Self(name) { (text) throws(UnreadableValue) in
            guard isAllowed(text) else { throw UnreadableValue("is not of the form: \(name.withoutBackticks)") }
            guard text.utf8.count <= 255 else { throw UnreadableValue("is longer than 255 bytes") }
            return text
        } show: {
            $0
        }
    }

    /// A word of a routing key: letters, digits, `-` and `_`.
    static var word: Self {
        pattern("word of A–Z a–z 0–9 - _, at most 64") { text in
            text.utf8.count <= 64 && text.unicodeScalars.allSatisfy { $0.isWordCharacter }
        }
    }

    /// The name of an account, as commands and events have it.
    ///
    /// `-` alone is the word for no account.
    static var accountName: Self {
        pattern("name of a–z 0–9 -, at most 64") { text in
            text.utf8.count <= 64 && text != "-"
                && text.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
        }
    }

    /// The name of an exchange or a queue that an application may use.
    static var amqpName: Self {
        pattern("name, not `amq.…`") { text in
            !text.hasPrefix("amq.")
                && text.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0.value != 0x7F }
        }
    }

    /// The beginning of a CloudEvents type, in reverse domain order.
    static var typePrefix: Self {
        pattern("words of a–z 0–9 - with dots between") { text in
            text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { word in
                !word.isEmpty
                    && word.unicodeScalars.allSatisfy { $0.isWordCharacter && $0 != "_" && !("A"..."Z").contains($0) }
            }
        }
    }

    /// An absolute path.
    static var path: Self {
        Self("absolute path") { (text) throws(UnreadableValue) in
            guard text.hasPrefix("/") else {
                throw UnreadableValue("is a relative path", hint: "a path begins with /")
            }
            return text
        } show: {
            $0
        }
    }

    /// The IANA name of a time zone.
    static var timeZone: Self {
        Self("IANA time zone") { (text) throws(UnreadableValue) in
            guard TimeZone(identifier: text) != nil else {
                throw UnreadableValue("is no time zone that this machine knows", hint: "for example America/Santiago")
            }
            return text
        } show: {
            $0
        }
    }
}

extension ValueFormat where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a few words.
    static var choice: Self {
        let words = Value.allCases.map(\.rawValue)
        return Self(words.map { "`\($0)`" }.joined(separator: ", ")) { (text) throws(UnreadableValue) in
            guard let value = Value(rawValue: text) else {
                let nearest = Nearness.nearest(to: text, among: words)
                throw UnreadableValue(
                    "is none of \(words.joined(separator: ", "))",
                    hint: nearest.map { "nearest is \($0)" }
                )
            }
            return value
        } show: {
            $0.rawValue
        }
    }
}

extension String {
    /// The text for a person at a terminal: the reference is Markdown, a message is not.
    var withoutBackticks: String { filter { $0 != "`" } }
}

extension Unicode.Scalar {
    fileprivate var isWordCharacter: Bool {
        switch self {
        case "A"..."Z", "a"..."z", "0"..."9", "-", "_": true
        default: false
        }
    }
}

private func refuse<Value: Comparable>(
    _ value: Value,
    outside bounds: ClosedRange<Value>,
    as write: (Value) -> String
) throws(UnreadableValue) {
    if value < bounds.lowerBound { throw UnreadableValue("is below \(write(bounds.lowerBound))") }
    if value > bounds.upperBound { throw UnreadableValue("is above \(write(bounds.upperBound))") }
}

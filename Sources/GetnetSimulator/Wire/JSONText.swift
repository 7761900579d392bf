// SPDX-License-Identifier: Apache-2.0

/// A JSON object that is written member by member.
///
/// Answers and callbacks are on the hot path of benchmarks, so they are written as text instead of being encoded.
struct JSONText {
    /// Whether names begin with a capital letter.
    var pascalCase = false
    private var members = ""

    /// Creates an empty object.
    ///
    /// - Parameter bytes: how long it will be, about.
    init(reserving bytes: Int = 0) {
        if bytes > 0 { members.reserveCapacity(bytes) }
    }

    /// The object's text.
    var object: String { "{" + members + "}" }

    mutating func add(_ name: String, _ value: Int) {
        begin(name)
        members += String(value)
    }

    mutating func add(_ name: String, _ value: Bool) {
        begin(name)
        members += value ? "true" : "false"
    }

    mutating func add(_ name: String, _ value: String) {
        begin(name)
        Self.append(value, to: &members)
    }

    /// Adds a string, or `null`.
    mutating func add(_ name: String, orNull value: String?) {
        if let value { add(name, value) } else { add(name, json: "null") }
    }

    /// Adds a value that is JSON text already.
    mutating func add(_ name: String, json: String) {
        begin(name)
        members += json
    }

    private mutating func begin(_ name: String) {
        if !members.isEmpty { members += "," }
        members += "\""
        members += pascalCase ? name.prefix(1).uppercased() + name.dropFirst() : name
        members += "\":"
    }

    private static func append(_ value: String, to text: inout String) {
        text += "\""
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text += value
        } else {
            for scalar in value.unicodeScalars {
                switch scalar {
                case "\"": text += "\\\""
                case "\\": text += "\\\\"
                case "\u{0}"..<"\u{20}":
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A JSON value as it is spelled: a number keeps its digits, an object its repeated members.
///
/// Foundation's readers turn `100`, `100.0` and `true` into one kind of number and drop repeated members, which are
/// the very differences that a strict server tells apart.
enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The number's own text.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Equatable, Sendable {
        let name: String
        let value: JSONValue
    }

    /// What it is called in a fault.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// A number that is spelled as an integer.
    var integer: Int? {
        if case .number(let digits) = self { Int(digits) } else { nil }
    }
}

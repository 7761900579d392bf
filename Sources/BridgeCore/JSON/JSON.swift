// SPDX-License-Identifier: Apache-2.0

/// A JSON value that keeps what a strict reader must see: member order, repeated members, the spelling of numbers.
///
/// Source: RFC 8259; why this is not Foundation's: `docs/decisions/0003-own-json.md`.
public enum JSON: Sendable, Equatable {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number as it was spelled.
    case number(JSONNumber)
    /// A string, unescaped.
    case string(String)
    /// An array.
    case array([JSON])
    /// The members of an object in their order; a repeated name stands as often as it was written.
    case object([Member])

    /// One name and its value.
    public struct Member: Sendable, Equatable {
        /// The name, unescaped.
        public var name: String
        /// The value.
        public var value: JSON

        /// Joins a name and a value.
        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The first member of that name, if this is an object that has one.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The first member whose name is equal but for the case of ASCII letters.
    public func member(ignoringCase name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }

    /// The string, if this is one.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The integer, if this is a number that is mathematically one and fits.
    public var integer: Int64? {
        if case .number(let value) = self { value.integer } else { nil }
    }

    /// What kind of value this is, in the words of a fault message.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A JSON number by its spelling.
public struct JSONNumber: Sendable, Equatable {
    /// The characters as they were written, for example `1.599e4`.
    public let lexeme: String

    /// Keeps a spelling that the parser has checked.
    init(lexeme: String) {
        self.lexeme = lexeme
    }

    /// Spells an integer.
    public init(_ value: Int64) {
        lexeme = String(value)
    }

    /// The value if it is mathematically an integer that fits 64 bits: `15990`, `15990.0` and `1.599e4` are the same.
    public var integer: Int64? {
        if let plain = Int64(lexeme) { return plain }
        return Decimal(lexeme)?.integer
    }

    /// A spelling that two numbers of equal value share: digits without trailing zeros and a power of ten.
    public var canonical: String {
        if let integer { return String(integer) }
        guard let decimal = Decimal(lexeme) else { return lexeme }
        return "\(decimal.isNegative ? "-" : "")\(decimal.digits)e\(decimal.exponent)"
    }

    /// Sign, digits and a power of ten, read without a rounding step.
    private struct Decimal {
        /// An exponent beyond this is no amount of anything.
        static let exponents = -10_000...10_000

        var isNegative = false
        var digits = ""
        var exponent = 0

        init?(_ lexeme: String) {
            let parts = lexeme.split(whereSeparator: { $0 == "e" || $0 == "E" })
            guard let mantissa = parts.first else { return nil }
            if parts.count == 2 {
                guard let written = Int(parts[1]), Self.exponents.contains(written) else { return nil }
                exponent = written
            }
            isNegative = mantissa.first == "-"
            let halves = mantissa.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
            digits = halves.joined()
            exponent -= halves.count == 2 ? halves[1].count : 0
            while digits.last == "0" {
                digits.removeLast()
                exponent += 1
            }
            digits = String(digits.drop { $0 == "0" })
            if digits.isEmpty { (digits, exponent, isNegative) = ("0", 0, false) }
        }

        var integer: Int64? {
            guard exponent >= 0, exponent < 19 else { return nil }
            return Int64((isNegative ? "-" : "") + digits + String(repeating: "0", count: exponent))
        }
    }
}

extension [JSON.Member] {
    /// So few names are compared pair by pair; more are hashed.
    private static let fewNames = 16

    /// Whether a name stands more than once.
    var hasRepeatedNames: Bool {
        guard count <= Self.fewNames else { return Set(lazy.map(\.name)).count != count }
        return indices.contains { index in self[..<index].contains { $0.name == self[index].name } }
    }
}

extension String {
    /// Whether both are equal once ASCII capitals are lowered.
    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy { $0 == $1 || $0.asciiLowercased == $1.asciiLowercased }
    }
}

extension UInt8 {
    /// The letter in lower case, anything else as it is.
    var asciiLowercased: UInt8 {
        (65...90).contains(self) ? self + 32 : self
    }
}

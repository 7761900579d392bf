// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// An object of the cloud, read without regard to the case of member names, and never read past a contradiction.
struct LooseObject {
    /// What stands under a name.
    enum Lookup {
        /// Nothing, or `null`.
        case absent
        /// One value, however often it is repeated.
        case value(JSON)
        /// Several different values: it is not known which one is meant.
        case contradictory
    }

    let members: [JSON.Member]

    /// Opens an object; `nil` for anything else.
    ///
    /// A string that held one was unfolded with its document.
    init?(_ value: JSON?) {
        guard case .object(let members) = value else { return nil }
        self.members = members
    }

    func lookUp(_ name: String) -> Lookup {
        var found: Int?
        // By index, because most members are passed over and need not be copied.
        for index in members.indices where members[index].name.equalsLoosely(name) {
            guard let first = found else {
                found = index
                continue
            }
            if members[first].value != members[index].value { return .contradictory }
        }
        guard let found else { return .absent }
        if case .null = members[found].value { return .absent }
        return .value(members[found].value)
    }

    /// Whether any member is repeated with another value.
    var isContradictory: Bool {
        let names = Set(members.map { $0.name.utf8.map(\.loosened) })
        guard names.count < members.count else { return false }
        return members.contains { if case .contradictory = lookUp($0.name) { true } else { false } }
    }

    /// The value, `nil` where it is absent or contradictory.
    func value(_ name: String) -> JSON? {
        if case .value(let value) = lookUp(name) { value } else { nil }
    }

    /// Whether something other than `null` stands under a name.
    func has(_ name: String) -> Bool {
        if case .absent = lookUp(name) { false } else { true }
    }
}

extension JSON {
    /// The longest known one has 28 characters.
    static let longestIdentity = 64

    /// A whole number, written as one or as a string of digits such as `"00"`.
    ///
    /// Source: docs/getnet.md 5.5.
    var looseInteger: Int64? {
        switch self {
        case .number(let number): return number.integer
        case .string(let text):
            let trimmed = text.trimmed
            guard (1...18).contains(trimmed.utf8.count) else { return nil }
            if let plain = Int64(trimmed), !trimmed.hasPrefix("+") { return plain }
            guard case .number(let number) = try? JSONParser.parse(Array(trimmed.utf8)) else { return nil }
            return number.integer
        case .null, .bool, .array, .object: return nil
        }
    }

    /// An identity as text; empty strings and zeros count as absent.
    ///
    /// Source: docs/getnet.md 14.7.
    var identity: String? {
        switch self {
        case .number(let number):
            guard let value = number.integer, value != 0 else { return nil }
            return String(value)
        case .string(let text):
            let trimmed = text.trimmed
            guard trimmed.utf8.count <= Self.longestIdentity else { return nil }
            return trimmed.utf8.allSatisfy { $0 == UInt8(ascii: "0") } ? nil : trimmed
        case .null, .bool, .array, .object: return nil
        }
    }

    /// Whether the value says that there is no identity.
    var isAbsentIdentity: Bool {
        switch self {
        case .null: true
        case .number(let number): number.integer == 0
        case .string(let text): text.trimmed.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
        case .bool, .array, .object: false
        }
    }

    /// Getnet's number of a transaction: 1 to 19 digits without leading zeros, safe in a path.
    var cloudNumber: String? {
        guard let identity else { return nil }
        let digits = identity.drop { $0 == "0" }
        guard (1...19).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return String(digits)
    }
}

extension String {
    /// The text without white space at both ends.
    var trimmed: String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = utf8.first, let last = utf8.last, isSpace(first) || isSpace(last) else { return self }
        let inner = utf8.drop(while: isSpace)
        guard let end = inner.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(self[inner.startIndex...end])
    }

    /// Whether both are equal once ASCII capitals are lowered.
    func equalsLoosely(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return self == other || utf8.elementsEqual(other.utf8) { $0.loosened == $1.loosened }
    }
}

extension UInt8 {
    /// The letter in lower case, anything else as it is.
    var loosened: UInt8 { (65...90).contains(self) ? self | 0x20 : self }
}

extension JSON {
    /// The only element of a list; anything else as it is.
    var loneElement: JSON {
        if case .array(let elements) = self, elements.count == 1 { elements[0] } else { self }
    }
}

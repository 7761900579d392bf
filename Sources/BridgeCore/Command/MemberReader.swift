// SPDX-License-Identifier: Apache-2.0

/// Takes the members of an object one by one, collects every fault, and refuses members that are not expected.
struct MemberReader {
    enum Presence {
        case required
        case optional
    }

    /// A hostile object could have any number of members; more faults than this do not help the publisher.
    static let faultLimit = 50
    /// A member's name is quoted in a fault up to this many Unicode scalars.
    static let quotedNameLimit = 40
    /// A path is quoted up to this many Unicode scalars.
    static let quotedPathLimit = 120

    var faults: [CommandFault] = []
    private let members: [JSON.Member]
    private let prefix: String
    private var isTaken: [Bool]

    init(_ object: JSON, prefix: String = "") {
        members = if case .object(let members) = object { members } else { [] }
        isTaken = Array(repeating: false, count: members.count)
        self.prefix = prefix
    }

    mutating func fault(_ name: String, _ code: CommandFault.Code, _ message: String) {
        guard faults.count < Self.faultLimit else { return }
        faults.append(CommandFault((prefix + name).cut(to: Self.quotedPathLimit), code, message))
    }

    /// Takes over what the reader of an inner object found.
    mutating func absorb(_ inner: MemberReader) {
        faults += inner.faults.prefix(Self.faultLimit - min(faults.count, Self.faultLimit))
    }

    /// Finds repeated members and nulls at every depth.
    mutating func checkEverywhere() {
        let whole = JSON.object(members)
        // A correct message does not pay for building paths.
        if !Self.isClean(whole) { check(whole, path: "") }
    }

    private static func isClean(_ value: JSON) -> Bool {
        switch value {
        case .null: return false
        case .bool, .number, .string: return true
        case .array(let elements): return elements.allSatisfy(isClean)
        case .object(let members):
            return members.allSatisfy { isClean($0.value) } && !members.hasRepeatedNames
        }
    }

    func has(_ name: String) -> Bool {
        peek(name) != nil
    }

    func peek(_ name: String) -> JSON? {
        members.first { $0.name == name }?.value
    }

    /// Leaves a member alone, because nothing can be said of it.
    mutating func skip(_ name: String) { mark(name) }

    /// Leaves a member alone that cannot be read because another one is missing.
    mutating func unread<Value>(_ name: String) -> Value? {
        skip(name)
        return nil
    }

    /// Refuses a member that is known, but not here.
    mutating func refuse(_ name: String, because reason: String) {
        guard has(name) else { return }
        mark(name)
        fault(name, .unknownMember, reason)
    }

    mutating func refuseTheRest(because reason: String = "there is no such member") {
        for (index, member) in members.enumerated() where !isTaken[index] && faults.count < Self.faultLimit {
            mark(member.name)
            fault(member.name.cut(to: Self.quotedNameLimit), .unknownMember, reason)
        }
    }

    mutating func string(_ name: String, _ presence: Presence) -> String? {
        guard let value = take(name, presence) else { return nil }
        guard let text = value.string else { return wrongType(name, value, "a string") }
        return text
    }

    mutating func word(_ name: String, upTo length: Int, allowing marks: String) -> String? {
        guard let text = string(name, .required) else { return nil }
        guard isWord(text, upTo: length, allowing: marks) else {
            fault(name, .invalidFormat, "1 to \(length) letters or digits\(marks.isEmpty ? "" : " or any of \(marks)")")
            return nil
        }
        return text
    }

    mutating func digits(_ name: String, upTo length: Int) -> String? {
        guard let value = take(name, .required) else { return nil }
        let text: String
        switch value {
        case .string(let written): text = written
        case .number(let number):
            guard let integer = number.integer, integer > 0 else {
                fault(name, .outOfRange, "not a positive integer")
                return nil
            }
            text = String(integer)
        case .null, .bool, .array, .object: return wrongType(name, value, "a number or a string of digits")
        }
        guard (1...length).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            fault(name, .invalidFormat, "1 to \(length) digits")
            return nil
        }
        return text
    }

    mutating func integer(_ name: String, _ bounds: ClosedRange<Int64>, _ presence: Presence) -> Int64? {
        guard let value = take(name, presence) else { return nil }
        guard case .number(let number) = value else { return wrongType(name, value, "a number") }
        guard let integer = number.integer, bounds.contains(integer) else {
            fault(name, .outOfRange, "not an integer from \(bounds.lowerBound) to \(bounds.upperBound)")
            return nil
        }
        return integer
    }

    mutating func object(_ name: String, _ presence: Presence) -> MemberReader? {
        guard let value = take(name, presence) else { return nil }
        guard case .object = value else { return wrongType(name, value, "an object") }
        return MemberReader(value, prefix: "\(prefix)\(name).")
    }

    mutating func elements(_ name: String) -> [JSON]? {
        guard let value = take(name, .required) else { return nil }
        guard case .array(let elements) = value else { return wrongType(name, value, "an array") }
        return elements
    }

    mutating func rawObject(_ name: String) -> JSON? {
        guard let value = take(name, .required) else { return nil }
        guard case .object = value else { return wrongType(name, value, "an object") }
        return value
    }

    mutating func option(_ name: String, _ rule: CommandProfile.FieldRule) -> JSON.Scalar? {
        switch rule {
        case .boolean:
            guard let value = take(name, .required) else { return nil }
            guard case .bool(let flag) = value else { return wrongType(name, value, "a boolean") }
            return .bool(flag)
        case .integer(let bounds): return integer(name, bounds, .required).map { .integer($0) }
        case .text(let limit):
            guard let text = string(name, .required) else { return nil }
            guard (1...limit).contains(text.unicodeScalars.count) else {
                fault(name, .outOfRange, "1 to \(limit) characters")
                return nil
            }
            return .text(text)
        case .oneOf(let choices):
            guard let text = string(name, .required) else { return nil }
            guard choices.contains(text) else {
                fault(name, .outOfRange, "one of \(choices.joined(separator: ", "))")
                return nil
            }
            return .text(text)
        case .rut:
            guard let text = string(name, .required) else { return nil }
            guard TaxNumber.isChilean(text) else {
                fault(name, .invalidFormat, "no Chilean RUT with its check digit, such as 12.345.678-5")
                return nil
            }
            return .text(text)
        case .printLines:
            guard let value = take(name, .required) else { return nil }
            guard case .array(let lines) = value else { return wrongType(name, value, "an array") }
            for fault in PrintLine.faults(in: lines, path: name) { self.fault(fault.path, fault.code, fault.message) }
            return .structure(String(decoding: value.canonical.serialized, as: UTF8.self))
        }
    }

    private mutating func take(_ name: String, _ presence: Presence) -> JSON? {
        mark(name)
        guard let value = peek(name) else {
            if presence == .required { fault(name, .required, "is missing") }
            return nil
        }
        // A null was reported already, by the search for nulls.
        return value == .null ? nil : value
    }

    /// Notes that a member was asked for, or named as unknown, however often it stands there.
    private mutating func mark(_ name: String) {
        for index in members.indices where members[index].name == name { isTaken[index] = true }
    }

    private mutating func wrongType<T>(_ name: String, _ value: JSON, _ expected: String) -> T? {
        fault(name, .wrongType, "is \(value.kind), \(expected) is expected")
        return nil
    }

    private func isWord(_ text: String, upTo length: Int, allowing marks: String) -> Bool {
        (1...length).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0.asciiLowercased) || marks.utf8.contains($0)
            }
    }

    private mutating func check(_ value: JSON, path: String) {
        switch value {
        case .null: fault(path, .null, "null says nothing; leave the member out")
        case .bool, .number, .string: return
        case .array(let elements):
            for (index, element) in elements.enumerated() { check(element, path: "\(path)[\(index)]") }
        case .object(let members):
            var seen: Set<String> = []
            for member in members {
                let name = member.name.cut(to: Self.quotedNameLimit)
                let inner = path.isEmpty ? name : "\(path).\(name)"
                if !seen.insert(member.name).inserted { fault(inner, .repeatedMember, "stands more than once") }
                check(member.value, path: inner)
            }
        }
    }
}

extension String {
    /// The beginning, at most that many Unicode scalars: a single `Character` could be of any length.
    fileprivate func cut(to limit: Int) -> String {
        utf8.count <= limit ? self : String(unicodeScalars.prefix(limit))
    }
}

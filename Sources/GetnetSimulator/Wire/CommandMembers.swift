// SPDX-License-Identifier: Apache-2.0

/// The members of a command's body, and everything that is wrong with them: what all commands have in common.
///
/// Source: docs/getnet.md 2.1, 2.2, 3.2. Strict means exact types, lengths and names; lenient means what the clients in
/// the wild get away with: numbers as strings, unknown members, names in any case.
struct CommandMembers {
    static let maximumCustomIDLength = 25
    static let maximumWebhookLength = 199

    let strict: Bool
    private(set) var faults: [RequestFault] = []
    private var members: [String: JSONValue] = [:]

    /// Creates the members of a body that is not read yet.
    ///
    /// - Parameter strict: whether everything that docs/getnet.md does not allow is a fault.
    init(strict: Bool) {
        self.strict = strict
    }

    /// The value of a member, if the body has it.
    subscript(_ name: String) -> JSONValue? { members[name] }

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: the whole body.
    ///   - allowed: the names that may be there.
    ///   - command: what it is, for the words of a fault.
    /// - Returns: whether it is an object; if not, nothing else is worth looking at.
    mutating func read(_ body: [UInt8], allowed: Set<String>, of command: @autoclosure () -> String) -> Bool {
        do {
            guard case .object(let object) = try JSONReader.read(body) else {
                fault("body", "must be a JSON object")
                return false
            }
            collect(object, allowed: allowed, of: command)
            return true
        } catch {
            fault("body", "is no JSON text (byte \(error.offset))")
            return false
        }
    }

    private mutating func collect(_ object: [JSONValue.Member], allowed: Set<String>, of command: () -> String) {
        let spellings =
            strict ? [:] : Dictionary(allowed.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        for member in object {
            let name = spellings[member.name.lowercased()] ?? member.name
            if strict && !allowed.contains(name) { fault(name, "is not a member of \(command())") }
            if members.updateValue(member.value, forKey: name) != nil && strict { fault(name, "is repeated") }
        }
    }

    // MARK: - Members

    /// Checks the number of the command.
    mutating func checkCommand(_ number: Int) {
        guard let command = members["command"] else { return fault("command", "is missing") }
        guard integer(command) == number else { return fault("command", "must be the number \(number)") }
    }

    /// The KeyPos triplet.
    mutating func readTerminal() -> TerminalIdentity {
        let terminal = identifier("idTerminal", length: 8)
        let serial = identifier("serialNumber", length: 12)
        return TerminalIdentity(idTerminal: terminal, idSucursal: readBranch(), serialNumber: serial)
    }

    private mutating func identifier(_ name: String, length: Int) -> String {
        guard case .string(let text)? = members[name] else {
            fault(name, members[name] == nil ? "is missing" : "must be a string")
            return ""
        }
        let fits = strict ? text.utf8.count == length : (1...20).contains(text.utf8.count)
        if !fits || !text.utf8.allSatisfy(\.isASCIIAlphanumeric) {
            fault(name, "must be \(length) letters or digits")
        }
        return text
    }

    private mutating func readBranch() -> String {
        switch members["idSucursal"] {
        case .number(let digits)? where digits.utf8.allSatisfy(\.isASCIIDigit) && digits.utf8.count <= 10: return digits
        case .string(let text)? where text.utf8.allSatisfy(\.isASCIIDigit) && (1...10).contains(text.utf8.count):
            return text
        case nil: fault("idSucursal", "is missing")
        default: fault("idSucursal", "must be a number or a string of at most 10 digits")
        }
        return ""
    }

    /// The merchant's correlation id; an empty one counts as none.
    mutating func readCustomID() -> String? {
        guard let value = members["customId"] else { return nil }
        guard case .string(let customID) = value else {
            fault("customId", "must be a string, not \(value.kind)")
            return nil
        }
        if customID.utf8.count > Self.maximumCustomIDLength {
            fault("customId", "has \(customID.utf8.count) characters, at most \(Self.maximumCustomIDLength) fit")
        }
        if !customID.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
            fault("customId", "must be printable ASCII")
        }
        return customID.isEmpty ? nil : customID
    }

    /// Where the callback goes.
    mutating func readWebhook() -> String? {
        guard let value = members["webhook"] else { return nil }
        guard case .string(let webhook) = value else {
            fault("webhook", "must be a string, not \(value.kind)")
            return nil
        }
        if webhook.utf8.count > Self.maximumWebhookLength {
            fault("webhook", "must be below \(Self.maximumWebhookLength + 1) characters")
        }
        if !WebhookAddress.isUsable(webhook) { fault("webhook", "must be an http or https URL with a host") }
        return webhook
    }

    /// Checks a member that may be absent.
    mutating func check(_ name: String, _ problem: String, _ holds: (JSONValue) -> Bool) {
        guard let value = members[name] else { return }
        if !holds(value) { fault(name, problem) }
    }

    /// Checks that a member, if it is there, is a boolean.
    mutating func checkBoolean(_ name: String) {
        check(name, "must be a boolean") { if case .bool = $0 { true } else { false } }
    }

    // MARK: - Tools

    /// A number that is spelled as an integer; lenient: in a string too.
    func integer(_ value: JSONValue) -> Int? {
        if !strict, case .string(let digits) = value { return Int(digits) }
        return value.integer
    }

    /// Notes something wrong.
    mutating func fault(_ part: String, _ problem: String) {
        faults.append(RequestFault(part, problem))
    }
}

extension UInt8 {
    /// Whether it is one of `0`–`9`.
    var isASCIIDigit: Bool { (0x30...0x39).contains(self) }

    /// Whether it is one of `0`–`9`, `A`–`Z`, `a`–`z`.
    var isASCIIAlphanumeric: Bool {
        isASCIIDigit || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}

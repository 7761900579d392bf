// SPDX-License-Identifier: Apache-2.0

/// Reads the body of a sale and finds everything that is wrong with it.
///
/// Source: reference §3 and §4.1. Strict means exact types, lengths and names; lenient means what the clients in the
/// wild get away with: numbers as strings, unknown members, names in any case.
struct SaleRequestReader {
    static let amounts = 1...999_999_999
    static let maximumTicketLength = 24
    static let maximumCustomIDLength = 25
    static let maximumWebhookLength = 199

    let strict: Bool
    let country: String

    private var faults: [RequestFault] = []
    private var members: [String: JSONValue] = [:]

    /// Creates a reader for one body.
    ///
    /// - Parameters:
    ///   - strict: whether everything the reference does not allow is a fault.
    ///   - country: lower-case ISO code; decides which members exist.
    init(strict: Bool, country: String) {
        self.strict = strict
        self.country = country
    }

    /// What a body says, or everything that is wrong with it.
    enum Reading: Equatable {
        case sale(SaleRequest)
        case faults([RequestFault])
    }

    /// Reads a body.
    ///
    /// - Parameter body: the whole body.
    /// - Returns: the sale, or the faults.
    mutating func read(_ body: [UInt8]) -> Reading {
        do {
            guard case .object(let object) = try JSONReader.read(body) else {
                return .faults([RequestFault("body", "must be a JSON object")])
            }
            collect(object)
        } catch {
            return .faults([RequestFault("body", "is no JSON text (byte \(error.offset))")])
        }
        let sale = SaleRequest(
            terminal: readTerminal(),
            amount: readAmount(),
            ticketNumber: readTicket(),
            customID: readCustomID(),
            webhook: readWebhook()
        )
        checkCommand()
        if strict { checkOptions() }
        return faults.isEmpty ? .sale(sale) : .faults(faults)
    }

    private mutating func collect(_ object: [JSONValue.Member]) {
        let allowed = Self.members(of: country)
        for member in object {
            let name = strict ? member.name : (Self.canonical[member.name.lowercased()] ?? member.name)
            if strict && !allowed.contains(name) { fault(name, "is not a member of a sale in \(country)") }
            if members.updateValue(member.value, forKey: name) != nil && strict { fault(name, "is repeated") }
        }
    }

    // MARK: - Members

    private mutating func checkCommand() {
        guard let command = members["command"] else { return fault("command", "is missing") }
        guard integer(command) == 100 else { return fault("command", "must be the number 100") }
    }

    private mutating func readTerminal() -> TerminalIdentity {
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

    private mutating func readAmount() -> Int {
        guard let value = members["amount"] else {
            fault("amount", "is missing")
            return 0
        }
        guard let amount = integer(value) else {
            fault("amount", "must be an integer, not \(value.kind)")
            return 0
        }
        if !Self.amounts.contains(amount) { fault("amount", "must be 1 to 999999999") }
        return amount
    }

    private mutating func readTicket() -> String? {
        guard let value = members["ticketNumber"] else {
            if strict && country == "cl" { fault("ticketNumber", "is missing") }
            return nil
        }
        guard case .string(let ticket) = value else {
            fault("ticketNumber", "must be a string, not \(value.kind)")
            return nil
        }
        let plain = ticket.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") }
        if !plain || !(1...Self.maximumTicketLength).contains(ticket.utf8.count) {
            fault("ticketNumber", "must be 1 to \(Self.maximumTicketLength) of A-Z, a-z, 0-9 and -")
        }
        return ticket
    }

    private mutating func readCustomID() -> String? {
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

    private mutating func readWebhook() -> String? {
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

    // MARK: - Options

    private mutating func checkOptions() {
        for name in ["printOnPos", "skipConfirmation", "skipReceipt"] {
            check(name, "must be a boolean") { if case .bool = $0 { true } else { false } }
        }
        let integers = [
            "saleType": 0...6, "employeeId": 0...9_999, "tip": 0...999_999_999, "installments": 0...99,
            "operationMode": 0...99,
        ]
        for (name, range) in integers {
            check(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)") {
                $0.integer.map(range.contains) ?? false
            }
        }
        check("interest", "must be a number") { if case .number = $0 { true } else { false } }
        check("planId", "must be a string") { if case .string = $0 { true } else { false } }
        check("paymentCategory", "must be \"FOOD_BENEFIT\"") { $0 == .string("FOOD_BENEFIT") }
    }

    private mutating func check(_ name: String, _ problem: String, _ holds: (JSONValue) -> Bool) {
        guard let value = members[name] else { return }
        if !holds(value) { fault(name, problem) }
    }

    // MARK: - Tools

    private func integer(_ value: JSONValue) -> Int? {
        if !strict, case .string(let digits) = value { return Int(digits) }
        return value.integer
    }

    private mutating func fault(_ part: String, _ problem: String) {
        faults.append(RequestFault(part, problem))
    }

    private static let common: Set<String> = [
        "idTerminal", "idSucursal", "serialNumber", "command", "amount", "customId", "webhook", "printOnPos",
        "saleType", "employeeId", "ticketNumber",
    ]
    private static let chile = common.union(["paymentCategory"])
    private static let argentina = common.union([
        "tip", "installments", "planId", "interest", "operationMode", "skipConfirmation", "skipReceipt",
    ])
    private static let canonical = Dictionary(
        uniqueKeysWithValues: chile.union(argentina).map { ($0.lowercased(), $0) }
    )

    /// The members that a sale may have; Uruguay is not documented and gets everything that is known.
    private static func members(of country: String) -> Set<String> {
        switch country {
        case "cl": chile
        case "ar": argentina
        default: chile.union(argentina)
        }
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

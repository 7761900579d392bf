// SPDX-License-Identifier: Apache-2.0

/// What is asked of a terminal besides sales and reads of its journal.
struct CommandRequest: Equatable, Sendable {
    let command: TerminalCommand
    let terminal: TerminalIdentity
    var customID: String?
    /// Where the callback goes; absent: the answer is held until the terminal is done.
    var webhook: String?
    /// Of a refund, in minor units.
    var amount: Int?
    /// The receipt that is meant.
    var operationID: Int?
    /// The issuer's approval of the payment that is meant.
    var authorizationCode: String?
    /// The local day of the payment that is meant.
    var originalDate: String?
    /// The tax number that is to be checked.
    var taxNumber: String?

    /// Everything that is wrong with a body.
    struct Faults: Error, Equatable {
        let list: [RequestFault]
    }

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: the whole body.
    ///   - command: what its path says.
    ///   - settings: strictness, country, and what becomes of a webhook.
    /// - Returns: what is asked, or everything that is wrong with it.
    static func read(
        _ body: [UInt8],
        as command: TerminalCommand,
        _ settings: SimulatorConfiguration
    ) -> Result<CommandRequest, Faults> {
        let rules = command.members(in: settings.country)
        var members = CommandMembers(strict: settings.strict)
        let names = Set(rules.map(\.name)).union(["idTerminal", "idSucursal", "serialNumber", "command"])
        guard members.read(body, allowed: names, of: command.rawValue) else {
            return .failure(Faults(list: members.faults))
        }
        var request = CommandRequest(command: command, terminal: members.readTerminal())
        members.checkCommand(command.number)
        for rule in rules { members.check(rule, country: settings.country) }
        request.take(members, settings)
        if request.webhook != nil, settings.foreignWebhook(of: command) == .refuse {
            members.fault("webhook", "is not known for \(command.rawValue) in \(settings.country)")
        }
        return members.faults.isEmpty ? .success(request) : .failure(Faults(list: members.faults))
    }

    private mutating func take(_ members: CommandMembers, _ settings: SimulatorConfiguration) {
        customID = members.text("customId")
        if let webhook = members.text("webhook"), settings.foreignWebhook(of: command) != .ignore {
            self.webhook = webhook
        }
        amount = members["amount"].flatMap(members.integer)
        operationID = members["operationId"].flatMap(members.integer)
        authorizationCode = members.text("authorizationCode")
        originalDate = members.text("originalTransDate")
        taxNumber = members.text("rutToValidate")
    }
}

extension SimulatorConfiguration {
    /// What becomes of the webhook of a read of the journal.
    var readWebhook: ForeignWebhook { country == "ar" ? foreignWebhook : .accept }

    /// What the cloud does with a webhook that may not work: in Argentina that of all but a sale.
    func foreignWebhook(of command: TerminalCommand) -> ForeignWebhook {
        country == "ar" && command != .promotionSale ? foreignWebhook : .accept
    }
}

extension CommandMembers {
    /// The text of a member, if it is one that is not empty.
    func text(_ name: String) -> String? {
        guard case .string(let text)? = self[name], !text.isEmpty else { return nil }
        return text
    }

    /// Checks one member of a command.
    mutating func check(_ rule: MemberRule, country: String) {
        guard let value = self[rule.name] else {
            if rule.needed == .always || (strict && rule.isNeeded(in: country)) { fault(rule.name, "is missing") }
            return
        }
        switch rule.kind {
        case .customID: _ = readCustomID()
        case .webhook: _ = readWebhook()
        case .integer(let range):
            if !(integer(value).map(range.contains) ?? false) {
                fault(rule.name, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
            }
        case .text(let lengths):
            guard case .string(let text) = value, lengths.contains(text.utf8.count),
                text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
            else { return fault(rule.name, "must be \(lengths.lowerBound) to \(lengths.upperBound) characters") }
        case .boolean: if strict { checkBoolean(rule.name) }
        case .date: if strict { check(rule.name, "must be YYYY-MM-DD", CalendarDay.isOne) }
        case .taxNumber: if strict { check(rule.name, "must be a tax number, 12.345.678-5", TaxNumber.isOne) }
        case .printJob: if strict { checkPrintJob(value, rule.name) }
        }
    }
}

/// A day as the terminals write it.
enum CalendarDay {
    /// Whether a value is a day that exists, `YYYY-MM-DD`.
    static func isOne(_ value: JSONValue) -> Bool {
        guard case .string(let text) = value, text.utf8.count == 10 else { return false }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy(\.isASCIIDigit) }) else {
            return false
        }
        let numbers = parts.compactMap { Int($0) }
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...lengths[month - 1]).contains(day)
    }
}

/// A Chilean tax number.
enum TaxNumber {
    /// Whether a value is one, with dots between thousands and a check digit that is right.
    ///
    /// The check digit is 11 − (the digits from the right times 2, 3, 4, 5, 6, 7, 2, …) mod 11, 10 is `K`.
    static func isOne(_ value: JSONValue) -> Bool {
        guard case .string(let text) = value, text.utf8.count <= 12 else { return false }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 1 else { return false }
        let groups = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let isGrouped = groups.dropFirst().allSatisfy { $0.utf8.count == 3 } && (1...3).contains(groups[0].utf8.count)
        let digits = groups.joined().utf8.map { Int($0) - 0x30 }
        guard isGrouped, (1...9).contains(digits.count), digits.allSatisfy((0...9).contains) else { return false }
        let sum = digits.reversed().enumerated().reduce(0) { $0 + $1.element * (2 + $1.offset % 6) }
        let rest = 11 - sum % 11
        return parts[1].uppercased() == (rest == 11 ? "0" : rest == 10 ? "K" : String(rest))
    }
}

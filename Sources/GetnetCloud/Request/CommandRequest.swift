// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// Writes the body of a command the way a country expects it.
///
/// *Shape*: the KeyPos triplet, `command`, what the country's profile says of the command's facts and fields,
/// `customId`, and `webhook` where the result is to come by callback: nothing else makes the call asynchronous.
/// *Source*: docs/getnet.md 3.2, 4.1, 4.2, 10.
public struct CommandRequest: Sendable {
    private let profile: CountryProfile
    private let fieldNames: [CommandType: [String]]

    /// Requests for that country.
    public init(profile: CountryProfile) {
        self.profile = profile
        fieldNames = profile.commands.mapValues { $0.fields.keys.sorted() }
    }

    /// The body for a transaction; `nil` for a command that the country does not know.
    public func bytes(for transaction: Transaction, callbackURL: String) -> [UInt8]? {
        let content = transaction.command.content
        guard let command = profile.commands[content.type] else { return nil }
        var writer = JSONWriter(reserving: 512)
        writer.object { writer in
            writer.triplet(content.terminal, profile.branchForm)
            writer.member("command", content.type.functionCode)
            for fact in command.facts { writer.write(fact, of: transaction, profile.amountUnit) }
            for name in fieldNames[content.type] ?? [] {
                switch content.options[name] ?? command.fields[name]?.preset {
                case .bool(let flag): writer.member(name, flag)
                case .integer(let number): writer.member(name, number)
                case .text(let text): writer.member(name, text)
                case .structure(let text): writer.member(name, rawJSON: text.utf8)
                case nil: break
                }
            }
            if command.sendsCustomID { writer.member("customId", transaction.id.description) }
            if command.mode.asksForCallback { writer.member("webhook", callbackURL) }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ fact: CommandProfile.Fact, of transaction: Transaction, _ unit: AmountUnit) {
        let content = transaction.command.content
        switch fact {
        case .amount: member("amount", content.amount.flatMap { unit.number(ofMinorUnits: $0.value) })
        case .ticketNumber: member("ticketNumber", content.reference)
        case .operationID: member("operationId", transaction.original?.operationID)
        case .authorizationCode: member("authorizationCode", transaction.original?.authorizationCode)
        case .originalDate: member("originalTransDate", transaction.original?.date)
        }
    }

    /// The members that name a terminal, spelled the way a country expects them.
    ///
    /// Source: docs/getnet.md 2.1, 2.2.
    mutating func triplet(_ terminal: Terminal, _ form: CountryProfile.BranchForm) {
        member("idTerminal", terminal.idTerminal)
        switch form {
        case .number: member("idSucursal", rawJSON: terminal.idSucursal.utf8)
        case .paddedString(let width):
            let zeros = String(repeating: "0", count: max(0, width - terminal.idSucursal.utf8.count))
            member("idSucursal", zeros + terminal.idSucursal)
        }
        member("serialNumber", terminal.serialNumber)
    }
}

// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// Writes the body of an asynchronous sale the way a country expects it.
///
/// *Shape*: the KeyPos triplet, `command` 100, `amount` in minor units, `ticketNumber` where the country has it, the
/// country's options, `customId` and `webhook`. The `webhook` is what makes the call asynchronous.
/// *Source*: reference §4.0, §4.1.
public struct SaleRequest: Sendable {
    private let profile: CountryProfile
    private let optionNames: [String]

    /// Requests for that country.
    public init(profile: CountryProfile) {
        self.profile = profile
        optionNames = Set(profile.saleOptions.keys).union(profile.saleDefaults.keys).sorted()
    }

    /// The body for a transaction.
    public func bytes(for transaction: Transaction, callbackURL: String) -> [UInt8] {
        let content = transaction.command.content
        var writer = JSONWriter(reserving: 512)
        writer.object { writer in
            writer.triplet(content.terminal, profile.branchForm)
            writer.member("command", content.type.functionCode)
            writer.member("amount", content.amount.value)
            if profile.sendsTicketNumber { writer.member("ticketNumber", content.reference) }
            for name in optionNames {
                switch content.options[name] ?? profile.saleDefaults[name] {
                case .bool(let flag): writer.member(name, flag)
                case .integer(let number): writer.member(name, number)
                case .text(let text): writer.member(name, text)
                case nil: break
                }
            }
            writer.member("customId", transaction.id.description)
            writer.member("webhook", callbackURL)
        }
        return writer.bytes
    }
}

extension JSONWriter {
    /// The members that name a terminal, spelled the way a country expects them.
    ///
    /// Source: reference §3.
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

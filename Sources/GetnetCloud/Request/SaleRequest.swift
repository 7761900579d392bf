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
            writer.member("idTerminal", content.terminal.idTerminal)
            write(branch: content.terminal.idSucursal, into: &writer)
            writer.member("serialNumber", content.terminal.serialNumber)
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

    private func write(branch: String, into writer: inout JSONWriter) {
        switch profile.branchForm {
        case .number: writer.member("idSucursal", rawJSON: branch.utf8)
        case .paddedString(let width):
            writer.member("idSucursal", String(repeating: "0", count: max(0, width - branch.utf8.count)) + branch)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What differs from country to country, as data.
public struct CountryProfile: Sendable, Hashable {
    /// How the branch number is written in a request.
    ///
    /// Source: docs/getnet.md 2.2.
    public enum BranchForm: Sendable, Hashable {
        /// A JSON number.
        case number
        /// A string, filled with zeros up to that many digits.
        case paddedString(Int)
    }

    /// ISO 3166 code in lower case, sent as header `country`.
    public let code: String
    /// The only currency of its accounts.
    public let currency: Currency
    /// IANA name of the terminals' clock.
    public var timeZone: String
    /// How the branch number is written.
    public var branchForm: BranchForm
    /// What the numbers of amounts stand for.
    public var amountUnit = AmountUnit.minor
    /// Which lists of a terminal's sales it can be asked for, the better one first; none: the journal cannot be read.
    ///
    /// Source: docs/getnet.md 9, 10.1.
    public let journals: [JournalCommand]
    /// Whether the terminal can be asked for one transaction by Getnet's number.
    ///
    /// Source: docs/getnet.md 9.1.
    public let answersByNumber: Bool
    /// Whether a terminal can be told to end the sale that it is at.
    ///
    /// Source: docs/getnet.md 10.5.
    public let cancelsSales: Bool
    /// The commands that its terminals know.
    ///
    /// Source: docs/getnet.md 10.1.
    public let commands: [CommandType: CommandProfile]
    /// The texts beside the wrapper's code 0 that are known, those that operators have seen included.
    public var messages: [CloudLiteral]

    /// Whether its requests are undocumented, so that an operator has to know ``branchForm`` and ``amountUnit``.
    public var isUndocumented: Bool { commands.values.contains(where: \.isPresumed) }

    /// The profile of a country, `nil` for one that is not served.
    public static func named(_ code: String) -> CountryProfile? {
        switch code {
        case "cl": .chile
        case "ar": .argentina
        case "uy": .uruguay
        default: nil
        }
    }
}

extension Transaction {
    /// How the country of the transaction takes its command.
    public var profile: CommandProfile? { CountryProfile.named(country)?.commands[command.content.type] }

    /// The currency of its country.
    var currency: Currency {
        guard let profile = CountryProfile.named(country) else { preconditionFailure("a transaction has a country") }
        return profile.currency
    }

    /// What its command does.
    public var effect: CommandEffect { command.content.type.effect }

    /// Whether the terminal is told the merchant's number, so that it echoes it.
    var sendsTicketNumber: Bool { profile?.facts.contains(.ticketNumber) == true }
}

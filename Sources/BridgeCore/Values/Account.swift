// SPDX-License-Identifier: Apache-2.0

/// One set of Getnet credentials with its country and environment, without the secrets.
public struct Account: Sendable, Hashable {
    /// The name in routing keys and events, `[a-z0-9-]`.
    public let name: String
    /// What is particular to its country.
    public let profile: CountryProfile
    /// Getnet's environment, sent as header `env`.
    public let environment: String

    /// An account from its name, country and environment.
    public init(name: String, profile: CountryProfile, environment: String) {
        self.name = name
        self.profile = profile
        self.environment = environment
    }
}

/// What differs from country to country, as data.
public struct CountryProfile: Sendable, Hashable {
    /// How the branch number is written in a request.
    ///
    /// Source: reference §3.
    public enum BranchForm: Sendable, Hashable {
        /// A JSON number.
        case number
        /// A string, filled with zeros up to that many digits.
        case paddedString(Int)
    }

    /// Getnet's optional field of a sale: its type and what it may hold.
    public enum OptionRule: Sendable, Hashable {
        /// `true` or `false`.
        case boolean
        /// An integer within bounds.
        case integer(ClosedRange<Int64>)
        /// A string of at most that many characters.
        case text(Int)
        /// One of these strings.
        case oneOf([String])
    }

    /// ISO 3166 code in lower case, sent as header `country`.
    public let code: String
    /// The only currency of its accounts.
    public let currency: Currency
    /// IANA name of the terminals' clock.
    public var timeZone: String
    /// How the branch number is written.
    public let branchForm: BranchForm
    /// Whether `ticketNumber` belongs into a sale.
    public let sendsTicketNumber: Bool
    /// Whether the terminal may add tip and cashback to the amount that was sent.
    public let terminalMayAddToAmount: Bool
    /// Which lists of a terminal's sales it can be asked for, the better one first; none: the journal cannot be read.
    ///
    /// Source: reference §4.0.
    public let journals: [JournalCommand]
    /// Whether the terminal can be asked for one transaction by Getnet's number.
    ///
    /// Source: reference §4.0, §4.8.
    public let answersByNumber: Bool
    /// The optional fields of a sale by name.
    public let saleOptions: [String: OptionRule]
    /// What is sent for an option that the command does not name.
    public let saleDefaults: [String: JSON.Scalar]

    /// The profile of a country, `nil` for one that is not served.
    public static func named(_ code: String) -> CountryProfile? {
        switch code {
        case "cl": .chile
        case "ar": .argentina
        case "uy": .uruguay
        default: nil
        }
    }

    /// Chile.
    ///
    /// Source: reference §4.1.
    public static let chile = CountryProfile(
        code: "cl",
        currency: .clp,
        timeZone: "America/Santiago",
        branchForm: .number,
        sendsTicketNumber: true,
        terminalMayAddToAmount: false,
        journals: [.details],
        answersByNumber: true,
        saleOptions: [
            "printOnPos": .boolean, "saleType": .integer(0...6), "employeeId": .integer(0...9_999),
            "paymentCategory": .oneOf(["FOOD_BENEFIT"]),
        ],
        saleDefaults: ["printOnPos": .bool(false), "saleType": .integer(1), "employeeId": .integer(1)]
    )

    /// Argentina.
    ///
    /// Source: reference §4.1; whether it takes `ticketNumber` is unknown, so it is left out.
    public static let argentina = CountryProfile(
        code: "ar",
        currency: .ars,
        timeZone: "America/Argentina/Buenos_Aires",
        branchForm: .paddedString(10),
        sendsTicketNumber: false,
        terminalMayAddToAmount: true,
        journals: [.details, .lastVoucher],
        answersByNumber: false,
        saleOptions: [
            "printOnPos": .boolean, "saleType": .integer(0...9), "employeeId": .integer(0...9_999),
            "tip": .integer(0...Money.chargeable.upperBound), "installments": .integer(1...99), "planId": .text(40),
            "interest": .integer(0...10_000), "operationMode": .integer(0...9), "skipConfirmation": .boolean,
            "skipReceipt": .boolean,
        ],
        saleDefaults: [
            "tip": .integer(0), "printOnPos": .bool(false), "saleType": .integer(0), "employeeId": .integer(1),
            "installments": .integer(1), "planId": .text("contado"), "interest": .integer(0),
            "operationMode": .integer(0), "skipConfirmation": .bool(false), "skipReceipt": .bool(false),
        ]
    )

    /// Uruguay: presumed alike Chile but for the currency; the reference knows no request of it.
    public static let uruguay = CountryProfile(
        code: "uy",
        currency: .uyu,
        timeZone: "America/Montevideo",
        branchForm: .number,
        sendsTicketNumber: true,
        terminalMayAddToAmount: false,
        journals: [],
        answersByNumber: false,
        saleOptions: [
            "printOnPos": .boolean, "saleType": .integer(0...6), "employeeId": .integer(0...9_999),
        ],
        saleDefaults: ["printOnPos": .bool(false), "saleType": .integer(1), "employeeId": .integer(1)]
    )
}

extension JSON {
    /// A value without parts, as options are.
    public enum Scalar: Sendable, Hashable {
        /// A Boolean.
        case bool(Bool)
        /// An integer.
        case integer(Int64)
        /// A string.
        case text(String)

        /// The value as JSON.
        public var json: JSON {
            switch self {
            case .bool(let flag): .bool(flag)
            case .integer(let number): .number(JSONNumber(number))
            case .text(let text): .string(text)
            }
        }
    }
}

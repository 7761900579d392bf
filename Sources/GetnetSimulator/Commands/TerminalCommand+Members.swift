// SPDX-License-Identifier: Apache-2.0

/// Which members the body of each command has besides the triplet and `command`.
///
/// Source: docs/getnet.md 3.2, 10.3 to 10.9; of several bodies only the common members are known.
extension TerminalCommand {
    /// The members that its body may have in a country.
    ///
    /// - Parameter country: lower-case ISO code; what only some other country has is no member.
    /// - Returns: the members.
    func members(in country: String) -> [MemberRule] {
        common + own.filter { $0.exists(in: country) }
    }

    /// Whether its body may say where a callback goes.
    var takesWebhook: Bool { self != .mode }

    private var common: [MemberRule] {
        var rules: [MemberRule] = []
        if self != .mode { rules.append(MemberRule("customId", .customID)) }
        if takesWebhook { rules.append(MemberRule("webhook", .webhook)) }
        if takesPrintOption { rules.append(MemberRule("printOnPos", .boolean)) }
        return rules
    }

    private var takesPrintOption: Bool {
        switch self {
        case .void, .close, .totals, .refund, .duplicate, .shift, .shiftReport: true
        case .poll, .normalMode, .parameters, .cancelSale, .print, .biometrics, .promotionSale, .mode: false
        }
    }

    private var own: [MemberRule] {
        switch self {
        case .void, .duplicate: [MemberRule("operationId", .integer(1...99_999_999), needed: .always)]
        case .refund:
            [
                MemberRule("authorizationCode", .text(1...20), needed: .always),
                MemberRule("amount", .integer(SaleRequestReader.amounts), needed: .always),
                MemberRule("originalTransDate", .date, needed: .inArgentina, notIn: "cl"),
                MemberRule("skipConfirmation", .boolean, notIn: "cl"),
                MemberRule("skipReceipt", .boolean, notIn: "cl"),
            ]
        case .print: [MemberRule("details", .printJob, needed: .always)]
        case .biometrics:
            [
                MemberRule("rutToValidate", .taxNumber, needed: .always),
                MemberRule("authType", .integer(0...99)),
            ]
        case .mode: [MemberRule("c2cMode", .boolean, needed: .always)]
        case .shift:
            [
                MemberRule("shiftOperation", .integer(0...99)),
                MemberRule("numberOfShift", .integer(0...99_999_999)),
                // Getnet's own spelling.
                MemberRule("skiptConfirmation", .boolean),
            ]
        case .close, .totals, .poll, .normalMode, .parameters, .cancelSale, .shiftReport, .promotionSale: []
        }
    }
}

/// What may be said about one member of a body.
struct MemberRule: Sendable {
    let name: String
    let kind: Kind
    let needed: Need
    private let missingCountry: String?

    /// What its value looks like.
    enum Kind: Sendable, Equatable {
        case customID
        case webhook
        case boolean
        case integer(ClosedRange<Int>)
        /// A string of so many printable ASCII characters.
        case text(ClosedRange<Int>)
        /// `YYYY-MM-DD`.
        case date
        /// A Chilean tax number such as `12.345.678-5`.
        case taxNumber
        /// Lines that are to be printed.
        case printJob
    }

    /// Whether it may be absent.
    enum Need: Sendable {
        case never
        case inArgentina
        case always
    }

    init(_ name: String, _ kind: Kind, needed: Need = .never, notIn missingCountry: String? = nil) {
        self.name = name
        self.kind = kind
        self.needed = needed
        self.missingCountry = missingCountry
    }

    /// Whether the member exists in a country.
    func exists(in country: String) -> Bool { country != missingCountry }

    /// Whether it must be there.
    func isNeeded(in country: String) -> Bool {
        switch needed {
        case .never: false
        case .inArgentina: country == "ar"
        case .always: true
        }
    }
}

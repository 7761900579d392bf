// SPDX-License-Identifier: Apache-2.0

/// A command that is neither an ordinary sale nor a read of the journal; the raw value is its verb.
///
/// Source: docs/getnet.md 10.1; ``JournalCommand`` has the others.
public enum TerminalCommand: String, Sendable, CaseIterable, Codable {
    /// 102: takes back a sale of the open batch. The verb is a trap: a refund is ``refund``.
    case void = "refund"
    /// 103: closes the batch.
    case close
    /// 104: counts and sums of the batch.
    case totals
    /// 106: whether the terminal answers.
    case poll
    /// 107: the terminal leaves the integrated mode.
    case normalMode = "normalmode"
    /// 108: gives money back, by authorization and amount.
    case refund = "return"
    /// 109: the voucher of a receipt of the batch once more.
    case duplicate
    /// 114: what the terminal is.
    case parameters = "params"
    /// 116: cancels the sale that runs.
    case cancelSale = "cancelsale"
    /// 117: prints.
    case print = "printservice"
    /// 121: checks who holds a tax number.
    case biometrics = "bioauth"
    /// 126: a sale with a promotion.
    case promotionSale = "salepromo"
    /// 129: attended or unattended.
    case mode = "c2cmode"
    /// 135: opens or closes a shift.
    case shift
    /// 136: the report of a shift.
    case shiftReport

    /// The member `command` of its body.
    public var number: Int {
        switch self {
        case .void: 102
        case .close: 103
        case .totals: 104
        case .poll: 106
        case .normalMode: 107
        case .refund: 108
        case .duplicate: 109
        case .parameters: 114
        case .cancelSale: 116
        case .print: 117
        case .biometrics: 121
        case .promotionSale: 126
        case .mode: 129
        case .shift: 135
        case .shiftReport: 136
        }
    }

    /// The commands that exist in a country; Uruguay is not documented and gets all.
    ///
    /// - Parameter country: lower-case ISO code.
    /// - Returns: the commands.
    public static func known(in country: String) -> Set<TerminalCommand> {
        switch country {
        case "cl": [.void, .close, .poll, .refund, .duplicate, .print, .biometrics, .promotionSale, .mode]
        case "ar": [.totals, .poll, .normalMode, .refund, .parameters, .cancelSale, .shift, .shiftReport]
        default: Set(allCases)
        }
    }

    /// Whether money moves if it succeeds.
    public var movesMoney: Bool {
        switch self {
        case .void, .refund, .promotionSale: true
        case .close, .totals, .poll, .normalMode, .duplicate, .parameters, .cancelSale, .print, .biometrics, .mode,
            .shift, .shiftReport:
            false
        }
    }

    /// Whether it gets through to a terminal that is at work, and keeps it from no other work.
    var passesBusyTerminals: Bool { self == .cancelSale }

    /// How long a terminal takes for it.
    func duration(_ pace: Pace) -> Duration {
        switch self {
        case .refund, .promotionSale: pace.think
        case .poll, .cancelSale, .mode, .normalMode: pace.signal
        case .void, .close, .totals, .duplicate, .parameters, .print, .biometrics, .shift, .shiftReport: pace.reading
        }
    }

    /// Whether a cloud knows it.
    func isKnown(to configuration: SimulatorConfiguration) -> Bool {
        configuration.allCommands || Self.known(in: configuration.country).contains(self)
    }
}

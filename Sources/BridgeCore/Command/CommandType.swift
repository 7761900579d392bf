// SPDX-License-Identifier: Apache-2.0

/// What a command asks for.
public enum CommandType: String, Sendable, Hashable, CaseIterable {
    /// A sale.
    case charge
    /// A sale of a promotion.
    case promo
    /// Takes a sale of the terminal's open batch back, as a whole.
    case void
    /// Gives money of a sale back, as a whole or in parts.
    case refund
    /// Asks whether the terminal can be reached.
    case poll
    /// Reads the sales of the open batch.
    case details
    /// Reads the last voucher.
    case lastVoucher = "last-voucher"
    /// Reads the sums of the open batch.
    case totals
    /// Reads what the terminal is set to.
    case params
    /// Closes the batch.
    case close
    /// Prints lines.
    case print
    /// Prints a voucher again.
    case duplicate
    /// Checks a person by fingerprint.
    case bioauth
    /// Sets whether the terminal is attended.
    case c2cMode = "c2c-mode"
    /// Opens or closes a shift.
    case shift
    /// Prints the report of a shift.
    case shiftReport = "shift-report"
    /// Takes the terminal back from this integration.
    case normalMode = "normal-mode"
    /// Reads the sales of the open batch and compares them with the table.
    case reconcile
}

/// What a command does, which decides what may be done about it.
public enum CommandEffect: Sendable, Hashable {
    /// It takes money of a customer.
    case sale
    /// It takes a sale back.
    case void
    /// It gives money back.
    case refund
    /// It changes nothing and prints nothing, so that it may be repeated.
    case reading
    /// It moves no money but changes or prints something, so that it is not repeated.
    case acting

    /// Whether money may move.
    public var movesMoney: Bool {
        switch self {
        case .sale, .void, .refund: true
        case .reading, .acting: false
        }
    }

    /// Whether it is about an earlier sale.
    public var hasOriginal: Bool {
        switch self {
        case .void, .refund: true
        case .sale, .reading, .acting: false
        }
    }
}

/// What is true of a command in every country.
extension CommandType {
    /// What it does.
    public var effect: CommandEffect {
        switch self {
        case .charge, .promo: .sale
        case .void: .void
        case .refund: .refund
        case .poll, .details, .lastVoucher, .totals, .params, .reconcile: .reading
        case .close, .print, .duplicate, .bioauth, .c2cMode, .shift, .shiftReport, .normalMode: .acting
        }
    }

    /// The number that Getnet gives the command; `reconcile` asks the terminal what `details` does.
    ///
    /// Source: docs/getnet.md 10.1.
    public var functionCode: Int64 {
        switch self {
        case .charge: 100
        case .lastVoucher: 101
        case .void: 102
        case .close: 103
        case .totals: 104
        case .details, .reconcile: 105
        case .poll: 106
        case .normalMode: 107
        case .refund: 108
        case .duplicate: 109
        case .params: 114
        case .print: 117
        case .bioauth: 121
        case .promo: 126
        case .c2cMode: 129
        case .shift: 135
        case .shiftReport: 136
        }
    }

    /// The last part of the path that it is posted to; Getnet's `refund` is a void, its `return` a refund.
    ///
    /// Source: docs/getnet.md 10.1, 10.2.
    public var verb: String {
        switch self {
        case .charge: "sale"
        case .promo: "salepromo"
        case .void: "refund"
        case .refund: "return"
        case .poll: "poll"
        case .details, .reconcile: "details"
        case .lastVoucher: "lastvoucher"
        case .totals: "totals"
        case .params: "params"
        case .close: "close"
        case .print: "printservice"
        case .duplicate: "duplicate"
        case .bioauth: "bioauth"
        case .c2cMode: "c2cmode"
        case .shift: "shift"
        case .shiftReport: "shiftReport"
        case .normalMode: "normalmode"
        }
    }

    /// Whether its answer is the record of an earlier sale, with that sale's number, name and ticket.
    ///
    /// Source: `docs/decisions/0012-identities.md`.
    var showsRecord: Bool {
        switch self {
        case .lastVoucher, .duplicate: true
        case .charge, .promo, .void, .refund, .poll, .details, .totals, .params, .close, .print, .bioauth, .c2cMode,
            .shift, .shiftReport, .normalMode, .reconcile:
            false
        }
    }

    /// The numbers that an answer to it may carry.
    ///
    /// A voucher carries the number of the command that it records. Source: docs/getnet.md 6.5, 9.2.
    public func isAnswered(by functionCode: Int64?) -> Bool {
        switch self {
        case .lastVoucher: [101, 100, 102, 108, 126].contains(functionCode)
        case .duplicate: [109, 100, 126].contains(functionCode)
        case .charge, .promo, .void, .refund, .poll, .details, .totals, .params, .close, .print, .bioauth, .c2cMode,
            .shift, .shiftReport, .normalMode, .reconcile:
            functionCode == self.functionCode
        }
    }
}

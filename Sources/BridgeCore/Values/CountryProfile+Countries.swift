// SPDX-License-Identifier: Apache-2.0

/// The profiles of the countries.
///
/// An answer that is not known to come by callback may take as long as the terminal does: a wait that is too short
/// would make a doubt of each.
extension CountryProfile {
    /// Chile; the vendor's console offers a callback for every command but `c2cmode`.
    ///
    /// Source: docs/getnet.md 2.2, 4.1, 7.4, 9, 10.
    public static let chile = CountryProfile(
        code: "cl",
        currency: .clp,
        timeZone: "America/Santiago",
        branchForm: .number,
        journals: [.details],
        answersByNumber: true,
        cancelsSales: false,
        commands: [
            .charge: CommandProfile(.asynchronous, [.amount, .ticketNumber], chileanSale),
            .promo: CommandProfile(
                .asynchronous,
                [.amount, .ticketNumber],
                chileanSale.merging(["idPromo": .required(.text(250))]) { $1 }
            ),
            .void: CommandProfile(.tryAsynchronous, [.operationID], paper),
            .refund: CommandProfile(.tryAsynchronous, [.authorizationCode, .amount], paper),
            .poll: CommandProfile(.tryAsynchronous),
            .details: CommandProfile(.tryAsynchronous, [], paper),
            .close: CommandProfile(.tryAsynchronous, [], paper),
            .duplicate: CommandProfile(
                .tryAsynchronous,
                [],
                paper.merging(["operationId": .required(.integer(receipts))]) { $1 }
            ),
            .print: CommandProfile(.tryAsynchronous, [], ["details": .required(.printLines)]),
            .bioauth: CommandProfile(
                .tryAsynchronous,
                [],
                ["rutToValidate": .required(.rut), "authType": .optional(.integer(0...9), .integer(0))]
            ),
            .c2cMode: CommandProfile(.synchronous, [], ["c2cMode": .required(.boolean)], sendsCustomID: false),
            .reconcile: CommandProfile(.synchronous, [], paper),
        ],
        messages: CloudLiteral.documented
    )

    /// Argentina; only the sale is known to take a callback, and whether it takes `ticketNumber` is unknown.
    ///
    /// Source: docs/getnet.md 2.2, 4.2, 7.4, 9, 10.
    public static let argentina = CountryProfile(
        code: "ar",
        currency: .ars,
        timeZone: "America/Argentina/Buenos_Aires",
        branchForm: .paddedString(10),
        journals: [.details, .lastVoucher],
        answersByNumber: false,
        cancelsSales: true,
        commands: [
            .charge: CommandProfile(
                .asynchronous,
                [.amount],
                screens.merging([
                    "saleType": .optional(.integer(0...9), .integer(0)),
                    "employeeId": .optional(.integer(0...9_999), .integer(1)),
                    "tip": .optional(.integer(0...Money.chargeable.upperBound), .integer(0)),
                    "installments": .optional(.integer(1...99), .integer(1)),
                    "planId": .optional(.text(40), .text("contado")),
                    "interest": .optional(.integer(0...10_000), .integer(0)),
                    "operationMode": .optional(.integer(0...9), .integer(0)),
                ]) { $1 }
            ),
            .refund: CommandProfile(.tryAsynchronous, [.authorizationCode, .amount, .originalDate], screens),
            .poll: CommandProfile(.synchronous),
            .details: CommandProfile(.synchronous, [], paper),
            .lastVoucher: CommandProfile(
                .synchronous,
                [],
                paper.merging(["skipReceipt": .optional(.boolean, .bool(true))]) { $1 }
            ),
            .totals: CommandProfile(.synchronous),
            .params: CommandProfile(.synchronous),
            .shift: CommandProfile(
                .synchronous,
                [],
                paper.merging([
                    "shiftOperation": .optional(.integer(0...9), .integer(0)),
                    "numberOfShift": .required(.integer(0...9_999)),
                    // Getnet's own spelling.
                    "skiptConfirmation": .optional(.boolean, .bool(false)),
                ]) { $1 }
            ),
            .shiftReport: CommandProfile(.synchronous, [], paper),
            .normalMode: CommandProfile(.synchronous),
            .reconcile: CommandProfile(.synchronous, [], paper),
        ],
        messages: CloudLiteral.documented
    )

    /// Uruguay: no request of it is known; a sale is presumed to be Chile's but for the currency.
    ///
    /// Source: docs/getnet.md 10.10.
    public static let uruguay = CountryProfile(
        code: "uy",
        currency: .uyu,
        timeZone: "America/Montevideo",
        branchForm: .number,
        journals: [],
        answersByNumber: false,
        cancelsSales: false,
        commands: [
            .charge: CommandProfile(
                .asynchronous,
                [.amount, .ticketNumber],
                chileanSale.filter { $0.key != "paymentCategory" },
                isPresumed: true
            )
        ],
        messages: CloudLiteral.documented
    )

    /// Receipt numbers have at most eight digits.
    ///
    /// Source: docs/getnet.md 14.4.
    public static let receipts: ClosedRange<Int64> = 1...99_999_999

    private static let paper: [String: CommandProfile.Field] = ["printOnPos": .optional(.boolean, .bool(false))]

    private static let chileanSale = paper.merging([
        "saleType": .optional(.integer(0...6), .integer(1)),
        "employeeId": .optional(.integer(0...9_999), .integer(1)),
        "paymentCategory": .optional(.oneOf(["FOOD_BENEFIT"])),
    ]) { $1 }

    private static let screens = paper.merging([
        "skipConfirmation": .optional(.boolean, .bool(false)),
        "skipReceipt": .optional(.boolean, .bool(false)),
    ]) { $1 }
}

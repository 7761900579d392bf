// SPDX-License-Identifier: Apache-2.0

extension CountryProfile {
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
        saleDefaults: ["printOnPos": .bool(false), "saleType": .integer(1), "employeeId": .integer(1)],
        messages: CloudLiteral.documented
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
        ],
        messages: CloudLiteral.documented
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
        saleDefaults: ["printOnPos": .bool(false), "saleType": .integer(1), "employeeId": .integer(1)],
        messages: CloudLiteral.documented
    )
}

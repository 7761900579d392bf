// SPDX-License-Identifier: Apache-2.0

/// What the cloud says in one answer or callback, before it is written down in some layout.
struct CloudWord: Sendable {
    /// What a terminal did.
    struct Result: Sendable {
        var functionCode: Int64
        /// 0 where the terminal says yes; `nil` where it does not say.
        var responseCode: Int64?
        var responseMessage: String
        var terminalID: String
        var ticket: String?
        /// Empty where it says no.
        var authorizationCode: String
        var amount: Int64
        var operationID: Int64
        /// The terminal's own time, `2026-11-22 10:15:00`.
        var localTime: String
        var transToken: String
        /// What only some commands have: `connected`, `success`, `saleDetails`.
        var others: [WireText.Member] = []
    }

    /// The wrapper's code; `nil` leaves the wrapper out.
    var code: Int?
    var message: String
    /// Getnet's number, digits without leading zeros.
    var number: String?
    /// Our name of the transaction.
    var customID: String?
    var result: Result?

    /// Card and person data of every result, invented: where one of these is readable afterwards, it leaked.
    static let secrets = ["45395787", "COMERCIO 7319 SPA", "76319731-9"]
}

extension CloudWord.Result {
    /// The object as it was captured of a real terminal.
    var object: [WireText.Member] {
        let isApproved = responseCode == 0
        return [
            .init("functionCode", .integer(functionCode)),
            .init("responseCode", responseCode.map { .integer($0) } ?? .null),
            .init("responseMessage", .text(responseMessage)),
            .init("commerceCode", .integer(55_731)),
            .init("terminalId", .text(terminalID)),
            .init("ticket", ticket.map { .text($0) } ?? .null),
            .init("authorizationCode", .text(authorizationCode)),
            .init("amount", .integer(amount)),
            .init("sharesNumber", .integer(0)),
            .init("last4Digits", .text(isApproved ? "3486" : "")),
            .init("operationId", .integer(isApproved ? operationID : 0)),
            .init("cardType", .text(isApproved ? "CR" : "")),
            .init("cardBrand", .text(isApproved ? "MC" : "")),
            .init("accountingDate", .text(localTime)),
            .init("realDate", .text(localTime)),
            .init("tip", .integer(0)),
            .init("cashback", .integer(0)),
            .init("transToken", .text(transToken)),
            .init("expiryDate", .text("3001")),
            .init("entryMode", .text("16")),
            .init("bin", .text(CloudWord.secrets[0])),
            .init("pan", .text("\(CloudWord.secrets[0])63621486")),
            .init("commerceName", .text(CloudWord.secrets[1])),
            .init("commerceRut", .text(CloudWord.secrets[2])),
        ] + others
    }

    /// The thin object of the documentation.
    var flat: [WireText.Member] {
        [
            .init("functionCode", .integer(functionCode)),
            .init("code", responseCode.map { .integer($0) } ?? .null),
            .init("message", .text(responseMessage)),
            .init("authorizationCode", .text(authorizationCode)),
            .init("amount", .integer(amount)),
        ] + others
    }
}

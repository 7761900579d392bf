// SPDX-License-Identifier: Apache-2.0

/// The members that name an amount or an earlier transaction.
///
/// Source: docs/promises.md 2.8, 2.12.
extension MemberReader {
    /// An authorization code has at most so many letters and digits.
    ///
    /// Source: docs/getnet.md 10.4.
    static let longestAuthorization = 20

    /// An amount in the currency of the account.
    mutating func money(_ name: String, _ expected: Currency, in unit: AmountUnit = .minor) -> Money? {
        guard var parts = object(name, .required) else { return nil }
        defer { absorb(parts) }
        let value = parts.integer("value", Money.chargeable, .required)
        let currency = parts.string("currency", .required)
        parts.refuseTheRest()
        if let value, unit.number(ofMinorUnits: value) == nil {
            parts.fault("value", .outOfRange, "the terminals of this account take whole units of the currency alone")
            return nil
        }
        if let currency, currency != expected.rawValue {
            parts.fault("currency", .currencyMismatch, "the account's currency is \(expected.rawValue)")
            return nil
        }
        return value.map { Money($0, expected) }
    }

    /// The sale that a void or a refund is about.
    mutating func original(receiptsIn currency: Currency) -> OriginalReference? {
        named { (parts: inout MemberReader) in parts.receipt("getnet", in: currency) }
    }

    /// The transaction that a control message is about.
    mutating func control() -> ControlRequest.Original? {
        switch named(nil) {
        case .transaction(let id): .transaction(id)
        case .command(let commandID): .command(commandID)
        case .receipt, nil: nil
        }
    }

    /// Exactly one name of a transaction.
    private mutating func named(_ receipt: ((inout MemberReader) -> SaleReceipt?)?) -> OriginalReference? {
        guard var parts = object("original", .required) else { return nil }
        defer { absorb(parts) }
        let choices = ["transactionId", "commandId"] + (receipt == nil ? [] : ["getnet"])
        let given = choices.filter { parts.has($0) }
        var found: OriginalReference?
        if parts.has("transactionId"), let name = parts.string("transactionId", .required) {
            found = TransactionID(name).map { .transaction($0) }
            if found == nil {
                parts.fault("transactionId", .invalidFormat, "\(TransactionID.length) of 0-9 and a-z")
            }
        }
        if parts.has("commandId") {
            found = parts.word("commandId", upTo: 64, allowing: "._:-").map { .command($0) }
        }
        if let receipt, parts.has("getnet") { found = receipt(&parts).map { .receipt($0) } }
        parts.refuseTheRest()
        guard given.count == 1 else {
            let words = choices.dropLast().joined(separator: ", ") + " and " + (choices.last ?? "")
            fault("original", .invalidFormat, "exactly one of \(words) is expected")
            return nil
        }
        return found
    }

    private mutating func receipt(_ name: String, in currency: Currency) -> SaleReceipt? {
        guard var parts = object(name, .required) else { return nil }
        defer { absorb(parts) }
        let operationID = parts.integer("operationId", CountryProfile.receipts, .required)
        let authorizationCode = parts.word("authorizationCode", upTo: Self.longestAuthorization, allowing: "")
        let date = parts.string("date", .required)
        let amount = parts.money("amount", currency)
        parts.refuseTheRest()
        if let date, Timestamp.beginning(ofDay: date) == nil {
            parts.fault("date", .invalidFormat, "not a day such as 2026-11-22")
            return nil
        }
        guard let operationID, let authorizationCode, let date, let amount else { return nil }
        return SaleReceipt(operationID: operationID, authorizationCode: authorizationCode, date: date, amount: amount)
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

extension AnswerReading {
    /// What the terminal said.
    ///
    /// Source: docs/getnet.md 5.3, 5.4.
    mutating func result(_ terminal: TerminalObject, idPosTxs: String?, clock: TerminalClock) -> TerminalResult {
        let object = terminal.object
        var result = TerminalResult()
        result.functionCode = object.value("functionCode")?.looseInteger
        result.responseCode = Self.responseCode(terminal)
        let text = object.value("responseMessage") ?? (terminal.isInsideData ? object.value("message") : nil)
        result.responseMessage = text?.string.flatMap { AnswerMask.freeText($0, limit: AnswerReader.messageLimit) }
        result.terminalID = identity("terminalId", in: [object]) { $0.identity }
        result.ticket = identity("ticket", in: [object]) { $0.identity }
        result.authorizationCode = Self.authorization(object.value("authorizationCode"))
        result.amount = amount("amount", of: object)
        result.tip = amount("tip", of: object)
        result.cashback = amount("cashback", of: object)
        result.operationID = object.value("operationId")?.looseInteger.flatMap { $0 == 0 ? nil : $0 }
        result.transToken = object.value("transToken")?.identity
        result.brandCode = Self.label(object.value("cardBrand"))
        result.cardTypeCode = Self.label(object.value("cardType"))
        result.last4 = object.value("last4Digits").flatMap(Self.lastDigits)
        result.entryMode = Self.label(object.value("entryMode"))
        result.idPosTxs = idPosTxs
        result.success = Self.success(object.lookUp("success"))
        result.report = TerminalReport.of(object, functionCode: result.functionCode, unit: amountUnit)
        for name in ["realDate", "accountingDate", "dateTime"] {
            guard let time = object.value(name)?.string.flatMap(TerminalClock.localTime) else { continue }
            result.localTime = time.text
            result.utcOffset = clock.utcOffset(at: time)
            break
        }
        return result
    }

    /// An authorization; six characters, of which a number has lost the zeros in front.
    private static func authorization(_ value: JSON?) -> String? {
        guard let code = value?.identity, isAuthorization(code) else { return nil }
        guard case .number = value, code.utf8.count < 6, !code.hasPrefix("-") else { return code }
        return String(repeating: "0", count: 6 - code.utf8.count) + code
    }

    /// A card's number has as many digits at least.
    private static let cardDigits = 13
    /// What programs write where there is none.
    private static let noAuthorization: Set<String> = [
        "null", "nil", "none", "nan", "na", "undefined", "false", "true",
    ]

    private static func isAuthorization(_ code: String) -> Bool {
        let plain = NumberTrace.plain(code.utf8)
        return !plain.isEmpty && !noAuthorization.contains(plain) && !code.hasPrefix("-")
            && plain.utf8.count(where: NumberTrace.isDigit) < cardDigits
    }

    /// A success in words; a value that cannot be understood is no success.
    private static func success(_ lookup: LooseObject.Lookup) -> Bool? {
        switch lookup {
        case .absent, .value(.string("")): nil
        case .contradictory: false
        case .value(let value):
            value.looseFlag ?? value.string.map {
                ["si", "s\u{ED}", "yes", "y", "ok"].contains($0.trimmed.lowercased())
            } ?? false
        }
    }

    /// An amount in minor units, converted from the unit of the wire.
    private func amount(_ name: String, of object: LooseObject) -> Int64? {
        object.value(name)?.looseInteger.flatMap { amountUnit.minorUnits(ofNumber: $0) }
    }

    /// `responseCode`, or the bare `code` of the documentation's layout.
    ///
    /// The wrapper's `code` is never read here: its 0 means the opposite. Source: docs/getnet.md 6.2.
    private static func responseCode(_ terminal: TerminalObject) -> TerminalResult.ResponseCode {
        var lookup = terminal.object.lookUp("responseCode")
        if case .absent = lookup, terminal.isInsideData { lookup = terminal.object.lookUp("code") }
        switch lookup {
        case .absent, .value(.string("")): return .missing
        case .value(let value): return value.looseInteger.map { .number($0) } ?? .unreadable
        case .contradictory: return .unreadable
        }
    }

    /// A short code such as `MC`; anything that could hold more is not taken.
    private static func label(_ value: JSON?) -> String? {
        guard let text = value?.string?.trimmed ?? value?.integer.map(String.init),
            (1...16).contains(text.utf8.count), !AnswerMask.holdsDigitRun(text)
        else { return nil }
        return text
    }

    /// Four digits; a number has lost its leading zeros, and 0 is no card.
    ///
    /// Source: docs/getnet.md 15.2.
    private static func lastDigits(_ value: JSON) -> String? {
        guard let text = value.string?.trimmed ?? value.integer.flatMap({ $0 == 0 ? nil : String($0) }),
            (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return String(repeating: "0", count: 4 - text.utf8.count) + text
    }
}

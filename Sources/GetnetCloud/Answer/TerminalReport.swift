// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// What a terminal answered to a command that reads, as JSON that may be published.
///
/// Only members that are named here pass: a new one of Getnet's must not be the leak of card or person data.
/// *Source*: docs/getnet.md 9.3 to 9.6.
enum TerminalReport {
    /// A longer list of sales is cut, and says so.
    static let saleLimit = 500
    /// A text is cut to so many bytes.
    static let textLimit = 100

    /// The report in an answer to that command, amounts in minor units; `nil` where the command has none.
    static func of(_ object: LooseObject, functionCode: Int64?, unit: AmountUnit) -> [UInt8]? {
        let members: [JSON.Member]
        switch functionCode {
        case CommandType.totals.functionCode: members = totals(object, unit)
        case CommandType.details.functionCode: members = details(object, unit)
        case CommandType.poll.functionCode: members = flags(["connected"], of: object)
        case CommandType.params.functionCode: members = texts(parameters, of: object)
        case CommandType.bioauth.functionCode:
            members = flags(["rutMatch"], of: object) + integers(["rutCheckResult"], of: object)
        default: return nil
        }
        return members.isEmpty ? nil : JSON.object(members).serialized
    }

    private static func totals(_ object: LooseObject, _ unit: AmountUnit) -> [JSON.Member] {
        let kinds = [
            "CreditSales", "DebitSales", "PrepaidSales", "QrCreditSales", "QrDebitSales", "QrPrepaidSales", "CashSales",
            "CashSalesOff", "CreditAdvances", "CancelCredit", "CancelDebit", "CancelPrepaid", "CancelQrCredit",
            "CancelQrDebit", "CancelQrPrepaid", "Tips", "Returns",
        ]
        return integers(["txCount"], of: object) + amounts(["txTotal"], of: object, unit)
            + kinds.flatMap { integers(["count\($0)"], of: object) + amounts(["total\($0)"], of: object, unit) }
    }

    private static func details(_ object: LooseObject, _ unit: AmountUnit) -> [JSON.Member] {
        guard case .array(let elements) = object.value("saleDetails") else { return [] }
        let sales = elements.prefix(saleLimit).compactMap { LooseObject($0) }.map { sale in
            JSON.object(
                integers(["operationId"], of: sale) + amounts(["amount", "tip", "cashback"], of: sale, unit)
                    + texts(["authorizationCode", "cardBrand", "cardType", "transToken"], of: sale)
                    + last4(of: sale) + localTime(of: sale)
            )
        }
        var members = [
            JSON.Member("count", .number(JSONNumber(Int64(elements.count)))), JSON.Member("sales", .array(sales)),
        ]
        if elements.count > saleLimit { members.append(JSON.Member("isCut", .bool(true))) }
        return members
    }

    /// What a terminal tells of itself; no addresses of people or merchants.
    private static let parameters = [
        "applicationName", "version", "so", "emvModule", "sn", "model", "communicationType", "company", "sucursalId",
        "terminalId", "tip", "ticket", "employee", "voucherAsTicket", "return", "minimumAmount",
    ]

    private static func last4(of sale: LooseObject) -> [JSON.Member] {
        guard let digits = sale.value("last4Digits")?.string, digits.utf8.count == 4,
            digits.utf8.allSatisfy({ (48...57).contains($0) })
        else { return [] }
        return [JSON.Member("last4", .string(digits))]
    }

    private static func localTime(of sale: LooseObject) -> [JSON.Member] {
        for name in ["realDate", "accountingDate"] {
            guard let time = sale.value(name)?.string.flatMap(TerminalClock.localTime) else { continue }
            return [JSON.Member("terminalLocalTime", .string(time.text))]
        }
        return []
    }

    private static func integers(_ names: [String], of object: LooseObject) -> [JSON.Member] {
        names.compactMap { name in
            object.value(name)?.looseInteger.map { JSON.Member(name, .number(JSONNumber($0))) }
        }
    }

    private static func amounts(_ names: [String], of object: LooseObject, _ unit: AmountUnit) -> [JSON.Member] {
        names.compactMap { name in
            object.value(name)?.looseInteger.flatMap { unit.minorUnits(ofNumber: $0) }.map {
                JSON.Member(name, .number(JSONNumber($0)))
            }
        }
    }

    private static func flags(_ names: [String], of object: LooseObject) -> [JSON.Member] {
        names.compactMap { name in object.value(name)?.looseFlag.map { JSON.Member(name, .bool($0)) } }
    }

    private static func texts(_ names: [String], of object: LooseObject) -> [JSON.Member] {
        names.compactMap { name in
            switch object.value(name) {
            case .string(let text):
                let shown = text.trimmed
                return shown.isEmpty || shown.utf8.count > textLimit ? nil : JSON.Member(name, .string(shown))
            case .number(let number): return JSON.Member(name, .number(number))
            case .bool(let flag): return JSON.Member(name, .bool(flag))
            case .null, .array, .object, nil: return nil
            }
        }
    }
}

extension JSON {
    /// A Boolean, also as a word or as 0 and 1.
    var looseFlag: Bool? {
        switch self {
        case .bool(let flag): flag
        case .string(let text):
            switch text.trimmed.lowercased() {
            case "true", "1": true
            case "false", "0": false
            default: nil
            }
        case .number: integer == 1 ? true : integer == 0 ? false : nil
        case .null, .array, .object: nil
        }
    }
}

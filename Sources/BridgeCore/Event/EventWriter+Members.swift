// SPDX-License-Identifier: Apache-2.0

/// The members of an event's data that have parts of their own.
///
/// Source: docs/promises.md 3.6.
extension JSONWriter {
    mutating func write(_ fault: CommandFault) {
        object { member in
            member.member("path", fault.path)
            member.member("code", fault.code.rawValue)
            member.member("message", fault.message)
        }
    }

    mutating func write(_ terminal: Terminal) {
        object("terminal") { member in
            member.member("idTerminal", terminal.idTerminal)
            member.member("idSucursal", terminal.idSucursal)
            member.member("serialNumber", terminal.serialNumber)
            member.member("alias", terminal.alias)
        }
    }

    /// The reason of a status.
    ///
    /// `isContradicted`: something speaks against the status, so that nothing may be asked for again because of it.
    mutating func write(
        _ reason: Reason,
        of transaction: Transaction,
        behind lane: LaneOccupancy?,
        said: String?,
        isContradicted: Bool
    ) {
        let mayBeAskedAgain = reason.retryable && transaction.state.isFinal && !isContradicted
        object("reason") { member in
            member.member("code", reason.code.rawValue)
            member.member("message", transaction.reasonText ?? reason.message)
            member.member("retryable", mayBeAskedAgain)
            member.member("waitedFor", reason.waitedFor?.rawValue)
            member.member("said", said)
            if reason.code == .notInJournal {
                member.member("journalReadAt", transaction.stay.journalReadAt?.description)
            }
            if let lane {
                member.member("ahead", Int64(lane.ahead))
                member.member("heldBy", lane.holder.description)
            }
        }
    }

    /// The amount is left out where no money moved: the terminal echoes it all the same.
    mutating func write(_ result: TerminalResult, isPaid: Bool, currency: Currency) {
        object("result") { member in
            member.member("functionCode", result.functionCode)
            if case .number(let code) = result.responseCode { member.member("responseCode", code) }
            member.member("responseMessage", result.responseMessage)
            member.member("authorizationCode", result.authorizationCode)
            member.member("operationId", result.operationID)
            if isPaid, let amount = result.amount {
                member.object("amount") { parts in
                    parts.member("value", amount)
                    parts.member("tip", result.tip)
                    parts.member("cashback", result.cashback)
                    parts.member("currency", currency.rawValue)
                }
            }
            if let report = result.report { member.member("report", rawJSON: report) }
            member.member("transToken", result.transToken)
            member.member("terminalLocalTime", result.localTime)
            member.member("terminalTime", result.zonedTime)
        }
    }

    mutating func write(_ money: Money, _ name: String) {
        object(name) { member in
            member.member("value", money.value)
            member.member("currency", money.currency.rawValue)
        }
    }

    /// A sale that the bridge did not make is written without a `transactionId`.
    mutating func write(_ original: OriginalSale) {
        object("original") { member in
            if original.commandID != nil { member.member("transactionId", original.id.description) }
            member.member("commandId", original.commandID)
            member.member("idPosTxs", original.idPosTxs)
            member.member("operationId", original.operationID)
            member.member("authorizationCode", original.authorizationCode)
            member.member("date", original.date)
            member.write(original.amount, "amount")
        }
    }

    mutating func write(_ amendments: Amendments) {
        array("amendments") { list in
            for entry in amendments.entries {
                list.object { member in
                    member.member("transactionId", entry.id.description)
                    member.member("commandId", entry.commandID)
                    member.member("type", entry.type.rawValue)
                    member.member("status", entry.status.rawValue)
                    member.write(entry.amount, "amount")
                }
            }
        }
        write(amendments.remaining, "remaining")
    }

    mutating func writeCard(of result: TerminalResult) {
        guard result.brandCode != nil || result.cardTypeCode != nil || result.last4 != nil else { return }
        object("card") { member in
            member.member("brand", result.brandCode.flatMap { cardBrands[$0.uppercased()] })
            member.member("brandCode", result.brandCode)
            member.member("type", result.cardTypeCode.flatMap { cardTypes[$0.uppercased()] })
            member.member("last4", result.last4)
            member.member("entryMode", result.entryMode)
        }
    }

    mutating func write(_ contradiction: Contradiction, _ currency: Currency) {
        object("contradiction") { member in
            member.member("code", contradiction.code.rawValue)
            member.member("evidence", contradiction.evidence.rawValue)
            member.member("status", contradiction.status.rawValue)
            member.member("idPosTxs", contradiction.result.idPosTxs)
            if contradiction.code != .secondSale {
                member.write(
                    contradiction.result,
                    isPaid: contradiction.result.responseCode == .number(0),
                    currency: currency
                )
            }
            member.member("receivedAt", contradiction.receivedAt.description)
        }
    }
}

/// Getnet's codes of brands; an open set.
///
/// Source: docs/getnet.md 15.1.
private let cardBrands = [
    "MC": "mastercard", "VI": "visa", "VS": "visa", "AX": "amex", "AM": "amex", "DC": "diners", "CS": "discover",
]

/// Getnet's codes of kinds of cards.
///
/// Source: docs/getnet.md 15.1.
private let cardTypes = ["CR": "credit", "DB": "debit", "PR": "prepaid"]

extension TerminalResult {
    /// The terminal's time with its offset, `2026-11-22T07:12:31-03:00`.
    var zonedTime: String? {
        guard let localTime, let utcOffset else { return nil }
        let minutes = abs(utcOffset) / 60
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let sign = utcOffset < 0 ? "-" : "+"
        return localTime.split(separator: " ", maxSplits: 1).joined(separator: "T")
            + "\(sign)\(two(minutes / 60)):\(two(minutes % 60))"
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Writes the terminal's result of a command that is no sale.
///
/// Source: docs/getnet.md 5.4, 9.4 to 9.6. The members of a refused void or refund besides its code, and the values of
/// `params`, are choices of the simulator.
struct CommandResultWriter {
    let result: TerminalResult
    let facts: CommandFacts
    let layout: Dialect.Layout
    let cancelCode: Int

    private var request: CommandRequest { facts.request }

    /// The object; in the flat layout with `code` and `message`.
    var object: String {
        var object = JSONText(reserving: 400)
        object.pascalCase = result.oddity == .pascalCase
        addHead(to: &object)
        switch facts.content {
        case .nothing, .voucher: break
        case .success:
            addMerchant(to: &object)
            object.add("success", result.isApproved)
        case .void(let authorizationCode):
            addMerchant(to: &object)
            addAuthorization(authorizationCode, to: &object)
            object.add("operationId", request.operationID ?? 0)
            object.add("success", result.isApproved)
        case .refund(let receipt): addRefund(receipt, to: &object)
        case .connected: object.add("connected", result.isApproved)
        case .totals(let totals): if result.isApproved { totals.add(to: &object) }
        case .parameters: if result.isApproved { addParameters(to: &object) }
        }
        if request.command == .biometrics { addTaxNumber(to: &object) }
        return object.object
    }

    private func addHead(to object: inout JSONText) {
        let function = result.oddity == .otherFunction ? 100 : request.command.number
        object.add("functionCode", result.verdict == .processingError ? 0 : function)
        let name = layout == .flat ? "code" : "responseCode"
        let code = result.responseCode(cancelCode: cancelCode)
        switch result.oddity {
        case .noResponseCode, .unreadable: break
        case .textResponseCode: object.add(name, TerminalTime.padded(code, 2))
        case nil, .otherAmount, .noAuthorization, .otherFunction, .otherTicket, .otherTransaction, .pascalCase,
            .encodedAsText:
            object.add(name, code)
        }
        object.add(layout == .flat ? "message" : "responseMessage", result.responseMessage)
    }

    private func addMerchant(to object: inout JSONText) {
        object.add("commerceCode", facts.commerceCode)
        object.add("terminalId", request.terminal.idTerminal)
    }

    private func addAuthorization(_ code: String, to object: inout JSONText) {
        let code = result.isApproved && result.oddity != .noAuthorization ? code : ""
        facts.retelling.add(authorizationCode: code, isRetold: facts.isRetold, to: &object)
    }

    private func addRefund(_ receipt: Int, to object: inout JSONText) {
        let movement = if case .approved(let movement) = result.verdict { movement } else { 1 }
        addMerchant(to: &object)
        addAuthorization(facts.authorizationCode(movement: movement), to: &object)
        object.add("operationId", result.isApproved ? receipt + movement - 1 : 0)
        object.add("success", result.isApproved)
        object.add("dateTime", facts.toldTime.text)
        if facts.namesAmount {
            object.add("amount", (request.amount ?? 0) + (result.oddity == .otherAmount ? 1 : 0))
        }
    }

    private func addTaxNumber(to object: inout JSONText) {
        object.add("rutToValidate", orNull: request.taxNumber)
        object.add("rutRead", orNull: result.isApproved ? request.taxNumber : nil)
        object.add("rutMatch", result.isApproved)
        object.add("rutCheckResult", 0)
    }

    private func addParameters(to object: inout JSONText) {
        object.add("applicationName", "Getnet Simulado")
        object.add("version", "1.0.0")
        object.add("so", "Android 10")
        object.add("emvModule", "1.0")
        object.add("sn", request.terminal.serialNumber)
        object.add("model", "SIMULATED")
        object.add("communicationType", "WIFI")
        for name in ["primaryIp", "secondIp"] { object.add(name, "192.0.2.1") }
        object.add("company", "")
        object.add("apn", "")
        object.add("simId", "")
        object.add("sucursalId", request.terminal.idSucursal)
        object.add("terminalId", request.terminal.idTerminal)
        for name in ["tip", "ticket", "employee", "voucherAsTicket"] { object.add(name, false) }
        object.add("return", true)
        object.add("issuerQuotas", json: "{\"min\":1,\"max\":12}")
        object.add("tradeQuotas", json: "{\"min\":1,\"max\":12}")
        object.add("minimumAmount", 1)
    }
}

/// Counts and sums of a batch.
///
/// Source: docs/getnet.md 9.4. That `txCount` and `txTotal` are those of the sales that are still paid is a choice.
struct BatchTotals: Equatable, Sendable {
    /// How many, and what they come to.
    struct Tally: Equatable, Sendable {
        var count = 0
        var total = 0

        mutating func add(_ amount: Int) {
            count += 1
            total += amount
        }
    }

    private static let names = [
        "CreditSales", "DebitSales", "PrepaidSales", "QrCreditSales", "QrDebitSales", "QrPrepaidSales", "CashSales",
        "CashSalesOff", "CreditAdvances", "CancelCredit", "CancelDebit", "CancelPrepaid", "CancelQrCredit",
        "CancelQrDebit", "CancelQrPrepaid", "Tips", "Returns",
    ]
    private static let suffixes = ["CR": "Credit", "DB": "Debit", "PR": "Prepaid"]

    private var paid = Tally()
    private var tallies: [String: Tally] = [:]

    /// Counts what a terminal remembers.
    init(_ terminal: Terminal) {
        for row in terminal.batch {
            let kind = Self.suffixes[row.card.type] ?? "Credit"
            tallies["\(kind)Sales", default: Tally()].add(row.amount)
            if terminal.voided.contains(row.operationID) {
                tallies["Cancel\(kind)", default: Tally()].add(row.amount)
            } else {
                paid.add(row.amount)
            }
        }
        tallies["Returns"] = terminal.returns
    }

    func add(to object: inout JSONText) {
        object.add("txCount", paid.count)
        object.add("txTotal", paid.total)
        for name in Self.names {
            object.add("count\(name)", tallies[name]?.count ?? 0)
            object.add("total\(name)", tallies[name]?.total ?? 0)
        }
    }
}

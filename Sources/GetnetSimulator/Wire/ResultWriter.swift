// SPDX-License-Identifier: Apache-2.0

/// Writes the terminal's result of one sale.
///
/// Source: docs/getnet.md 5.2 (flat layout), 5.3 (members; approved, not completed), 6.4 (declined).
struct ResultWriter {
    let result: TerminalResult
    let facts: SaleFacts
    let cancelCode: Int

    /// The thin object of the documentation.
    var flatObject: String {
        var object = JSONText()
        object.add("functionCode", functionCode)
        if result.oddity != .noResponseCode { object.add("code", responseCode) }
        object.add("message", result.responseMessage)
        addAuthorization(to: &object)
        object.add("amount", amount)
        return object.object
    }

    /// The object as it was captured.
    var object: String {
        var object = JSONText(reserving: 1_200)
        object.pascalCase = result.oddity == .pascalCase
        object.add("functionCode", functionCode)
        addResponseCode(to: &object)
        object.add("responseMessage", result.responseMessage)
        addSale(to: &object)
        addMerchant(to: &object)
        addRest(to: &object)
        return object.object
    }

    // MARK: - What it says

    private var functionCode: Int {
        if result.verdict == .processingError { return 0 }
        return result.oddity == .otherFunction ? 102 : facts.function
    }

    private var responseCode: Int { result.responseCode(cancelCode: cancelCode) }

    private var payment: Int {
        if case .approved(let payment) = result.verdict { payment } else { 1 }
    }

    /// Whether a card was presented: only then the result knows card and merchant.
    private var hasCard: Bool {
        switch result.verdict {
        case .approved, .declined: true
        case .nobodyPaid, .cancelled, .hostUnreachable, .processingError: false
        }
    }

    private var authorizationCode: String {
        result.isApproved && result.oddity != .noAuthorization ? facts.authorizationCode(payment: payment) : ""
    }

    private var amount: Int {
        facts.request.amount + result.tip + (result.oddity == .otherAmount ? 1 : 0)
    }

    // MARK: - Members

    private func addResponseCode(to object: inout JSONText) {
        switch result.oddity {
        case .noResponseCode: return
        case .textResponseCode: object.add("responseCode", TerminalTime.padded(responseCode, 2))
        case nil, .otherAmount, .noAuthorization, .otherFunction, .otherTicket, .otherTransaction, .pascalCase,
            .encodedAsText, .unreadable:
            object.add("responseCode", responseCode)
        }
    }

    private func addAuthorization(to object: inout JSONText) {
        facts.retelling.add(authorizationCode: authorizationCode, isRetold: facts.isRetold, to: &object)
    }

    private func addSale(to object: inout JSONText) {
        let card = facts.card
        object.add("commerceCode", hasCard ? facts.commerceCode : 0)
        object.add("terminalId", hasCard ? facts.request.terminal.idTerminal : "")
        object.add("ticket", orNull: hasCard ? facts.ticket : nil)
        addAuthorization(to: &object)
        if result.oddity == .unreadable {
            object.add("amount", json: "null")
        } else {
            object.add("amount", amount)
        }
        object.add("sharesNumber", 0)
        object.add("sharesAmount", 0)
        object.add("last4Digits", hasCard ? card.last4 : "")
        object.add("operationId", hasCard ? facts.operationID + payment - 1 : 0)
        object.add("cardType", hasCard ? card.type : "")
        object.add("accountingDate", facts.toldTime.text)
        object.add("cardBrand", hasCard ? card.brand : "")
        object.add("realDate", facts.toldTime.text)
        object.add("employeeId", 0)
        object.add("tip", result.tip)
        object.add("saleType", 0)
        object.add("posMode", hasCard ? 1 : 0)
        object.add("cashback", 0)
        object.add("transToken", facts.transToken(payment: payment))
        object.add("expiryDate", hasCard ? SimulatorCardData.expiryDate : "")
        object.add("entryMode", hasCard ? card.entryMode : "09")
        object.add("aid", hasCard ? card.aid : "")
    }

    private func addMerchant(to object: inout JSONText) {
        object.add("commerceRut", SimulatorCardData.commerceRut)
        object.add("commerceName", SimulatorCardData.commerceName)
        object.add("branchName", SimulatorCardData.branchName)
        object.add("branchAddress", SimulatorCardData.branchAddress)
        object.add("branchDistrict", SimulatorCardData.branchDistrict)
    }

    private func addRest(to object: inout JSONText) {
        object.add("bin", hasCard ? SimulatorCardData.bin : "")
        object.add("paymentId", json: "null")
        object.add("paymentMethod", 0)
        object.add("integrationType", 0)
        object.add("softwareName", json: "null")
        object.add("softwareVersion", json: "null")
        object.add("rutToValidate", json: "null")
        object.add("rutRead", json: "null")
        object.add("rutMatch", false)
        object.add("rutCheckResult", 0)
    }
}

extension TerminalResult {
    /// Whether it says yes.
    var isApproved: Bool {
        if case .approved = verdict { true } else { false }
    }

    /// The terminal's code.
    ///
    /// - Parameter cancelCode: that of what was cancelled at the terminal.
    /// - Returns: the code, 0 where it says yes.
    func responseCode(cancelCode: Int) -> Int {
        switch verdict {
        case .approved, .processingError: 0
        case .declined(let decline): decline.rawValue
        case .nobodyPaid: 1006
        case .cancelled: cancelCode
        case .hostUnreachable: -1
        }
    }

    /// The terminal's text, which is Spanish for every language of the cloud.
    var responseMessage: String {
        switch verdict {
        case .approved: "Aprobado"
        case .declined(let decline): decline.text
        case .nobodyPaid: "Tiempo de espera excedido"
        case .cancelled: "Operacion Cancelada"
        case .hostUnreachable: "Error de comunicacion"
        case .processingError: "Error durante el procesamiento"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Source: docs/getnet.md 5.3, 9.1 to 9.3; the code of a voucher that is not there is a choice of the simulator.
extension AnswerWriter {
    /// The `responseCode` where the journal has no such voucher or sale.
    static let nothingFound = 1

    /// The acknowledgement of an asynchronous read.
    func sent(_ read: TakenRead) -> String {
        var data = JSONText()
        add(read.idPosTxs, to: &data)
        if let customID = read.request.customID { data.add("customId", customID) }
        return wrapper(.sent, data: data.object)
    }

    /// What a terminal has read, as the client is told.
    ///
    /// - Parameter read: it is over.
    /// - Returns: the body; cut off where the read says so.
    func journal(_ read: TakenRead) -> String {
        guard let content = read.content else { return message(.timeout90Seconds) }
        let whole = whole(content, of: read)
        guard read.fault == .journalCutOff else { return whole }
        return String(decoding: whole.utf8.prefix(whole.utf8.count / 2), as: UTF8.self)
    }

    private func whole(_ content: JournalContent, of read: TakenRead) -> String {
        let isDamaged = read.fault == .journalUnreadableRow
        switch content {
        case .rows(let rows): return around(details(rows, of: read, isDamaged), of: read)
        case .voucher(_?, let sale?) where read.fault == .journalRecordedSale: return told(.paid, of: sale, false)
        case .voucher(let row?, _):
            let result = TerminalResult(
                .approved(payment: row.payment),
                oddity: isDamaged ? .unreadable : nil,
                tip: row.tip
            )
            return around(facts(of: row, read).object(result, dialect.layout, cancelCode: cancelCode), of: read)
        case .transaction(let sale?) where read.fault == .journalOwnNumber:
            let object = sale.facts.retold.object(sale.plan.truth, dialect.layout, cancelCode: cancelCode)
            return around(object, of: read)
        case .transaction(let sale?):
            return told(sale.plan.truth, of: sale.facts, isDamaged)
        case .movement(let command): return told(command.plan.truth, of: command.facts, isDamaged)
        case .voucher(nil, _): return around(nothing("No existe comprobante", read), of: read)
        case .transaction(nil): return around(nothing("Transaccion no encontrada", read), of: read)
        }
    }

    /// The wrapper around the truth about a command, with the ids of that command.
    private func told(_ truth: TerminalResult, of facts: any ReportSubject, _ isDamaged: Bool) -> String {
        var truth = truth
        if isDamaged { truth.oddity = .unreadable }
        return report(.result(truth), about: facts.retold, as: .finished)
    }

    /// The wrapper around what a terminal says to a read, with the read's own ids.
    private func around(_ response: String, of read: TakenRead) -> String {
        if dialect.layout == .flat { return wrapper(.finished, data: response) }
        var data = JSONText()
        add(read.idPosTxs, to: &data)
        data.add("customId", orNull: read.request.customID)
        data.add("response", json: response)
        return wrapper(.finished, data: data.object)
    }

    private func nothing(_ words: String, _ read: TakenRead) -> String {
        head(of: read.request.command, Self.nothingFound, words).object
    }

    private func head(of command: JournalCommand, _ code: Int, _ words: String) -> JSONText {
        var head = JSONText()
        head.add("functionCode", command.number)
        head.add(dialect.layout == .flat ? "code" : "responseCode", code)
        head.add(dialect.layout == .flat ? "message" : "responseMessage", words)
        return head
    }

    private func details(_ rows: [JournalRow], of read: TakenRead, _ isDamaged: Bool) -> String {
        var texts = rows.map { JournalRowWriter(row: $0, facts: facts(of: $0, read)).object }
        if isDamaged {
            // An empty journal is damaged too: a client must not take it for one without payments.
            texts = [JournalRowWriter.damaged(rows.first)] + texts.dropFirst()
        }
        var response = head(of: .details, 0, "Aprobado")
        response.add("saleDetails", json: "[" + texts.joined(separator: ",") + "]")
        return response.object
    }

    private func facts(of row: JournalRow, _ read: TakenRead) -> SaleFacts {
        let terminal = read.request.terminal
        return row.facts(at: terminal, read.clock.time(row.finishedAt, at: Terminal.key(terminal.idTerminal)))
    }
}

/// Writes one row of the answer to `details`.
///
/// Source: docs/getnet.md 9.3; no ticket, no ids of the cloud, no verdict.
struct JournalRowWriter {
    let row: JournalRow
    let facts: SaleFacts

    /// The row as a JSON object.
    var object: String {
        let card = facts.card
        var object = JSONText()
        object.add("operationId", row.operationID)
        object.add("amount", row.amount)
        if row.tip > 0 { object.add("tip", row.tip) }
        let code = facts.authorizationCode(payment: row.payment)
        facts.retelling.add(authorizationCode: code, isRetold: facts.isRetold, to: &object)
        object.add("cardBrand", card.brand)
        object.add("cardType", card.type)
        object.add("last4Digits", card.last4)
        object.add("accountingDate", facts.toldTime.text)
        object.add("realDate", facts.toldTime.text)
        object.add("terminalId", facts.request.terminal.idTerminal)
        object.add("transToken", facts.transToken(payment: row.payment))
        object.add("entryMode", card.entryMode)
        object.add("expiryDate", SimulatorCardData.expiryDate)
        object.add("aid", card.aid)
        object.add("bin", SimulatorCardData.bin)
        object.add("commerceCode", facts.commerceCode)
        object.add("commerceRut", SimulatorCardData.commerceRut)
        object.add("commerceName", SimulatorCardData.commerceName)
        object.add("branchName", SimulatorCardData.branchName)
        object.add("branchAddress", SimulatorCardData.branchAddress)
        object.add("branchDistrict", SimulatorCardData.branchDistrict)
        return object.object
    }

    /// An unreadable row: no amount, no time.
    static func damaged(_ row: JournalRow?) -> String {
        var object = JSONText()
        object.add("operationId", row?.operationID ?? 0)
        object.add("amount", json: "null")
        object.add("realDate", "0000-00-00 00:00:00")
        return object.object
    }
}

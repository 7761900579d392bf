// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// What the end of reading a journal means.
///
/// Reading moves no money and may be repeated, so that every failure but a plain "never" is only "not now".
/// *Source*: docs/promises.md 4.9; docs/getnet.md 6.1, 6.3, 9.1 to 9.3.
enum JournalEnd: Equatable {
    /// It is clear what to tell the caller.
    case outcome(JournalAnswer)
    /// The token is not accepted.
    case unauthorized

    /// Judges the end of a command that was sent to that terminal under that name.
    init(_ end: ExchangeEnd, of command: JournalCommand, at terminal: Terminal, customID: String, reader: AnswerReader)
    {
        guard case .answered(let http) = end else {
            self = .outcome(.notRead(.cloudUnavailable, retryAfter: nil))
            return
        }
        let reading = reader.reading(of: http.body)
        if let failure = Self.failure(http, reading?.answer, reader.catalogue) {
            self = failure
            return
        }
        // The last voucher may be of any command, under that command's name.
        let isOurs = (reading?.name ?? (command == .lastVoucher ? nil : reading?.answer.customID)).map {
            $0.equalsLoosely(customID)
        }
        guard let reading, !reading.isContradictory, isOurs != false, Self.mayShow(reading, command) else {
            self = .outcome(.notRead(.cloudUnavailable, retryAfter: nil))
            return
        }
        self = .outcome(Self.answer(reading, to: command, of: terminal, reader).answering(customID))
    }

    /// Whether the answer may have identities of its own around those of a record: a record may, a list may not.
    private static func mayShow(_ reading: AnswerReader.Reading, _ command: JournalCommand) -> Bool {
        switch command {
        case .lastVoucher: true
        case .transaction(let asked): reading.recordedNumber == nil || reading.recordedNumber == asked
        case .details: !reading.answer.showsAnother
        }
    }

    private static func answer(
        _ reading: AnswerReader.Reading,
        to command: JournalCommand,
        of terminal: Terminal,
        _ reader: AnswerReader
    ) -> JournalAnswer {
        let answer = reading.answer
        if case .transaction(let asked) = command {
            // The question has a number of its own at the cloud, and an answer under that one does not say whose record
            // it shows: it is held against the transactions of the terminal like a row of a list. Where the record has
            // the number that was asked for, it is the answer about that sale. Its name may only echo the question's,
            // so that it must have our ticket as well.
            if reading.recordedNumber == asked {
                var record = answer
                record.idPosTxs = asked
                record.customID = answer.recordedName
                record.recordedName = nil
                return .answer(record)
            }
            guard let number = answer.idPosTxs, number != asked else { return .answer(answer) }
            let paid = reader.record(reading).filter { $0.result.responseCode == .number(0) }
            return .rows(paid, isComplete: false, masked: answer.masked)
        }
        // If the cloud acknowledges without the terminal's object, no answer will ever come on this connection.
        guard answer.code == .done, reading.terminal != nil else { return .notRead(.cloudUnavailable, retryAfter: nil) }
        guard command == .details else {
            return .rows(reader.lastVoucher(reading), isComplete: false, masked: answer.masked)
        }
        let (rows, isComplete) = reader.details(reading, of: terminal)
        return .rows(rows, isComplete: isComplete, masked: answer.masked)
    }

    /// Why nothing was read; `nil` where something may have been.
    private static func failure(
        _ http: HTTPAnswer,
        _ answer: CloudAnswer?,
        _ catalogue: MessageCatalogue
    ) -> JournalEnd? {
        if let answer, answer.code == .error, answer.result == nil, let fault = fault(of: answer, catalogue) {
            return fault
        }
        switch http.status {
        case 200...299: return nil
        case 401: return .unauthorized
        case 400, 404, 405, 415, 422, 501: return .outcome(.impossible(.requestRefused))
        case 403 where answer == nil: return .outcome(.notRead(.blocked, retryAfter: http.retryAfter))
        default: return .outcome(.notRead(.cloudUnavailable, retryAfter: http.retryAfter))
        }
    }

    /// What a text beside code 0 says about reading.
    ///
    /// Nothing where it is unknown or about the number that was asked for. A guess may only choose the reason of "not
    /// now".
    private static func fault(of answer: CloudAnswer, _ catalogue: MessageCatalogue) -> JournalEnd? {
        let literal = catalogue.literal(answer.message)
        switch literal ?? MessageCatalogue.guess(answer.message) {
        case .unauthorized: return .unauthorized
        case .terminalBusy: return .outcome(.notRead(.terminalBusy, retryAfter: nil))
        case .terminalUnreachable, .timeout: return .outcome(.notRead(.terminalUnreachable, retryAfter: nil))
        case .terminalUnknown where literal != nil: return .outcome(.impossible(.terminalUnknown))
        case .wrongMerchant where literal != nil: return .outcome(.impossible(.wrongMerchant))
        case .terminalUnknown, .wrongMerchant, .idNotFound, nil: return nil
        }
    }
}

extension JournalAnswer {
    /// The same, as the answer to a question under that name, which some rows may only echo.
    fileprivate func answering(_ customID: String) -> JournalAnswer {
        guard case .rows(let rows, let isComplete, let masked) = self else { return self }
        return .rows(rows.map { $0.answering(customID) }, isComplete: isComplete, masked: masked)
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

extension AnswerReader {
    /// A longer list is not believed.
    static let journalRowLimit = 4_000
    /// A longer answer of a terminal about its journal is not read to its end, in bytes.
    static let journalBodyLimit = 4 * 1_024 * 1_024

    /// The sales in an answer that is a list of them.
    ///
    /// If one element of a list cannot be read or contradicts itself, no row of the list is believed: that element
    /// could be the second one that fits a transaction.
    /// *Source*: docs/getnet.md 9.3.
    func journal(in object: LooseObject, of answer: CloudAnswer) -> JournalList? {
        guard answer.code == .done, answer.result?.functionCode == JournalCommand.details.functionCode,
            answer.result?.responseCode == .number(0), !object.isContradictory,
            case .array(let elements) = object.value("saleDetails"), elements.count <= Self.journalRowLimit
        else { return nil }
        let rows = elements.compactMap { LooseObject($0).flatMap(row) }
        guard rows.count == elements.count else { return nil }
        return JournalList(rows: rows, isComplete: rows.allSatisfy(isDated))
    }

    /// The rows that a list brought, and whether what is not among them is not in that terminal's batch.
    ///
    /// A list that names another terminal is not taken.
    func details(_ reading: Reading, of terminal: Terminal) -> (rows: [JournalRow], isComplete: Bool) {
        guard let list = reading.answer.journal, names(reading.answer.result, terminal) else { return ([], false) }
        return (list.rows, list.isComplete && list.rows.allSatisfy { names($0.result, terminal) })
    }

    /// The last voucher, where the terminal has one.
    ///
    /// It carries the number of the command that it records; 101 is the number of the question, the answer of a
    /// terminal without voucher.
    /// *Source*: docs/getnet.md 9.2.
    func lastVoucher(_ reading: Reading) -> [JournalRow] { record(reading) }

    /// The record of one command that a terminal showed, without the number of the question.
    func record(_ reading: Reading) -> [JournalRow] {
        guard reading.answer.code == .done, reading.terminal?.isContradictory == false,
            var result = reading.answer.result,
            let recorded = result.functionCode, recorded != 0, recorded != JournalCommand.lastVoucher.functionCode
        else { return [] }
        // Getnet's number in the answer is the question's; where there are two, it is not known which is the record's.
        result.idPosTxs = nil
        return [JournalRow(result: result, instants: instants(of: result), customID: reading.recordedName)]
    }

    /// One sale of a list; `nil` where it contradicts itself.
    private func row(_ object: LooseObject) -> JournalRow? {
        guard !object.isContradictory, !object.members.isEmpty else { return nil }
        var reading = AnswerReading(amountUnit: amountUnit)
        let number = reading.cloudNumber("idPosTxs", in: [object])
        // A bare `code` in a row is nowhere documented as the terminal's verdict.
        let terminal = AnswerReading.TerminalObject(object: object, isInsideData: false)
        let name = reading.identity("customId", in: [object]) { $0.identity }
        let result = reading.result(terminal, idPosTxs: number, clock: clock)
        guard !reading.isContradictory else { return nil }
        return JournalRow(result: result, instants: instants(of: result), customID: name)
    }

    private func instants(of result: TerminalResult) -> [Timestamp] {
        result.localTime.flatMap(TerminalClock.localTime).map(clock.instants) ?? []
    }

    private func isDated(_ row: JournalRow) -> Bool { row.result.amount != nil && !row.instants.isEmpty }

    /// Whether a result is that terminal's, as far as it names one.
    private func names(_ result: TerminalResult?, _ terminal: Terminal) -> Bool {
        result?.terminalID?.equalsLoosely(terminal.idTerminal) ?? true
    }
}

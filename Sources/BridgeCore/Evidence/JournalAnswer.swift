// SPDX-License-Identifier: Apache-2.0

/// A command that reads what a terminal remembers; it moves no money and prints nothing.
///
/// Source: docs/getnet.md 9.1, 9.2, 9.3.
public enum JournalCommand: Sendable, Hashable {
    /// 105: the sales of the terminal's open batch.
    case details
    /// 101: the last voucher.
    case lastVoucher
    /// 99: one transaction by Getnet's number.
    case transaction(idPosTxs: String)
}

/// A sale as a terminal remembers it.
public struct JournalRow: Sendable, Equatable {
    /// What it says of the sale.
    public let result: TerminalResult
    /// What its clock's time may mean: one instant, two in the hour that a clock change repeats, none without a time.
    public let instants: [Timestamp]
    /// The name of the command that it carries, where it has one; `answering` takes away what only echoes the question.
    public let customID: String?

    /// A row from its parts.
    public init(result: TerminalResult, instants: [Timestamp], customID: String? = nil) {
        self.result = result
        self.instants = instants
        self.customID = customID
    }

    /// The same, without a name that is only an echo of the question's.
    public func answering(_ name: String) -> JournalRow {
        Spelling.isOne(customID, name) ? JournalRow(result: result, instants: instants) : self
    }
}

/// The sales of a terminal's open batch, as it answered them.
public struct JournalList: Sendable, Equatable {
    /// What it answered, oldest first as far as is known.
    public let rows: [JournalRow]
    /// Whether the whole list was answered and each row of it has an amount and a time.
    public let isComplete: Bool

    /// A list from its parts.
    public init(rows: [JournalRow], isComplete: Bool) {
        self.rows = rows
        self.isComplete = isComplete
    }

    /// Whether what is not in it is not in the open batch of that terminal.
    func isWhole(at terminal: Terminal) -> Bool {
        isComplete
            && rows.allSatisfy { Spelling.agree($0.result.terminalID, terminal.idTerminal) }
    }
}

/// What reading a terminal's journal brought.
public enum JournalAnswer: Sendable, Equatable {
    /// Rows of the terminal.
    ///
    /// `isComplete` is true only where the whole list was answered and each row could be read, so that a sale that is
    /// not in the list is not in the open batch. It is never true for the last voucher. `masked` is the answer as JSON
    /// without card data.
    case rows([JournalRow], isComplete: Bool, masked: [UInt8])
    /// The terminal's answer about one number, to be weighed like any other evidence.
    case answer(CloudAnswer)
    /// Nothing was learned; it may work later, after that wait if one is named.
    case notRead(Reason.Code, retryAfter: Duration?)
    /// The terminal certainly was not asked: no connection, no token, or the account is held.
    ///
    /// It may be asked later, after that wait if one is named.
    case notAsked(Reason.Code, retryAfter: Duration?)
    /// It will never work: the cloud or the country does not know the command, or refuses it as malformed.
    case impossible(Reason.Code)
}

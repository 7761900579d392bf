// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// Rows that a terminal answered.
public struct JournalReading: Sendable, Equatable {
    /// `idTerminal` of the terminal, upper case.
    public let terminal: String
    /// The account of the terminal.
    public let account: String
    /// What it answered.
    public let rows: [JournalRow]
    /// Whether what is not among them is not in the open batch.
    public let isComplete: Bool
    /// When the answer arrived.
    public let readAt: Timestamp
    /// Whether what it does not show was not paid: only of a reading that was made for the doubt, right after it.
    public let provesAbsence: Bool

    /// A reading from its parts.
    public init(
        terminal: String,
        account: String,
        rows: [JournalRow],
        isComplete: Bool,
        readAt: Timestamp,
        provesAbsence: Bool = true
    ) {
        self.provesAbsence = provesAbsence
        self.terminal = terminal
        self.account = account
        self.rows = rows
        self.isComplete = isComplete
        self.readAt = readAt
    }
}

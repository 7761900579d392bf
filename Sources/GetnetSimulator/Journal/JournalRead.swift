// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// A read of a terminal's journal, as it really happened.
public struct JournalRead: Sendable, Codable, Equatable {
    /// The how-many-eth read this is, from 0.
    public let number: Int
    /// What was asked.
    public let command: JournalCommand
    /// The terminal.
    public let terminal: LedgerEntry.Terminal
    /// The sale that was asked for.
    public let idPosTxs: Int?
    /// The merchant's correlation id.
    public let customID: String?
    /// The URL of the callback.
    public let webhook: String?
    /// When it arrived.
    public let startedAt: Date
    /// When it was answered, or its connection reset.
    public let endedAt: Date
    /// How it ended, in one word.
    ///
    /// Shape: `answered`, the name of a ``CloudMessage`` such as `busy15Seconds`, or that of a ``Fault``.
    public let ending: String
    /// What the terminal was at work on instead: `sale`, `journal`, `command` or `terminalSale`.
    public let foundBusyWith: String?
    /// The receipts of what the terminal read, damaged rows included; `ending` says whether a client saw them.
    public let rows: [Int]
    /// The callbacks that were sent.
    public internal(set) var callbacks: [LedgerEntry.Callback]

    private enum CodingKeys: String, CodingKey {
        case number, command, terminal, idPosTxs
        case customID = "customId"
        case webhook, startedAt, endedAt, ending, foundBusyWith, rows, callbacks
    }
}

/// A sale that was made at a terminal without the cloud.
public struct TerminalSale: Sendable, Codable, Equatable {
    /// The how-many-eth this is, from 0.
    public let number: Int
    /// The terminal's `idTerminal`.
    public let idTerminal: String
    /// What was paid.
    public internal(set) var payment: LedgerEntry.Payment
    /// Why: `control` or `fault`.
    public let cause: String
    /// The number of the POST that the fault struck.
    public let after: Int?
}

/// The end of a terminal's batch: its journal was empty afterwards.
public struct BatchClose: Sendable, Codable, Equatable {
    /// The how-many-eth this is, from 0.
    public let number: Int
    /// The terminal's `idTerminal`.
    public let idTerminal: String
    /// When.
    public let closedAt: Date
    /// How many payments the batch held.
    public let payments: Int
    /// Why: `control`, `fault`, `limit` or `command`.
    public let cause: String
    /// The number of the POST that the fault struck, or that reached the limit.
    public let after: Int?
}

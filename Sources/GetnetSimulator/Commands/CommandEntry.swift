// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// One POST of a command that is neither a sale nor a read of a journal, as it really happened.
public struct CommandEntry: Sendable, Codable, Equatable {
    /// The how-many-eth this is, from 0.
    public let number: Int
    /// What was asked.
    public let command: TerminalCommand
    /// When it arrived.
    public let receivedAt: Date
    /// When it was over: the terminal was done, or the cloud had refused it.
    public let endedAt: Date
    /// The merchant's correlation id.
    public let customID: String?
    /// The terminal; absent if the body could not be read.
    public let terminal: LedgerEntry.Terminal?
    /// Of a refund, in minor units.
    public let amount: Int?
    /// The receipt that was asked for.
    public let operationID: Int?
    /// The authorization that was asked for.
    public let authorizationCode: String?
    /// The URL of the callback, unless it was ignored.
    public let webhook: String?
    /// The scenario's number; absent if the request was refused before one was chosen.
    public let scenario: Int?
    /// What the POST was answered with, in one word, as ``LedgerEntry/reply``.
    public let reply: String
    /// Its result: `done`, `refused` by the terminal, or `notStarted`.
    public internal(set) var ending: Ending
    /// Whether money moved.
    public let movedMoney: Bool
    /// How much, in minor units.
    public let movedAmount: Int
    /// The cloud's id of it; absent if nothing was started.
    public let idPosTxs: Int?
    /// The payment that a void or refund is about, as it was afterwards; absent if there is none.
    public let original: Original?
    /// The approvals of a refund.
    public let refunds: [LedgerEntry.Payment]
    /// The sale that a cancellation met at work, stopped or not; absent if it met none.
    public internal(set) var met: Met?
    /// Everything that the client did wrong.
    public let faults: [RequestFault]
    /// What the fault mix did to it.
    public let appliedFaults: [Fault]
    /// The how-many-eth POST of the same that the fault mix was asked about, from 1; absent if it was not asked.
    public let attempt: Int?
    /// What the terminal was at work on instead: `sale`, `journal`, `command` or `terminalSale`.
    public let foundBusyWith: String?
    /// The callbacks that were sent.
    public internal(set) var callbacks: [LedgerEntry.Callback]

    private enum CodingKeys: String, CodingKey {
        case number, command, receivedAt, endedAt
        case customID = "customId"
        case terminal, amount
        case operationID = "operationId"
        case authorizationCode, webhook, scenario, reply, ending, movedMoney, movedAmount, idPosTxs, original, refunds
        case met, faults, appliedFaults, attempt, foundBusyWith, callbacks
    }

    /// The result of a command.
    public enum Ending: String, Sendable, Codable {
        /// The terminal did it.
        case done
        /// The terminal did not do it.
        case refused
        /// It never reached a terminal.
        case notStarted
    }

    /// A payment that was to be taken back.
    public struct Original: Sendable, Codable, Equatable {
        /// The number of the POST that made it; absent if it was made at the terminal itself.
        public let post: Int?
        /// The number among the sales that were made at terminals.
        public let terminalSale: Int?
        /// The `idTerminal` of its terminal.
        public let idTerminal: String
        /// Its receipt.
        public let operationID: Int
        /// Its authorization.
        public let authorizationCode: String
        /// In minor units.
        public let amount: Int
        /// How much of it was voided so far, this command included.
        public let voided: Int
        /// How much of it was refunded so far, this command included.
        public let refunded: Int

        private enum CodingKeys: String, CodingKey {
            case post, terminalSale, idTerminal
            case operationID = "operationId"
            case authorizationCode, amount, voided, refunded
        }
    }

    /// A sale that a cancellation met.
    public struct Met: Sendable, Codable, Equatable {
        /// The number of its POST.
        public let post: Int
        /// The merchant's correlation id of it.
        public let customID: String?
        /// Whether it ended there; not so if it was paid already.
        public let wasStopped: Bool

        private enum CodingKeys: String, CodingKey {
            case post
            case customID = "customId"
            case wasStopped
        }
    }
}

extension CommandEntry.Original {
    init(_ payment: KnownPayment) {
        switch payment.source {
        case .sale(let post, index: _): (self.post, terminalSale) = (post, nil)
        case .terminalSale(let number): (post, terminalSale) = (nil, number)
        }
        idTerminal = payment.terminal
        operationID = payment.operationID
        authorizationCode = payment.authorizationCode
        amount = payment.amount
        voided = payment.voided
        refunded = payment.refunded
    }
}

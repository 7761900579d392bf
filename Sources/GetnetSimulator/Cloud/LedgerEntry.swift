// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// One POST of a sale and its result, as it really happened.
public struct LedgerEntry: Sendable, Codable, Equatable {
    /// The how-many-eth POST this is, from 0.
    public let number: Int
    /// Its verb: `sale` or `salepromo`.
    public let command: String
    /// When it arrived.
    public let receivedAt: Date
    /// The merchant's correlation id, if the body could be read and has one.
    public let customID: String?
    /// The merchant's number of the sale.
    public let ticketNumber: String?
    /// The amount in minor units.
    public let amount: Int?
    /// The terminal.
    public let terminal: Terminal?
    /// The URL of the callback.
    public let webhook: String?
    /// The scenario's number; absent if the request was refused before one was chosen.
    public let scenario: Int?
    /// What the POST was answered with, in one word.
    ///
    /// Shape: `sent`, `held`, `reset`, `busy15Seconds`, `faulty`; names of ``SaleReply`` and ``CloudMessage``, in a
    /// flood that of its status.
    public let reply: String
    /// Everything that the client did wrong.
    public let faults: [RequestFault]
    /// What the fault mix did to it.
    public let appliedFaults: [Fault]
    /// The how-many-eth POST with this ticket that the fault mix was asked about, from 1; absent if it was not asked.
    public let attempt: Int?
    /// What the terminal was at work on instead: `sale`, `journal`, `command` or `terminalSale`.
    public let foundBusyWith: String?
    /// What happened at the terminal; absent if nothing was started there.
    public internal(set) var sale: Sale?
    /// The number of the command that ended the sale before it was paid; absent if none did.
    public internal(set) var cancelledBy: Int?
    /// The callbacks that were sent.
    public internal(set) var callbacks: [Callback]

    private enum CodingKeys: String, CodingKey {
        case number, command, receivedAt
        case customID = "customId"
        case ticketNumber, amount, terminal, webhook, scenario, reply, faults, appliedFaults, attempt, foundBusyWith
        case sale, cancelledBy, callbacks
    }

    /// The triplet as the client spelled it, but for leading zeros of the branch.
    public struct Terminal: Sendable, Codable, Equatable {
        /// Assigned by Getnet.
        public let idTerminal: String
        /// The branch.
        public let idSucursal: String
        /// The number on the back label.
        public let serialNumber: String
    }

    /// What happened at the terminal.
    public struct Sale: Sendable, Codable, Equatable {
        /// The cloud's id of the sale.
        public let idPosTxs: Int
        /// When the terminal is done with it.
        public let finishesAt: Date
        /// The payments that were taken by then: none, one, or two.
        public internal(set) var payments: [Payment]
        /// The cloud's id of the sale whose receipt the result repeats, although the customer did not pay.
        public internal(set) var repeats: Int?
    }

    /// Money that moved.
    public struct Payment: Sendable, Codable, Equatable {
        /// The issuer's approval.
        public let authorizationCode: String
        /// The number of the receipt at this terminal.
        public let operationID: Int
        /// In minor units.
        public let amount: Int
        /// When, by the simulator's clock.
        public let paidAt: Date
        /// When, by the terminal's clock: local, `YYYY-MM-DD HH:mm:ss`.
        public let terminalTime: String
        /// How much of it is a tip.
        public internal(set) var tip = 0
        /// How much of it was taken back by voids: nothing or everything.
        public internal(set) var voided = 0
        /// How much of it was given back by refunds.
        public internal(set) var refunded = 0

        private enum CodingKeys: String, CodingKey {
            case authorizationCode
            case operationID = "operationId"
            case amount, paidAt, terminalTime, tip, voided, refunded
        }
    }

    /// A callback that was sent.
    public struct Callback: Sendable, Codable, Equatable {
        /// When it was sent.
        public let sentAt: Date
        /// What it says, in one word: the name of a ``Report``.
        public let kind: String
        /// The HTTP status of the answer; absent if there was none.
        public let status: Int?
        /// How long the answer took, or its absence, in seconds.
        public let seconds: Double
    }
}

/// Counts over everything since the simulator started, forgotten entries included.
public struct LedgerSummary: Sendable, Codable, Equatable {
    /// Logins that worked.
    public internal(set) var logins = 0
    /// Logins that did not.
    public internal(set) var failedLogins = 0
    /// Status queries.
    public internal(set) var queries = 0
    /// POSTs of a sale, faulty ones included.
    public internal(set) var posts = 0
    /// Requests of any kind with something wrong in them.
    public internal(set) var faultyRequests = 0
    /// Sales that were started at a terminal.
    public internal(set) var sales = 0
    /// Payments of the started sales.
    public internal(set) var payments = 0
    /// Their amount in minor units.
    public internal(set) var paidAmount = 0
    /// Sales that were started for a `customId` that the ledger already has a started sale of.
    public internal(set) var repeatedSales = 0
    /// Sales that were cancelled before they were paid; their payments are not counted.
    public internal(set) var cancelledSales = 0
    /// POSTs of other commands, reads of journals apart, refused and faulty ones included.
    public internal(set) var commands = 0
    /// Voids that took a payment back.
    public internal(set) var voids = 0
    /// Their amount in minor units.
    public internal(set) var voidedAmount = 0
    /// Refunds that gave money back.
    public internal(set) var refunds = 0
    /// Their amount in minor units.
    public internal(set) var refundedAmount = 0
    /// Refunds after which more had been given back than was paid.
    public internal(set) var overRefunds = 0
    /// Reads of a journal, refused ones included.
    public internal(set) var journalReads = 0
    /// Sales that were made at a terminal without the cloud.
    public internal(set) var terminalSales = 0
    /// Batches that were closed.
    public internal(set) var batchCloses = 0
    /// Commands that came while their terminal was at work on another command of the cloud.
    public internal(set) var overlaps = 0
    /// Callbacks that were sent.
    public internal(set) var callbacks = 0
    /// Of these, answered 2xx.
    public internal(set) var callbacksAccepted = 0
    /// Callbacks that are held back.
    public internal(set) var callbacksHeld = 0
    /// Requests that a flood has washed away.
    public internal(set) var flooded = 0
    /// Work that was dropped because a limit of the simulator was reached: the run is worth nothing.
    public internal(set) var dropped = 0
}

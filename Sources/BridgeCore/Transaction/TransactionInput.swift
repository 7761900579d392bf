// SPDX-License-Identifier: Apache-2.0

/// Everything that can happen to a transaction.
public enum TransactionInput: Sendable, Equatable {
    /// The instant that it asked to be woken at has come: expiry, next attempt, next query, giving up.
    case due
    /// The last POST can have no more effects at the terminal; told by a clock that does not jump.
    case lifeEnded
    /// The journal of the terminal was read for the receipt that a void is about.
    case receiptRead(ReceiptReading)
    /// The terminal's open batch was read before it is closed, or could not be.
    case batchRead(BatchReading)
    /// A POST is about to be made.
    case submissionStarted
    /// What the POST of that attempt brought.
    case submissionEnded(attempt: Int, SubmissionOutcome)
    /// The process that may have been in the middle of a POST is gone.
    case recovered
    /// An answer of the cloud, a row of the journal.
    case evidence(Evidence)
    /// A callback came to this transaction's own URL, with its token, and its body says nothing.
    case unreadableCallback
    /// A callback came with a wrong token; it is no evidence but asks for a look.
    case queryRequested
    /// The terminal's journal was read completely and no row fits.
    case journalAbsence
    /// The terminal's journal was read, and no row fits; these may be the sale all the same, for a person to look at.
    case journalNear([JournalRow])
    /// The journal was read, or could not be; what it holds was applied before.
    case journalClosed
    /// A caller asks not to send it or, where the terminal can be told so, to end it there.
    case cancel
    /// The command that cancels it was answered or refused, so that it has no more effects.
    case cancelEnded(CancelEnd)
    /// A named person decides.
    ///
    /// Only statuses that evidence leads to, and `failed`.
    case operatorDecision(OperatorDecision, by: OperatorNote)
    /// A named person has dealt with what speaks against the final status.
    case settled(by: OperatorNote)
    /// The store refused an input for this transaction as a fault of our own, and would refuse it again.
    case notStorable
    /// The store was restored from a backup: what happened after the backup was made is not known.
    case restored

    /// How the command that cancels a sale ended; it never tells the result of the sale.
    ///
    /// Source: docs/getnet.md 10.5.
    public enum CancelEnd: Sendable, Equatable {
        /// The terminal answered, with its number where one could be read.
        case answered(Int64?)
        /// It certainly did not reach the terminal.
        case notStarted(Reason.Code)
    }

    /// What a terminal's journal says of a receipt.
    ///
    /// Source: docs/promises.md 4.11.
    public enum ReceiptReading: Sendable, Equatable {
        /// The receipt stands there with the authorization and the amount of the original.
        case seen
        /// It does not: another batch, another sale, or taken back already.
        case missing
        /// Nothing was learned.
        case notRead(SubmissionOutcome.Refusal)
    }

    /// What reading a terminal's open batch before it is closed brought.
    ///
    /// Source: docs/promises.md 4.15.
    public struct BatchReading: Sendable, Equatable {
        /// The whole list of its sales; `nil` where it could not be read.
        public let list: JournalList?
        /// Why it could not be read.
        public let obstacle: Reason.Code?
        /// What is told with the end of the close, as JSON; the store fills it in for a list.
        public var report: [UInt8]

        /// A list that is to be compared.
        public init(_ list: JournalList) {
            self.list = list
            obstacle = nil
            report = []
        }

        /// Nothing was learned.
        public init(notRead code: Reason.Code) {
            list = nil
            obstacle = code
            report =
                JSON.object([
                    JSON.Member("reconciliation", .object([JSON.Member("notRead", .string(code.rawValue))]))
                ]).serialized
        }
    }

    /// What a person found out.
    public enum OperatorDecision: Sendable, Equatable {
        /// Paid, with what the receipt says; the amount in minor units, `nil` where evidence of this payment has it.
        case approved(authorizationCode: String, operationID: Int64?, amount: Int64? = nil)
        /// Refused by terminal or issuer.
        case declined
        /// The customer did not pay.
        case notCompleted
        /// Never started.
        case failed
    }
}

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

/// How a POST ended, in classes that decide.
///
/// Source: docs/promises.md 4.2.
public enum SubmissionOutcome: Sendable, Equatable {
    /// The cloud took it and gave it a number; `namesUs` where our own name stands beside the number.
    case acknowledged(idPosTxs: String, namesUs: Bool = false)
    /// The answer holds the terminal's result already.
    case answered(CloudAnswer)
    /// It did not start: nothing was sent, or the cloud said so.
    case notStarted(Refusal)
    /// It may have started; never repeat it.
    case unknown(Doubt)

    /// A POST that started nothing: it was not sent, or the cloud refused it.
    public struct Refusal: Sendable, Equatable {
        /// Why.
        public let code: Reason.Code
        /// Whether the same POST may work later.
        public let isTransient: Bool
        /// How long the cloud asks to wait.
        public let retryAfter: Duration?
        /// What the cloud said, without runs of digits and cut to `longestWords`; `nil` where it said nothing.
        public let said: String?

        /// Whether the cloud answered that nothing started, which may be untrue; `false` where nothing was sent.
        ///
        /// Every answer counts, a rejected token's too: decision 0012.
        public var isAnswer: Bool { code == .terminalBusy || said != nil }

        /// What the cloud said is cut here, in bytes of UTF-8.
        public static let longestWords = 200

        /// A refusal from its parts.
        public init(_ code: Reason.Code, isTransient: Bool, retryAfter: Duration? = nil, said: String? = nil) {
            self.code = code
            self.isTransient = isTransient
            self.retryAfter = retryAfter
            self.said = said
        }
    }

    /// Why the result is not known.
    public enum Doubt: Sendable, Equatable {
        /// No acknowledgement, or one that says nothing.
        case noAcknowledgement
        /// The cloud says that its service towards the terminal does not respond.
        case terminalUnreachable
    }
}

/// The times that the machine works with.
///
/// Source: docs/configuration.md.
public struct TransactionRules: Sendable, Equatable {
    /// A busy terminal is tried again after this long.
    public var busyRetryAfter: Duration
    /// How other refusals that may pass are tried again.
    public var transientRetry: RetrySchedule
    /// How long after the acknowledgement the first status query goes out.
    public var firstQueryAfter: Duration
    /// How long between status queries while the terminal may work.
    public var queryInterval: Duration
    /// How long a POST may have effects at the terminal.
    public var terminalLife: Duration
    /// After this long a person must decide.
    public var giveUpAfter: Duration
    /// Whether a complete journal without the sale ends it.
    public var absenceIsFinal: Bool
    /// Whether a callback's verdict waits for a status query that agrees.
    public var callbackNeedsQuery: Bool
    /// So many commands wait for a terminal beside the one that holds it.
    public var laneDepth: Int
    /// How far the clocks of terminal and bridge may be apart.
    public var clockTolerance: Duration
    /// An older sale is not voided but refunded.
    public var voidMaxAge: Duration

    /// Queries after the terminal's life are never further apart than this.
    public static let slowestQuery = Duration.seconds(600)
    /// After the terminal's life the wait is this part of the time that passed since.
    static let backOffDivisor: Int64 = 8

    /// Rules from their parts; the defaults are those of docs/configuration.md.
    public init(
        busyRetryAfter: Duration = .seconds(15),
        transientRetry: RetrySchedule = RetrySchedule(first: .seconds(1), ceiling: .seconds(30)),
        firstQueryAfter: Duration = .seconds(15),
        queryInterval: Duration = .seconds(5),
        terminalLife: Duration = .seconds(315),
        giveUpAfter: Duration = .seconds(86_400),
        absenceIsFinal: Bool = false,
        callbackNeedsQuery: Bool = false,
        laneDepth: Int = 20,
        clockTolerance: Duration = .seconds(120),
        voidMaxAge: Duration = .seconds(86_400)
    ) {
        self.busyRetryAfter = busyRetryAfter
        self.transientRetry = transientRetry
        self.firstQueryAfter = firstQueryAfter
        self.queryInterval = queryInterval
        self.terminalLife = terminalLife
        self.giveUpAfter = giveUpAfter
        self.absenceIsFinal = absenceIsFinal
        self.callbackNeedsQuery = callbackNeedsQuery
        self.laneDepth = laneDepth
        self.clockTolerance = clockTolerance
        self.voidMaxAge = voidMaxAge
    }

    /// The wait until the next query, adaptive: the interval while the terminal lives, then ever slower.
    func queryDelay(at now: Timestamp, lifeEndedAt: Timestamp) -> Duration {
        guard now > lifeEndedAt else { return queryInterval }
        let slowed = Duration.milliseconds((now - lifeEndedAt).milliseconds / Self.backOffDivisor)
        return max(queryInterval, min(slowed, Self.slowestQuery))
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Something that a fault mix does to a sale, or to a read of the journal; the raw value is its name everywhere.
public enum Fault: String, Sendable, CaseIterable, Codable {
    /// The connection is reset, yet the terminal is started.
    case reset
    /// Nothing is answered, yet the terminal is started.
    case noAnswer = "no-answer"
    /// HTTP 500, never started.
    case serverErrorBefore = "500-before"
    /// HTTP 500, yet the terminal is started.
    case serverErrorAfter = "500-after"
    /// The answer to the POST comes after the callbacks were answered.
    case lateAcknowledgement = "late-ack"
    /// `OPERATION IN PROGRESS (15s)`, never started.
    case busy
    /// `OPERATION IN PROGRESS (15s)`, yet the terminal is started.
    case busyYetStarted = "busy-yet-started"
    /// HTTP 401, and the token is good no longer.
    case tokenRevoked = "token-revoked"
    /// HTTP 403 with a page of the firewall.
    case firewall = "waf"
    /// `C2C SERVICE NOT RESPONDING`, for a minute to every client.
    case offline
    /// A refusal with a number hidden in its body, yet the terminal is started: a form of ``HiddenNumber``.
    case hiddenNumber = "hidden-number"
    /// HTTP 429 with a `Retry-After`, in seconds or as a date, never started.
    case tooManyRequests = "429"

    /// The issuer says no.
    case declined
    /// The customer does not pay: 1006.
    case nobodyPaid = "unpaid"
    /// The customer adds a tip, and the result says so.
    case tip
    /// The customer does not pay, and the result repeats the receipt of the terminal's last payment.
    case othersReceipt = "others-receipt"

    /// No callback is sent.
    case noCallback = "no-callback"
    /// Every callback is sent three times.
    case duplicateCallbacks = "duplicate-callbacks"
    /// Every callback is sent 30 s late.
    case delayedCallback = "delayed-callback"
    /// The callback of a 90-second time-out, or of a contradiction, changes places with the true one.
    case reorderedCallbacks = "reordered-callbacks"
    /// The cloud says `TIMEOUT (90 SECONDS)`, the sale ends 30 s later.
    case timeout = "timeout-90"
    /// A second callback says the opposite.
    case contradiction
    /// Results in the layout of the documentation.
    case flat
    /// Messages in Spanish.
    case spanish
    /// `idPosTxs` is a string.
    case textID = "text-id"
    /// `data` is a string that holds the object.
    case dataText = "data-as-text"
    /// Query and journal spell the result otherwise than the callback: a form of ``Dialect/Retelling``.
    case retold
    /// The merchant's number comes back rewritten: a form of ``Dialect/Ticket``.
    case rewrittenTicket = "rewritten-ticket"
    /// Everything about the sale is said behind a byte order mark.
    case byteOrderMark = "byte-order-mark"
    /// Everything about the sale is said in UTF-16.
    case utf16 = "utf-16"
    /// Everything about the sale is said in ISO 8859-1.
    case latin1 = "latin-1"
    /// Everything about the sale is compressed, callbacks too.
    case gzip
    /// The callback comes in chunks.
    case callbackChunked = "callback-chunked"
    /// The callback waits for `100 Continue` before its body.
    case callbackExpects = "callback-expects"
    /// The callback comes over HTTP/1.0.
    case callbackOld = "callback-http-1.0"
    /// The callback comes over a connection that was kept open since the one before.
    case callbackKept = "callback-kept"
    /// After the sale a customer pays at the terminal without the bridge.
    case terminalSale = "terminal-sale"
    /// After the sale the terminal closes its batch by itself.
    case batchCloses = "batch-closes"

    /// The journal is not read: `OPERATION IN PROGRESS (15s)`.
    case journalBusy = "journal-busy"
    /// The connection is reset while the journal is read.
    case journalReset = "journal-reset"
    /// Nothing is answered while the journal is read.
    case journalNoAnswer = "journal-no-answer"
    /// The journal takes too long: `TIMEOUT (90 SECONDS)`.
    case journalTimeout = "journal-timeout"
    /// One row of the journal is damaged.
    case journalUnreadableRow = "journal-unreadable-row"
    /// HTTP 500, the journal is not read.
    case journalServerError = "journal-500"
    /// The answer is cut off in its middle.
    case journalCutOff = "journal-cut-off"
    /// `get_transaction` is answered with the number of the read around the sale.
    case journalOwnNumber = "journal-own-number"
    /// `lastvoucher` is answered with the recorded sale whole: its number, its `customId`, 100.
    case journalRecordedSale = "journal-recorded-sale"

    /// The terminal's local time is one or two hours off that of its country.
    case otherZone = "other-zone"

    /// What excludes each other: at most one of a group is drawn.
    enum Group: String, CaseIterable {
        /// How the POST is answered.
        case answer
        /// What the customer does.
        case outcome
        /// What bytes the texts become.
        case coding
        /// How callbacks are carried.
        case carriage
        /// What a read of the journal meets.
        case journal
        /// What is odd about a terminal for ever.
        case terminal

        /// Those that strike sales.
        static let ofSales = [Group.answer, .outcome, .coding, .carriage]
    }

    /// The group it is drawn from; absent: it is drawn on its own.
    var group: Group? {
        switch self {
        case .reset, .noAnswer, .serverErrorBefore, .serverErrorAfter, .lateAcknowledgement, .busy, .busyYetStarted,
            .tokenRevoked, .firewall, .offline, .hiddenNumber, .tooManyRequests:
            .answer
        case .declined, .nobodyPaid, .tip, .othersReceipt: .outcome
        case .journalBusy, .journalReset, .journalNoAnswer, .journalTimeout, .journalUnreadableRow,
            .journalServerError, .journalCutOff, .journalOwnNumber, .journalRecordedSale:
            .journal
        case .noCallback, .duplicateCallbacks, .delayedCallback, .reorderedCallbacks, .timeout, .contradiction, .flat,
            .spanish, .textID, .dataText, .retold, .rewrittenTicket, .terminalSale, .batchCloses:
            nil
        case .byteOrderMark, .utf16, .latin1, .gzip: .coding
        case .callbackChunked, .callbackExpects, .callbackOld, .callbackKept: .carriage
        case .otherZone: .terminal
        }
    }

    /// Whether it strikes reads of a journal, not sales.
    public var strikesJournal: Bool { group == .journal }

    /// Whether it can strike a read.
    func strikes(_ command: JournalCommand) -> Bool {
        switch self {
        case .journalOwnNumber: command == .getTransaction
        case .journalRecordedSale: command == .lastVoucher
        default: strikesJournal
        }
    }

    /// What is struck by it is a sale, not a void or a refund.
    static let ofSalesAlone: Set<Fault> = [.tip, .othersReceipt, .rewrittenTicket]
}

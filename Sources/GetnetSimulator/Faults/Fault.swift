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
    /// `C2C SERVICE NOT RESPONDING`, for a minute to everyone.
    case offline

    /// The issuer says no.
    case declined
    /// Nobody pays: 1006.
    case nobodyPaid = "unpaid"

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
    /// Everything about the sale is said behind a byte order mark.
    case byteOrderMark = "byte-order-mark"
    /// Everything about the sale is said in UTF-16.
    case utf16 = "utf-16"
    /// Everything about the sale is said in ISO 8859-1.
    case latin1 = "latin-1"
    /// Everything about the sale is compressed, callbacks too.
    case gzip
    /// After the sale somebody pays at the terminal without the bridge.
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

    /// What excludes each other: at most one of a group is drawn.
    enum Group: String, CaseIterable {
        /// How the POST is answered.
        case answer
        /// What the customer does.
        case outcome
        /// What bytes the texts become.
        case coding
        /// What a read of the journal meets.
        case journal
    }

    /// The group it is drawn from; absent: it is drawn on its own.
    var group: Group? {
        switch self {
        case .reset, .noAnswer, .serverErrorBefore, .serverErrorAfter, .lateAcknowledgement, .busy, .busyYetStarted,
            .tokenRevoked, .firewall, .offline:
            .answer
        case .declined, .nobodyPaid: .outcome
        case .journalBusy, .journalReset, .journalNoAnswer, .journalTimeout, .journalUnreadableRow,
            .journalServerError, .journalCutOff:
            .journal
        case .noCallback, .duplicateCallbacks, .delayedCallback, .reorderedCallbacks, .timeout, .contradiction, .flat,
            .spanish, .textID, .dataText, .terminalSale, .batchCloses:
            nil
        case .byteOrderMark, .utf16, .latin1, .gzip: .coding
        }
    }

    /// Whether it strikes reads of a journal, not sales.
    public var strikesJournal: Bool { group == .journal }

    /// One sentence: what happens.
    public var summary: String {
        switch self {
        case .reset: "connection reset, yet started"
        case .noAnswer: "no answer to the POST, yet started"
        case .serverErrorBefore: "HTTP 500, never started"
        case .serverErrorAfter: "HTTP 500, yet started"
        case .lateAcknowledgement: "acknowledged after the callbacks were answered"
        case .busy: "OPERATION IN PROGRESS (15s), never started"
        case .busyYetStarted: "OPERATION IN PROGRESS (15s), yet started"
        case .tokenRevoked: "HTTP 401, the token is good no longer"
        case .firewall: "HTTP 403 with a page of the firewall"
        case .offline: "C2C SERVICE NOT RESPONDING, to every command of this terminal for 60 s"
        case .declined: "outcome: declined 51, insufficient funds"
        case .nobodyPaid: "outcome: 1006, nobody paid"
        case .noCallback: "no callback"
        case .duplicateCallbacks: "every callback three times at once"
        case .delayedCallback: "every callback 30 s late"
        case .reorderedCallbacks: "the callback of a 90-second time-out after the result's; a contradiction before it"
        case .timeout: "TIMEOUT (90 SECONDS) as callback and status, the result 30 s later"
        case .contradiction: "2 s after the result a callback says the opposite"
        case .flat: "results in the flat layout of the documentation"
        case .spanish: "messages in Spanish"
        case .textID: "idPosTxs is a string"
        case .dataText: "data is a string that holds the object"
        case .byteOrderMark: "answers and callbacks behind a byte order mark"
        case .utf16: "answers and callbacks in UTF-16"
        case .latin1: "answers and callbacks in ISO 8859-1"
        case .gzip: "answers and callbacks compressed"
        case .terminalSale: "afterwards somebody pays at the terminal without the bridge"
        case .batchCloses: "afterwards the terminal closes its batch by itself"
        case .journalBusy: "OPERATION IN PROGRESS (15s) instead of the journal"
        case .journalReset: "connection reset while the journal is read"
        case .journalNoAnswer: "no answer while the journal is read"
        case .journalTimeout: "TIMEOUT (90 SECONDS) instead of the journal"
        case .journalUnreadableRow: "one row of the journal is damaged"
        case .journalServerError: "HTTP 500 instead of the journal"
        case .journalCutOff: "the journal is cut off in its middle"
        }
    }

    /// All names as text: one line per fault, its name and its sentence.
    public static var table: String {
        let width = allCases.map(\.rawValue.count).max() ?? 0
        return allCases.map { fault in
            let name = fault.rawValue
            return name + String(repeating: " ", count: width + 2 - name.count) + fault.summary
        }.joined(separator: "\n")
    }
}

// SPDX-License-Identifier: Apache-2.0

extension Fault {
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
        case .hiddenNumber: "busy, HTTP 400, 401 or 429 with a number in a body that hides it, yet started"
        case .tooManyRequests: "HTTP 429 with Retry-After in seconds or as a date, never started"
        case .declined: "outcome: declined 51, insufficient funds"
        case .nobodyPaid: "outcome: 1006, not paid"
        case .tip: "outcome: paid with a tip that the result names"
        case .othersReceipt: "outcome: not paid, the result repeats the terminal's last receipt"
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
        case .retold: "query and journal spell the result otherwise than the callback"
        case .rewrittenTicket: "the ticket comes back without zeros in front, in other letter case or cut to 20"
        case .byteOrderMark: "answers and callbacks behind a byte order mark"
        case .utf16: "answers and callbacks in UTF-16"
        case .latin1: "answers and callbacks in ISO 8859-1"
        case .gzip: "answers and callbacks compressed"
        case .callbackChunked: "callbacks in chunks"
        case .callbackExpects: "callbacks with Expect: 100-continue"
        case .callbackOld: "callbacks over HTTP/1.0"
        case .callbackKept: "callbacks over one connection that is kept open"
        case .terminalSale: "afterwards a customer pays at the terminal without the bridge"
        case .batchCloses: "afterwards the terminal closes its batch by itself"
        case .journalBusy: "OPERATION IN PROGRESS (15s) instead of the journal"
        case .journalReset: "connection reset while the journal is read"
        case .journalNoAnswer: "no answer while the journal is read"
        case .journalTimeout: "TIMEOUT (90 SECONDS) instead of the journal"
        case .journalUnreadableRow: "one row of the journal is damaged"
        case .journalServerError: "HTTP 500 instead of the journal"
        case .journalCutOff: "the journal is cut off in its middle"
        case .journalOwnNumber: "get_transaction is answered with the read's own number around the sale"
        case .journalRecordedSale: "lastvoucher is answered with number, customId and 100 of the recorded sale"
        case .otherZone: "the terminal's local time is one or two hours off"
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

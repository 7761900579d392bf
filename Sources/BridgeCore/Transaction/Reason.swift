// SPDX-License-Identifier: Apache-2.0

/// Why a transaction waits, failed, or is in doubt.
///
/// Source: docs/promises.md 3.3.
public struct Reason: Sendable, Hashable {
    /// The reason codes; more may come.
    public enum Code: String, Sendable, CaseIterable {
        // waiting
        case laneOccupied = "lane_occupied"
        case terminalBusy = "terminal_busy"
        case cloudUnavailable = "cloud_unavailable"
        case tokenRejected = "token_rejected"
        // failed, beside some of the above
        case commandExpired = "command_expired"
        case cancelledBeforeStart = "cancelled_before_start"
        case terminalUnknown = "terminal_unknown"
        case wrongMerchant = "wrong_merchant"
        case laneFull = "lane_full"
        case unauthorized
        case blocked
        case requestRefused = "request_refused"
        case originalNotInBatch = "original_not_in_batch"
        case exceedsRemaining = "exceeds_remaining"
        // in doubt
        case noAcknowledgement = "no_acknowledgement"
        case noResult = "no_result"
        case terminalUnreachable = "terminal_unreachable"
        case inconsistentResult = "inconsistent_result"
        case notInJournal = "not_in_journal"
        case operatorNeeded = "operator_needed"
        // declined, not completed
        case declinedByTerminal = "declined"
        case nobodyPaid = "nobody_paid"
        case operatorDecision = "operator_decision"
    }

    /// The code that programs decide on.
    public let code: Code
    /// What a transaction waited for when its command expired.
    public let waitedFor: Code?

    /// A reason by its code.
    public init(_ code: Code, waitedFor: Code? = nil) {
        self.code = code
        self.waitedFor = waitedFor
    }

    /// Whether a worker may ask for the same purchase with a new command, without a person, after a final status.
    ///
    /// Never while the transaction waits: it is still sent. Source: docs/promises.md 3.3.
    public var retryable: Bool {
        switch code {
        case .cloudUnavailable, .laneFull, .blocked, .declinedByTerminal: true
        // The transaction waits for these, and is sent when they end.
        case .laneOccupied, .terminalBusy, .tokenRejected: false
        // A person took it back at the till or at the terminal, or it came too late: no worker must decide that again.
        case .commandExpired, .cancelledBeforeStart, .nobodyPaid: false
        case .terminalUnknown, .wrongMerchant, .unauthorized, .requestRefused, .originalNotInBatch, .exceedsRemaining,
            .noAcknowledgement, .noResult,
            .terminalUnreachable, .inconsistentResult, .notInJournal, .operatorNeeded, .operatorDecision:
            false
        }
    }

    /// One sentence for a person.
    public var message: String {
        switch code {
        case .laneOccupied: "another command holds the terminal"
        case .terminalBusy: "the terminal is busy"
        case .cloudUnavailable: "Getnet's cloud cannot be reached, or takes no command now"
        case .tokenRejected: "Getnet rejects the bridge's tokens; another holder of its credentials?"
        case .commandExpired:
            waitedFor.map { "the command expired before it was sent; it waited: \(Reason($0).message)" }
                ?? "the command expired before it was sent"
        case .cancelledBeforeStart: "cancelled before it was sent"
        case .terminalUnknown: "Getnet does not know this terminal"
        case .wrongMerchant: "the terminal belongs to another merchant"
        case .laneFull: "too many commands wait for the terminal"
        case .unauthorized: "Getnet does not accept the credentials"
        case .blocked: "Getnet's firewall refuses this bridge"
        case .requestRefused: "Getnet refused the request as malformed"
        case .originalNotInBatch:
            "the terminal's open batch has no such receipt to take back: unless that was done at the terminal, refund the sale"
        case .exceedsRemaining: "the amount exceeds what is left of the sale: more was given back in the meantime"
        case .noAcknowledgement: "the request may have reached the terminal, but no acknowledgement came"
        case .noResult: "the terminal's time is over and no result came"
        case .terminalUnreachable: "the cloud could not reach the terminal and cannot say whether the sale began"
        case .inconsistentResult: "the result does not fit the request"
        case .notInJournal: "the terminal's journal has no such sale"
        case .operatorNeeded: "a person must look at the terminal or ask Getnet, and decide"
        case .declinedByTerminal: "declined by the terminal or the issuer"
        case .nobodyPaid: "no payment was made in time, or it was cancelled at the terminal"
        case .operatorDecision: "decided by an operator"
        }
    }
}

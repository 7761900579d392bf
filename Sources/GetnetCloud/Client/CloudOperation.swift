// SPDX-License-Identifier: Apache-2.0

/// What a request to the cloud is for; a label of metrics.
public enum CloudOperation: String, Sendable, Hashable, CaseIterable {
    /// A login.
    case login
    /// The POST of a sale.
    case sale
    /// The POST of any other command.
    case command
    /// A status query.
    case query
    /// A command that reads a terminal's journal.
    case journal
}

/// How one request over HTTP ended; a label of metrics.
public enum CloudRequestOutcome: String, Sendable, Hashable, CaseIterable {
    /// The cloud answered with success; what it said is another matter.
    case answered
    /// The cloud, its firewall or the login refused.
    case refused
    /// A status that is neither success nor a refusal.
    case failed
    /// Nothing was sent.
    case neverSent = "never_sent"
    /// It may have been sent, and no complete answer came.
    case interrupted
}

extension CloudRequestOutcome {
    init(_ end: ExchangeEnd) {
        switch end {
        case .neverSent, .withheld: self = .neverSent
        case .interrupted: self = .interrupted
        case .answered(let http):
            switch http.status {
            case 200...299: self = .answered
            case 400...499: self = .refused
            default: self = .failed
            }
        }
    }
}

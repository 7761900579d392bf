// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// Why the bridge has no token, or lost one; the label of `login_failures_total`.
public enum LoginTrouble: Sendable, Hashable {
    /// No connection, so that nothing was asked.
    case connection(ConnectionTrouble)
    /// The login was sent and no complete answer came in time.
    case noAnswer
    /// The answer is no login of Getnet's: a token cannot be read from it.
    case unreadable
    /// Getnet, or something before it, answered with a status of a failure.
    case serverFault
    /// Getnet asks for fewer requests (429).
    case throttled
    /// Getnet's firewall refused (403 without an answer of the cloud).
    case blocked
    /// Getnet refused the credentials.
    case refused
    /// Getnet rejected a token before its end.
    case tokenRejected

    /// The word in metrics and log lines.
    public var word: String {
        switch self {
        case .connection(let trouble): trouble.rawValue
        case .noAnswer: "no_answer"
        case .unreadable: "unreadable"
        case .serverFault: "server_fault"
        case .throttled: "throttled"
        case .blocked: "blocked"
        case .refused: "refused"
        case .tokenRejected: "token_rejected"
        }
    }

    /// Half a sentence for a person.
    public var description: String {
        switch self {
        case .connection(let trouble): trouble.description
        case .noAnswer: "Getnet does not answer the login"
        case .unreadable: "Getnet's answer to the login cannot be read"
        case .serverFault: "Getnet answers the login with a failure"
        case .throttled: "Getnet asks for fewer logins"
        case .blocked: "Getnet's firewall refuses the login"
        case .refused: "Getnet refuses the credentials"
        case .tokenRejected: "Getnet rejects each token soon after its login; another holder of these credentials?"
        }
    }

    /// What a command is told that waits for a token.
    var code: Reason.Code {
        switch self {
        case .connection, .noAnswer, .unreadable, .serverFault, .throttled: .cloudUnavailable
        case .blocked: .blocked
        case .refused: .unauthorized
        case .tokenRejected: .tokenRejected
        }
    }

    /// Whether Getnet answered, so that another login soon is not welcome.
    var isAnswered: Bool {
        switch self {
        case .connection, .noAnswer, .serverFault: false
        case .unreadable, .throttled, .blocked, .refused, .tokenRejected: true
        }
    }
}

/// Why there is no token.
struct LoginFailure: Error, Equatable {
    /// What happened.
    let trouble: LoginTrouble
    /// How long the cloud asks to wait.
    var retryAfter: Duration?

    /// What a command is told.
    var code: Reason.Code { trouble.code }
}

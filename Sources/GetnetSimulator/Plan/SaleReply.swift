// SPDX-License-Identifier: Apache-2.0

/// How the POST of a sale is answered.
public enum SaleReply: Equatable, Sendable {
    /// Code 1, `TRANSACTION SENT`, with the `idPosTxs`.
    case sent
    /// The same without the `idPosTxs`.
    case sentWithoutID
    /// The acknowledgement holds the final result already.
    case sentWithResult
    /// HTTP 200, cut off in the middle of the JSON text.
    case sentCutOff
    /// Code 0 with a message.
    case refused(CloudMessage)
    /// HTTP 401, and the token that was used is no longer good.
    case unauthorized
    /// The literal `UNAUTHORIZED` in a wrapper, and the token that was used is no longer good.
    case unauthorizedLiteral
    /// A page of the web application firewall, HTTP 403.
    case firewallPage
    /// HTTP 307 to a place that notes each client that follows.
    case redirect
    /// HTTP 429 with `Retry-After: 1`.
    case tooManyRequests
    /// What a flood answers.
    case flooded(FloodAnswer)
    /// HTTP 429 with the moment a second later as a date in `Retry-After`.
    case tooManyRequestsUntil
    /// A refusal whose body hides the number of what was started.
    case hiding(HiddenNumber)
    /// HTTP 400 without anything wrong in the request.
    case badRequest
    /// HTTP 500 with a problem document.
    case serverError
    /// HTTP 502 with a page of the proxy.
    case badGateway
    /// The connection is reset, nothing is answered.
    case reset
    /// Nothing is answered for the life of a sale, then the connection is reset.
    case silence
}

/// What the cloud says about a sale, in a callback or to a status query.
public enum Report: Equatable, Sendable {
    /// A wrapper with code 1 and the terminal's result.
    case result(TerminalResult)
    /// A wrapper without data.
    case message(CloudMessage)
    /// A body that is no JSON text.
    case notJSON
    /// No body at all.
    case empty
    /// The result, blown up to 300 KiB by an unknown member.
    case oversized(TerminalResult)
}

/// What the terminal's result says, and what is odd about it.
public struct TerminalResult: Equatable, Sendable {
    /// What the result says.
    public var verdict: Verdict
    /// What is odd about it.
    public var oddity: Oddity?
    /// What was paid above the amount asked for, as the result says, in minor units.
    public var tip: Int

    /// Creates a result.
    ///
    /// - Parameters:
    ///   - verdict: what the result says.
    ///   - oddity: what is odd about it.
    ///   - tip: what was paid above the amount asked for, as the result says, in minor units.
    public init(_ verdict: Verdict, oddity: Oddity? = nil, tip: Int = 0) {
        self.verdict = verdict
        self.oddity = oddity
        self.tip = tip
    }

    /// What a result says.
    public enum Verdict: Equatable, Sendable {
        /// `responseCode` 0; `payment` 2 is a second payment with an authorization of its own.
        case approved(payment: Int)
        /// The issuer or the terminal said no.
        case declined(Decline)
        /// 1006: the customer presented no card.
        case nobodyPaid
        /// The customer or the cashier pressed cancel.
        case cancelled
        /// −1: the terminal could not reach its host.
        case hostUnreachable
        /// `functionCode` 0 and `responseCode` 0: not an approval.
        case processingError
    }

    /// What is odd about a result.
    public enum Oddity: Equatable, Sendable {
        /// The amount is one more than asked for.
        case otherAmount
        /// The authorization is empty.
        case noAuthorization
        /// There is no `responseCode`.
        case noResponseCode
        /// The `responseCode` is a text, `"00"`.
        case textResponseCode
        /// The `functionCode` is that of a void, 102.
        case otherFunction
        /// Ticket of another sale.
        case otherTicket
        /// `idPosTxs`, `customId`, ticket of another sale.
        case otherTransaction
        /// Keys of the terminal's result in PascalCase.
        case pascalCase
        /// The terminal's result is a text that holds JSON.
        case encodedAsText
        /// The amount is `null`, as in a damaged row of the journal.
        case unreadable
    }
}

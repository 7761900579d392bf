// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

extension AccountBreaker {
    /// What the end of a command says about the account.
    enum Finding: Equatable {
        /// The cloud itself answered: it took the command, or refused it with a reason.
        case served
        /// The command may have started and the cloud did not say so: no answer, a failure, or an unreadable answer.
        case doubtful
        /// The firewall refused.
        case blocked(retryAfter: Duration?)
        /// The cloud wants no commands for so long.
        case throttled(Duration)
        /// The token was rejected.
        case tokenRejected
        /// No answer that says anything about the account.
        case nothing

        /// What the end of a POST says.
        ///
        /// - Parameters:
        ///   - end: How the exchange ended.
        ///   - meaning: What it means for the command.
        ///   - answersLate: Whether the answer is the terminal's own, so that a missing one says nothing of the cloud.
        init(_ end: ExchangeEnd, _ meaning: SaleEnd, answersLate: Bool) {
            switch (end, meaning) {
            case (.neverSent, _), (.withheld, _): self = .nothing
            case (.interrupted, _): self = answersLate ? .nothing : .doubtful
            case (.answered, .unauthorized): self = .tokenRejected
            case (.answered, .outcome(.unknown(.noAcknowledgement))): self = .doubtful
            // A failing server's text about a terminal does not count.
            case (.answered(let http), .outcome(.unknown)) where http.status >= 500: self = .doubtful
            case (.answered(let http), .outcome(.notStarted(let refusal))) where refusal.code == .blocked:
                self = .blocked(retryAfter: http.retryAfter)
            case (.answered(let http), .outcome(.notStarted)) where http.status == 429:
                self = .throttled(http.retryAfter ?? AccountBreaker.unnamedThrottle)
            case (.answered, .outcome): self = .served
            }
        }

        /// What the end of a reading says.
        init(reading end: ExchangeEnd, isAnswerOfCloud: (HTTPAnswer) -> Bool) {
            guard case .answered(let http) = end else {
                self = .nothing
                return
            }
            switch http.status {
            case 401: self = .tokenRejected
            case 403 where !isAnswerOfCloud(http): self = .blocked(retryAfter: http.retryAfter)
            case 429: self = http.retryAfter.map { .throttled($0) } ?? .nothing
            case 500...599: self = .nothing
            default: self = .served
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import Logging
internal import NIOConcurrencyHelpers

/// The account's breaker behind a lock, with the clock and a log of its opening and closing.
final class AccountGate: Sendable {
    private let breaker = NIOLockedValueBox(AccountBreaker())
    private let reader: AnswerReader
    private let logger: Logger

    init(reader: AnswerReader, logger: Logger) {
        self.reader = reader
        self.logger = logger
    }

    /// Whether commands are kept back.
    var isOpen: Bool { breaker.withLockedValue { $0.isOpen } }

    /// Whether a command may go.
    func pass() -> AccountBreaker.Passage { breaker.withLockedValue { $0.pass(at: .now) } }

    /// A command that went has ended.
    func ended(_ permit: AccountBreaker.Permit, _ end: ExchangeEnd) {
        let finding = AccountBreaker.Finding(end) { reader.read($0.body).map { $0.code != .unknown } ?? false }
        change { $0.ended(permit, finding, at: .now) }
    }

    /// How long the cloud wants no questions.
    func throttle() -> Duration? { breaker.withLockedValue { $0.throttle(at: .now) } }

    /// A question has ended; it neither opens nor closes, but the cloud's wish for quiet is heard.
    func questionEnded(_ end: ExchangeEnd) {
        guard case .answered(let http) = end, http.status == 429, let wait = http.retryAfter else { return }
        change { $0.throttled(for: wait, at: .now) }
    }

    private func change(_ change: (inout AccountBreaker) -> Void) {
        let (before, after) = breaker.withLockedValue { breaker in
            let before = breaker.isOpen
            change(&breaker)
            return (before, breaker.isOpen)
        }
        guard before != after else { return }
        if after {
            logger.warning("Getnet refuses the account's commands; they wait")
        } else {
            logger.info("Getnet takes the account's commands again")
        }
    }
}

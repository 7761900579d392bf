// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// Keeps an account's commands from the network while Getnet's firewall or its limit on rates wants none.
///
/// Pure. Closed, every command goes. A refusal of the firewall, or a status 429 that names a time, opens it: no command goes
/// until the wait is over, then one at a time, the probe, until one of them is answered by the cloud. Of what was sent before
/// it opened, no answer closes it and no further refusal lengthens its back-off.
/// *Source*: issue on money §1.
struct AccountBreaker {
    typealias Instant = ContinuousClock.Instant

    /// The waits after refusals of the firewall in a row.
    static let backOff = RetrySchedule(first: .seconds(5), ceiling: .seconds(60))
    /// A probe that has no answer after so long lets another one go.
    static let probeTime = Duration.seconds(30)
    /// Whoever meets a probe comes back after so long, at the earliest.
    static let probeSpacing = Duration.seconds(1)

    /// What a command was told that asked to go.
    enum Passage: Equatable {
        /// It may go; how it ended is to be told with this permit.
        case go(Permit)
        /// It must not go for so long.
        case wait(Obstacle)
    }

    /// The right to send one command.
    struct Permit: Equatable {
        fileprivate let openings: Int
    }

    /// Why no command goes, and for how long.
    struct Obstacle: Equatable {
        let code: Reason.Code
        let wait: Duration
    }

    /// What the end of a command says about the account.
    enum Finding: Equatable {
        /// The cloud itself answered.
        case served
        /// The firewall refused.
        case blocked(retryAfter: Duration?)
        /// The cloud wants nothing for so long.
        case throttled(Duration)
        /// No answer that says anything.
        case nothing

        init(_ end: ExchangeEnd, isAnswerOfCloud: (HTTPAnswer) -> Bool) {
            guard case .answered(let http) = end else {
                self = .nothing
                return
            }
            switch http.status {
            case 403 where !isAnswerOfCloud(http): self = .blocked(retryAfter: http.retryAfter)
            case 429: self = http.retryAfter.map { .throttled($0) } ?? .nothing
            default: self = .served
            }
        }
    }

    private struct Opening {
        var code: Reason.Code
        var until: Instant
        /// Until when a probe's answer is waited for.
        var probeUntil: Instant?
    }

    private var opening: Opening?
    /// How often it opened; a permit of an earlier time proves nothing.
    private var openings = 0
    /// Refusals of the firewall in a row.
    private var refusals = 0

    /// Whether commands are kept back.
    var isOpen: Bool { opening != nil }

    /// Whether a command may go.
    mutating func pass(at now: Instant) -> Passage {
        guard var opening else { return .go(Permit(openings: openings)) }
        if now < opening.until { return .wait(Obstacle(code: opening.code, wait: opening.until - now)) }
        if let probeUntil = opening.probeUntil, now < probeUntil {
            return .wait(Obstacle(code: opening.code, wait: Self.probeSpacing))
        }
        opening.probeUntil = now + Self.probeTime
        self.opening = opening
        return .go(Permit(openings: openings))
    }

    /// A command that went has ended.
    mutating func ended(_ permit: Permit, _ finding: Finding, at now: Instant) {
        let isCurrent = permit.openings == openings
        switch finding {
        case .served:
            guard isCurrent else { return }
            opening = nil
            refusals = 0
        case .blocked(let retryAfter):
            guard isCurrent else { return }
            refusals += 1
            open(.blocked, until: now + max(Self.backOff.delay(afterTries: refusals), retryAfter ?? .zero))
        case .throttled(let wait):
            throttled(for: wait, at: now)
        case .nothing:
            if isCurrent { opening?.probeUntil = nil }
        }
    }

    /// The cloud wants nothing for so long, whatever it was asked.
    mutating func throttled(for wait: Duration, at now: Instant) {
        guard wait > .zero else { return }
        if let opening, opening.until >= now + wait { return }
        open(opening?.code ?? .cloudUnavailable, until: now + wait)
    }

    /// How long the cloud wants no questions either.
    func throttle(at now: Instant) -> Duration? {
        guard let opening, opening.code == .cloudUnavailable, now < opening.until else { return nil }
        return opening.until - now
    }

    private mutating func open(_ code: Reason.Code, until: Instant) {
        openings += 1
        opening = Opening(code: code, until: until)
    }
}

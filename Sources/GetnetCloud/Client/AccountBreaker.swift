// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// Keeps an account's commands from the network while Getnet wants none, or takes them without a word.
///
/// Pure. While it is closed, every command goes. A refusal of the firewall, a status 429, or `doubtLimit` doubts in a
/// row open it: no command goes until the wait is over, then one at a time, the probe, until the cloud answers one of
/// them. A probe that ends in doubt opens it again, for longer. If a command was sent before it opened, no answer to it
/// closes the breaker and no refusal of it lengthens the back-off.
/// *Source*: `docs/decisions/0014-an-account-that-is-held.md`.
struct AccountBreaker {
    typealias Instant = ContinuousClock.Instant

    /// The waits after refusals of the firewall in a row.
    static let backOff = RetrySchedule(first: .seconds(5), ceiling: .seconds(60))
    /// So many doubts in a row, without an answer of the cloud between them, are the cloud's and not a terminal's.
    static let doubtLimit = 4
    /// The waits before probes that may end in doubt as well: six of them in the first ten minutes.
    static let doubtBackOff = RetrySchedule(first: .seconds(5), ceiling: .seconds(300))
    /// A status 429 keeps commands back no longer, even if it asks for more; then a probe goes.
    static let longestThrottle = Duration.seconds(60)
    /// How long a status 429 without a time keeps commands back.
    static let unnamedThrottle = Duration.seconds(5)
    /// A probe that has no answer after so long lets another one go.
    static let probeTime = Duration.seconds(30)
    /// A command that meets a probe comes back after so long, at the earliest.
    static let probeSpacing = Duration.seconds(1)

    /// Why it is open.
    enum Cause: Equatable {
        /// The firewall refused.
        case blocked
        /// The cloud asked for fewer commands.
        case throttled
        /// So many commands in a row ended in doubt.
        case doubts(Int)

        /// What a command is told.
        var code: Reason.Code { self == .blocked ? .blocked : .cloudUnavailable }
    }

    /// The answer to a command that asks to go.
    enum Passage: Equatable {
        /// It may go; how it ended is to be told with this permit.
        case go(Permit)
        /// It must not go for so long.
        case wait(Obstacle)
    }

    /// The right to send one command.
    struct Permit: Equatable {
        /// `nil` for a reading that goes though it is open: its end proves nothing.
        fileprivate let openings: Int?
    }

    /// Why no command goes, and for how long.
    struct Obstacle: Equatable {
        let cause: Cause
        let wait: Duration

        var code: Reason.Code { cause.code }
    }

    private struct Opening {
        var cause: Cause
        var until: Instant
        /// Until when a probe's answer is waited for.
        var probeUntil: Instant?
    }

    private var opening: Opening?
    /// How often it opened; a permit of an earlier time proves nothing.
    private var openings = 0
    /// Refusals of the firewall in a row.
    private var refusals = 0
    /// Openings and probes in a row that ended in doubt.
    private var doubtfulTurns = 0
    /// Doubts in a row without an answer of the cloud between them.
    private(set) var doubts = 0

    /// Whether commands are kept back.
    var isOpen: Bool { opening != nil }

    /// Why commands are kept back, and how long until the next probe; `nil` where they are not.
    func obstacle(at now: Instant) -> Obstacle? {
        opening.map { Obstacle(cause: $0.cause, wait: max($0.until - now, .zero)) }
    }

    /// Whether the next command that asks would be a probe: it is open and its wait is over.
    func isDueForProbe(at now: Instant) -> Bool { opening.map { now >= $0.until } ?? false }

    /// Whether a command may go.
    mutating func pass(at now: Instant) -> Passage {
        guard var opening else { return .go(Permit(openings: openings)) }
        if now < opening.until { return .wait(Obstacle(cause: opening.cause, wait: opening.until - now)) }
        if let probeUntil = opening.probeUntil, now < probeUntil {
            return .wait(Obstacle(cause: opening.cause, wait: Self.probeSpacing))
        }
        opening.probeUntil = now + Self.probeTime
        self.opening = opening
        return .go(Permit(openings: openings))
    }

    /// Whether a reading may go: doubts do not hold it, and it is no probe for them.
    mutating func passReading(at now: Instant) -> Passage {
        if case .doubts = opening?.cause { return .go(Permit(openings: nil)) }
        return pass(at: now)
    }

    /// A command that went has ended.
    mutating func ended(_ permit: Permit, _ finding: Finding, at now: Instant) {
        let isCurrent = permit.openings == openings
        switch finding {
        case .served:
            guard isCurrent else { return }
            close()
            doubts = 0
        case .doubtful:
            guard isCurrent else { return }
            doubts += 1
            guard opening != nil || doubts >= Self.doubtLimit else { return }
            doubtfulTurns += 1
            open(.doubts(doubts), until: now + Self.doubtBackOff.delay(afterTries: doubtfulTurns))
        case .blocked(let retryAfter):
            guard isCurrent else { return }
            refusals += 1
            let asked = min(retryAfter ?? .zero, Self.longestThrottle)
            open(.blocked, until: now + max(Self.backOff.delay(afterTries: refusals), asked))
        case .throttled(let wait): throttled(for: wait, at: now)
        case .tokenRejected, .nothing:
            if isCurrent { opening?.probeUntil = nil }
        }
    }

    /// A reading that went has ended: it proves that the cloud is there, not that it takes sales.
    mutating func readingEnded(_ permit: Permit, _ finding: Finding, at now: Instant) {
        switch finding {
        case .served:
            if permit.openings == openings { close() }
        // That the cloud wants no questions says nothing about sales.
        case .doubtful, .tokenRejected, .blocked, .throttled, .nothing: ended(permit, .nothing, at: now)
        }
    }

    /// A command in doubt was ended by its callback: the cloud takes commands, though its answers get lost.
    mutating func doubtEnded() {
        doubts = 0
        if case .doubts = opening?.cause {
            // The commands under way were sent before this opening.
            openings += 1
            close()
        }
    }

    /// The cloud wants no command for so long.
    private mutating func throttled(for wait: Duration, at now: Instant) {
        let wait = min(wait, Self.longestThrottle)
        guard wait > .zero else { return }
        if let opening, opening.until >= now + wait { return }
        open(opening?.cause ?? .throttled, until: now + wait)
    }

    private mutating func open(_ cause: Cause, until: Instant) {
        openings += 1
        opening = Opening(cause: cause, until: until)
    }

    private mutating func close() {
        opening = nil
        refusals = 0
        doubtfulTurns = 0
    }
}

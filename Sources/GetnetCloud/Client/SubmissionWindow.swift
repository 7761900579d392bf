// SPDX-License-Identifier: Apache-2.0

/// How many POSTs of an account may be under way at once: a cloud that stops answering leaves a handful in doubt.
///
/// Pure. Like TCP's slow start: a few at first, one more for each answer that came while all were in use, up to the
/// account's connections. The width is believed for a while after the last answer; while doubts come it shrinks to what
/// is left until the breaker opens.
/// *Source*: `docs/decisions/0014-an-account-that-is-held.md`.
struct SubmissionWindow {
    typealias Instant = ContinuousClock.Instant

    /// So many go before the first answer.
    static let first = AccountBreaker.doubtLimit
    /// So long after the last answer the width is believed.
    static let believedFor = Duration.seconds(5)
    /// POSTs that have had no answer for so long, with no room beside them, are an obstacle.
    static let slow = Duration.seconds(5)

    /// The width never goes beyond this.
    let limit: Int
    private var width = first
    private var answeredAt: Instant?
    private var turns: [Int: Instant] = [:]
    private var nextTurn = 0

    /// A window of an account with so many connections.
    init(limit: Int) {
        self.limit = max(limit, 1)
    }

    /// How many are under way.
    var taken: Int { turns.count }

    /// Takes a place where one is free, beside so many doubts in a row.
    mutating func take(at now: Instant, doubts: Int) -> Int? {
        guard taken < room(at: now, doubts: doubts) else { return nil }
        nextTurn += 1
        turns[nextTurn] = now
        return nextTurn
    }

    /// Gives a place back; nothing where it was given back before.
    mutating func giveBack(_ turn: Int) { turns[turn] = nil }

    /// The cloud answered a POST; `isWanted`: others wait for a place.
    mutating func answered(at now: Instant, isWanted: Bool) {
        if answeredAt.map({ now - $0 > Self.believedFor }) ?? false { width = Self.first }
        answeredAt = now
        if isWanted || taken >= width { width = min(width + 1, limit) }
    }

    /// Begins anew: the token is a new one, or the breaker opened.
    mutating func shrink() { width = Self.first }

    /// How long the oldest has been under way, if that is long and nothing else may go.
    func silence(at now: Instant, doubts: Int) -> Duration? {
        guard taken >= room(at: now, doubts: doubts), let oldest = turns.values.min(), now - oldest >= Self.slow else {
            return nil
        }
        return now - oldest
    }

    private func room(at now: Instant, doubts: Int) -> Int {
        let isBelieved = answeredAt.map { now - $0 <= Self.believedFor } ?? false
        let width = min(isBelieved ? width : Self.first, limit)
        return doubts == 0 ? width : max(1, min(width, AccountBreaker.doubtLimit - doubts))
    }
}

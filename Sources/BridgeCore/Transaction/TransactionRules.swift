// SPDX-License-Identifier: Apache-2.0

/// The times that the machine works with.
///
/// Source: docs/configuration.md.
public struct TransactionRules: Sendable, Equatable {
    /// A busy terminal is tried again after this long.
    public var busyRetryAfter: Duration
    /// How other refusals that may pass are tried again.
    public var transientRetry: RetrySchedule
    /// How long after the acknowledgement the first status query goes out.
    public var firstQueryAfter: Duration
    /// How long between status queries while the terminal may work.
    public var queryInterval: Duration
    /// How long a POST may have effects at the terminal.
    public var terminalLife: Duration
    /// After this long a person must decide.
    public var giveUpAfter: Duration
    /// Whether a complete journal without the sale ends it.
    public var absenceIsFinal: Bool
    /// Whether a callback's verdict waits for a status query that agrees.
    public var callbackNeedsQuery: Bool
    /// So many commands wait for a terminal beside the one that holds it.
    public var laneDepth: Int
    /// How far the clocks of terminal and bridge may be apart.
    public var clockTolerance: Duration
    /// An older sale is not voided but refunded.
    public var voidMaxAge: Duration

    /// Queries after the terminal's life are never further apart than this.
    public static let slowestQuery = Duration.seconds(600)
    /// After the terminal's life the wait is this part of the time that passed since.
    static let backOffDivisor: Int64 = 8

    /// Rules from their parts; the defaults are those of docs/configuration.md.
    public init(
        busyRetryAfter: Duration = .seconds(15),
        transientRetry: RetrySchedule = RetrySchedule(first: .seconds(1), ceiling: .seconds(30)),
        firstQueryAfter: Duration = .seconds(15),
        queryInterval: Duration = .seconds(5),
        terminalLife: Duration = .seconds(315),
        giveUpAfter: Duration = .seconds(86_400),
        absenceIsFinal: Bool = false,
        callbackNeedsQuery: Bool = false,
        laneDepth: Int = 20,
        clockTolerance: Duration = .seconds(120),
        voidMaxAge: Duration = .seconds(86_400)
    ) {
        self.busyRetryAfter = busyRetryAfter
        self.transientRetry = transientRetry
        self.firstQueryAfter = firstQueryAfter
        self.queryInterval = queryInterval
        self.terminalLife = terminalLife
        self.giveUpAfter = giveUpAfter
        self.absenceIsFinal = absenceIsFinal
        self.callbackNeedsQuery = callbackNeedsQuery
        self.laneDepth = laneDepth
        self.clockTolerance = clockTolerance
        self.voidMaxAge = voidMaxAge
    }

    /// The wait until the next query, adaptive: the interval while the terminal lives, then ever slower.
    func queryDelay(at now: Timestamp, lifeEndedAt: Timestamp) -> Duration {
        guard now > lifeEndedAt else { return queryInterval }
        let slowed = Duration.milliseconds((now - lifeEndedAt).milliseconds / Self.backOffDivisor)
        return max(queryInterval, min(slowed, Self.slowestQuery))
    }
}

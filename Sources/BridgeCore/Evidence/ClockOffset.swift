// SPDX-License-Identifier: Apache-2.0

/// How far a terminal's clock is ahead of the bridge's, as far as the terminal's own sales say.
///
/// Pure. A customer pays after the POST and before the result arrives, so the time of each approved sale bounds the
/// offset on both sides.
/// *Source*: decision 0013.
public struct ClockOffset: Sendable, Equatable {
    /// So many sales are asked at most.
    public static let salesAsked = 20

    /// A sale that bounds it less closely says too little: its result came late, perhaps over a change of the clock.
    static let widestBounds = Duration.seconds(120)

    /// Between which bounds the offset lies; below zero the terminal's clock is behind.
    public let ahead: ClosedRange<Duration>

    /// From the POST of the oldest sale that says so to the POST of the latest one, by the bridge's clock.
    let span: ClosedRange<Timestamp>

    /// The offset that one sale shows, by the time in its result and the time of arrival; `nil` where it shows none.
    ///
    /// - Parameters:
    ///   - sale: A sale that was POSTed once: of several POSTs an earlier one may have been paid.
    ///   - shown: The time of its result, by the terminal's clock.
    ///   - arrived: When the result arrived, by the bridge's clock.
    public init?(of sale: Transaction, shown: Timestamp?, arrived: Timestamp?) {
        guard sale.effect == .sale, sale.posting.refused == 0, sale.restoredAt == nil, let shown, let arrived,
            let posted = sale.posting.startedAt, posted <= arrived
        else { return nil }
        // The terminal shows whole seconds.
        ahead = shown - arrived...shown + .seconds(1) - posted
        span = posted...posted
    }

    /// The offset that an approved sale shows; `nil` where it shows none.
    ///
    /// It shows none where its result has no time in a known zone, or where a person or the journal approved it.
    public init?(_ sale: Transaction) {
        // A row of the journal was given to its sale with the help of a clock, so it cannot measure that clock.
        guard sale.state == .approved, sale.outcome.decidedBy == .callback || sale.outcome.decidedBy == .query else {
            return nil
        }
        self.init(of: sale, shown: sale.result?.instant, arrived: sale.outcome.completedAt)
    }

    /// The offset that the latest sales show together, as far back as they agree.
    ///
    /// An older sale may show the clock as it was before it was set.
    public init?(of sales: some Sequence<Transaction>) {
        let latest = sales.sorted {
            ($0.outcome.completedAt ?? .distantPast) > ($1.outcome.completedAt ?? .distantPast)
        }
        .lazy.compactMap { Self($0) }.filter(\.isNarrow).prefix(Self.salesAsked)
        guard let newest = latest.first else { return nil }
        var (agreed, posts) = (newest.ahead, [newest.span.lowerBound])
        for earlier in latest.dropFirst() {
            guard agreed.overlaps(earlier.ahead) else { break }
            agreed = agreed.clamped(to: earlier.ahead)
            posts.append(earlier.span.lowerBound)
        }
        ahead = agreed
        span = (posts.min() ?? newest.span.lowerBound)...(posts.max() ?? newest.span.upperBound)
    }

    private var isNarrow: Bool { ahead.upperBound - ahead.lowerBound <= Self.widestBounds }

    /// Whether the latest sale showed a time that is impossible in the account's zone.
    ///
    /// The terminal stands in another zone, or its clock is too far off.
    public static func isDoubted(by sales: some Sequence<Transaction>) -> Bool {
        let latest = sales.filter { $0.effect == .sale && $0.result?.localTime != nil }
            .max { ($0.outcome.completedAt ?? .distantPast) < ($1.outcome.completedAt ?? .distantPast) }
        return latest.map { $0.result?.utcOffset == nil } ?? false
    }

    /// Whether a sale before and a sale after show it, so that the clock was not set meanwhile.
    func isConfirmed(during posting: ClosedRange<Timestamp>) -> Bool {
        span.lowerBound < posting.lowerBound && posting.upperBound < span.upperBound
    }

    /// Whether it is certainly off by more than a tolerance.
    public func isOff(by tolerance: Duration) -> Bool {
        ahead.lowerBound > tolerance || ahead.upperBound < .zero - tolerance
    }

    /// Whether it is certainly off by more than a tolerance, in every time zone of the country.
    public func isOffInEveryZone(by tolerance: Duration) -> Bool {
        (-JournalMatch.widestShift...JournalMatch.widestShift).allSatisfy { hours in
            let shift = Duration.seconds(hours * 3_600)
            return ahead.lowerBound - shift > tolerance || ahead.upperBound - shift < .zero - tolerance
        }
    }

    /// What the terminal's clock shows during a window of the bridge's time.
    func shown(during window: ClosedRange<Timestamp>) -> ClosedRange<Timestamp> {
        window.lowerBound + ahead.lowerBound...window.upperBound + ahead.upperBound
    }

    /// When, by the bridge's clock, the terminal's clock showed an instant, at the earliest.
    func earliest(of shown: Timestamp) -> Timestamp { shown - ahead.upperBound }

    /// How far it is off at least, in its two largest units: `4 min 50 s ahead`.
    public var text: String {
        let isAhead = ahead.lowerBound > .zero
        let least = (isAhead ? ahead.lowerBound : .zero - min(ahead.upperBound, .zero)).components.seconds
        let parts = [(least / 86_400, "d"), (least / 3_600 % 24, "h"), (least / 60 % 60, "min"), (least % 60, "s")]
        let told = parts.drop { $0.0 == 0 && $0.1 != "s" }.prefix(2).map { "\($0.0) \($0.1)" }
        return told.joined(separator: " ") + (isAhead ? " ahead" : " behind")
    }
}

// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
internal import Glibc
internal import NIOConcurrencyHelpers

/// What time it is at the cloud, by the field `Date` of its answers.
///
/// A clock that does not jump carries on the last instant that was heard, so that it stays comparable with a clock on
/// the wall that is set meanwhile.
/// *Source*: RFC 9110, section 6.6.1: a field of whole seconds.
public final class CloudClock: Sendable {
    /// An answer that comes within so long after one that was heard is not looked at.
    static let interval = Duration.seconds(10)

    private struct Reading {
        let instant: Timestamp
        let heardAt: ContinuousClock.Instant
    }

    private struct State {
        var hasAnswered = false
        var reading: Reading?
    }

    private let state = NIOLockedValueBox(State())

    /// A clock that heard nothing yet.
    public init() {}

    /// The cloud's time at this moment, a second or two too early; `nil` while no answer said it.
    public var now: Timestamp? {
        state.withLockedValue(\.reading).map { $0.instant + $0.heardAt.duration(to: .now) }
    }

    /// Whether anything was answered, with a time or without.
    public var hasAnswered: Bool { state.withLockedValue(\.hasAnswered) }

    /// Takes the time from an answer's field `Date`; one that cannot be read says nothing.
    func hear(_ field: String?) {
        let moment = ContinuousClock.now
        let isRecent = state.withLockedValue { state in
            state.hasAnswered = true
            return state.reading.map { $0.heardAt.duration(to: moment) < Self.interval } ?? false
        }
        guard !isRecent, let field else { return }
        let year = 1_970 + Int64(time(nil)) / 31_556_952
        guard let date = HTTPDate(field, year: year) else { return }
        let reading = Reading(instant: Timestamp(milliseconds: date.seconds * 1_000), heardAt: moment)
        state.withLockedValue { $0.reading = reading }
    }
}

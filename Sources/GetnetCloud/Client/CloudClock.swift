// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
internal import Glibc
internal import NIOConcurrencyHelpers

/// What time it is at the cloud, by the field `Date` of its answers.
///
/// The last instant that was heard is carried on by a clock that does not jump, so that it stays comparable with a clock on the
/// wall that is set meanwhile.
/// *Source*: RFC 9110, section 6.6.1: a field of whole seconds.
public final class CloudClock: Sendable {
    /// An answer that comes within so long after one that was heard is not looked at.
    static let interval = Duration.seconds(10)

    private struct Reading {
        let instant: Timestamp
        let heardAt: ContinuousClock.Instant
    }

    private let reading = NIOLockedValueBox<Reading?>(nil)
    private let answered = NIOLockedValueBox(false)

    /// A clock that heard nothing yet.
    public init() {}

    /// The cloud's time at this moment, a second or two too early; `nil` while no answer said it.
    public var now: Timestamp? {
        reading.withLockedValue { $0 }.map { $0.instant + $0.heardAt.duration(to: .now) }
    }

    /// Whether anything was answered, with a time or without.
    public var hasAnswered: Bool { answered.withLockedValue { $0 } }

    /// Takes the time from an answer's field `Date`; one that cannot be read says nothing.
    func hear(_ field: String?) {
        answered.withLockedValue { $0 = true }
        guard let field else { return }
        let moment = ContinuousClock.now
        let isRecent = reading.withLockedValue { $0.map { $0.heardAt.duration(to: moment) < Self.interval } ?? false }
        guard !isRecent else { return }
        let year = 1_970 + Int64(time(nil)) / 31_556_952
        guard let date = HTTPDate(field, year: year) else { return }
        reading.withLockedValue {
            $0 = Reading(instant: Timestamp(milliseconds: date.seconds * 1_000), heardAt: moment)
        }
    }
}

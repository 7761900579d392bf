// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import NIOConcurrencyHelpers

/// Lets a wrong token bring a transaction's status query forward, at most once a minute.
///
/// Source: docs/promises.md 5.4.
final class QueryForwarding: Sendable {
    /// How often at most, per transaction.
    static let interval = Duration.seconds(60)
    /// More transactions are not remembered; beyond this limit no query is brought forward.
    static let limit = 10_000

    private let last = NIOLockedValueBox<[TransactionID: ContinuousClock.Instant]>([:])

    /// Whether a query may be brought forward now; if so it is noted.
    func allows(_ id: TransactionID) -> Bool {
        let now = ContinuousClock.now
        return last.withLockedValue { last in
            if let before = last[id], before.duration(to: now) < Self.interval { return false }
            if last.count >= Self.limit {
                last = last.filter { $0.value.duration(to: now) < Self.interval }
                guard last.count < Self.limit else { return false }
            }
            last[id] = now
            return true
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next try: it doubles from a first delay up to a ceiling.
///
/// With 1 s and 60 s: 1, 2, 4, 8, 16, 32, 60, 60 … seconds.
public struct RetrySchedule: Sendable, Hashable {
    /// The wait before the second try.
    public let first: Duration
    /// No wait is longer.
    public let ceiling: Duration

    /// A schedule from its first delay and its ceiling.
    public init(first: Duration, ceiling: Duration) {
        self.first = first
        self.ceiling = ceiling
    }

    /// The wait after that many tries, the first counted as 1.
    public func delay(afterTries tries: Int) -> Duration {
        var delay = first
        for _ in 1..<max(tries, 1) {
            if delay >= ceiling { return ceiling }
            delay *= 2
        }
        return min(delay, ceiling)
    }
}

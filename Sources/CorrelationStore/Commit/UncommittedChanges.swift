// SPDX-License-Identifier: Apache-2.0

/// Changes that a store took in and that are not durable yet: they wait, or their commit is under way.
public struct UncommittedChanges: Sendable, Equatable {
    /// How many.
    public let count: Int
    /// Since when the oldest of them waits; `nil` where there is none.
    public let since: ContinuousClock.Instant?

    /// Changes from their number and the oldest one's instant.
    public init(count: Int, since: ContinuousClock.Instant?) {
        self.count = count
        self.since = since
    }

    /// How long the oldest one has waited.
    public var age: Duration { since?.duration(to: .now) ?? .zero }
}

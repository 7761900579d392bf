// SPDX-License-Identifier: Apache-2.0

/// Changes that a store took in and that are not durable yet: they wait, or their commit is under way.
public struct UncommittedChanges: Sendable, Equatable {
    /// What the writer is at with the changes that it has in hand.
    public enum Stage: Sendable, Equatable {
        /// It reads, decides and writes.
        case changing
        /// It waits for the disk.
        case committing
        /// They are durable, and those who wait for them are told.
        case telling
    }

    /// How many.
    public let count: Int
    /// Since when the oldest of them waits; `nil` where there is none.
    public let since: ContinuousClock.Instant?
    /// What the writer is at; `nil` where it has none in hand.
    public let stage: Stage?

    /// Changes from their parts.
    public init(count: Int, since: ContinuousClock.Instant?, stage: Stage?) {
        self.count = count
        self.since = since
        self.stage = stage
    }

    /// How long the oldest one has waited.
    public var age: Duration { since?.duration(to: .now) ?? .zero }
}

// SPDX-License-Identifier: Apache-2.0

/// One commit as a store reports it, for metrics.
public struct CommitReport: Sendable, Equatable {
    /// How many changes it covered.
    public let changes: Int
    /// From the first read to the sync.
    public let duration: Duration
    /// Whether it became durable.
    public let succeeded: Bool

    /// A report from its parts.
    public init(changes: Int, duration: Duration, succeeded: Bool) {
        self.changes = changes
        self.duration = duration
        self.succeeded = succeeded
    }
}

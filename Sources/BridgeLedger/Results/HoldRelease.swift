// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// The result of the wish to end the hold of a restored store.
///
/// *Source*: `docs/operations.md`, Recovery from a backup.
public enum HoldRelease: Sendable, Equatable {
    /// It was held and is not any more.
    case released
    /// It was not held.
    case notHeld
    /// A command from before the restore may be in a queue until then; a person who wants it all the same says so.
    case tooEarly(until: Timestamp)

    /// So long after the restore a command from before it may still come: the longest life of a command.
    public static let shortestHold = Duration.seconds(3_600)

    /// Decides by when the hold began and whether the person knows that it is early.
    static func decide(heldSince: Timestamp?, at now: Timestamp, isKnownToBeEarly: Bool) -> HoldRelease {
        guard let heldSince else { return .notHeld }
        let end = heldSince + shortestHold
        return isKnownToBeEarly || now >= end ? .released : .tooEarly(until: end)
    }
}

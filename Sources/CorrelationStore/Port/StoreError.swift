// SPDX-License-Identifier: Apache-2.0

/// Why the store could not do it.
///
/// Nothing of the call is durable.
public enum StoreError: Error, Sendable, Equatable {
    /// The engine could not read or commit: disk full, I/O error, connection lost. It may work later.
    case unavailable(String)
    /// The queue in front of the writer is full; wait and try again.
    case overloaded
    /// The store was closed; only of what was under way at that moment it may be that it is durable.
    case closed
    /// Our own fault: a constraint that the code should have kept.
    case fault(String)
}

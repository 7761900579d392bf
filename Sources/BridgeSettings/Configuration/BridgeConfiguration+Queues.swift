// SPDX-License-Identifier: Apache-2.0

/// The bridge's queues at the broker whose names follow from others or are fixed.
extension BridgeConfiguration {
    /// The exclusive queue that keeps a second bridge with another store away.
    ///
    /// Source: docs/promises.md 7.4.
    public static let ownerQueue = "getnet-bridge.owner"

    /// Gets a copy of each dead letter, for the events of commands that expired in their queue.
    public var expiredQueue: String { commands.queue + ".expired" }

    /// All queues of the bridge: no two may have one name, and no reply may go to one.
    public var ownQueues: [String] {
        [commands.queue, control.queue, deadLetters.queue, expiredQueue, Self.ownerQueue]
    }
}

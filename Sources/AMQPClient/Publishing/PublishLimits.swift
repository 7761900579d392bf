// SPDX-License-Identifier: Apache-2.0

/// The bounds of a publisher.
public struct PublishLimits: Sendable, Equatable {
    /// How many messages may be on their way, sent but not confirmed.
    ///
    /// Messages and bytes on their way stay far below what socket buffers hold, so that a send never blocks.
    public var inFlightMessages = 256
    /// How many bytes of content may be on their way.
    ///
    /// A single larger message goes alone.
    public var inFlightBytes = 256 * 1024
    /// How long after `publish` was called its outcome is known at the latest.
    public var confirmTimeout: Duration = .seconds(30)
    /// How many publishes may wait beyond the window.
    public var waitingMessages = 4096
    /// How long a write may hang before the socket is shut down.
    public var stallLimit: Duration = .seconds(20)

    /// Makes the bounds with their defaults: 256 messages, 256 KiB, 30 s, 4,096 waiting, 20 s.
    public init() {}
}

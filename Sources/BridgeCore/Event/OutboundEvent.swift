// SPDX-License-Identifier: Apache-2.0

/// An event as it is stored before it is published: everything but the envelope's bytes.
public struct OutboundEvent: Sendable, Equatable {
    /// The stable name.
    public let id: EventID
    /// What it tells, and the key it is published with.
    public let destination: EventDestination
    /// The CloudEvent's subject: the transaction's name.
    public let subject: String?
    /// When it happened.
    public let time: Timestamp
    /// The CloudEvent's data, compact JSON.
    public let data: [UInt8]
    /// The command's id.
    public let causationID: String?
    /// The publisher's correlation, reply queue and trace context at the time of the event.
    public var address: ReplyAddress
    /// Whether it is tried again where no queue was bound to its key.
    ///
    /// Source: docs/promises.md 3.8.
    public let mustBeRouted: Bool

    /// What the event tells.
    public var name: EventName { destination.name }
    /// The key it is published with.
    public var routingKey: String { destination.routingKey }

    /// An event from its parts.
    public init(
        id: EventID,
        destination: EventDestination,
        subject: String?,
        time: Timestamp,
        data: [UInt8],
        causationID: String?,
        address: ReplyAddress,
        mustBeRouted: Bool
    ) {
        self.id = id
        self.destination = destination
        self.subject = subject
        self.time = time
        self.data = data
        self.causationID = causationID
        self.address = address
        self.mustBeRouted = mustBeRouted
    }
}

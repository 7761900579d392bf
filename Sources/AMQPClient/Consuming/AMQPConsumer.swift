// SPDX-License-Identifier: Apache-2.0

public import Logging

/// Where a consumer stands.
public enum AMQPConsumerState: Sendable, Equatable {
    /// There is no connection yet, or no longer; attempts go on.
    case connecting
    /// Another connection has the owner queue: nothing is taken, and it is tried again every few seconds.
    case notOwner
    /// The queue cannot be consumed from, for the broker's reason; it is tried again.
    case unavailable(String)
    /// The gate is closed: nothing is taken.
    case paused
    /// Deliveries come in.
    case consuming
    /// It has ended.
    case closed
}

/// What a consumer takes from, and how much.
public struct AMQPConsumption: Sendable, Equatable {
    /// The queue.
    public var queue: String
    /// How many deliveries may be unsettled, which is how many handlers run at once.
    public var prefetch: UInt16
    /// How many may be at the beginning of the process; it widens to `prefetch` as deliveries are acknowledged.
    public var firstPrefetch: UInt16
    /// An exclusive queue that only one consumer of all can hold; `nil` for none.
    ///
    /// It is declared on the consuming connection before anything is taken and vanishes with it.
    public var ownerQueue: String?
    /// How much of a body is kept.
    public var bodyLimits: BodyLimits
    /// How long to wait before trying again for the owner queue, or for a queue that is missing.
    public var retryInterval: Duration
    /// How long after the last delivery an idle consumer subscribes anew, in case the broker lost track of it.
    ///
    /// With `nil` it does so only when `AMQPConsumer.renew` is called.
    public var idleRenewal: Duration?
    /// How long a write may hang before the socket is shut down.
    public var stallLimit: Duration

    /// Makes a consumption of a queue.
    public init(
        queue: String,
        prefetch: UInt16,
        firstPrefetch: UInt16? = nil,
        ownerQueue: String? = nil,
        bodyLimits: BodyLimits = BodyLimits(),
        retryInterval: Duration = .seconds(3),
        idleRenewal: Duration? = .seconds(15),
        stallLimit: Duration = .seconds(20)
    ) {
        precondition(prefetch > 0 && firstPrefetch != 0, "a prefetch of 0 would mean without limit")
        self.queue = queue
        self.prefetch = prefetch
        self.firstPrefetch = firstPrefetch ?? prefetch
        self.ownerQueue = ownerQueue
        self.bodyLimits = bodyLimits
        self.retryInterval = retryInterval
        self.idleRenewal = idleRenewal
        self.stallLimit = stallLimit
    }
}

/// Takes deliveries from a queue over a connection of its own, and settles each by its handler's verdict.
///
/// The handler runs for as many deliveries at once as the prefetch allows; handlers begin in the order of the queue. A
/// delivery is settled once, after the verdict; if its connection broke meanwhile the verdict is dropped, since the
/// broker delivers the message again anyway.
///
/// Isolation: any task.
public final class AMQPConsumer: Sendable {
    /// Figures for metrics, taken at one instant.
    public struct Snapshot: Sendable, Equatable {
        /// Where the consumer stands.
        public var state: AMQPConsumerState
        /// How many connections came about after the first.
        public var reconnects: Int
        /// How many deliveries are not settled.
        public var unsettled: Int
        /// When its subscription began; `nil` while there is none.
        public var subscribedAt: ContinuousClock.Instant?
        /// When the last delivery came.
        public var lastDelivery: ContinuousClock.Instant?
    }

    private let connection: ConsumerConnection
    private let loop: ConnectionLoop
    private let prefetch: UInt16
    private let handler: @Sendable (Delivery) async -> Verdict

    /// Makes a consumer; it connects once `run` is called.
    ///
    /// The gate is open.
    ///
    /// `name` is the connection's name at the broker. `onEvent` is called on the connection's thread or a task of
    /// `run`; it must be quick.
    public init(
        endpoint: AMQPEndpoint,
        name: String,
        consumption: AMQPConsumption,
        logger: Logger,
        onEvent: @escaping @Sendable (AMQPConnectionEvent) -> Void = { _ in },
        handler: @escaping @Sendable (Delivery) async -> Verdict
    ) {
        let endpoint = endpoint.named(name)
        var logger = logger
        logger[metadataKey: LogKey.connection] = "\(name)"
        logger[metadataKey: LogKey.queue] = "\(consumption.queue)"
        let lease = SocketLease()
        connection = ConsumerConnection(
            endpoint: endpoint,
            consumption: consumption,
            lease: lease,
            logger: logger,
            onEvent: onEvent
        )
        loop = ConnectionLoop(
            endpoint: endpoint,
            lease: lease,
            stallLimit: consumption.stallLimit,
            logger: logger,
            onEvent: onEvent
        )
        prefetch = consumption.prefetch
        self.handler = handler
    }

    /// Keeps the connection up and the handler fed until the task is cancelled.
    ///
    /// Called once.
    ///
    /// Cancelling cancels running handlers too; for an end in order call `stopTaking` and `drain` first.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.handOut() }
            await loop.run(connection)
            await connection.finish()
        }
    }

    /// Opens or closes the gate.
    ///
    /// While it is closed the broker delivers nothing, and what raced in goes back to the queue.
    public func setGate(open: Bool) {
        connection.setGate(open: open)
    }

    /// Subscribes anew on a new channel, if it consumes and nothing is unsettled: the broker may have lost track of it.
    public func renew() {
        connection.renew()
    }

    /// Closes the gate for good.
    public func stopTaking() {
        connection.stopTaking()
    }

    /// Waits until no delivery is unsettled or the deadline has come; answers whether all are settled.
    public func drain(deadline: ContinuousClock.Instant) async -> Bool {
        await connection.drain(until: deadline)
    }

    /// The figures as they are now.
    public var snapshot: Snapshot { connection.snapshot }

    /// Where the consumer stands now.
    public var state: AMQPConsumerState { snapshot.state }

    /// Takes the deliveries in one task, which begins each handler itself.
    ///
    /// So each handler runs up to its first wait before the next one begins: what it hands over until then is in the
    /// order of the queue.
    private func handOut() async {
        await withTaskGroup(of: Void.self) { group in
            var begun = 0
            while let delivery = await connection.deliveries.next() {
                // Handlers that hang must not add up over reconnects.
                if begun == Int(prefetch) { await group.next() } else { begun += 1 }
                group.addImmediateTask { [connection, handler] in
                    connection.settle(delivery.token, await handler(delivery))
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

public import Logging
import NIOConcurrencyHelpers

/// Publishes messages over a connection of its own and tells each caller the outcome of its message.
///
/// Many publishes are on their way at once, within the bounds of `PublishLimits`; `publish` returns when the broker has
/// spoken. While there is no connection `publish` answers `notConnected` at once: a caller that must not lose a message
/// keeps it elsewhere until it is confirmed.
///
/// Isolation: any task.
public final class AMQPPublisher: Sendable {
    /// Where the publisher stands.
    public enum State: Sendable, Equatable {
        /// There is no connection yet, or no longer; attempts go on.
        case connecting
        /// Publishes are sent.
        case connected
        /// There is a connection, but the broker asked for silence; publishes wait.
        case blocked(reason: String)
        /// It has ended.
        case closed
    }

    /// Figures for metrics, taken at one instant.
    public struct Snapshot: Sendable, Equatable {
        /// Where the publisher stands.
        public var state: State
        /// How many connections came about after the first.
        public var reconnects: Int
        /// How many publishes have no outcome yet.
        public var pending: Int
    }

    private let connection: PublisherConnection
    private let loop: ConnectionLoop
    private let limits: PublishLimits

    /// Makes a publisher; it connects once `run` is called.
    ///
    /// `name` is the connection's name at the broker. `onEvent` is called on the connection's thread or a task of
    /// `run`; it must be quick.
    public init(
        endpoint: AMQPEndpoint,
        name: String,
        limits: PublishLimits = PublishLimits(),
        logger: Logger,
        onEvent: @escaping @Sendable (AMQPConnectionEvent) -> Void = { _ in }
    ) {
        let endpoint = endpoint.named(name)
        var logger = logger
        logger[metadataKey: LogKey.connection] = "\(name)"
        let lease = SocketLease()
        self.limits = limits
        connection = PublisherConnection(
            endpoint: endpoint,
            limits: limits,
            lease: lease,
            logger: logger,
            onEvent: onEvent
        )
        loop = ConnectionLoop(
            endpoint: endpoint,
            lease: lease,
            stallLimit: limits.stallLimit,
            logger: logger,
            onEvent: onEvent
        )
    }

    /// Keeps the connection up until the task is cancelled or `drainAndClose` has returned.
    ///
    /// Called once.
    public func run() async {
        await loop.run(connection)
        await connection.finish()
    }

    /// Publishes a message and returns its outcome, at the latest after `PublishLimits.confirmTimeout`.
    ///
    /// Cancelling the task does not recall the message; the outcome is still awaited.
    public func publish(_ message: AMQPMessage) async -> PublishOutcome {
        await withCheckedContinuation { waiter in
            publish(message) { waiter.resume(returning: $0) }
        }
    }

    /// Publishes a message; `ended` is told its outcome once, at the latest after `PublishLimits.confirmTimeout`.
    ///
    /// It is told on the connection's thread, or before this call returns if the message is not taken; it must be quick
    /// and may publish.
    public func publish(_ message: AMQPMessage, ended: @escaping @Sendable (PublishOutcome) -> Void) {
        if let fault = message.encodingFault { return ended(.unconfirmed(.unencodable(fault))) }
        let deadline = ContinuousClock.now + limits.confirmTimeout
        connection.submit(PublishRequest(message: message, deadline: deadline, ended: ended))
    }

    /// The largest frame agreed on with the broker, in bytes; before the first connection what is asked for.
    ///
    /// What is larger without its content ends as `unencodable`.
    public var frameMax: Int { connection.frameMax }

    /// Takes no more publishes, waits until all have their outcome or the deadline has come, and ends `run`.
    public func drainAndClose(deadline: ContinuousClock.Instant) async {
        await connection.drain(until: deadline)
        connection.requestEnd()
    }

    /// The figures as they are now.
    public var snapshot: Snapshot { connection.snapshot }

    /// Where the publisher stands now.
    public var state: State { snapshot.state }
}

// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
public import CorrelationStore
internal import GetnetCloud
internal import Hummingbird
public import Logging
internal import NIOConcurrencyHelpers
public import ServiceLifecycle

/// The whole bridge as one service: five pipes, their watches, three ports.
///
/// Built from a configuration that passed its checks and a store that is open. `run()` ends only at a graceful shutdown.
public struct Bridge: Service {
    private let parts: BridgeParts
    private let configuration: BridgeConfiguration
    private let logger: Logger

    /// Puts the parts together; nothing runs yet and nothing is connected.
    ///
    /// - Throws: `BridgeFault` if the callback keys cannot be read or made.
    public init(_ configuration: BridgeConfiguration, store: any TransactionStore, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        parts = try BridgeParts(configuration, store: store, logger: logger)
    }

    /// The port that the callback listener is bound to, once it is.
    public var listenerPort: Int? { parts.ports.bound.withLockedValue { $0["callbacks"] } }
    /// The health port, once it is bound.
    public var healthPort: Int? { parts.ports.bound.withLockedValue { $0["health"] } }
    /// The admin port, once it is bound.
    public var adminPort: Int? { parts.ports.bound.withLockedValue { $0["admin"] } }

    /// Whether commands are taken at this moment.
    public var takesCommands: Bool { parts.ports.readiness.takesCommands }

    /// Runs everything until the graceful shutdown is over.
    public func run() async throws {
        try await Restoration(dispatcher: parts.dispatcher, gate: parts.gate, logger: logger).begin()
        // The order is the order of dependence; the shutdown walks it backwards and waits for each.
        let accounts = parts.pipes.accounts
        let services: [[any Service]] = [
            [
                parts.ports.health, parts.ports.admin,
                PublisherService(publisher: parts.broker.replyPublisher, drainTimeout: Self.drainTimeout),
                PublisherService(publisher: parts.broker.eventPublisher, drainTimeout: Self.drainTimeout),
                PublisherService(publisher: parts.broker.deadLetterPublisher, drainTimeout: Self.drainTimeout),
                parts.broker.replies, parts.pipes.relay, parts.pipes.deadLetterRelay, parts.storeWatch,
                parts.pipes.outboxWatch, parts.ports.callbacks, parts.pipes.timekeeper,
            ],
            accounts.map(\.reconciler), accounts.map(\.journalReader), accounts.map(\.cancelSender),
            accounts.map(\.submitter),
            [
                parts.broker.topologyWatch, parts.terminals,
                ConsumerService(consumer: parts.broker.control, drainTimeout: Self.drainTimeout),
                ConsumerService(consumer: parts.broker.consumer, drainTimeout: Self.drainTimeout),
                GracefulDelay(
                    gate: parts.gate,
                    stop: parts.stop,
                    delay: configuration.shutdown.delay,
                    logger: logger
                ),
            ],
        ]
        var quiet = logger
        // At debug level a service group prints the whole of every service, pages of it.
        quiet.logLevel = max(logger.logLevel, .info)
        var group = ServiceGroupConfiguration(
            services: services.joined().map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
            logger: quiet
        )
        group.maximumGracefulShutdownDuration = configuration.shutdown.delay + configuration.shutdown.timeout
        group.maximumCancellationDuration = Self.cancellationLimit
        parts.gate.observe { [consumer = parts.broker.consumer] isOpen in consumer.setGate(open: isOpen) }
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            await shutDownClouds()
            throw error
        }
        await shutDownClouds()
    }

    private func shutDownClouds() async {
        await withDiscardingTaskGroup { group in
            for pipes in parts.pipes.accounts { group.addTask { await pipes.cloud.shutdown() } }
        }
    }

    /// How long a publisher or the consumer waits for the broker's last words.
    static let drainTimeout = Duration.seconds(5)
    /// What has not ended so long after it was cancelled hangs, and the process ends without it.
    static let cancellationLimit = Duration.seconds(30)
}

/// Why a bridge cannot be put together.
public struct BridgeFault: Error, CustomStringConvertible {
    /// One sentence for a person.
    public let description: String
}

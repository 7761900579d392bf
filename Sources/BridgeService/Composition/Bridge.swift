// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import BridgeLedger
public import BridgeSettings
public import CorrelationStore
internal import GetnetCloud
internal import Hummingbird
public import Logging
internal import NIOConcurrencyHelpers
public import ServiceLifecycle

/// The whole bridge as one service: five pipes, their watches, three ports.
///
/// Built from a configuration that passed its checks and a store that is open. `run()` ends only at a graceful
/// shutdown.
public struct Bridge: Service {
    private let parts: BridgeParts
    private let configuration: BridgeConfiguration
    private let logger: Logger

    /// Puts the parts together; nothing runs yet and nothing is connected.
    ///
    /// - Throws: `BridgeFault` if the callback keys cannot be read or made.
    public init(_ configuration: BridgeConfiguration, store: any TransactionStore, logger: Logger) throws {
        try self.init(configuration, store: store, clock: WallClock.now, logger: logger)
    }

    /// The same with a clock on the wall that can be set.
    init(
        _ configuration: BridgeConfiguration,
        store: any TransactionStore,
        clock: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) throws {
        self.configuration = configuration
        self.logger = logger
        parts = try BridgeParts(configuration, store: store, clock: clock, logger: logger)
    }

    /// The port that the callback listener is bound to, once it is.
    public var listenerPort: Int? { parts.ports.bound.withLockedValue { $0["callbacks"] } }
    /// The health port, once it is bound.
    public var healthPort: Int? { parts.ports.bound.withLockedValue { $0["health"] } }
    /// The admin port, once it is bound.
    public var adminPort: Int? { parts.ports.bound.withLockedValue { $0["admin"] } }

    /// Whether commands are taken at this moment.
    public var takesCommands: Bool { parts.ports.readiness.takesCommands }

    /// Reads `terminals.file` again soon.
    public func readTerminalsAgain() { parts.terminals.readAgain() }

    /// Runs everything until the graceful shutdown is over.
    public func run() async throws {
        let common = parts.common
        try await Restoration(
            transitions: common.transitions,
            store: common.store,
            gate: common.gate,
            logger: logger
        ).begin()
        try await parts.pipes.clockWatch.begin()
        var group = ServiceGroupConfiguration(services: services, logger: logger)
        group.maximumGracefulShutdownDuration = configuration.shutdown.delay + configuration.shutdown.timeout
        group.maximumCancellationDuration = Self.cancellationLimit
        common.gate.observe { [consumer = parts.broker.consumer] isOpen in consumer.setGate(open: isOpen) }
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            await shutDownClouds()
            throw error
        }
        await shutDownClouds()
    }

    /// Everything that runs, in the order of dependence; the shutdown walks it backwards and waits for each.
    var services: [ServiceGroupConfiguration.ServiceConfiguration] {
        let (broker, pipes, ports) = (parts.broker, parts.pipes, parts.ports)
        return [
            .init(ports.health, "health port"),
            .init(ports.admin, "admin port"),
            .init(drained(broker.replyPublisher), "publisher of replies"),
            .init(drained(broker.eventPublisher), "publisher of events"),
            .init(drained(broker.deadLetterPublisher), "publisher of dead letters"),
            .init(broker.replies, "sender of replies"),
            .init(pipes.relay, "outbox relay"),
            .init(pipes.deadLetterRelay, "outbox relay of dead letters"),
            .init(parts.common.storeWatch, "store watch"),
            .init(pipes.outboxWatch, "outbox watch"),
            .init(ports.queueWatch, "queue watch"),
            .init(ports.callbacks, "callback listener"),
            .init(pipes.timekeeper, "timekeeper"),
        ] + pipes.accounts.map { .init($0.reconciler, "reconciler", $0.account) }
            + pipes.accounts.map { .init($0.journalReader, "journal reader", $0.account) }
            + pipes.accounts.map { .init($0.cancelSender, "cancel sender", $0.account) }
            + pipes.accounts.map { .init($0.submitter, "submitter", $0.account) }
            + [
                .init(pipes.cloudWatch, "cloud watch"),
                .init(pipes.clockWatch, "clock watch"),
                .init(broker.topologyWatch, "topology watch"),
                .init(parts.terminals, "names of terminals"),
                .init(broker.probe, "probe of the consumer"),
                .init(drained(broker.control), "consumer of control messages"),
                .init(drained(broker.expired), "consumer of expired commands"),
                .init(drained(broker.consumer), "consumer of commands"),
                .init(
                    GracefulDelay(
                        gate: parts.common.gate,
                        stop: parts.common.stop,
                        delay: configuration.shutdown.delay,
                        logger: logger
                    ),
                    "shutdown delay"
                ),
            ]
    }

    private func drained(_ publisher: AMQPPublisher) -> PublisherService {
        PublisherService(publisher: publisher, drainTimeout: Self.drainTimeout)
    }

    private func drained(_ consumer: AMQPConsumer) -> ConsumerService {
        ConsumerService(consumer: consumer, drainTimeout: Self.drainTimeout)
    }

    /// Closes the connections to every cloud; a bridge that was made and not run needs it too.
    func shutDownClouds() async {
        await withDiscardingTaskGroup { group in
            for pipes in parts.pipes.accounts { group.addTask { await pipes.cloud.shutdown() } }
        }
    }

    /// How long a publisher or the consumer waits for the broker's last words.
    static let drainTimeout = Duration.seconds(5)
    /// How long a service may take to end after it was cancelled; after that the process ends without it.
    static let cancellationLimit = Duration.seconds(30)
}

extension ServiceGroupConfiguration.ServiceConfiguration {
    /// A service with the name for log lines and faults; a group would print all its parts.
    fileprivate init(_ service: any Service, _ name: String, _ account: String? = nil) {
        self.init(service: service, serviceName: account.map { "\(name) of \($0)" } ?? name)
    }
}

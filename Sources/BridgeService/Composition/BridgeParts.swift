// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import CorrelationStore
internal import GetnetCloud
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// Every part of a bridge, made and joined once.
struct BridgeParts {
    let gate = CommandGate()
    let stop: StopDeadline
    let ports = NIOLockedValueBox<[String: Int]>([:])
    let cloud: CloudClient
    let consumer: AMQPConsumer
    let eventPublisher: AMQPPublisher
    let replyPublisher: AMQPPublisher
    let replies: ReplySender
    let relay: OutboxRelay
    let storeWatch: StoreWatch
    let outboxWatch: OutboxWatch
    let timekeeper: Timekeeper
    let reconciler: Reconciler
    let submitter: Submitter
    let topologyWatch: TopologyWatch
    let readiness: Readiness
    let callbackPort: any Service
    let healthPort: any Service
    let adminPort: any Service

    init(_ configuration: BridgeConfiguration, store: any TransactionStore, logger: Logger) throws {
        let metrics = Metrics()
        stop = StopDeadline(timeout: configuration.shutdown.timeout)
        let account = configuration.account
        let keys = try Self.keys(configuration)
        storeWatch = StoreWatch(store: store, gate: gate, logger: logger)
        let dispatcher = Dispatcher(
            store: store,
            backlog: configuration.lanes.backlog,
            storeWatch: storeWatch,
            metrics: metrics,
            clock: { .current },
            logger: logger
        )
        cloud = try CloudClient(
            configuration: configuration.cloudConfiguration,
            logger: logger,
            onRequest: { metrics.count($0, $1, $2) }
        )

        // The broker.
        let endpoint = configuration.endpoint
        let topologySignal = Signal()
        let onEvent: @Sendable (AMQPConnectionEvent) -> Void = { topologySignal.heed($0) }
        var limits = PublishLimits()
        limits.confirmTimeout = configuration.events.confirmTimeout
        eventPublisher = AMQPPublisher(
            endpoint: endpoint,
            name: "getnet-bridge events",
            limits: limits,
            logger: logger,
            onEvent: onEvent
        )
        replyPublisher = AMQPPublisher(
            endpoint: endpoint,
            name: "getnet-bridge replies",
            limits: limits,
            logger: logger
        )
        let render = EventMessage(format: configuration.eventFormat)
        replies = ReplySender(publisher: replyPublisher, render: render, metrics: metrics)
        let intake = CommandIntake(
            reader: CommandReader(rules: configuration.commandRules),
            account: account,
            dispatcher: dispatcher,
            replies: replies,
            metrics: metrics,
            random: systemRandom,
            logger: logger
        )
        consumer = AMQPConsumer(
            endpoint: endpoint,
            name: "getnet-bridge commands",
            consumption: configuration.consumption,
            logger: logger,
            onEvent: onEvent,
            handler: { await intake.handle($0) }
        )
        topologyWatch = TopologyWatch(
            topology: configuration.amqpTopology,
            mode: configuration.topologyMode,
            endpoint: endpoint.named("getnet-bridge topology"),
            gate: gate,
            signal: topologySignal,
            logger: logger
        )

        // The pipes behind the store.
        let held = HeldEntries()
        relay = OutboxRelay(
            dispatcher: dispatcher,
            publisher: eventPublisher,
            replies: replies,
            render: render,
            eventsExchange: configuration.events.exchange,
            deadLettersExchange: configuration.deadLetters.exchange,
            switchedOff: configuration.switchedOffStatuses,
            held: held,
            settler: Settler(store: store, logger: logger),
            metrics: metrics,
            stop: stop,
            logger: logger
        )
        outboxWatch = OutboxWatch(
            dispatcher: dispatcher,
            held: held,
            gate: gate,
            holdAfter: configuration.outbox.holdCommandsAfter,
            backlog: configuration.lanes.backlog,
            logger: logger
        )
        timekeeper = Timekeeper(dispatcher: dispatcher, gate: gate, logger: logger)
        reconciler = Reconciler(
            dispatcher: dispatcher,
            cloud: cloud,
            metrics: metrics,
            budget: QueryBudget(queriesPerSecond: configuration.cloud.queriesPerSecond),
            logger: logger
        )
        submitter = Submitter(
            dispatcher: dispatcher,
            gate: gate,
            cloud: cloud,
            callbackURL: CallbackURL(publicURL: configuration.http.publicURL, keys: keys),
            workers: configuration.cloud.maxConnections,
            logger: logger
        )

        // The ports.
        let listenerIsBound = NIOLockedValueBox(false)
        readiness = Readiness(
            gate: gate,
            listenerIsBound: listenerIsBound,
            commands: consumer,
            events: eventPublisher
        )
        let listener = CallbackListener(
            path: CallbackPath(publicURL: configuration.http.publicURL),
            keys: keys,
            allowedSources: configuration.callbacks.allowedSources,
            maxBytes: configuration.callbacks.maxBytes,
            answers: AnswerReader(timeZone: account.profile.timeZone),
            dispatcher: dispatcher,
            forwarding: QueryForwarding(),
            metrics: metrics
        )
        let exposition = Exposition(
            metrics: metrics,
            readiness: readiness,
            store: store,
            replies: replyPublisher,
            clock: { .current },
            logger: logger
        )
        let documents = TransactionDocument(events: configuration.storeRules.events)
        let admin = AdminResponder(store: store, token: configuration.admin.token, documents: documents)
        callbackPort = Self.port(
            "callbacks",
            listener,
            configuration.http.host,
            configuration.http.port,
            ports,
            logger
        ) { listenerIsBound.withLockedValue { $0 = true } }
        healthPort = Self.port(
            "health",
            HealthResponder(readiness: readiness, exposition: exposition),
            configuration.health.host,
            configuration.health.port,
            ports,
            logger
        )
        adminPort = Self.port("admin", admin, configuration.admin.host, configuration.admin.port, ports, logger)
    }

    private static func keys(_ configuration: BridgeConfiguration) throws -> CallbackKeyRing {
        guard !configuration.callbacks.keys.isEmpty else {
            do {
                return try CallbackKeyFile.ring(at: configuration.callbacks.keyFile, random: systemRandom)
            } catch {
                throw BridgeFault(description: "callbacks.keyFile: \(error)")
            }
        }
        let keys = configuration.callbacks.keys.compactMap {
            CallbackKey(id: $0.keyID, secret: Array($0.secret.exposed.utf8))
        }
        guard keys.count == configuration.callbacks.keys.count, let ring = CallbackKeyRing(keys) else {
            throw BridgeFault(description: "callbacks.keys: two keys of one name, or a key without its shape")
        }
        return ring
    }

    private static func port<Responder: HTTPResponder>(
        _ name: String,
        _ responder: Responder,
        _ host: String,
        _ port: Int,
        _ ports: NIOLockedValueBox<[String: Int]>,
        _ logger: Logger,
        whenBound: @escaping @Sendable () -> Void = {}
    ) -> any Service where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        var quiet = logger
        // Hummingbird's own lines are about every connection.
        quiet.logLevel = .warning
        return Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                ports.withLockedValue { $0[name] = bound }
                logger.info("listening for \(name)", metadata: [LogKey.address: "\(host):\(bound)"])
                whenBound()
            },
            logger: quiet
        )
    }
}

extension Signal {
    /// Looks at exchanges and queues again after what may have changed them.
    fileprivate func heed(_ event: AMQPConnectionEvent) {
        switch event {
        case .connected, .lost, .consumer(.unavailable): raise()
        case .connectFailed, .blocked, .unblocked, .consumer: return
        }
    }
}

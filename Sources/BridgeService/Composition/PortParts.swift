// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore
internal import GetnetCloud
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// The three HTTP servers and what they show.
struct PortParts {
    /// The port that each of them is bound to, by name.
    let bound = NIOLockedValueBox<[String: Int]>([:])
    let readiness: Readiness
    let callbacks: any Service
    let health: any Service
    let admin: any Service
    let queueWatch: QueueWatch

    init(
        _ configuration: BridgeConfiguration,
        dispatcher: Dispatcher,
        broker: BrokerParts,
        held: HeldEntries,
        heldDeadLetters: HeldEntries,
        keys: CallbackKeyRing,
        clouds: CloudStanding,
        gate: CommandGate,
        metrics: Metrics,
        logger: Logger
    ) {
        let listenerIsBound = NIOLockedValueBox(false)
        readiness = Readiness(
            gate: gate,
            listenerIsBound: listenerIsBound,
            commands: broker.consumer,
            probe: broker.probe,
            events: broker.eventPublisher,
            clouds: clouds,
            field: dispatcher.fieldWatch
        )
        let note = { @Sendable [bound] (name: String, port: Int) in bound.withLockedValue { $0[name] = port } }
        let listener = CallbackListener(
            path: CallbackPath(publicURL: configuration.http.publicURL),
            keys: keys,
            allowedSources: configuration.callbacks.allowedSources,
            maxBytes: configuration.callbacks.maxBytes,
            answers: CallbackReaders(configuration.accounts),
            dispatcher: dispatcher,
            forwarding: QueryForwarding(),
            metrics: metrics
        )
        let loads = { @Sendable in
            var loads = dispatcher.queueLoads
            loads[.outbox] = QueueLoad(count: held.count, age: held.lag().oldest ?? .zero)
            loads[.callbacks] = listener.waiting.load
            loads[.replies] = broker.replies.load
            return loads
        }
        queueWatch = QueueWatch(loads: loads, logger: logger)
        let http = configuration.http
        callbacks = HTTPPort(name: "callbacks", section: "http", responder: listener, host: http.host, port: http.port)
            .service(logger: logger) { port in
                note("callbacks", port)
                listenerIsBound.withLockedValue { $0 = true }
            }
        let exposition = Exposition(
            metrics: metrics,
            readiness: readiness,
            store: dispatcher.store,
            deadLetters: broker.deadLetterPublisher,
            replies: broker.replyPublisher,
            control: broker.control,
            outboxAge: { max(held.oldestAge, heldDeadLetters.oldestAge) },
            queueLoads: loads,
            clock: dispatcher.clock,
            logger: logger
        )
        health = HTTPPort(
            name: "health",
            section: "health",
            responder: HealthResponder(readiness: readiness, exposition: exposition),
            host: configuration.health.host,
            port: configuration.health.port,
            limits: .init(connections: Self.operatorConnections)
        ).service(logger: logger) { note("health", $0) }
        admin = HTTPPort(
            name: "admin",
            section: "admin",
            responder: AdminResponder(
                dispatcher: dispatcher,
                gate: gate,
                token: configuration.admin.token,
                documents: TransactionDocument(
                    events: configuration.storeRules.events,
                    rules: configuration.transactionRules,
                    clock: dispatcher.clock
                )
            ),
            host: configuration.admin.host,
            port: configuration.admin.port,
            limits: .init(connections: Self.operatorConnections)
        ).service(logger: logger) { note("admin", $0) }
    }

    /// Probes, scrapers and people are few.
    private static let operatorConnections = 128
}

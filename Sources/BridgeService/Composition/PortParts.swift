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

    init(_ common: CommonParts, broker: BrokerParts, pipes: PipeParts, keys: CallbackKeyRing) {
        let (configuration, store, clock) = (common.configuration, common.store, common.clock)
        let (gate, metrics, logger) = (common.gate, common.metrics, common.logger)
        let (held, heldDeadLetters) = (pipes.held, pipes.heldDeadLetters)
        let listenerIsBound = NIOLockedValueBox(false)
        readiness = Readiness(
            gate: gate,
            listenerIsBound: listenerIsBound,
            commands: broker.consumer,
            probe: broker.probe,
            events: broker.eventPublisher,
            clouds: pipes.cloudWatch.standing,
            field: common.fieldWatch
        )
        let note = { @Sendable [bound] (name: String, port: Int) in bound.withLockedValue { $0[name] = port } }
        let listener = CallbackListener(
            path: CallbackPath(publicURL: configuration.http.publicURL),
            keys: keys,
            allowedSources: configuration.callbacks.allowedSources,
            maxBytes: configuration.callbacks.maxBytes,
            answers: CallbackReaders(configuration.accounts),
            transitions: common.transitions,
            work: common.work,
            store: store,
            storeWatch: common.storeWatch,
            callbackWatch: common.fieldWatch.callbacks,
            clock: clock,
            forwarding: QueryForwarding(),
            metrics: metrics
        )
        let loads = { @Sendable in
            var loads = common.work.queueLoads
            let changes = store.uncommitted
            loads[.store] = QueueLoad(count: changes.count, age: changes.age)
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
            store: store,
            deadLetters: broker.deadLetterPublisher,
            replies: broker.replyPublisher,
            control: broker.control,
            outboxAge: { max(held.oldestAge, heldDeadLetters.oldestAge) },
            queueLoads: loads,
            clock: clock,
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
                transitions: common.transitions,
                store: store,
                work: common.work,
                clock: clock,
                logger: logger,
                gate: gate,
                token: configuration.admin.token,
                documents: TransactionDocument(
                    events: configuration.storeRules.events,
                    rules: configuration.transactionRules,
                    clock: clock
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

// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import CorrelationStore
internal import GetnetCloud
internal import Logging

/// The pipes behind the store: to the cloud, from the cloud where it is asked, to the broker, and what keeps their time.
struct PipeParts {
    let relay: OutboxRelay
    let deadLetterRelay: OutboxRelay
    let outboxWatch: OutboxWatch
    let timekeeper: Timekeeper
    let reconciler: Reconciler
    let journalReader: JournalReader
    let submitter: Submitter
    let cancelSender: CancelSender

    init(
        _ configuration: BridgeConfiguration,
        dispatcher: Dispatcher,
        broker: BrokerParts,
        cloud: CloudClient,
        callbackURL: CallbackURL,
        gate: CommandGate,
        stop: StopDeadline,
        metrics: Metrics,
        logger: Logger
    ) {
        // Only events hold commands back: of a dead letter nobody waits for the result of a charge.
        let held = HeldEntries()
        func relay(of kind: OutboxEntry.Kind, _ publisher: AMQPPublisher, _ held: HeldEntries) -> OutboxRelay {
            OutboxRelay(
                kind: kind,
                dispatcher: dispatcher,
                publisher: publisher,
                replies: broker.replies,
                render: broker.render,
                eventsExchange: configuration.events.exchange,
                deadLettersExchange: configuration.deadLetters.exchange,
                switchedOff: configuration.switchedOffStatuses,
                held: held,
                settler: Settler(store: dispatcher.store, logger: logger),
                metrics: metrics,
                stop: stop,
                logger: logger
            )
        }
        self.relay = relay(of: .event, broker.eventPublisher, held)
        deadLetterRelay = relay(of: .deadLetter, broker.deadLetterPublisher, HeldEntries())
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
        journalReader = JournalReader(
            dispatcher: dispatcher,
            gate: gate,
            cloud: cloud,
            profile: configuration.account.profile,
            retry: RetrySchedule(first: configuration.reconcile.interval, ceiling: JournalReader.longestWait),
            metrics: metrics,
            logger: logger
        )
        cancelSender = CancelSender(dispatcher: dispatcher, cloud: cloud, logger: logger)
        submitter = Submitter(
            dispatcher: dispatcher,
            gate: gate,
            cloud: cloud,
            callbackURL: callbackURL,
            workers: configuration.cloud.maxConnections,
            slowWorkers: configuration.cloud.synchronousConnections,
            logger: logger
        )
    }
}

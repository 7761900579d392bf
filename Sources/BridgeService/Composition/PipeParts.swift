// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore
internal import GetnetCloud
internal import Logging

/// The pipes behind the store: to the broker, to the cloud of each account, and what keeps their time.
struct PipeParts {
    let relay: OutboxRelay
    let deadLetterRelay: OutboxRelay
    let outboxWatch: OutboxWatch
    /// The events that wait to be published.
    let held: HeldEntries
    let heldDeadLetters: HeldEntries
    let timekeeper: Timekeeper
    /// In the order of the configuration.
    let accounts: [AccountPipes]
    let cloudWatch: CloudWatch
    let clockWatch: ClockWatch

    init(_ common: CommonParts, broker: BrokerParts, callbackURL: CallbackURL) throws {
        let (configuration, gate, logger) = (common.configuration, common.gate, common.logger)
        // Only events hold commands back: no caller waits for the result of a charge in a dead letter.
        let held = HeldEntries(clock: common.clock)
        self.held = held
        heldDeadLetters = HeldEntries(clock: common.clock)
        let rendering = OutboxRendering(
            messages: broker.render,
            eventsExchange: configuration.events.exchange,
            deadLettersExchange: configuration.deadLetters.exchange,
            switchedOff: configuration.switchedOffStatuses
        )
        func relay(of kind: OutboxEntry.Kind, _ publisher: AMQPPublisher, _ held: HeldEntries) -> OutboxRelay {
            let settler = Settler(store: common.store, logger: logger)
            let progress = Signal()
            let sender = OutboxSender(
                publisher: publisher,
                replies: broker.replies,
                render: rendering,
                held: held,
                settler: settler,
                progress: progress,
                clock: common.clock,
                metrics: common.metrics,
                logger: logger
            )
            return OutboxRelay(
                kind: kind,
                store: common.store,
                clock: common.clock,
                sender: sender,
                held: held,
                settler: settler,
                progress: progress,
                stop: common.stop,
                logger: logger
            )
        }
        self.relay = relay(of: .event, broker.eventPublisher, held)
        deadLetterRelay = relay(of: .deadLetter, broker.deadLetterPublisher, heldDeadLetters)
        outboxWatch = OutboxWatch(
            store: common.store,
            work: common.work,
            held: held,
            gate: gate,
            holdAfter: configuration.outbox.holdCommandsAfter,
            backlog: configuration.lanes.backlog,
            logger: logger
        )
        accounts = try configuration.servedClouds.map { cloud in
            try AccountPipes(cloud, common, callbackURL: callbackURL)
        }
        cloudWatch = CloudWatch(
            clouds: accounts.map(\.cloud),
            standing: CloudStanding(
                accounts: accounts.map { pipes in
                    CloudStanding.Account(name: pipes.account) { [cloud = pipes.cloud] in cloud.obstacle }
                }
            ),
            gate: gate,
            logger: logger
        )
        clockWatch = ClockWatch(
            store: common.store,
            gate: gate,
            clouds: accounts.map(\.cloud.clock),
            clock: common.clock,
            logger: logger
        )
        timekeeper = Timekeeper(
            transitions: common.transitions,
            work: common.work,
            store: common.store,
            names: common.names,
            gate: gate,
            clockIsConfirmed: { [clockWatch] in clockWatch.isConfirmed },
            logger: logger
        )
    }
}

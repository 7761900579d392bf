// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import BridgeLedger
internal import BridgeSettings
internal import CorrelationStore
internal import Logging

/// The connections to the broker: to consume, for events, dead letters and replies, and sometimes one to look.
struct BrokerParts {
    let consumer: AMQPConsumer
    let control: AMQPConsumer
    let expired: AMQPConsumer
    let probe: ConsumerProbe
    let eventPublisher: AMQPPublisher
    let deadLetterPublisher: AMQPPublisher
    let replyPublisher: AMQPPublisher
    let replies: ReplySender
    let render: EventMessage
    let topologyWatch: TopologyWatch

    init(_ common: CommonParts, terminals: TerminalDirectory) {
        let (configuration, gate) = (common.configuration, common.gate)
        let (metrics, logger) = (common.metrics, common.logger)
        let endpoint = configuration.amqp
        let topologySignal = Signal()
        let onEvent: @Sendable (AMQPConnectionEvent) -> Void = { event in
            // A known fault is looked at again in its own time, even if many publishes meet it.
            if case .channelClosed = event, gate.obstacles[.topology] != nil { return }
            topologySignal.heed(event)
        }
        var limits = PublishLimits()
        limits.confirmTimeout = configuration.events.confirmTimeout
        eventPublisher = AMQPPublisher(
            endpoint: endpoint,
            name: "getnet-bridge events",
            limits: limits,
            logger: logger,
            onEvent: onEvent
        )
        deadLetterPublisher = AMQPPublisher(
            endpoint: endpoint,
            name: "getnet-bridge dead letters",
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
        render = EventMessage(format: configuration.eventFormat)
        replies = ReplySender(publisher: replyPublisher, render: render, metrics: metrics)
        let intake = CommandIntake(
            reader: CommandReader(rules: configuration.commandRules),
            terminals: terminals,
            accounts: configuration.accounts,
            transitions: common.transitions,
            names: common.names,
            store: common.store,
            clock: common.clock,
            replies: replies,
            metrics: metrics,
            random: RandomNames().next,
            logger: logger
        )
        let expiredIntake = ExpiredIntake(
            intake: intake,
            queue: configuration.commands.queue,
            metrics: metrics,
            logger: logger
        )
        let expired = AMQPConsumer(
            endpoint: endpoint,
            name: "getnet-bridge expired commands",
            consumption: configuration.expiredConsumption,
            logger: logger,
            handler: { await expiredIntake.handle($0) }
        )
        expired.setGate(open: false)
        self.expired = expired
        let controlIntake = ControlIntake(
            reader: ControlReader(rules: configuration.commandRules),
            events: configuration.storeRules.events,
            transitions: common.transitions,
            store: common.store,
            clock: common.clock,
            replies: replies,
            metrics: metrics,
            logger: logger
        )
        let control = AMQPConsumer(
            endpoint: endpoint,
            name: "getnet-bridge control",
            consumption: configuration.controlConsumption,
            logger: logger,
            handler: { await controlIntake.handle($0) }
        )
        // The owner of the command queue is the one whose store knows the transactions.
        control.setGate(open: false)
        self.control = control
        consumer = AMQPConsumer(
            endpoint: endpoint,
            name: "getnet-bridge commands",
            consumption: configuration.consumption,
            logger: logger,
            onEvent: { event in
                onEvent(event)
                if let isOwner = event.isOwner { control.setGate(open: isOwner) }
                // It needs all that commands need, the store above all.
                if case .consumer(let state) = event { expired.setGate(open: state == .consuming) }
            },
            handler: { await intake.handle($0) }
        )
        probe = ConsumerProbe(
            consumer: consumer,
            publisher: replyPublisher,
            queue: configuration.commands.queue,
            logger: logger
        )
        topologyWatch = TopologyWatch(
            topology: configuration.amqpTopology,
            mode: configuration.topologyMode,
            endpoint: endpoint.named("getnet-bridge topology"),
            gate: gate,
            signal: topologySignal,
            logger: logger
        )
    }
}

extension AMQPConnectionEvent {
    /// Whether the consumer of commands is now the owner of its queue; `nil` where the event says nothing about it.
    fileprivate var isOwner: Bool? {
        switch self {
        case .consumer(.consuming), .consumer(.paused): true
        case .consumer(.notOwner), .consumer(.connecting), .consumer(.closed), .lost, .connectFailed: false
        // Either the owner queue or the command queue cannot be had.
        case .consumer(.unavailable), .connected, .channelClosed, .blocked, .unblocked: nil
        }
    }
}

extension Signal {
    /// Looks at exchanges and queues again after what may have changed them.
    fileprivate func heed(_ event: AMQPConnectionEvent) {
        switch event {
        case .connected, .lost, .channelClosed, .consumer(.unavailable): raise()
        case .connectFailed, .blocked, .unblocked, .consumer: return
        }
    }
}

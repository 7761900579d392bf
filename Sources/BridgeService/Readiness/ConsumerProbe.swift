// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// Publishes a message to the command queue while nothing comes out of it, and sees whether it comes back.
///
/// The message goes through the default exchange, which routes by the queue's name, is empty, and is acknowledged by
/// the intake. One that an earlier process left in the queue is as good.
struct ConsumerProbe: Service {
    /// The property `type` of a probe.
    static let type = "io.getnet-bridge.probe"
    /// How often it looks.
    static let interval = Duration.milliseconds(500)

    let consumer: AMQPConsumer
    let publisher: AMQPPublisher
    let queue: String
    let logger: Logger
    private let rounds = NIOLockedValueBox(ProbeRounds())

    init(consumer: AMQPConsumer, publisher: AMQPPublisher, queue: String, logger: Logger) {
        self.consumer = consumer
        self.publisher = publisher
        self.queue = queue
        self.logger = logger
    }

    /// Whether a delivery is a probe, of this process or an earlier one: empty, so it can be no command.
    static func isProbe(_ delivery: Delivery) -> Bool {
        delivery.exchange.isEmpty && delivery.fullSize == 0 && delivery.properties.type == type
    }

    /// Why it is not believed that messages come; `nil` if nothing speaks against it.
    var fault: String? { rounds.withLockedValue(\.fault) }

    /// What a person should know although messages come: the broker does not permit the probe.
    var remark: String? {
        rounds.withLockedValue(\.refusal).map { "whether messages come cannot be tried: \($0)" }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                look()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    private func look() {
        let snapshot = consumer.snapshot
        let sight = ProbeRounds.Sight(
            subscribedAt: snapshot.subscribedAt,
            lastDelivery: snapshot.lastDelivery,
            isBusy: snapshot.unsettled > 0,
            canPublish: publisher.state == .connected
        )
        let before = fault
        let step = rounds.withLockedValue { $0.step(at: .now, sight) }
        note(before, fault)
        switch step {
        case .nothing: return
        case .renew: consumer.renew()
        case .publish: publish()
        }
    }

    private func publish() {
        var properties = AMQPProperties()
        properties.type = Self.type
        properties.appID = EventMessage.applicationID
        // Not mandatory: without a message id its return would match another message. `TopologyWatch` finds a missing
        // queue.
        let message = AMQPMessage(exchange: "", routingKey: queue, mandatory: false, properties: properties, body: [])
        publisher.publish(message) { [rounds] outcome in
            switch outcome {
            // A full queue out of which nothing comes is what is looked for.
            case .confirmed, .returned, .rejected, .unconfirmed(.deadline): return
            case .unconfirmed(.channelClosed(_, let words)):
                rounds.withLockedValue { $0.forbidden(words, at: .now) }
            case .unconfirmed, .notConnected: rounds.withLockedValue { $0.notPublished() }
            }
        }
    }

    private func note(_ before: String?, _ after: String?) {
        if let after, before == nil {
            logger.error(
                "no command comes although the bridge asks the broker for commands",
                metadata: [LogKey.error: "\(after)"]
            )
        } else if before != nil, after == nil {
            logger.info("commands come again")
        }
    }
}

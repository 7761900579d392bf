// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import BridgeCore
internal import Logging
internal import ServiceLifecycle

/// Sends copies of events to the queues that publishers named: a courtesy, tried once, that nothing waits for.
///
/// It has a connection of its own, because a broker closes the channel on a refused reply (docs/promises.md 2.11).
struct ReplySender: Service {
    /// More copies than this are not lined up.
    static let limit = 10_000
    /// How many copies are on their way at once.
    static let workers = 32

    private let publisher: AMQPPublisher
    private let render: EventMessage
    private let metrics: Metrics
    private let queue = WorkQueue<AMQPMessage>(limit: ReplySender.limit)

    init(publisher: AMQPPublisher, render: EventMessage, metrics: Metrics) {
        self.publisher = publisher
        self.render = render
        self.metrics = metrics
    }

    /// How many copies wait, and how long the oldest has.
    var load: QueueLoad { queue.load }

    /// Lines up a copy for the address that the event carries.
    func send(_ event: OutboundEvent) {
        guard let replyTo = event.address.replyTo else { return }
        // The default exchange routes by queue name. Direct reply-to is delivered and returned, so never mandatory.
        let message = render.message(event, exchange: "", routingKey: replyTo, mandatory: false)
        if !queue.offer(message) { metrics.increment(.replies, "dropped") }
    }

    /// Lines up a copy of an earlier event for another delivery's address.
    func send(_ event: inout OutboundEvent, to address: ReplyAddress) {
        event.address.replyTo = address.replyTo
        event.address.correlationID = address.correlationID
        send(event)
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for _ in 0..<Self.workers {
                    group.addTask { await work() }
                }
            }
        } onGracefulShutdown: {
            queue.close()
        }
    }

    private func work() async {
        while let message = await queue.next() {
            switch await publisher.publish(message) {
            case .confirmed, .returned: metrics.increment(.replies, "sent")
            case .rejected, .unconfirmed, .notConnected: metrics.increment(.replies, "failed")
            }
        }
    }
}

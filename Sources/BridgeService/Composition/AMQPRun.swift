// SPDX-License-Identifier: Apache-2.0

internal import AMQPClient
internal import ServiceLifecycle

/// A publisher as a service: it lives until everything that publishes has stopped, then drains and closes.
struct PublisherService: Service {
    let publisher: AMQPPublisher
    let drainTimeout: Duration

    func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await publisher.run() }
            try? await gracefulShutdown()
            await publisher.drainAndClose(deadline: .now + drainTimeout)
            // It may be waiting to connect again.
            group.cancelAll()
        }
    }
}

/// The consumer as a service: at a stop it takes nothing more, lets its handlers end, and closes.
struct ConsumerService: Service {
    let consumer: AMQPConsumer
    let drainTimeout: Duration

    func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await consumer.run() }
            try? await gracefulShutdown()
            consumer.stopTaking()
            _ = await consumer.drain(deadline: .now + drainTimeout)
            group.cancelAll()
        }
    }
}

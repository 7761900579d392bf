// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import NIOConcurrencyHelpers
import TestSupport
import Testing

/// What a consumer says to a broker that a test plays.
@Suite("A consumer and its words to the broker")
struct AMQPConsumerCancelTests {
    private func run(
        _ broker: FakeBroker,
        _ port: Int,
        retryInterval: Duration = .milliseconds(50),
        handler: @escaping @Sendable (Delivery) async -> Verdict,
        _ body: (AMQPConsumer) async throws -> Void
    ) async throws {
        let consumer = AMQPConsumer(
            endpoint: AMQPEndpoint(hosts: [.init(host: "127.0.0.1", port: port)]),
            name: "played",
            consumption: AMQPConsumption(
                queue: "q",
                prefetch: 10,
                retryInterval: retryInterval,
                idleRenewal: nil
            ),
            logger: .silent,
            handler: handler
        )
        try await withRunning {
            await consumer.run()
        } _: {
            try await eventually("it consumes") { consumer.state == .consuming }
            try await body(consumer)
        }
    }

    @Test("H: a hand-back is a nack, which no broker counts as a fault of the message")
    func words() async throws {
        try await FakeBroker.use { broker, port in
            try await run(broker, port) { delivery in
                delivery.isRedelivered ? .acknowledge : .requeue
            } _: { _ in
                try await broker.deliver(tag: 1, to: "consumer-1")
                try await eventually("it is handed back") { broker.count(60, 120) == 1 }
                #expect(broker.count(60, 90) == 0)
                // Tag 1, not multiple, requeue.
                #expect(broker.methods.last { $0.id == [60, 120] }?.arguments == AMQPFrames.uint64(1) + [2])
            }
        }
    }

    @Test(
        "H: if the broker cancels it for a time-out, it hands back what it holds and subscribes again",
        arguments: [0, 1]
    )
    func timeOut(noWait: UInt8) async throws {
        try await FakeBroker.use { broker, port in
            let gate = HandlerGate()
            try await run(broker, port) { _ in
                await gate.wait()
                return .acknowledge
            } _: { consumer in
                try await broker.deliver(tag: 1, to: "consumer-1")
                try await broker.deliver(tag: 2, to: "consumer-1")
                try await eventually("both are in hand") { gate.waiting == 2 }
                try await broker.send(60, 30, AMQPFrames.short("consumer-1") + [noWait])
                try await eventually("it subscribes again") { broker.count(60, 20) == 2 }
                #expect(broker.count(60, 120) == 2)
                #expect(broker.count(60, 31) == (noWait == 0 ? 1 : 0))
                // The same connection and the same channel.
                #expect(broker.connections == 1)
                #expect(broker.count(20, 10) == 1)
                // The late verdicts of the handlers settle no delivery a second time.
                gate.open()
                try await eventually("the handlers have ended") { consumer.snapshot.unsettled == 0 }
                try await broker.deliver(tag: 3, to: "consumer-2")
                try await eventually("it is acknowledged") { broker.count(60, 80) == 1 }
                #expect(broker.methods.last { $0.id == [60, 80] }?.arguments.prefix(8) == AMQPFrames.uint64(3)[...])
            }
        }
    }

    @Test func `a cancel of a subscription that it ended itself changes nothing`() async throws {
        try await FakeBroker.use { broker, port in
            try await run(broker, port) { _ in
                .acknowledge
            } _: { consumer in
                try await broker.send(60, 30, AMQPFrames.short("another") + [1])
                try await broker.deliver(tag: 1, to: "consumer-1")
                try await eventually("it is acknowledged") { broker.count(60, 80) == 1 }
                #expect(consumer.state == .consuming)
                #expect(broker.count(60, 20) == 1)
            }
        }
    }

    @Test("H: a renewed subscription is cancelled first, which keeps the broker's log short")
    func renewal() async throws {
        try await FakeBroker.use { broker, port in
            try await run(broker, port) { _ in
                .acknowledge
            } _: { consumer in
                consumer.renew()
                try await eventually("it subscribes again") { broker.count(60, 20) == 2 }
                let words = broker.methods.map(\.id).filter { $0 == [60, 30] || $0 == [20, 40] || $0 == [60, 20] }
                #expect(words == [[60, 20], [60, 30], [20, 40], [60, 20]])
                try await eventually("it consumes") { consumer.state == .consuming }
            }
        }
    }
}

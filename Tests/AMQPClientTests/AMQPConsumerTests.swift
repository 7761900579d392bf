// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Logging
import NIOConcurrencyHelpers
import TestSupport
import Testing

@Suite struct `A consumer` {
    @Test func `a delivery is acknowledged only after the verdict of its handler`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            let gate = HandlerGate()
            try await withConsumer(host, .init(queue: "q", prefetch: 5)) { _ in
                await gate.wait()
                return .acknowledge
            } _: { consumer in
                try await host.publish((0..<5).map { "\($0)" }, to: "q")
                try await eventually("all handlers wait") { gate.waiting == 5 }
                #expect(consumer.snapshot.unsettled == 5)
                gate.open()
                try await eventually("all are settled") { consumer.snapshot.unsettled == 0 }
            }
            let depth = try await host.depth(of: "q")
            #expect(depth == 0)
        }
    }

    @Test func `no more than the prefetch is taken`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await host.publish((0..<20).map { "\($0)" }, to: "q")
            let gate = HandlerGate()
            try await withConsumer(host, .init(queue: "q", prefetch: 3)) { _ in
                await gate.wait()
                return .acknowledge
            } _: { consumer in
                try await eventually("three handlers wait") { gate.waiting == 3 }
                let ready = try await host.depth(of: "q")
                #expect(ready == 17)
                #expect(gate.waiting == 3)
                gate.open()
                try await eventually("all are done") { try await host.depth(of: "q") == 0 }
            }
        }
    }

    @Test func `a dead letter goes to the dead-letter exchange, a requeued one comes again`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("dead")
            let arguments = #"{"x-dead-letter-exchange":"","x-dead-letter-routing-key":"dead"}"#
            try await host.declareQueue("q", arguments: arguments)
            try await host.publish(["refused", "again"], to: "q")
            let seen = NIOLockedValueBox<[String]>([])
            try await withConsumer(host, .init(queue: "q", prefetch: 1)) { delivery in
                let id = delivery.properties.messageID ?? ""
                seen.withLockedValue { $0.append(id) }
                if id == "refused" { return .deadLetter }
                return delivery.isRedelivered ? .acknowledge : .requeue
            } _: { _ in
                try await eventually("all three came") { seen.withLockedValue { $0.count == 3 } }
                try await eventually("the dead letter arrived") { try await host.depth(of: "dead") == 1 }
            }
            #expect(seen.withLockedValue { $0.sorted() } == ["again", "again", "refused"])
        }
    }

    @Test func `properties and headers arrive as they were sent`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            var message = AMQPMessage.toQueue("q", id: "id", body: [0, 1, 255])
            message.properties.contentType = "application/json"
            message.properties.contentEncoding = "identity"
            message.properties.correlationID = "c"
            message.properties.replyTo = "r"
            message.properties.priority = 3
            message.properties.expiration = "60000"
            message.properties.timestamp = 1_700_000_000
            message.properties.type = "t"
            message.properties.appID = "a"
            message.properties.userID = "guest"
            message.properties.headers = [
                "bool": true, "int": -5, "double": .double(1.5), "text": "grün", "bytes": .bytes([1, 2]),
                "time": .timestamp(7), "none": .void, "list": .array([1, "x"]), "table": .table(["a": .table([:])]),
            ]
            let sent = message
            let received = NIOLockedValueBox<Delivery?>(nil)
            try await withPublisher(host) { publisher in
                let outcome = await publisher.publish(sent)
                #expect(outcome == .confirmed)
            }
            try await withConsumer(host, .init(queue: "q", prefetch: 1)) { delivery in
                received.withLockedValue { $0 = delivery }
                return .acknowledge
            } _: { _ in
                try await eventually("it came") { received.withLockedValue { $0 != nil } }
            }
            let delivery = try #require(received.withLockedValue { $0 })
            #expect(delivery.properties == sent.properties)
            #expect(delivery.body == sent.body)
            #expect(delivery.routingKey == "q")
            #expect(!delivery.isTruncated)
            #expect(!delivery.headersDropped)
        }
    }

    @Test func `of a body above the limit the beginning is delivered`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
            try await withPublisher(host) { publisher in
                for size in [300_000, 200_000, 5] {
                    let outcome = await publisher.publish(.toQueue("q", id: "\(size)", body: Array(body.prefix(size))))
                    #expect(outcome == .confirmed)
                }
            }
            let seen = NIOLockedValueBox<[Delivery]>([])
            let limits = BodyLimits(messageSizeMax: 200_000, truncatedSize: 4096)
            try await withConsumer(host, .init(queue: "q", prefetch: 1, bodyLimits: limits)) { delivery in
                seen.withLockedValue { $0.append(delivery) }
                return .acknowledge
            } _: { _ in
                try await eventually("all came") { seen.withLockedValue { $0.count == 3 } }
            }
            let deliveries = seen.withLockedValue { $0 }
            #expect(deliveries.map(\.body.count) == [4096, 200_000, 5])
            #expect(deliveries.map(\.fullSize) == [300_000, 200_000, 5])
            #expect(deliveries.map(\.isTruncated) == [true, false, false])
            #expect(deliveries[0].body == Array(body.prefix(4096)))
        }
    }
}

/// Runs a consumer beside `body`.
func withConsumer<Value: Sendable>(
    _ host: TestVirtualHost,
    _ consumption: AMQPConsumption,
    endpoint: AMQPEndpoint? = nil,
    onEvent: @escaping @Sendable (AMQPConnectionEvent) -> Void = { _ in },
    handler: @escaping @Sendable (Delivery) async -> Verdict,
    _ body: (AMQPConsumer) async throws -> Value
) async throws -> Value {
    let consumer = AMQPConsumer(
        endpoint: endpoint ?? host.endpoint(),
        name: "test-consumer",
        consumption: consumption,
        logger: .silent,
        onEvent: onEvent,
        handler: handler
    )
    return try await withRunning {
        await consumer.run()
    } _: {
        try await body(consumer)
    }
}

extension TestVirtualHost {
    /// Publishes messages with these ids to a queue and sees them confirmed.
    func publish(_ ids: [String], to queue: String) async throws {
        try await withPublisher(self) { publisher in
            let outcomes = await publisher.publishAll(ids.map { .toQueue(queue, id: $0) })
            #expect(outcomes.allSatisfy { $0 == .confirmed })
        }
    }
}

/// Holds handlers until it is opened.
final class HandlerGate: Sendable {
    private let state = NIOLockedValueBox((isOpen: false, waiters: [CheckedContinuation<Void, Never>]()))

    var waiting: Int { state.withLockedValue { $0.waiters.count } }

    func wait() async {
        await withCheckedContinuation { waiter in
            let isOpen = state.withLockedValue { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }

    func open() {
        let waiters = state.withLockedValue { state in
            state.isOpen = true
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

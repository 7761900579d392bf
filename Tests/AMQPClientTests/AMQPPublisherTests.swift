// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Logging
import TestSupport
import Testing

@Suite struct `A publisher` {
    @Test func `a message to a bound queue is confirmed and is in the queue`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await withPublisher(host) { publisher in
                let outcome = await publisher.publish(.toQueue("q", id: "1"))
                #expect(outcome == .confirmed)
            }
            let depth = try await host.depth(of: "q")
            #expect(depth == 1)
        }
    }

    @Test func `a mandatory message that no queue takes is returned, others beside it are confirmed`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await withPublisher(host) { publisher in
                let outcomes = await publisher.publishAll(
                    (0..<100).map { .toQueue($0.isMultiple(of: 10) ? "nowhere" : "q", id: "\($0)") }
                )
                for (index, outcome) in outcomes.enumerated() {
                    if index.isMultiple(of: 10) {
                        #expect(outcome == .returned(code: 312, text: "NO_ROUTE"))
                    } else {
                        #expect(outcome == .confirmed)
                    }
                }
            }
        }
    }

    @Test func `who is told an outcome may publish the next message from there`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await withPublisher(host) { publisher in
                await withCheckedContinuation { continuation in
                    publish(100, through: publisher) { continuation.resume() }
                }
                #expect(publisher.snapshot.pending == 0)
            }
            let depth = try await host.depth(of: "q")
            #expect(depth == 100)
        }
    }

    /// Publishes this many messages, each one after the broker confirmed the one before.
    private func publish(_ count: Int, through publisher: AMQPPublisher, then: @escaping @Sendable () -> Void) {
        publisher.publish(.toQueue("q", id: "\(count)")) { outcome in
            #expect(outcome == .confirmed)
            if count > 1 { publish(count - 1, through: publisher, then: then) } else { then() }
        }
    }

    @Test func `without a connection a publish is refused at once`() async {
        let publisher = AMQPPublisher(
            endpoint: AMQPEndpoint(hosts: [.init(host: "127.0.0.1", port: 1)]),
            name: "nobody",
            logger: .silent
        )
        let outcome = await publisher.publish(.toQueue("q", id: "1"))
        #expect(outcome == .notConnected)
    }

    @Test func `thousands of publishes at once all have an outcome`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await withPublisher(host) { publisher in
                let outcomes = await publisher.publishAll((0..<4000).map { .toQueue("q", id: "\($0)") })
                #expect(outcomes.allSatisfy { $0 == .confirmed })
                #expect(publisher.snapshot.pending == 0)
            }
            let depth = try await host.depth(of: "q")
            #expect(depth == 4000)
        }
    }
}

/// Runs a publisher beside `body`, once it is connected.
func withPublisher<Value: Sendable>(
    _ host: TestVirtualHost,
    endpoint: AMQPEndpoint? = nil,
    limits: PublishLimits = PublishLimits(),
    onEvent: @escaping @Sendable (AMQPConnectionEvent) -> Void = { _ in },
    _ body: (AMQPPublisher) async throws -> Value
) async throws -> Value {
    let publisher = AMQPPublisher(
        endpoint: endpoint ?? host.endpoint(),
        name: "test-publisher",
        limits: limits,
        logger: .silent,
        onEvent: onEvent
    )
    return try await withRunning {
        await publisher.run()
    } _: {
        try await eventually("the publisher is connected") { publisher.state == .connected }
        return try await body(publisher)
    }
}

extension AMQPPublisher {
    /// Publishes all at once and returns the outcomes in the same order.
    func publishAll(_ messages: [AMQPMessage]) async -> [PublishOutcome] {
        await withTaskGroup { group in
            for (index, message) in messages.enumerated() {
                group.addTask { (index, await self.publish(message)) }
            }
            var outcomes = [PublishOutcome](repeating: .notConnected, count: messages.count)
            for await (index, outcome) in group {
                outcomes[index] = outcome
            }
            return outcomes
        }
    }
}

extension AMQPMessage {
    /// A persistent, mandatory message to a queue.
    static func toQueue(_ queue: String, id: String, body: [UInt8] = Array("content".utf8)) -> AMQPMessage {
        var properties = AMQPProperties()
        properties.messageID = id
        properties.deliveryMode = .persistent
        return AMQPMessage(exchange: "", routingKey: queue, mandatory: true, properties: properties, body: body)
    }
}

extension Logger {
    /// A logger that writes nothing.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

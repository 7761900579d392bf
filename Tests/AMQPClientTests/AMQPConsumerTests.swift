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

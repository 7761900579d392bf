// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import TestSupport
import Testing

@Suite struct `A session` {
    @Test func `what is got and not settled goes back when it closes`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await host.publish(["1", "2", "3"], to: "q")
            let session = try await AMQPSession.open(host.endpoint())
            let first = try #require(try await session.get(queue: "q"))
            let second = try #require(try await session.get(queue: "q"))
            #expect(!second.isRedelivered)
            let counts = try await session.settle(first, .acknowledge)
            let again = try await session.settle(first, .acknowledge)
            #expect([counts, again] == [true, false])
            await session.close()
            try await eventually("the unsettled one is back") { try await host.depth(of: "q") == 2 }
        }
    }

    @Test func `an empty queue gives nothing, a missing one is an error that the session survives`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            let session = try await AMQPSession.open(host.endpoint())
            let nothing = try await session.get(queue: "q")
            #expect(nothing?.body == nil)
            do throws(AMQPError) {
                _ = try await session.queueStatus("missing")
                Issue.record("a missing queue has no status")
            } catch {
                guard case .channelClosed(code: 404, _) = error else { throw error }
            }
            let status = try await session.queueStatus("q")
            #expect([status.messages, status.consumers] == [0, 0])
            await session.close()
        }
    }

    @Test func `it publishes and sees the answer on a queue of its own`() async throws {
        try await TestBroker.use { host in
            try await host.declareExchange("x")
            let session = try await AMQPSession.open(host.endpoint())
            let queue = try await session.declareTemporaryQueue()
            try await session.bind(queue: queue, exchange: "x", routingKey: "a.#")
            try await session.consume(queue: queue)
            var message = AMQPMessage.toQueue("a.b", id: "1")
            message.exchange = "x"
            let outcome = await session.publish(message)
            #expect(outcome == .confirmed)
            let delivery = try await session.nextDelivery(timeout: .seconds(5))
            #expect(delivery?.properties.messageID == "1")
            message.routingKey = "b"
            let returned = await session.publish(message)
            #expect(returned == .returned(code: 312, text: "NO_ROUTE"))
            let none = try await session.nextDelivery(timeout: .milliseconds(50))
            #expect(none?.body == nil)
            await session.close()
        }
    }

    @Test func `a wrong virtual host is refused`() async throws {
        try await TestBroker.use { host in
            var endpoint = host.endpoint()
            endpoint.virtualHost = "missing"
            do throws(AMQPError) {
                _ = try await AMQPSession.open(endpoint)
                Issue.record("it has been opened")
            } catch {
                guard case .refused(code: 530, _) = error else { throw error }
            }
        }
    }
}

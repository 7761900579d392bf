// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import AMQPClient

@Suite("The prefetch after a start")
struct PrefetchWidthTests {
    @Test func `it widens tenfold after two acknowledgements for each delivery of its width, up to the limit`() {
        var width = PrefetchWidth(from: 1, to: 50)
        var steps: [UInt16] = [width.current]
        for _ in 0..<200 {
            width.acknowledged()
            if width.widenIfProven(outstanding: 50) { steps.append(width.current) }
        }
        #expect(steps == [1, 10, 50])
    }

    @Test func `one that begins at its limit never changes`() {
        var width = PrefetchWidth(from: 9, to: 4)
        #expect(width.current == 4)
        for _ in 0..<100 { width.acknowledged() }
        let widens = width.widenIfProven(outstanding: 100)
        #expect(!widens)
    }

    @Test func `it does not widen while a delivery may be on its way`() {
        var width = PrefetchWidth(from: 10, to: 50)
        for _ in 0..<100 { width.acknowledged() }
        let tooSoon = width.widenIfProven(outstanding: 9)
        let widens = width.widenIfProven(outstanding: 10)
        #expect(!tooSoon)
        #expect(widens)
    }

    @Test func `on the broker one delivery is out at first, and all of the prefetch once it goes well`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q", arguments: #"{"x-queue-type":"quorum"}"#)
            try await host.publish((0..<60).map { "\($0)" }, to: "q")
            let first = HandlerGate()
            let rest = HandlerGate()
            let seen = NIOLockedValueBox<[String]>([])
            try await withConsumer(host, .init(queue: "q", prefetch: 30, firstPrefetch: 1)) { delivery in
                let number = seen.withLockedValue { seen in
                    seen.append(delivery.properties.messageID ?? "")
                    return seen.count
                }
                if number == 1 { await first.wait() }
                if number > 40 { await rest.wait() }
                return .acknowledge
            } _: { consumer in
                try await eventually("one came") { first.waiting == 1 }
                #expect(try await host.depth(of: "q") == 59)
                first.open()
                try await eventually("some of the rest are held") { rest.waiting > 0 }
                rest.open()
                try await eventually("all came") { seen.withLockedValue { $0.count == 60 } }
                try await eventually("all are settled") { consumer.snapshot.unsettled == 0 }
                // Each message came once. This test does not check what the queue holds after the end: when the channel
                // ends, the broker delivers each message again whose acknowledgement it has not written yet. It does
                // not check the order either: RabbitMQ 4.0 sometimes delivered one or two messages late when a
                // subscription ended.
                #expect(seen.withLockedValue { $0.sorted() } == (0..<60).map { "\($0)" }.sorted())
            }
        }
    }
}

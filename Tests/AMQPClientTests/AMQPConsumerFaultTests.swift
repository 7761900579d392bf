// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import NIOConcurrencyHelpers
import TestSupport
import Testing

/// What can happen to a consumer, on the real broker.
@Suite struct `A consumer in trouble` {
    @Test func `after a lost connection a delivery comes again, and the late verdict settles nothing`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await host.publish(["1"], to: "q")
            try await FaultProxy.use(to: host.broker.port) { proxy in
                let first = HandlerGate()
                let second = HandlerGate()
                let consumption = AMQPConsumption(queue: "q", prefetch: 2)
                try await withConsumer(host, consumption, endpoint: host.endpoint(port: proxy.port)) { delivery in
                    await (delivery.isRedelivered ? second : first).wait()
                    return .acknowledge
                } _: { consumer in
                    try await eventually("it came") { first.waiting == 1 }
                    proxy.cut()
                    try await eventually("it came again") { second.waiting == 1 }
                    first.open()
                    try await eventually("the first handler has ended") { first.waiting == 0 }
                    #expect(consumer.snapshot.unsettled == 1)
                    #expect(consumer.snapshot.reconnects == 1)
                    second.open()
                    try await eventually("it is settled") { consumer.snapshot.unsettled == 0 }
                }
                let depth = try await host.depth(of: "q")
                #expect(depth == 0)
            }
        }
    }

    @Test func `a queue deleted under it is noticed, and consumed from once it is back`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            let seen = NIOLockedValueBox<[String]>([])
            let consumption = AMQPConsumption(queue: "q", prefetch: 2, retryInterval: .milliseconds(200))
            try await withConsumer(host, consumption) { delivery in
                seen.withLockedValue { $0.append(delivery.properties.messageID ?? "") }
                return .acknowledge
            } _: { consumer in
                try await eventually("it consumes") { consumer.state == .consuming }
                try await host.deleteQueue("q")
                try await eventually("it says so") { consumer.state.isUnavailable }
                try await host.declareQueue("q")
                try await eventually("it consumes again") { consumer.state == .consuming }
                try await host.publish(["1"], to: "q")
                try await eventually("a message came") { seen.withLockedValue { $0 == ["1"] } }
                #expect(consumer.snapshot.reconnects == 0)
            }
        }
    }

    @Test(arguments: ["classic", "quorum"])
    func `a queue that is deleted and at once made anew by another program is consumed from`(type: String) async throws
    {
        try await TestBroker.use { host in
            let arguments = #"{"x-queue-type":"\#(type)"}"#
            try await host.declareQueue("q", arguments: arguments)
            let seen = NIOLockedValueBox<[String]>([])
            let consumption = AMQPConsumption(
                queue: "q",
                prefetch: 2,
                retryInterval: .milliseconds(50),
                idleRenewal: .milliseconds(200)
            )
            try await withConsumer(host, consumption) { delivery in
                seen.withLockedValue { $0.append(delivery.properties.messageID ?? "") }
                return .acknowledge
            } _: { consumer in
                try await eventually("it consumes") { consumer.state == .consuming }
                for round in 0..<8 {
                    try await host.publish(["\(round)"], to: "q")
                    try await eventually("the message of round \(round) came") {
                        seen.withLockedValue { $0.contains("\(round)") }
                    }
                    try await host.deleteQueue("q")
                    try await host.declareQueue("q", arguments: arguments)
                }
            }
        }
    }

    @Test func `while the gate is closed nothing is taken, and nothing is lost by opening and closing it`() async throws
    {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            let seen = NIOLockedValueBox<Set<String>>([])
            try await withConsumer(host, .init(queue: "q", prefetch: 10)) { delivery in
                seen.withLockedValue { _ = $0.insert(delivery.properties.messageID ?? "") }
                return .acknowledge
            } _: { consumer in
                consumer.setGate(open: false)
                try await eventually("it is paused") { consumer.state == .paused }
                try await host.publish((0..<500).map { "\($0)" }, to: "q")
                let depth = try await host.depth(of: "q")
                #expect(depth == 500)
                for _ in 0..<20 {
                    let before = seen.withLockedValue { $0.count }
                    consumer.setGate(open: true)
                    try await eventually("some came") { seen.withLockedValue { $0.count == 500 || $0.count > before } }
                    consumer.setGate(open: false)
                    try await eventually("it is paused") { consumer.state == .paused }
                }
                consumer.setGate(open: true)
                try await eventually("all came") { seen.withLockedValue { $0.count == 500 } }
                try await eventually("all are settled") { consumer.snapshot.unsettled == 0 }
            }
            let depth = try await host.depth(of: "q")
            #expect(depth == 0)
        }
    }

    @Test func `only the holder of the owner queue consumes, and another takes over when it ends`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            let consumption = AMQPConsumption(
                queue: "q",
                prefetch: 1,
                ownerQueue: "owner",
                retryInterval: .milliseconds(200)
            )
            let second = AMQPConsumer(
                endpoint: host.endpoint(),
                name: "second",
                consumption: consumption,
                logger: .silent
            ) { _ in .acknowledge }
            let secondEnds = HandlerGate()
            async let owner: Void = withRunning {
                await second.run()
            } _: {
                await secondEnds.wait()
            }
            try await eventually("one owns") { second.state == .consuming }
            try await withConsumer(host, consumption) { _ in
                .acknowledge
            } _: { consumer in
                try await eventually("the other does not") { consumer.state == .notOwner }
                try await host.publish(["1"], to: "q")
                try await eventually("the owner took it") { try await host.depth(of: "q") == 0 }
                #expect(consumer.state == .notOwner)
                #expect(consumer.snapshot.reconnects == 0)
                secondEnds.open()
                try await eventually("the other takes over") { consumer.state == .consuming }
            }
            try await owner
        }
    }

    @Test func `a header table nested 20,000 levels deep crashes nothing`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            var raw = RawAMQP(virtualHost: host.name)
            raw.publish(to: "q", body: Array("content".utf8), headersNested: 20_000)
            try await raw.send(to: host.broker.port) {
                try await eventually("it is in the queue") { try await host.depth(of: "q") == 1 }
            }
            let seen = NIOLockedValueBox<Delivery?>(nil)
            try await withConsumer(host, .init(queue: "q", prefetch: 1)) { delivery in
                seen.withLockedValue { $0 = delivery }
                return .deadLetter
            } _: { consumer in
                try await eventually("it came") { seen.withLockedValue { $0 != nil } }
                try await eventually("it is settled") { consumer.snapshot.unsettled == 0 }
            }
            let delivery = try #require(seen.withLockedValue { $0 })
            #expect(delivery.headersDropped)
            #expect(delivery.properties.headers.isEmpty)
            #expect(delivery.body == Array("content".utf8))
        }
    }

    @Test func `for an end in order it takes nothing more and waits for its handlers`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await host.publish((0..<10).map { "\($0)" }, to: "q")
            let gate = HandlerGate()
            try await withConsumer(host, .init(queue: "q", prefetch: 4)) { _ in
                await gate.wait()
                return .acknowledge
            } _: { consumer in
                try await eventually("four handlers wait") { gate.waiting == 4 }
                consumer.stopTaking()
                let tooSoon = await consumer.drain(deadline: .now + .milliseconds(100))
                #expect(!tooSoon)
                gate.open()
                let isDrained = await consumer.drain(deadline: .now + .seconds(5))
                #expect(isDrained)
            }
            let depth = try await host.depth(of: "q")
            #expect(depth == 6)
        }
    }
}

extension AMQPConsumerState {
    var isUnavailable: Bool {
        if case .unavailable = self { true } else { false }
    }
}

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import NIOConcurrencyHelpers
import TestSupport
import Testing

/// Each trap of the library and the broker, on the real broker.
@Suite struct `A publisher in trouble` {
    @Test func `a write that hangs on a silent peer is freed by the watchdog, and publishing goes on`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await FaultProxy.use(to: host.broker.port) { proxy in
                var limits = PublishLimits()
                limits.stallLimit = .seconds(1)
                // Far more than sockets on loopback buffer.
                let large = [UInt8](repeating: 7, count: 24 * 1024 * 1024)
                try await withPublisher(host, endpoint: host.endpoint(port: proxy.port), limits: limits) { publisher in
                    proxy.stall(.toServer)
                    let start = ContinuousClock.now
                    let outcome = await publisher.publish(.toQueue("q", id: "1", body: large))
                    #expect(outcome.isConnectionLost)
                    #expect(ContinuousClock.now - start < .seconds(8))
                    proxy.cut()
                    proxy.pass()
                    try await eventually("it is connected again") { publisher.state == .connected }
                    let next = await publisher.publish(.toQueue("q", id: "2"))
                    #expect(next == .confirmed)
                    #expect(publisher.snapshot.reconnects == 1)
                }
            }
        }
    }

    @Test func `a peer that falls silent ends the connection after two heartbeats`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await FaultProxy.use(to: host.broker.port) { proxy in
                let endpoint = host.endpoint(port: proxy.port, heartbeat: .seconds(1))
                try await withPublisher(host, endpoint: endpoint) { publisher in
                    proxy.stall(.toServer, .toClient)
                    let outcome = await publisher.publish(.toQueue("q", id: "1"))
                    #expect(outcome.isConnectionLost)
                    let next = await publisher.publish(.toQueue("q", id: "2"))
                    #expect(next == .notConnected)
                }
            }
        }
    }

    @Test func `without a confirm in time a publish is unconfirmed, while the connection stays`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await FaultProxy.use(to: host.broker.port) { proxy in
                var limits = PublishLimits()
                limits.confirmTimeout = .milliseconds(300)
                try await withPublisher(host, endpoint: host.endpoint(port: proxy.port), limits: limits) { publisher in
                    proxy.stall(.toClient)
                    let outcome = await publisher.publish(.toQueue("q", id: "1"))
                    #expect(outcome == .unconfirmed(.deadline))
                    proxy.pass()
                    let next = await publisher.publish(.toQueue("q", id: "2"))
                    #expect(next == .confirmed)
                    #expect(publisher.snapshot.reconnects == 0)
                }
            }
        }
    }

    @Test func `publishes beyond window and waiting room are refused at once`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await FaultProxy.use(to: host.broker.port) { proxy in
                var limits = PublishLimits()
                limits.inFlightMessages = 2
                limits.waitingMessages = 3
                limits.confirmTimeout = .seconds(1)
                try await withPublisher(host, endpoint: host.endpoint(port: proxy.port), limits: limits) { publisher in
                    proxy.stall(.toClient)
                    let outcomes = await publisher.publishAll((0..<9).map { .toQueue("q", id: "\($0)") })
                    #expect(outcomes.count { $0 == .unconfirmed(.queueFull) } == 4)
                    #expect(outcomes.count { $0 == .unconfirmed(.deadline) } == 5)
                }
            }
        }
    }

    @Test func `a memory alarm blocks, and what waits is confirmed once it ends`() async throws {
        try await TestBroker.useAlone { host in
            try await host.declareQueue("q")
            let events = NIOLockedValueBox<[AMQPConnectionEvent]>([])
            try await withPublisher(host) { event in
                events.withLockedValue { $0.append(event) }
            } _: { publisher in
                try await host.broker.raiseMemoryAlarm()
                let outcomes = try await withThrowingTaskGroup(of: [PublishOutcome].self) { group in
                    group.addTask { await publisher.publishAll((0..<50).map { .toQueue("q", id: "\($0)") }) }
                    do {
                        try await eventually("it is blocked") { publisher.state.isBlocked }
                        try await eventually("all of them wait") { publisher.snapshot.pending == 50 }
                    } catch {
                        try await host.broker.clearMemoryAlarm()
                        throw error
                    }
                    try await host.broker.clearMemoryAlarm()
                    return try await group.next() ?? []
                }
                #expect(outcomes == Array(repeating: .confirmed, count: 50))
                #expect(publisher.state == .connected)
                #expect(publisher.snapshot.reconnects == 0)
            }
            #expect(events.withLockedValue { $0.contains(.unblocked) })
        }
    }

    @Test func `a publish to a missing exchange is unconfirmed, and the connection goes on`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await withPublisher(host) { publisher in
                var lost = AMQPMessage.toQueue("q", id: "1")
                lost.exchange = "nowhere"
                let outcome = await publisher.publish(lost)
                guard case .unconfirmed(.channelClosed(code: 404, _)) = outcome else {
                    Issue.record("not the end of the channel: \(outcome)")
                    return
                }
                let next = await publisher.publish(.toQueue("q", id: "2"))
                #expect(next == .confirmed)
                #expect(publisher.snapshot.reconnects == 0)
            }
        }
    }

    @Test func `a queue that is full rejects`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q", arguments: #"{"x-max-length":1,"x-overflow":"reject-publish"}"#)
            try await withPublisher(host) { publisher in
                let first = await publisher.publish(.toQueue("q", id: "1"))
                let second = await publisher.publish(.toQueue("q", id: "2"))
                #expect([first, second] == [.confirmed, .rejected])
            }
        }
    }

    @Test func `a message that AMQP cannot hold is refused before anything is written`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await withPublisher(host) { publisher in
                let long = String(repeating: "x", count: 256)
                var headers = AMQPMessage.toQueue("q", id: "1")
                headers.properties.headers = ["h": .string(String(repeating: "x", count: 200_000))]
                var identifier = AMQPMessage.toQueue("q", id: "1")
                identifier.properties.correlationID = long
                for message in [.toQueue(long, id: "1"), headers, identifier] {
                    let outcome = await publisher.publish(message)
                    guard case .unconfirmed(.unencodable) = outcome else {
                        Issue.record("not refused: \(outcome)")
                        continue
                    }
                }
                let next = await publisher.publish(.toQueue("q", id: "2"))
                #expect(next == .confirmed)
            }
        }
    }

    @Test func `through a crash of the broker every publish has one outcome, and what is confirmed is kept`()
        async throws
    {
        try await TestBroker.useAlone { host in
            try await host.declareQueue("q")
            let confirmed = NIOLockedValueBox<Set<String>>([])
            let last = NIOLockedValueBox(0)
            let isKilled = NIOLockedValueBox(false)
            try await withPublisher(host) { publisher in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    // They publish until the broker is gone, so that messages are on their way when it is killed.
                    for _ in 0..<256 {
                        group.addTask {
                            while !isKilled.withLockedValue({ $0 }) {
                                let id = last.withLockedValue { last in
                                    last += 1
                                    return "\(last)"
                                }
                                // An outbox does the same: it publishes the same message until the broker confirms it.
                                try await eventually("\(id) is confirmed", within: .seconds(60)) {
                                    await publisher.publish(.toQueue("q", id: id)) == .confirmed
                                }
                                confirmed.withLockedValue { _ = $0.insert(id) }
                            }
                        }
                    }
                    try await eventually("some are confirmed") { confirmed.withLockedValue { $0.count > 300 } }
                    try await host.broker.kill()
                    isKilled.withLockedValue { $0 = true }
                    try await eventually("it is noticed") { publisher.state == .connecting }
                    try await host.broker.start()
                    try await group.waitForAll()
                }
                #expect(publisher.snapshot.reconnects >= 1)
            }
            let kept = try await host.takeAll(from: "q")
            #expect(confirmed.withLockedValue { $0.count } == last.withLockedValue { $0 })
            #expect(confirmed.withLockedValue { $0.isSubset(of: kept) })
        }
    }

    @Test func `draining waits for outcomes, takes nothing new and ends run`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            try await FaultProxy.use(to: host.broker.port) { proxy in
                let publisher = AMQPPublisher(
                    endpoint: host.endpoint(port: proxy.port),
                    name: "drained",
                    logger: .silent
                )
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await publisher.run() }
                    try await eventually("it is connected") { publisher.state == .connected }
                    proxy.stall(.toClient)
                    async let outcomes = publisher.publishAll((0..<500).map { .toQueue("q", id: "\($0)") })
                    try await eventually("all are pending") { publisher.snapshot.pending == 500 }
                    async let drained: Void = publisher.drainAndClose(deadline: .now + .seconds(10))
                    proxy.pass()
                    await drained
                    let all = await outcomes
                    #expect(all == Array(repeating: .confirmed, count: 500))
                    try await group.waitForAll()
                    #expect(publisher.state == .closed)
                    let late = await publisher.publish(.toQueue("q", id: "late"))
                    #expect(late == .notConnected)
                }
            }
        }
    }

    @Test func `wrong credentials are said and tried again`() async throws {
        try await TestBroker.use { host in
            var endpoint = host.endpoint()
            endpoint.password = "wrong"
            let failures = NIOLockedValueBox<[AMQPError]>([])
            let publisher = AMQPPublisher(endpoint: endpoint, name: "wrong", logger: .silent) { event in
                if case .connectFailed(let error, _) = event { failures.withLockedValue { $0.append(error) } }
            }
            try await withRunning {
                await publisher.run()
            } _: {
                try await eventually("it is refused twice") { failures.withLockedValue { $0.count >= 2 } }
            }
            guard case .refused(code: 403, _)? = failures.withLockedValue({ $0.first }) else {
                Issue.record("not refused: \(failures.withLockedValue { $0 })")
                return
            }
        }
    }

    @Test func `the second host is used when the first does not answer`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q")
            var endpoint = host.endpoint()
            endpoint.hosts.insert(.init(host: "127.0.0.1", port: 1), at: 0)
            try await withPublisher(host, endpoint: endpoint) { publisher in
                let outcome = await publisher.publish(.toQueue("q", id: "1"))
                #expect(outcome == .confirmed)
            }
        }
    }
}

extension PublishOutcome {
    fileprivate var isConnectionLost: Bool {
        if case .unconfirmed(.connectionLost) = self { true } else { false }
    }
}

extension AMQPPublisher.State {
    fileprivate var isBlocked: Bool {
        if case .blocked = self { true } else { false }
    }
}

extension TestVirtualHost {
    /// Takes all messages out of a queue and returns their ids.
    func takeAll(from queue: String) async throws -> Set<String> {
        let session = try await AMQPSession.open(endpoint())
        var ids: Set<String> = []
        try await session.consume(queue: queue)
        while let delivery = try await session.nextDelivery(timeout: .seconds(1)) {
            ids.insert(delivery.properties.messageID ?? "")
        }
        await session.close()
        return ids
    }
}

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import TestSupport
import Testing

@Suite struct `A topology` {
    private let topology = AMQPTopology(
        exchanges: [.init(name: "x"), .init(name: "dead")],
        queues: [
            .init(name: "q", arguments: ["x-queue-type": "quorum", "x-dead-letter-exchange": "dead"]),
            .init(name: "letters"),
        ],
        bindings: [
            .init(queue: "q", exchange: "x", routingKey: "#"),
            .init(queue: "letters", exchange: "dead", routingKey: "#"),
        ]
    )

    @Test func `declare makes what is missing, and a second time changes nothing`() async throws {
        try await TestBroker.use { host in
            for _ in 0..<2 {
                let faults = await topology.establish(.declare, at: host.endpoint())
                #expect(faults.isEmpty)
            }
            let verified = await topology.establish(.verify, at: host.endpoint())
            #expect(verified.isEmpty)
            try await withPublisher(host) { publisher in
                var message = AMQPMessage.toQueue("any.key", id: "1")
                message.exchange = "x"
                let outcome = await publisher.publish(message)
                #expect(outcome == .confirmed)
            }
        }
    }

    @Test func `declare never touches what exists, whatever its arguments`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("q", arguments: #"{"x-max-length":7}"#)
            try await host.declareExchange("x", type: "direct")
            let faults = await topology.establish(.declare, at: host.endpoint())
            #expect(faults.isEmpty)
        }
    }

    @Test func `verify names everything that is missing and makes nothing`() async throws {
        try await TestBroker.use { host in
            try await host.declareQueue("letters")
            for _ in 0..<2 {
                let faults = await topology.establish(.verify, at: host.endpoint())
                #expect(faults.map(\.object) == [.exchange("x"), .exchange("dead"), .queue("q")])
                #expect(faults.allSatisfy { $0.kind == .missing })
            }
        }
    }

    @Test("F10: the check whether publishing is allowed publishes nothing", arguments: AMQPTopology.Mode.allCases)
    func writes(mode: AMQPTopology.Mode) async throws {
        try await TestBroker.use { host in
            var topology = topology
            topology.writes = [.init(exchange: "x", routingKey: "a.b"), .init(exchange: "dead", routingKey: "c")]
            _ = await topology.establish(.declare, at: host.endpoint())
            try await host.withUser(writing: "dead") { user in
                let faults = await topology.establish(mode == .declare ? .verify : mode, at: user, tryingWrites: true)
                #expect(faults.map(\.object) == [.exchange("x")])
                #expect(faults.map(\.kind) == [.forbidden])
                #expect(await topology.establish(.verify, at: user).isEmpty)
            }
            let allowed = await topology.establish(mode, at: host.endpoint(), tryingWrites: true)
            #expect(allowed.isEmpty)
            topology.writes = [.init(exchange: "gone", routingKey: "a")]
            let missing = await topology.establish(mode, at: host.endpoint(), tryingWrites: true)
            #expect(missing.map(\.kind) == [.missing])
            // No queue got anything.
            #expect(try await host.depth(of: "q") == 0)
            #expect(try await host.depth(of: "letters") == 0)
        }
    }

    @Test func `what the broker refuses is a fault, and the rest is made`() async throws {
        try await TestBroker.use { host in
            var topology = topology
            topology.queues[0].arguments["x-max-length"] = "not a number"
            let faults = await topology.establish(.declare, at: host.endpoint())
            #expect(faults.map(\.object) == [.queue("q")])
            #expect(faults.map(\.kind) == [.refused])
            let verified = await topology.establish(.verify, at: host.endpoint())
            #expect(verified.map(\.object) == [.queue("q")])
        }
    }

    @Test func `another connection's exclusive queue is a fault`() async throws {
        try await TestBroker.use { host in
            let consumption = AMQPConsumption(queue: "q", prefetch: 1, ownerQueue: "letters")
            try await withConsumer(host, consumption) { _ in
                .acknowledge
            } _: { consumer in
                try await eventually("it owns its queue") { consumer.state.isUnavailable }
                let faults = await topology.establish(.verify, at: host.endpoint())
                #expect(faults.last?.object == .queue("letters"))
                #expect(faults.last?.kind == .locked)
            }
        }
    }

    @Test func `none looks at nothing, and a broker that is away is a fault`() async {
        let nowhere = AMQPEndpoint(hosts: [.init(host: "127.0.0.1", port: 1)])
        let none = await topology.establish(.none, at: nowhere)
        #expect(none.isEmpty)
        let faults = await topology.establish(.declare, at: nowhere)
        #expect(faults.map(\.object) == [.broker])
        #expect(faults.map(\.kind) == [.unreachable])
    }
}

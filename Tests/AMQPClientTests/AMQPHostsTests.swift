// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import AMQPClient

/// A broker has several hosts, and a host several addresses.
@Suite("The hosts of a broker")
struct AMQPHostsTests {
    private static func open(
        _ host: TestVirtualHost,
        addresses: [String]
    ) throws -> String {
        var endpoint = host.endpoint()
        endpoint.hosts = [.init(host: "rabbit.test", port: host.broker.port)]
        endpoint.connectTimeout = .milliseconds(500)
        let link = try BrokerLink.open(endpoint, lease: SocketLease()) { named in
            addresses.map { .init(host: $0, port: named.port) }
        }
        defer { link.close() }
        return link.server
    }

    @Test("H: if the first of a name's several addresses is silent, it costs only its own time")
    func silentAddress() async throws {
        try await TestBroker.use { host in
            try await FakeBroker.use(.silent, host: "127.0.0.2", port: host.broker.port) { silent, _ in
                let server = try Self.open(host, addresses: ["127.0.0.2", "127.0.0.2", "127.0.0.1"])
                #expect(server.hasPrefix("RabbitMQ"))
                #expect(silent.connections == 2)
            }
        }
    }

    @Test("H: when all addresses are silent, each of them is named")
    func allSilent() async throws {
        try await TestBroker.use { host in
            try await FakeBroker.use(.silent, host: "127.0.0.4", port: host.broker.port) { _, _ in
                let error = #expect(throws: AMQPError.self) {
                    try Self.open(host, addresses: ["127.0.0.4", "127.0.0.3"])
                }
                guard case .unreachable(let text)? = error else {
                    Issue.record("not unreachable: \(String(describing: error))")
                    return
                }
                #expect(text.contains("rabbit.test:\(host.broker.port) at 127.0.0.4: no answer in time"))
                #expect(text.contains("rabbit.test:\(host.broker.port) at 127.0.0.3: unreachable"))
            }
        }
    }

    @Test(
        "H: a first host that refuses the user or the virtual host does not hide the second",
        arguments: [403, 530, 541]
    )
    func refusingHost(code: Int) async throws {
        try await TestBroker.use { host in
            try await FakeBroker.use(.refusing(code: code)) { refusing, port in
                var endpoint = host.endpoint()
                endpoint.hosts.insert(.init(host: "127.0.0.1", port: port), at: 0)
                let session = try await AMQPSession.open(endpoint)
                await session.close()
                #expect(refusing.connections == 1)
            }
        }
    }

    @Test("H: when every host refuses, the first reason is the error and all are named")
    func allRefuse() async throws {
        try await FakeBroker.use(.refusing(code: 530)) { _, first in
            try await FakeBroker.use(.refusing(code: 403)) { _, second in
                let endpoint = AMQPEndpoint(hosts: [
                    .init(host: "127.0.0.1", port: first), .init(host: "127.0.0.1", port: second),
                ])
                let error = await #expect(throws: AMQPError.self) { _ = try await AMQPSession.open(endpoint) }
                guard case .refused(code: 530, let text)? = error else {
                    Issue.record("not refused: \(String(describing: error))")
                    return
                }
                #expect(text.contains("127.0.0.1:\(first): refused by the broker: 530"))
                #expect(text.contains("127.0.0.1:\(second): refused by the broker: 403"))
            }
        }
    }

    @Test func `an address stands for itself, and a name that is not known is said`() throws {
        #expect(try HostAddresses.of(.init(host: "127.0.0.1", port: 7)) == [.init(host: "127.0.0.1", port: 7)])
        #expect(try HostAddresses.of(.init(host: "::1", port: 7)) == [.init(host: "::1", port: 7)])
        #expect(throws: AMQPError.self) { try HostAddresses.of(.init(host: "no such name.invalid", port: 7)) }
    }
}

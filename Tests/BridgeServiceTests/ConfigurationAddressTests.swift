// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import BridgeService

@Suite struct `The broker's URL` {
    @Test(arguments: [
        "amqp://broker", "amqp://broker/", "amqp://broker/%2F", "amqp://broker/%2f", "AMQP://broker:5672",
    ])
    func `no path and a bare slash mean the virtual host slash`(text: String) throws {
        let address = try AMQPAddress(text)
        #expect(address.virtualHost == "/")
        #expect(address.node == AMQPHost(host: "broker", port: 5672))
        #expect(address.username == nil)
    }

    @Test func `its parts are percent-decoded`() throws {
        let address = try AMQPAddress("amqp://al%40ice:p%3Aa%2Fs%25s@[2001:db8::1]:5673/pay%2Fments")
        #expect(address.username == "al@ice")
        #expect(address.password?.exposed == "p:a/s%s")
        #expect(address.node == AMQPHost(host: "2001:db8::1", port: 5673))
        #expect(address.node.description == "[2001:db8::1]:5673")
        #expect(address.virtualHost == "pay/ments")
    }

    @Test(arguments: [
        ("broker:5672", "is no URL"), ("http://broker", "does not begin with amqp://"),
        ("amqps://broker", "asks for TLS, which is not there yet"), ("amqp://", "has no host"),
        ("amqp://:5672", "has no host"), ("amqp://bro ker", "holds a character that no URL may hold"),
        ("amqp://bröker", "holds a character that no URL may hold"),
        ("amqp://broker:0", "has no port from 1 to 65535 behind the colon of its host"),
        ("amqp://broker:99999", "has no port from 1 to 65535 behind the colon of its host"),
        ("amqp://broker:", "has no port from 1 to 65535 behind the colon of its host"),
        ("amqp://broker/a/b", "has more than one slash in its path"),
        ("amqp://broker/%zz", "has a wrong percent-encoding in its virtual host"),
        ("amqp://u:%zz@broker", "has a wrong percent-encoding in its password"),
        ("amqp://:pw@broker", "has no user before its @"), ("amqp://u:p:w@broker", "has a : or @ in its password"),
        ("amqp://u:p@w@broker", "has a : or @ in its password"),
        ("amqp://broker?heartbeat=5", "has a query"), ("amqp://broker/v#x", "has a fragment"),
        ("amqp://[::1", "has a [ without a ]"), ("amqp://[broker]", "has no IPv6 address between [ and ]"),
        ("amqp://one,two", "has a character in its host that no host name has"),
    ])
    func `what is wrong with it is said without repeating it`(text: String, message: String) {
        #expect(ConfigurationFixture.faults(of: "amqp.url", text).map(\.message) == [message])
    }
}

@Suite struct `Networks that callbacks may come from` {
    @Test(arguments: [
        ("203.0.113.0/24", "203.0.113.255", true), ("203.0.113.0/24", "203.0.114.0", false),
        ("203.0.113.7", "203.0.113.7", true), ("203.0.113.7", "203.0.113.8", false),
        ("203.0.113.0/25", "203.0.113.128", false), ("0.0.0.0/0", "198.51.100.1", true),
        ("0.0.0.0/0", "::1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("203.0.113.0/24", "::ffff:203.0.113.9", true),
        ("203.0.113.0/24", "not an address", false),
    ])
    func `hold the addresses that share their prefix`(network: String, address: String, isInside: Bool) throws {
        #expect(try #require(CIDR(network)).contains(address) == isInside)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/33", "10.1.0.0/8", "host", "::/129",
    ])
    func `are refused where they are not exact`(text: String) {
        #expect(CIDR(text) == nil)
    }
}

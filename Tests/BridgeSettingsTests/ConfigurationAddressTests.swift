// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Testing

@testable import BridgeSettings

@Suite struct `The broker's address` {
    @Test(arguments: [
        ("broker:5672", AMQPURLError.missingScheme), ("amqps://broker", .tlsNotSupported), ("amqp://", .missingHost),
        ("amqp://bro ker", .unprintable), ("amqp://u:p@w@broker", .severalAts), ("amqp://u:p/w@broker", .invalidPort),
        ("amqp://broker/v#x", .fragment),
    ])
    func `what is wrong with its URL is said in the client's words`(text: String, error: AMQPURLError) {
        let faults = ConfigurationFixture.faults(of: "amqp.url", text)
        #expect(faults.map(\.message) == [error.rawValue])
        #expect(faults.map(\.hint) == [error.hint])
    }

    @Test(arguments: [
        ("[::1", "\"[::1\" has a host that is neither a name nor an address"),
        ("[broker]:1", "\"[broker]:1\" has a host that is neither a name nor an address"),
        ("broker:0", "\"broker:0\" has a port that is not a number from 1 to 65535"),
        (":5672", "\":5672\" lacks a host"),
        ("guest:PW@rabbit:5672", "holds an @"),
    ])
    func `what is wrong with a host is said, but not what may be a password`(text: String, message: String) {
        #expect(ConfigurationFixture.faults(of: "amqp.hosts", text).map(\.message) == [message])
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

// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Testing

@Suite struct `An AMQP URL` {
    @Test(
        arguments: [
            ("amqp://h", "h:5672", "/", "guest"), ("amqp://h/", "h:5672", "/", "guest"),
            ("amqp://h/%2F", "h:5672", "/", "guest"), ("amqp://h/%2f", "h:5672", "/", "guest"),
            ("amqp://u@h:1/v", "h:1", "v", "u"), ("AMQP://u:p@h:65535/a%20b", "h:65535", "a b", "u"),
            ("amqp://u%40x:p%3A%2F@h", "h:5672", "/", "u@x"), ("amqp://[::1]:5673/v", "[::1]:5673", "v", "guest"),
            ("amqp://a:1,b,c:3/v", "a:1,b:5672,c:3", "v", "guest"), ("amqp://u:@h/v", "h:5672", "v", "u"),
        ]
    )
    func `is read`(url: String, hosts: String, virtualHost: String, user: String) throws {
        let endpoint = try AMQPEndpoint(url: url)
        #expect(endpoint.hosts.map(\.description).joined(separator: ",") == hosts)
        #expect(endpoint.virtualHost == virtualHost)
        #expect(endpoint.username == user)
    }

    @Test func `the password is percent-decoded, may be empty and defaults to guest`() throws {
        #expect(try AMQPEndpoint(url: "amqp://u:p%3A%2F%40%25@h").password == "p:/@%")
        #expect(try AMQPEndpoint(url: "amqp://u:a:b@h").password == "a:b")
        #expect(try AMQPEndpoint(url: "amqp://u:@h").password.isEmpty)
        #expect(try AMQPEndpoint(url: "amqp://h").password == "guest")
    }

    @Test func `parameters are read`() throws {
        let endpoint = try AMQPEndpoint(url: "amqp://h?heartbeat=7&connection_timeout=1500")
        #expect(endpoint.heartbeat == .seconds(7))
        #expect(endpoint.connectTimeout == .milliseconds(1500))
    }

    @Test(
        arguments: [
            ("", AMQPURLError.missingScheme), ("h:5672", .missingScheme), ("amqp:h", .missingScheme),
            ("http://h", .unsupportedScheme), ("amqps://h", .tlsNotSupported),
            ("amqp://", .missingHost), ("amqp://u:p@", .missingHost), ("amqp://a,,b", .missingHost),
            ("amqp://u:p@x@h", .severalAts), ("amqp://u:p/x@h/", .invalidPort),
            ("amqp://u:1/x@h", .invalidVirtualHost), ("amqp://h/a/b", .invalidVirtualHost),
            ("amqp://h:0", .invalidPort), ("amqp://h:65536", .invalidPort), ("amqp://h:+1", .invalidPort),
            ("amqp://h:", .invalidPort), ("amqp://@h", .missingUser), ("amqp://:p@h", .missingUser),
            ("amqp://h%41", .invalidHost), ("amqp://[beef]", .invalidHost), ("amqp://[1.2.3.4]", .invalidHost),
            ("amqp://[::1", .invalidHost), ("amqp://[::1]x", .invalidHost),
            ("amqp://h/%2", .invalidEscape), ("amqp://h/%zz", .invalidEscape), ("amqp://h/%FF", .invalidEscape),
            ("amqp://u:%00@h", .invalidEscape), ("amqp://h#x", .fragment), ("amqp://h/ü", .unprintable),
            ("amqp://h /", .unprintable), ("amqp://h?heartbeat=0", .invalidParameter),
            ("amqp://h?heartbeat=x", .invalidParameter), ("amqp://h?tls=1", .invalidParameter),
            ("amqp://h?", .invalidParameter), ("amqp://u:1?x@h", .invalidParameter),
        ]
    )
    func `is refused`(url: String, error: AMQPURLError) {
        #expect(throws: error) { try AMQPEndpoint(url: url) }
    }

    @Test(arguments: [("h", "h:5672"), ("h:1", "h:1"), ("[::1]", "[::1]:5672"), ("[2001:db8::1]:2", "[2001:db8::1]:2")])
    func `has hosts that can be read alone`(text: String, host: String) throws {
        #expect(try AMQPEndpoint.HostAndPort(text).description == host)
    }

    @Test(arguments: [
        ("", AMQPURLError.missingHost), ("u@h", .invalidHost), ("a,b", .invalidHost), ("h:x", .invalidPort),
    ])
    func `has no host in any other text`(text: String, error: AMQPURLError) {
        #expect(throws: error) { try AMQPEndpoint.HostAndPort(text) }
    }

    @Test func `neither an endpoint nor an error shows the password, whatever is in it`() {
        var random = SeededGenerator.printed()
        let characters = Array("/@:?#%,[]& +aü=0")
        for _ in 0..<2000 {
            // The middle of the password has characters that break a URL. A message that shows a
            // part of the password shows a mark around it.
            let middle = String((0..<4).compactMap { _ in characters.randomElement(using: &random) })
            let url = "amqp://user:QWX\(middle)ZKJ@host:5672/vhost"
            do {
                let endpoint = try AMQPEndpoint(url: url)
                var dumped = ""
                dump(endpoint, to: &dumped)
                #expect(!"\(endpoint) \(String(reflecting: endpoint)) \(dumped)".contains("QWX"))
            } catch {
                let text = "\(error) \(String(reflecting: error))"
                #expect(!text.contains("QWX") && !text.contains("ZKJ"))
            }
        }
    }

    @Test func `any text is either read or refused`() {
        var random = SeededGenerator.printed()
        let characters = Array("amqp://@:?#%[],=&0aé ")
        for _ in 0..<5000 {
            let tail = String((0..<12).compactMap { _ in characters.randomElement(using: &random) })
            if let endpoint = try? AMQPEndpoint(url: "amqp://" + tail) {
                #expect(!endpoint.hosts.isEmpty)
                #expect(endpoint.hosts.allSatisfy { !$0.host.isEmpty && (1...65535).contains($0.port) })
            }
        }
    }
}

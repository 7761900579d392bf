// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import BridgeSettings

@Suite struct `Unknown keys` {
    @Test(arguments: [
        ("cloud.baseUrl", "cloud.baseURL"), ("htpp.port", "http.port"), ("http.prot", "http.port"),
        ("cloud.clientsecret", "cloud.clientSecret"), ("command.prefetch", "commands.prefetch"),
        ("amqp.passwordfile", "amqp.passwordFile"),
    ])
    func `an unknown flag is answered with the nearest key`(written: String, meant: String) {
        let faults = ConfigurationFixture.faults(of: written, "anything")
        #expect(faults.map(\.message) == ["is no key"])
        #expect(faults.map(\.origin) == [.flag("--\(written)")])
        #expect(faults.map(\.hint) == ["nearest is \(meant)"])
    }

    @Test func `an unknown flag near nothing is answered without a guess`() {
        #expect(ConfigurationFixture.faults(of: "zzzzzzzz", "1").map(\.hint) == [nil])
    }

    @Test func `a word without a flag, a flag without a word and a repeated flag are faults`() throws {
        let outcome = try ConfigurationFixture().load(
            "stray-secret",
            "--http.port",
            "--log.level=info",
            "--log.level=debug"
        )
        #expect(outcome.faults.map(\.message) == ["belongs to no flag", "has no value", "is given twice"])
        #expect(!outcome.everythingPrinted.contains("stray-secret"))
    }

    @Test func `an unknown key of the file is a fault with its line and the nearest key`() throws {
        let outcome = try ConfigurationFixture().load(
            file: """
                # the listener
                http:
                  host: 0.0.0.0

                  prot: 9000
                """
        )
        #expect(outcome.faults.map(\.key) == ["http.prot"])
        #expect(outcome.faults.first?.origin.description.hasSuffix("bridge.yaml line 5") == true)
        #expect(outcome.faults.map(\.hint) == ["nearest is http.port"])
    }

    @Test func `a section that is given a value is told its keys`() throws {
        let outcome = try ConfigurationFixture().load(file: "health: 8081")
        #expect(outcome.faults.map(\.message) == ["is a section and has no value of its own"])
        #expect(outcome.faults.map(\.hint) == ["its keys are health.host, health.port"])
    }

    @Test func `an unknown name of the environment is a warning with the nearest name`() throws {
        let outcome = try ConfigurationFixture().load(environment: ["GETNET_BRIDGE_HTTP_PROT": "1", "HTTP_PROT": "1"])
        #expect(outcome.faults.isEmpty)
        #expect(outcome.warnings.map(\.origin) == [.environment("GETNET_BRIDGE_HTTP_PROT")])
        #expect(outcome.warnings.map(\.hint) == ["nearest is GETNET_BRIDGE_HTTP_PORT"])
    }

    @Test func `TLS towards the broker is refused in words`() throws {
        #expect(ConfigurationFixture.faults(of: "amqp.tls.caFile", "/ca").map(\.message).first?.contains("TLS") == true)
        let amqps = ConfigurationFixture.faults(of: "amqp.url", "amqps://broker").map(\.message)
        #expect(amqps == ["asks for TLS, which is not there yet"])
        let outcome = try ConfigurationFixture().load(environment: ["GETNET_BRIDGE_AMQP_TLS_CA_FILE": "/ca"])
        #expect(outcome.warnings.map(\.message).first?.contains("TLS") == true)
    }

    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("port", "prot", 1), ("kitten", "sitting", 3), ("abc", "abd", 1), ("ab", "ba", 1),
    ])
    func `slips of the keyboard are counted`(first: String, second: String, slips: Int) {
        #expect(Nearness.slips(from: first, to: second) == slips)
        #expect(Nearness.slips(from: second, to: first) == slips)
    }
}

@Suite struct `What Kubernetes makes of Services` {
    /// The variables of a Service, as the kubelet builds them.
    private func variables(service: String, port: Int, portName: String, over wire: String) -> [String: String] {
        let name = service.uppercased().replacing("-", with: "_")
        let url = "\(wire)://10.96.0.17:\(port)"
        let prefix = "\(name)_PORT_\(port)_\(wire.uppercased())"
        return [
            "\(name)_SERVICE_HOST": "10.96.0.17", "\(name)_SERVICE_PORT": "\(port)",
            "\(name)_SERVICE_PORT_\(portName)": "\(port)", "\(name)_PORT": url, prefix: url,
            "\(prefix)_PROTO": wire, "\(prefix)_PORT": "\(port)", "\(prefix)_ADDR": "10.96.0.17",
        ]
    }

    @Test(
        arguments: ["getnet-bridge", "getnet-bridge-http", "getnet-bridge-health", "getnet-bridge-admin"],
        ["tcp", "udp", "sctp"]
    )
    func `is passed over in silence`(service: String, wire: String) throws {
        let made = variables(service: service, port: 8443, portName: "HTTPS_ALT", over: wire)
        let outcome = try ConfigurationFixture().load(environment: made)
        #expect(outcome.warnings.isEmpty)
        #expect(try outcome.result.get() == ConfigurationFixture().load().result.get())
    }

    @Test func `does not hide a port that is really given`() throws {
        let outcome = try ConfigurationFixture().load(environment: ["GETNET_BRIDGE_HTTP_PORT": "9000"])
        #expect(try outcome.result.get().http.port == 9000)
    }

    @Test(arguments: ["GETNET_BRIDGE_PORT_X_TCP", "GETNET_BRIDGE_PORT_80_TCP_NAME", "GETNET_BRIDGE_PORT_80_HTTP"])
    func `does not hide what only looks like it`(name: String) throws {
        #expect(
            try ConfigurationFixture().load(environment: [name: "1"]).warnings.map(\.origin) == [.environment(name)]
        )
    }
}

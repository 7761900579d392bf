// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import BridgeSettings

@Suite struct `Values of the configuration` {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("2m", .seconds(120)), ("1h", .seconds(3600)),
        ("7d", .seconds(604_800)), ("0s", .zero),
    ])
    func `a length of time is a whole number with a unit`(text: String, duration: Duration) throws {
        #expect(try DurationText.read(text) == duration)
    }

    @Test(arguments: ["500ms", "30s", "315s", "2m", "24h", "168h", "0s", "1001ms"])
    func `a length of time is written with its largest whole unit`(text: String) throws {
        #expect(DurationText.write(try DurationText.read(text)) == text)
    }

    @Test(arguments: [("256KiB", 262_144), ("1MiB", 1_048_576), ("262144B", 262_144)])
    func `a size is a whole number with a unit`(text: String, bytes: Int) throws {
        #expect(try SizeText.read(text) == bytes)
    }

    @Test(arguments: [
        ("submit.timeout", "30", "\"30\" has no unit"),
        ("submit.timeout", "1m30s", "\"1m30s\" has an unknown unit"),
        ("submit.timeout", "1.5s", "\"1.5s\" has a fraction"),
        ("submit.timeout", "-1s", "\"-1s\" is no length of time"),
        ("submit.timeout", "6m", "\"6m\" is above 5m"),
        ("submit.timeout", "99999999999999999999s", "\"99999999999999999999s\" is too large"),
        ("submit.timeout", "9223372036854775807s", "\"9223372036854775807s\" is too large"),
        ("submit.timeout", "", "is empty"),
        ("submit.timeout", " 30s", "\" 30s\" begins or ends with white space"),
        ("submit.timeout", "${TIMEOUT}", "\"${TIMEOUT}\" contains a ${…} that was not replaced"),
        ("amqp.heartbeat", "1500ms", "\"1500ms\" has a fraction of a second"),
        ("commands.maxBytes", "262144", "\"262144\" has no unit"),
        ("commands.maxBytes", "256KB", "\"256KB\" has an unknown unit"),
        ("commands.maxBytes", "17MiB", "\"17MiB\" is above 16MiB"),
        ("http.port", "80a", "\"80a\" is no whole number"),
        ("http.port", "+80", "\"+80\" is no whole number"),
        ("http.port", "65536", "\"65536\" is above 65535"),
        ("cloud.maxConnections", "0", "\"0\" is below 1"),
        ("commands.prefetch", "1,000", "\"1,000\" is no whole number"),
        ("store.create", "yes", "\"yes\" is neither true nor false"),
        ("store.url", "sqlite:bridge.db", "\"sqlite:bridge.db\" has no absolute path"),
        ("store.url", "sqlite://data/bridge.db", "\"sqlite://data/bridge.db\" has no absolute path"),
        ("store.url", "sqlite:/data/", "\"sqlite:/data/\" names a directory"),
        ("store.url", "/data/bridge.db", "\"/data/bridge.db\" is neither sqlite: nor postgres://"),
        (
            "store.url", "postgres://u@db/bridge",
            "a store in PostgreSQL needs callbacks.keys: with other keys than before, callbacks are refused"
        ),
        ("callbacks.keyFile", "k1:0123456789abcdef", "is a relative path"),
        ("callbacks.keyFile", "/var/lib/getnet-bridge/bridge.sqlite", "callback keys and store cannot be one file"),
        ("secrets.directory", "secrets", "\"secrets\" is a relative path"),
        ("callbacks.allowedSources", "10.0.0.0/33", "\"10.0.0.0/33\" is no network"),
        ("callbacks.allowedSources", "10.0.0.1/8", "\"10.0.0.1/8\" is no network"),
        ("commands.exchange", "amq.topic", "\"amq.topic\" is not of the form: name, not amq.…"),
        ("commands.bindings", "a,,b,", "\"a,,b,\" has an empty element"),
        ("commands.maxBytes", "4095B", "\"4095B\" is below 4KiB"),
        ("http.host", "not a host", "\"not a host\" is neither a host name nor an address"),
        ("http.host", "[::1]", "\"[::1]\" is neither a host name nor an address"),
        ("health.host", "10.0.0.256", "\"10.0.0.256\" is neither a host name nor an address"),
        ("admin.host", "10.0.0.0/8", "\"10.0.0.0/8\" is neither a host name nor an address"),
        ("admin.host", ".", "\".\" is neither a host name nor an address"),
        ("admin.host", "a..b", "\"a..b\" is neither a host name nor an address"),
        ("cloud.account", "a.b", "\"a.b\" is not of the form: name of a–z 0–9 -, at most 64"),
        ("cloud.timeZone", "America/Nowhere", "\"America/Nowhere\" is no time zone that this machine knows"),
        ("events.typePrefix", "io..x", "\"io..x\" is not of the form: words of a–z 0–9 - with dots between"),
        ("http.publicURL", "ftp://bridge.example", "\"ftp://bridge.example\" is neither https nor http"),
        ("http.publicURL", "bridge.example", "\"bridge.example\" is no URL"),
        ("http.publicURL", "https://bridge.example/?a=b", "\"https://bridge.example/?a=b\" has a query"),
        ("cloud.baseURL", "https://user:pw@c2c.example", "names a user"),
        ("cloud.baseURL", "http://c2c.example/api", "would send the client secret in clear"),
    ])
    func `what is wrong with a value is said`(key: String, text: String, message: String) {
        let faults = ConfigurationFixture.faults(of: key, text)
        #expect(faults.map(\.key) == [key])
        #expect(faults.map(\.message) == [message])
        #expect(faults.map(\.origin) == [.flag("--\(key)")])
    }

    @Test func `a bare number is answered with the units there are`() {
        #expect(ConfigurationFixture.faults(of: "submit.timeout", "30").first?.hint?.contains("ms, s, m, h, d") == true)
        #expect(ConfigurationFixture.faults(of: "commands.maxBytes", "1").first?.hint?.contains("B, KiB, MiB") == true)
    }

    @Test func `a word that is none of the choices is answered with the nearest`() {
        let fault = ConfigurationFixture.faults(of: "topology.mode", "declair").first
        #expect(fault?.message == "\"declair\" is none of declare, verify, none")
        #expect(fault?.hint == "nearest is declare")
    }

    @Test(arguments: ["0.0.0.0", "::", "::1", "127.0.0.1", "localhost", "bridge-1.example", "10_a", "bridge."])
    func `a port is bound to a host name or an address`(host: String) throws {
        #expect(try ConfigurationFixture().load("--http.host", host).result.get().http.host == host)
    }

    @Test func `every wrong element of a list is named`() {
        let faults = ConfigurationFixture.faults(of: "amqp.hosts", "one:0,two,three:x")
        #expect(faults.map { $0.message.prefix(9) } == ["\"one:0\" ha", "\"three:x\" "].map { $0.prefix(9) })
    }

    @Test func `the simulator on this machine needs no https`() throws {
        for host in ["127.0.0.1:9000", "localhost:9000", "[::1]:9000", "127.8.8.8"] {
            let outcome = try ConfigurationFixture().load("--cloud.baseURL", "http://\(host)/api")
            #expect(try outcome.result.get().cloud.baseURL == "http://\(host)/api")
        }
        #expect(!ConfigurationFixture.faults(of: "cloud.baseURL", "http://127.evil.example/api").isEmpty)
    }

    @Test func `a slash at the end of an address is dropped`() throws {
        let outcome = try ConfigurationFixture().load("--http.publicURL", "https://bridge.example/getnet/")
        #expect(try outcome.result.get().http.publicURL == "https://bridge.example/getnet")
    }
}

@Suite struct `Rules between values` {
    private func faults(_ flags: String...) -> [ConfigurationFault] {
        BridgeConfiguration.load(flags: flags, environment: ConfigurationFixture.required, configFile: nil).faults
    }

    @Test func `a callback URL stays below 200 characters`() {
        let key = "--callbacks.keys=k1:0123456789abcdef"
        // 199 - "/callbacks/" - 24 - "?token=" - "k1" - "." - 22
        let longest = "https://" + String(repeating: "a", count: 132 - 8)
        #expect(faults("--http.publicURL", longest, key).isEmpty)
        let message = "leaves no room for a callback URL of less than 200 characters"
        #expect(faults("--http.publicURL", longest + "a", key).map(\.message) == [message])
        let url =
            longest + "/callbacks/" + String(repeating: "t", count: 24) + "?token=k1."
            + String(repeating: "m", count: 22)
        #expect(url.count == 199)
    }

    @Test func `ports differ, but for those that are any free one`() {
        #expect(faults("--health.port=8080").map(\.key) == ["health.port"])
        #expect(faults("--http.port=0", "--health.port=0", "--admin.port=0").isEmpty)
    }

    @Test func `draining has a time of its own, however long the delay is`() {
        #expect(faults("--shutdown.delay=5m", "--shutdown.timeout=1s").isEmpty)
    }

    @Test func `a terminal's life below Getnet's own time-outs is a warning where money moves`() throws {
        let fixture = try ConfigurationFixture()
        let short = "--reconcile.terminalLife=309s"
        let message = "ends while a terminal may still take the money"
        #expect(try fixture.load(short, "--cloud.environment=prod").warnings.map(\.message) == [message])
        #expect(try fixture.load(short, "--cloud.environment=prod").faults.isEmpty)
        #expect(try fixture.load("--reconcile.terminalLife=310s", "--cloud.environment=prod").warnings.isEmpty)
        #expect(try fixture.load(short, "--cloud.environment=uat").warnings.isEmpty)
        let simulator = "--cloud.baseURL=http://127.0.0.1:9000/api"
        #expect(try fixture.load(short, "--cloud.environment=prod", simulator).warnings.isEmpty)
    }

    @Test func `a short bearer token is a warning that does not show it`() throws {
        let outcome = try ConfigurationFixture().load(environment: ["GETNET_BRIDGE_ADMIN_TOKEN": "fifteen-letters"])
        #expect(outcome.faults.isEmpty)
        #expect(outcome.warnings.map(\.message) == ["is shorter than 16 characters and can be guessed"])
        #expect(!outcome.everythingPrinted.contains("fifteen"))
        let longer = try ConfigurationFixture().load(environment: ["GETNET_BRIDGE_ADMIN_TOKEN": "sixteen--letters"])
        #expect(longer.warnings.isEmpty)
    }

    @Test func `the bridge does not give up while the terminal may still take the money`() {
        #expect(faults("--reconcile.giveUpAfter=5m").map(\.key) == ["reconcile.giveUpAfter"])
    }

    @Test func `exchanges and queues differ, also from those of control`() {
        #expect(faults("--events.exchange=getnet.commands").map(\.key) == ["events.exchange"])
        #expect(faults("--events.exchange=getnet.control").map(\.key) == ["events.exchange"])
        #expect(faults("--deadLetters.queue=getnet-bridge.commands").map(\.key) == ["deadLetters.queue"])
        #expect(faults("--deadLetters.queue=getnet-bridge.owner").map(\.key) == ["deadLetters.queue"])
        #expect(faults("--commands.queue=getnet-bridge.owner").map(\.key) == ["commands.queue"])
        // The queue of expired commands has its name from the queue of commands.
        #expect(faults("--deadLetters.queue=getnet-bridge.commands.expired").map(\.key) == ["deadLetters.queue"])
    }

    @Test func `outcomes and alarms cannot be switched off`() throws {
        typealias Status = BridgeConfiguration.EventStatus
        let kept = Status.allCases.filter { !$0.isOptional }
        #expect(
            Set(kept.map(\.rawValue)) == [
                "approved", "declined", "not_completed", "failed", "completed", "in_doubt", "contradicted", "rejected",
                "unmatched",
            ]
        )
        let least = kept.map(\.rawValue).joined(separator: ",")
        let outcome = try ConfigurationFixture().load("--events.statuses", least)
        #expect(try outcome.result.get().events.statuses == Set(kept))
        for status in kept {
            let rest = Status.allCases.filter { $0 != status }.map(\.rawValue).joined(separator: ",")
            let message = try #require(faults("--events.statuses", rest).first?.message)
            #expect(message.contains("leaves out \(status.rawValue), which cannot be switched off"))
        }
        #expect(faults("--events.statuses", least + ",acepted").first?.hint == "nearest is accepted")
    }

    @Test func `a rule is silent about a value that is wrong already`() {
        #expect(faults("--reconcile.giveUpAfter=5").map(\.message) == ["\"5\" has no unit"])
    }
}

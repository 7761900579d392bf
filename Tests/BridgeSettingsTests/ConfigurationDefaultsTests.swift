// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Testing

@testable import BridgeSettings

/// The column "default" of docs/configuration.md; a person typed it here again by hand.
@Suite struct `Defaults of the configuration` {
    private let configuration: BridgeConfiguration

    init() throws {
        configuration = try ConfigurationFixture().load().result.get()
    }

    @Test func `the cloud's are those of the contract`() {
        #expect(configuration.cloud.apiKey == nil)
        #expect(configuration.cloud.account == "main")
        #expect(configuration.cloud.timeZone == nil)
        #expect(configuration.cloud.maxConnections == 256)
        #expect(configuration.cloud.idleTimeout == .seconds(30))
        #expect(configuration.cloud.queriesPerSecond == 20)
    }

    @Test func `the listeners' are those of the contract`() {
        #expect(configuration.http.host == "0.0.0.0")
        #expect(configuration.http.port == 8080)
        #expect(configuration.callbacks.keys.isEmpty)
        #expect(configuration.callbacks.keyFile == "/var/lib/getnet-bridge/callback-keys")
        #expect(configuration.callbacks.maxBytes == 262_144)
        #expect(configuration.callbacks.allowedSources.isEmpty)
        #expect(configuration.callbacks.trust == .token)
        #expect(configuration.health.host == "0.0.0.0")
        #expect(configuration.health.port == 8081)
        #expect(configuration.admin.host == "127.0.0.1")
        #expect(configuration.admin.port == 8082)
        #expect(configuration.admin.token == nil)
        #expect(configuration.shutdown.delay == .seconds(10))
        #expect(configuration.shutdown.timeout == .seconds(45))
    }

    @Test func `the broker's are those of the contract`() {
        #expect(configuration.amqp.hosts == [AMQPEndpoint.HostAndPort(host: "127.0.0.1", port: 5672)])
        #expect(configuration.amqp.virtualHost == "/")
        #expect(configuration.amqp.username == "guest")
        #expect(configuration.amqp.password == "guest")
        #expect(configuration.amqp.heartbeat == .seconds(10))
        #expect(configuration.topology.mode == .declare)
        #expect(configuration.outbox.holdCommandsAfter == .seconds(10))
    }

    @Test func `those of commands, events and dead letters are those of the contract`() {
        #expect(configuration.commands.exchange == "getnet.commands")
        #expect(configuration.commands.queue == "getnet-bridge.commands")
        #expect(configuration.commands.bindings == ["#"])
        #expect(configuration.commands.prefetch == 100)
        #expect(configuration.commands.maxBytes == 262_144)
        #expect(configuration.commands.maxAge == .seconds(120))
        #expect(!configuration.commands.allowRepeatedReference)
        #expect(configuration.events.exchange == "getnet.events")
        #expect(configuration.events.mode == .structured)
        #expect(configuration.events.statuses == Set(BridgeConfiguration.EventStatus.allCases))
        #expect(configuration.events.confirmTimeout == .seconds(30))
        #expect(configuration.events.typePrefix == "io.getnet-bridge")
        #expect(configuration.deadLetters.exchange == "getnet.dead-letters")
        #expect(configuration.deadLetters.queue == "getnet-bridge.dead-letters")
        #expect(configuration.control.exchange == "getnet.control")
        #expect(configuration.control.queue == "getnet-bridge.control")
    }

    @Test func `those of work and log are those of the contract`() {
        #expect(configuration.lanes.depth == 20)
        #expect(configuration.lanes.backlog == 100_000)
        #expect(!configuration.store.create)
        #expect(configuration.submit.timeout == .seconds(30))
        #expect(configuration.submit.busyRetryAfter == .seconds(15))
        #expect(configuration.reconcile.firstQueryAfter == .seconds(15))
        #expect(configuration.reconcile.interval == .seconds(5))
        #expect(configuration.reconcile.terminalLife == .seconds(315))
        #expect(configuration.reconcile.giveUpAfter == .seconds(86_400))
        #expect(configuration.journal.clockTolerance == .seconds(120))
        #expect(!configuration.journal.absenceIsFinal)
        #expect("\(configuration.log.level)" == "info")
        #expect(configuration.log.format == .auto)
        #expect(configuration.secrets.directory == nil)
    }

    @Test func `exactly what the contract gives no default for is required`() {
        let required = ConfigurationKey.all.filter(\.isRequired).map(\.name)
        #expect(
            required == [
                "cloud.baseURL", "cloud.clientId", "cloud.clientSecret", "cloud.country", "cloud.environment",
                "http.publicURL", "store.url",
            ]
        )
    }

    @Test func `every default is a value that its own key would accept`() throws {
        for key in ConfigurationKey.all where !key.isRequired && !key.isSecret {
            guard let text = key.show(.blank), key.name != "callbacks.keyFile" else { continue }
            var configuration = BridgeConfiguration.blank
            try key.read(.one(text), into: &configuration)
            #expect(configuration == .blank, "\(key.name) reads \(text) as another value")
        }
    }
}

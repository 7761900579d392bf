// SPDX-License-Identifier: Apache-2.0

import AMQPClient
import Foundation
import Testing

@testable import BridgeSettings

@Suite struct `Precedence of the configuration` {
    private func port(
        _ flags: String...,
        environment: [String: String] = [:],
        file: String? = nil
    ) throws -> (Int, String) {
        let fixture = try ConfigurationFixture()
        let path = try file.map { try fixture.write($0, to: "bridge.yaml") }
        let all = ConfigurationFixture.required.merging(environment) { $1 }
        let outcome = BridgeConfiguration.load(flags: flags, environment: all, configFile: path)
        let value = try #require(outcome.values.first { $0.key == "http.port" })
        return (try outcome.result.get().http.port, value.origin.description)
    }

    @Test func `a flag beats the environment, that the file, that the default`() throws {
        let file = "http:\n  port: 9003\n"
        let variable = ["GETNET_BRIDGE_HTTP_PORT": "9002"]
        #expect(try port("--http.port", "9001", environment: variable, file: file) == (9001, "flag --http.port"))
        #expect(try port("--http.port=9001", environment: variable, file: file) == (9001, "flag --http.port"))
        #expect(try port(environment: variable, file: file) == (9002, "environment GETNET_BRIDGE_HTTP_PORT"))
        let (fromFile, origin) = try port(file: file)
        #expect(fromFile == 9003)
        #expect(origin.hasPrefix("file /") && origin.hasSuffix("/bridge.yaml line 2"))
        #expect(try port() == (8080, "default"))
    }

    @Test func `every key can be given in the environment under the name that the reference tells`() throws {
        for key in ConfigurationKey.all {
            let name = try #require(ConfigurationEnvironment.name(of: key.name))
            let outcome = try ConfigurationFixture().load(environment: [name: "  wrong  "])
            let isRead = outcome.values.contains { $0.key == key.name && $0.origin == .environment(name) }
            #expect(isRead, "\(name) is not read for \(key.name)")
        }
    }

    @Test(arguments: [
        ("cloud.baseURL", "GETNET_BRIDGE_CLOUD_BASE_URL"),
        ("cloud.clientId", "GETNET_BRIDGE_CLOUD_CLIENT_ID"),
        ("cloud.clientSecret", "GETNET_BRIDGE_CLOUD_CLIENT_SECRET"),
        ("cloud.clientSecretFile", "GETNET_BRIDGE_CLOUD_CLIENT_SECRET_FILE"),
        ("http.publicURL", "GETNET_BRIDGE_HTTP_PUBLIC_URL"),
        ("amqp.urlFile", "GETNET_BRIDGE_AMQP_URL_FILE"),
        ("deadLetters.exchange", "GETNET_BRIDGE_DEAD_LETTERS_EXCHANGE"),
        ("commands.allowRepeatedReference", "GETNET_BRIDGE_COMMANDS_ALLOW_REPEATED_REFERENCE"),
    ])
    func `a capital letter begins a new word`(key: String, name: String) {
        #expect(ConfigurationEnvironment.name(of: key) == name)
    }

    @Test func `single keys of the broker take precedence over its URL, wherever either was given`() throws {
        let configuration = try ConfigurationFixture().load(
            "--amqp.url=amqp://alice:one@first:1111/a?heartbeat=7&connection_timeout=1500",
            file: """
                amqp:
                  hosts: [second, "[::1]:2222"]
                  vhost: a/b
                  password: two
                """
        ).result.get()
        #expect(configuration.amqp.hosts.map(\.description) == ["second:5672", "[::1]:2222"])
        #expect(configuration.amqp.virtualHost == "a/b")
        #expect(configuration.amqp.username == "alice")
        #expect(configuration.amqp.password == "two")
        #expect(configuration.amqp.heartbeat == .seconds(7))
        #expect(configuration.amqp.connectTimeout == .milliseconds(1500))
    }

    @Test func `the broker's URL is all that its parameters and hosts say, until a single key says otherwise`() throws {
        let url = "amqp://a:1,b:2?heartbeat=7"
        let plain = try ConfigurationFixture().load("--amqp.url", url).result.get().amqp
        #expect(plain == (try AMQPEndpoint(url: url)))
        let refined = try ConfigurationFixture().load("--amqp.url", url, "--amqp.heartbeat=3s").result.get().amqp
        #expect(refined.hosts == plain.hosts)
        #expect(refined.heartbeat == .seconds(3))
    }

    @Test func `a list is written with commas, or as a list in the file`() throws {
        let fixture = try ConfigurationFixture()
        let flag = try fixture.load("--commands.bindings", "charge.#, void.#").result.get()
        #expect(flag.commands.bindings == ["charge.#", "void.#"])
        let file = try fixture.load(file: "commands: {bindings: [charge.#, \"a,b\"]}").result.get()
        #expect(file.commands.bindings == ["charge.#", "a,b"])
        let word = try fixture.load(file: "commands:\n  bindings: charge.#").result.get()
        #expect(word.commands.bindings == ["charge.#"])
    }

    @Test func `a switch needs no word after it`() throws {
        let fixture = try ConfigurationFixture()
        #expect(try fixture.load("--store.create", "--http.port", "9001").result.get().store.create)
        #expect(try fixture.load("--store.create", "false").result.get().store.create == false)
    }

    @Test func `the file of generated keys lies beside the store unless it is given`() throws {
        let fixture = try ConfigurationFixture()
        let beside = try fixture.load("--store.url", "sqlite:/data/x/bridge.db").result.get()
        #expect(beside.callbacks.keyFile == "/data/x/callback-keys")
        let given = try fixture.load("--callbacks.keyFile", "/keys/k").result.get()
        #expect(given.callbacks.keyFile == "/keys/k")
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import BridgeSettings

@Suite struct `Secrets of the configuration` {
    private let fixture: ConfigurationFixture

    init() throws {
        fixture = try ConfigurationFixture()
    }

    @Test func `show a mark in every way of printing`() {
        let secret = Secret("hunter2-hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])", "\(Optional(secret) as Any)"] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test func `are set or unset in every report, right or wrong`() throws {
        let values = [
            "GETNET_BRIDGE_CLOUD_CLIENT_SECRET": "leak-1", "GETNET_BRIDGE_CLOUD_API_KEY": "leak-2",
            "GETNET_BRIDGE_ADMIN_TOKEN": "leak-3", "GETNET_BRIDGE_AMQP_PASSWORD": "leak-4",
            "GETNET_BRIDGE_AMQP_URL": "amqp://u:leak-5@broker/v",
            "GETNET_BRIDGE_CALLBACKS_KEYS": "k1:leak-6-0123456789,k2:leak-7-0123456789",
        ]
        let right = try fixture.load(environment: values)
        #expect(right.faults.isEmpty)
        let secrets = ConfigurationKey.all.filter(\.isSecret).map(\.name)
        #expect(secrets.count == values.count)
        #expect(right.values.filter { secrets.contains($0.key) }.allSatisfy { $0.value == "<set>" })
        #expect(!right.everythingPrinted.contains("leak-"))

        let wrong = try fixture.load(
            environment: [
                "GETNET_BRIDGE_CLOUD_CLIENT_SECRET": "leak-1\nleak-2",
                "GETNET_BRIDGE_AMQP_URL": "amqp://u:leak-5@a b/%zz",
                "GETNET_BRIDGE_CALLBACKS_KEYS": "leak-6,k2:leak-7,leak-8 9:0123456789abcdef",
                "GETNET_BRIDGE_STORE_URL": "postgre://u:leak-9@db/x",
                "GETNET_BRIDGE_CLOUD_BASE_URL": "https://u:leak-10@c/x",
            ]
        )
        #expect(wrong.faults.count == 7)
        #expect(!wrong.everythingPrinted.contains("leak-"))
    }

    @Test func `may lie in a file, its last line break not counting`() throws {
        let path = try fixture.write("from-a-file\n", to: "client-secret")
        let origin = ConfigurationOrigin.secretFile(path: path, namedBy: "flag --cloud.clientSecretFile")
        let outcome = try fixture.load("--cloud.clientSecretFile", path)
        #expect(try outcome.result.get().cloud.clientSecret.exposed == "from-a-file")
        #expect(outcome.values.first { $0.key == "cloud.clientSecret" }?.origin == origin)
        let file = try fixture.load(without: ["CLOUD_CLIENT_SECRET"], file: "cloud:\n  clientSecretFile: \(path)\n")
        #expect(try file.result.get().cloud.clientSecret.exposed == "from-a-file")
        let variable = try fixture.load(
            environment: ["GETNET_BRIDGE_CLOUD_CLIENT_SECRET_FILE": path],
            without: ["CLOUD_CLIENT_SECRET"]
        )
        #expect(try variable.result.get().cloud.clientSecret.exposed == "from-a-file")
    }

    @Test func `given as a value and as a file in one place are a fault`() throws {
        let path = try fixture.write("x", to: "client-secret")
        let outcome = try fixture.load(environment: ["GETNET_BRIDGE_CLOUD_CLIENT_SECRET_FILE": path])
        #expect(outcome.faults.map(\.message) == ["is given as a value and as a file"])
        #expect(outcome.faults.map(\.hint) == ["the value: environment GETNET_BRIDGE_CLOUD_CLIENT_SECRET"])
    }

    @Test func `in a file that cannot be read are one fault that names it`() throws {
        let empty = try fixture.write("\n", to: "empty")
        for (path, reason) in [
            ("/nowhere/x", "cannot be read: No such file or directory"),
            (fixture.directory, "cannot be read: Is a directory"),
            (empty, "is empty"),
        ] {
            let outcome = try fixture.load("--cloud.clientSecretFile", path)
            #expect(outcome.faults.map(\.message) == ["\(path) \(reason)"])
            #expect(outcome.faults.map(\.key) == ["cloud.clientSecretFile"])
        }
    }

    @Test(arguments: [
        ("admin.tokenFile", "leak-of-a-token"), ("amqp.passwordFile", "leak-of-a-password"),
        ("cloud.clientSecretFile", "leak-of-a-secret"), ("callbacks.keyFile", "k1:leak-of-a-key-secret"),
        ("amqp.urlFile", "amqp://guest:leak@broker"), ("amqp.hosts", "guest:leak@rabbit:5672,other"),
        ("admin.token", "leak-${TOKEN}"), ("callbacks.keys", "k1:leak-${OF}-0123456789,k2:0123456789abcdef"),
    ])
    func `in the place of something else are a fault that does not show them`(key: String, text: String) throws {
        let section = key.prefix { $0 != "." }
        let name = key.dropFirst(section.count + 1)
        let list = text.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ", ")
        for value in ["\"\(text)\"", "[\(list)]"] {
            let file = "\(section):\n  \(name): \(value)\n"
            let missing = key == "cloud.clientSecretFile" ? ["CLOUD_CLIENT_SECRET"] : []
            let outcome = try fixture.load(without: missing, file: file)
            #expect(outcome.faults.map(\.key) == [key])
            #expect(!outcome.everythingPrinted.contains("leak"))
        }
    }

    @Test(arguments: [
        ("cloud.clientSecret", "  \t", "is nothing but white space"),
        ("cloud.clientSecret", "${SECRET}", "contains a ${…} that was not replaced"),
        ("amqp.url", "amqp://u:${PASSWORD}@broker", "contains a ${…} that was not replaced"),
    ])
    func `that a template left behind are faults`(key: String, text: String, message: String) {
        #expect(ConfigurationFixture.faults(of: key, text).map(\.message) == [message])
    }

    @Test func `of a directory count less than the environment and more than the file`() throws {
        let directory = fixture.directory + "/secrets"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        _ = try fixture.write("directory-secret\n", to: "secrets/cloud.clientSecret")
        _ = try fixture.write("directory-token", to: "secrets/admin.token")
        let file = "secrets:\n  directory: \(directory)\nadmin:\n  token: file-token\n"
        let configuration = try fixture.load(file: file).result.get()
        #expect(configuration.admin.token?.exposed == "directory-token")
        #expect(configuration.cloud.clientSecret.exposed == "s3cret-of-the-client")
        let without = try fixture.load(without: ["CLOUD_CLIENT_SECRET"], file: file)
        #expect(try without.result.get().cloud.clientSecret.exposed == "directory-secret")
        let origin = ConfigurationOrigin.secretFile(path: "\(directory)/admin.token", namedBy: nil)
        #expect(without.values.first { $0.key == "admin.token" }?.origin == origin)
    }

    @Test func `of a Secret that Kubernetes mounted are found behind its links`() throws {
        let files = FileManager.default
        let mount = fixture.directory + "/mount"
        try files.createDirectory(atPath: mount + "/..2026_11_22", withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: mount + "/..data", withDestinationPath: "..2026_11_22")
        _ = try fixture.write("mounted-admin-token", to: "mount/..2026_11_22/admin.token")
        try files.createSymbolicLink(atPath: mount + "/admin.token", withDestinationPath: "..data/admin.token")
        let outcome = try fixture.load("--secrets.directory", mount)
        #expect(try outcome.result.get().admin.token?.exposed == "mounted-admin-token")
        #expect(outcome.warnings.isEmpty)
    }

    @Test func `of a directory that are named like no key are a warning, and a missing directory is a fault`() throws {
        _ = try fixture.write("x", to: "cloud.clientsecret")
        let outcome = try fixture.load("--secrets.directory", fixture.directory)
        #expect(outcome.warnings.map(\.hint) == ["nearest is cloud.clientSecret"])
        let missing = try fixture.load("--secrets.directory", "/nowhere")
        #expect(missing.faults.map(\.message) == ["/nowhere cannot be read: No such file or directory"])
        let file = try fixture.write("x", to: "file")
        let notOne = try fixture.load("--secrets.directory", file)
        #expect(notOne.faults.map(\.message) == ["\(file) is a file, not a directory"])
    }

    @Test func `on the command line are a warning`() throws {
        let outcome = try fixture.load("--admin.token", "visible-to-everybody")
        #expect(outcome.warnings.map(\.hint) == ["--admin.tokenFile names a file instead"])
        #expect(outcome.faults.isEmpty)
    }

    @Test func `of the callbacks are one per comma or line`() throws {
        let path = try fixture.write("new:0123456789abcdef\nold:fedcba9876543210\n", to: "keys")
        let keys = try fixture.load("--callbacks.keysFile", path).result.get().callbacks.keys
        #expect(keys.map(\.keyID) == ["new", "old"])
        #expect(keys.map(\.secret.exposed) == ["0123456789abcdef", "fedcba9876543210"])
    }

    @Test(arguments: [
        ("k1", "has no colon"), ("k1:short", "has a secret of less than 16 bytes"),
        (":0123456789abcdef", "has a key id that is not 1 to 16 of A–Z a–z 0–9 - _"),
        ("12345678901234567:0123456789abcdef", "has a key id that is not 1 to 16 of A–Z a–z 0–9 - _"),
        ("a:0123456789abcdef,a:fedcba9876543210", "has the same key id twice"),
    ])
    func `of the callbacks are keys with an id and enough bytes`(text: String, message: String) {
        #expect(ConfigurationFixture.faults(of: "callbacks.keys", text).map(\.message) == [message])
    }
}

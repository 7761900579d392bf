// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import BridgeSettings

/// `docs/configuration.md` and the example file against the table of keys.
@Suite struct `The reference of the configuration` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    /// The reference as the table of keys makes it.
    private static func markdown() throws -> String {
        try ConfigurationKey.sections.map { section in
            let rows = try section.keys.map { key in
                let name = try #require(ConfigurationEnvironment.name(of: key.name))
                let standard = key.isRequired ? "**required**" : key.defaultText ?? "–"
                let files = key.isSecret ? "; also `\(key.name)File`" : ""
                return "| `\(key.name)`<br>`\(name)` | \(key.type)\(files) | \(standard) | \(key.summary) |"
            }
            return "### \(section.title)\n\n| key | value | default | |\n|---|---|---|---|\n"
                + rows.joined(separator: "\n")
        }
        .joined(separator: "\n\n")
    }

    @Test("L6: stands in the documentation as the program has it")
    func documentation() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/configuration.md"), encoding: .utf8)
        let parts = page.components(separatedBy: "<!-- reference -->\n")
        try #require(parts.count == 3, "the reference stands between two marks")
        let expected = try Self.markdown() + "\n"
        #expect(parts[1] == expected, "replace the part between the marks by:\n\(expected)")
    }

    @Test func `has every key once, and no key that hides another one's file`() {
        #expect(Set(ConfigurationKey.allNames).count == ConfigurationKey.allNames.count)
        let variables = ConfigurationKey.allNames.compactMap(ConfigurationEnvironment.name)
        #expect(Set(variables).count == ConfigurationKey.allNames.count)
    }

    @Test func `holds exactly the secrets that the contract names`() {
        let secrets: Set = [
            "cloud.clientSecret", "cloud.apiKey", "admin.token", "amqp.password", "amqp.url", "callbacks.keys",
        ]
        #expect(Set(ConfigurationKey.all.filter(\.isSecret).map(\.name)) == secrets)
    }

    @Test func `is followed by the example file`() throws {
        let path = Self.root.appending(path: "deploy/example/getnet-bridge.yaml").path()
        var environment = ["GETNET_BRIDGE_CLOUD_CLIENT_SECRET": "x", "GETNET_BRIDGE_AMQP_PASSWORD": "y"]
        let outcome = BridgeConfiguration.load(flags: [], environment: environment, configFile: path)
        #expect(outcome.faults.isEmpty)
        #expect(outcome.warnings.isEmpty)
        environment = [:]
        let withoutSecrets = BridgeConfiguration.load(flags: [], environment: environment, configFile: path)
        #expect(withoutSecrets.faults.map(\.key) == ["cloud.clientSecret"])
    }

    @Test func `names every key in the example file, with its default where it is commented out`() throws {
        let url = Self.root.appending(path: "deploy/example/getnet-bridge.yaml")
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { line in
            let isKey = line.hasPrefix("  #") && line.dropFirst(3).first != " "
            if line.hasPrefix("#accounts:") { return line.dropFirst() }
            return isKey ? "  " + line.dropFirst(3) : line
        }
        let outcome = try ConfigurationFixture().load(file: lines.joined(separator: "\n"))
        // The machine of a test has no file of a secret, so each of those files is a fault.
        #expect(outcome.faults.allSatisfy { $0.message.hasSuffix("No such file or directory") })
        let files = outcome.faults.compactMap { $0.key?.replacing(/File$/, with: "") }
        let given = Set(outcome.values.filter { $0.origin != .default && $0.origin != .missing }.map(\.key)).union(
            files
        )
        // The example's country is documented, so these keys would be faults there.
        let ofUruguay: Set = ["cloud.amountUnit", "cloud.branchForm"]
        #expect(Set(ConfigurationKey.all.map(\.name)).subtracting(given) == ofUruguay)
        let free: Set = ["cloud.timeZone", "callbacks.keyFile", "secrets.directory", "terminals.file"]
        for key in ConfigurationKey.all where !key.isRequired && !key.isSecret && !free.contains(key.name) {
            let value = outcome.values.first { $0.key == key.name }?.value
            #expect(value == key.show(.blank), "\(key.name)")
        }
    }
}

@Suite struct `Reports on the configuration` {
    @Test func `tell people every fault with key, origin and hint, and count them`() throws {
        let outcome = try ConfigurationFixture().load(
            "--http.port",
            "80a",
            environment: ["GETNET_BRIDGE_SUBMIT_TIMEOUT": "30", "GETNET_BRIDGE_LOG_LEVLE": "info"]
        )
        #expect(
            ConfigurationReport(outcome).findings == """
                fault: http.port: "80a" is no whole number (flag --http.port)
                    hint: digits only, no separators, no unit
                fault: submit.timeout: "30" has no unit (environment GETNET_BRIDGE_SUBMIT_TIMEOUT)
                    hint: add one of ms, s, m, h, d: 30s
                warning: is no key (environment GETNET_BRIDGE_LOG_LEVLE)
                    hint: nearest is GETNET_BRIDGE_LOG_LEVEL
                The configuration has 2 faults; 1 warning.
                """
        )
    }

    @Test func `tell people that there is nothing to tell`() throws {
        #expect(try ConfigurationReport(ConfigurationFixture().load()).findings == "The configuration is sound.")
    }

    @Test func `list every key with value and origin`() throws {
        let listing = try ConfigurationReport(ConfigurationFixture().load("--submit.timeout=1500ms")).listing
        let lines = listing.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(lines.map { String($0[0]) } == ConfigurationKey.all.map(\.name))
        #expect(lines.contains(["submit.timeout", "1500ms", "flag", "--submit.timeout"]))
        #expect(lines.contains(["http.port", "8080", "default"]))
        #expect(lines.contains(["cloud.clientSecret", "<set>", "environment", "GETNET_BRIDGE_CLOUD_CLIENT_SECRET"]))
        #expect(lines.contains(["admin.token", "<unset>", "default"]))
        #expect(lines.contains(["reconcile.giveUpAfter", "24h", "default"]))
    }

    @Test func `tell that a part of the broker's address comes from its URL`() throws {
        let flags = ["--amqp.url=amqp://alice:leak@rabbit/v", "--amqp.vhost=w"]
        let outcome = BridgeConfiguration.load(
            flags: flags,
            environment: ConfigurationFixture.required,
            configFile: nil
        )
        let values = Dictionary(uniqueKeysWithValues: outcome.values.map { ($0.key, $0) })
        #expect(values["amqp.hosts"]?.value == "rabbit:5672")
        #expect(values["amqp.hosts"]?.origin == .flag("--amqp.url"))
        #expect(values["amqp.vhost"]?.origin == .flag("--amqp.vhost"))
        #expect(values["amqp.password"]?.value == "<unset>")
        #expect(values["amqp.password"]?.origin == .default)
    }

    @Test func `tell machines the same`() throws {
        let outcome = try ConfigurationFixture().load("--http.port", "80a")
        let json = try JSONSerialization.jsonObject(with: Data(ConfigurationReport(outcome).json.utf8))
        let document = try #require(json as? [String: Any])
        #expect(document["sound"] as? Bool == false)
        let faults = try #require(document["faults"] as? [[String: String]])
        #expect(faults.map { $0["key"] } == ["http.port"])
        #expect(faults.map { $0["origin"] } == ["flag --http.port"])
        let values = try #require(document["values"] as? [String: [String: String]])
        #expect(values.count == ConfigurationKey.all.count)
        #expect(values["http.port"] == ["origin": "flag --http.port"])
        #expect(values["health.port"] == ["origin": "default", "value": "8081"])
    }
}

// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import BridgeSettings

@Suite struct `The configuration file` {
    private func faults(_ text: String) throws -> [(line: Int?, message: String)] {
        try ConfigurationFixture().load(file: text).faults.map { fault in
            guard case .file(_, let line) = fault.origin else { return (nil, fault.message) }
            return (line, fault.message)
        }
    }

    @Test func `a wrong value is named with its line`() throws {
        let found = try faults("log:\n  level: info\n\nhttp:\n  # a comment\n  port: 80a\n")
        #expect(found.map(\.line) == [6])
        #expect(found.map(\.message) == ["\"80a\" is no whole number"])
    }

    @Test func `a key given twice is a fault with its line`() throws {
        let found = try faults("http:\n  port: 1\nlog:\n  level: info\nhttp:\n  port: 2\n")
        #expect(found.map(\.line) == [1])
        #expect(found.map(\.message) == ["has a key twice in one mapping: http"])
    }

    @Test func `a key given once in its section and once with dots is a fault`() throws {
        let found = try faults("http:\n  port: 1\nhttp.port: 2\n")
        #expect(found.map(\.line) == [3])
        #expect(found.map(\.message) == ["is given twice"])
    }

    @Test func `text that is no YAML is named with its line`() throws {
        let found = try faults("http:\n  port: 1\n host: x\n")
        #expect(found.count == 1)
        #expect(found.first?.line == 3)
        #expect(found.first?.message.hasPrefix("is no YAML: ") == true)
    }

    @Test(arguments: ["- a\n- b\n", "just words\n"])
    func `a file that is no mapping is a fault`(text: String) throws {
        #expect(try faults(text).map(\.message) == ["is no mapping of sections to keys"])
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "http:\n  # port: 1\n", "http: {}\n"])
    func `a file, or a section, of nothing but comments says nothing`(text: String) throws {
        #expect(try faults(text).isEmpty)
    }

    @Test func `a key without a value is a fault`() throws {
        let found = try faults("http:\n  port:\n")
        #expect(found.map(\.line) == [2])
        #expect(found.map(\.message) == ["is empty"])
    }

    @Test func `a list where one value is wanted is a fault`() throws {
        #expect(try faults("http:\n  port: [1, 2]\n").map(\.message) == ["is a list"])
    }

    @Test func `a list of mappings is a fault`() throws {
        #expect(
            try faults("commands:\n  bindings:\n    - a: b\n").map(\.message) == [
                "is a list of something else than words"
            ]
        )
    }

    @Test func `values are words, whatever YAML makes of them`() throws {
        let text = "cloud:\n  clientId: 0012\n  account: no\n  clientSecret: 1e3\n"
        let outcome = try ConfigurationFixture().load(without: ["CLOUD_CLIENT_ID", "CLOUD_CLIENT_SECRET"], file: text)
        let cloud = try outcome.result.get().cloud
        #expect(cloud.clientID == "0012")
        #expect(cloud.account == "no")
        #expect(cloud.clientSecret.exposed == "1e3")
    }

    @Test func `a file that is not there is one fault, and nothing is called missing because of it`() {
        let path = "/nowhere/getnet-bridge.yaml"
        let outcome = BridgeConfiguration.load(flags: ["--http.port=x"], environment: [:], configFile: path)
        #expect(
            outcome.faults.map(\.message) == ["cannot be read: No such file or directory", "\"x\" is no whole number"]
        )
        #expect(outcome.faults.first?.origin == .file(path: path, line: nil))
    }

    @Test func `a file beyond its limit is refused`() throws {
        let text = String(repeating: "#", count: ConfigurationFile.longest + 1)
        #expect(try faults(text).map(\.message) == ["is longer than 1MiB"])
    }

    @Test func `every fault of every place is in one report, in the order of the reference`() throws {
        let outcome = try ConfigurationFixture().load(
            "--no.such",
            "x",
            environment: ["GETNET_BRIDGE_CLOUD_COUNTRY": "br"],
            without: ["STORE_URL", "CLOUD_CLIENT_ID"],
            file: "http:\n  prot: 1\nlog:\n  level: loud\nsubmit:\n  timeout: 30\n"
        )
        #expect(
            outcome.faults.map(\.key) == [
                "no.such", "http.prot", "cloud.clientId", "cloud.country", "store.url", "submit.timeout", "log.level",
            ]
        )
        #expect(Set(outcome.faults.map { $0.origin.description.prefix(4) }) == ["flag", "file", "no v", "envi"])
    }

    @Test func `an empty configuration is told all that is required, and how`() {
        let outcome = BridgeConfiguration.load(flags: [], environment: [:], configFile: nil)
        #expect(outcome.faults.map(\.key) == ConfigurationKey.all.filter(\.isRequired).map(\.name))
        #expect(outcome.faults.allSatisfy { $0.message == "is required" && $0.origin == .missing })
        #expect(!ConfigurationReport(outcome).findings.contains("`"))
        #expect(!ConfigurationReport(outcome).findings.contains("default"))
        #expect(outcome.faults.first?.hint?.contains("GETNET_BRIDGE_CLOUD_BASE_URL in the environment") == true)
    }
}

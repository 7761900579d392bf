// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Testing

@testable import getnet_bridge

@Suite("Words of the command line")
struct CommandWordsTests {
    @Test func `a key of the configuration is a flag wherever it stands`() {
        let words = CommandWords([
            "--amqp.vhost", "test", "transactions", "show", "--store.url=sqlite:/a", "id", "--json",
        ])
        #expect(words.verbs == ["transactions", "show", "id", "--json"])
        #expect(words.configurationFlags == ["--amqp.vhost", "test", "--store.url=sqlite:/a"])
    }

    @Test func `a configuration flag without a value takes no flag as one`() {
        let words = CommandWords(["serve", "--store.create", "--config", "a.yaml"])
        #expect(words.verbs == ["serve", "--config", "a.yaml"])
        #expect(words.configurationFlags == ["--store.create"])
    }

    @Test func `a verb's flag may have a value with a dot`() {
        let words = CommandWords(["send", "charge", "--reference", "a.b", "--option=x=1.5"])
        #expect(words.verbs == ["send", "charge", "--reference", "a.b", "--option=x=1.5"])
        #expect(words.configurationFlags.isEmpty)
    }

    @Test func `nothing after two hyphens is configuration`() {
        let words = CommandWords(["a", "--", "--http.port", "1"])
        #expect(words.verbs == ["a", "--", "--http.port", "1"])
        #expect(words.configurationFlags.isEmpty)
    }

    @Test(
        "14: a placeholder that a person must fill in is not taken for a value",
        arguments: [
            ["resolve", "t", "--as", "not_completed", "--by", "NAME", "--reason", "looked"],
            ["resolve", "t", "--as", "not_completed", "--by", "Ana", "--reason", "TEXT"],
            ["resolve", "t", "--as", "approved", "--authorization-code", "CODE", "--by", "Ana", "--reason", "seen"],
            ["settle", "t", "--by", "NAME", "--reason", "TEXT"],
        ]
    )
    func placeholders(words: [String]) throws {
        let error = #expect(throws: (any Error).self) {
            _ = try GetnetBridge.parseAsRoot(["transactions"] + words)
        }
        #expect(error.map { GetnetBridge.message(for: $0) }?.contains("stands for what you fill in") == true)
        let own = words.map { ["NAME": "Ana", "TEXT": "seen", "CODE": "010929"][$0] ?? $0 }
        #expect(throws: Never.self) { _ = try GetnetBridge.parseAsRoot(["transactions"] + own) }
    }
}

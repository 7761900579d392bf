// SPDX-License-Identifier: Apache-2.0

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
}

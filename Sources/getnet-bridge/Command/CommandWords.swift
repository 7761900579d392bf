// SPDX-License-Identifier: Apache-2.0

/// The words of the command line, parted into those of the verb and the flags that are configuration.
///
/// A key of the configuration has a dot in its name and a verb's flag never has, so the two cannot be mistaken for each
/// other in any position.
struct CommandWords: Equatable {
    /// Verbs, their arguments and their flags.
    private(set) var verbs: [String] = []
    /// Flags that are configuration, each followed by its value where that is a word of its own.
    private(set) var configurationFlags: [String] = []

    init(_ words: [String]) {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                verbs.append(word)
                verbs += rest
                return
            }
            guard Self.isConfiguration(word) else {
                verbs.append(word)
                continue
            }
            configurationFlags.append(word)
            if !word.contains("="), let value = rest.first, !value.hasPrefix("--") {
                configurationFlags.append(value)
                rest.removeFirst()
            }
        }
    }

    private static func isConfiguration(_ word: String) -> Bool {
        word.hasPrefix("--") && word.prefix { $0 != "=" }.contains(".")
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The flags of the command line that are configuration: `--http.port 8080`, `--http.port=8080`, `--store.create`.
struct ConfigurationFlags {
    private(set) var faults: [ConfigurationFault] = []
    private(set) var warnings: [ConfigurationFault] = []
    private var texts: [String: String] = [:]
    private let vocabulary: ConfigurationVocabulary

    init(_ arguments: [String], _ vocabulary: ConfigurationVocabulary = .ofOneAccount) {
        self.vocabulary = vocabulary
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            take(argument, following: &rest)
        }
    }

    /// The flags as a layer.
    var layer: ConfigurationLayer {
        ConfigurationLayer(texts) { key, _ in .flag("--\(key)") }
    }

    private mutating func take(_ argument: String, following rest: inout ArraySlice<String>) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let flag = String(parts[0])
        guard flag.hasPrefix("--") else {
            // The word itself stays out: it may be what was meant as the value of a secret.
            faults.append(ConfigurationFault(nil, .flag("(a word)"), "belongs to no flag", hint: "--key value"))
            return
        }
        let name = String(flag.dropFirst(2))
        let value: String?
        if parts.count == 2 {
            value = String(parts[1])
        } else if let next = rest.first, !next.hasPrefix("--") {
            value = rest.removeFirst()
        } else {
            value = nil
        }
        guard vocabulary.names.contains(name) else {
            faults.append(.unknown(name, .flag(flag), among: vocabulary))
            return
        }
        let key = vocabulary.keys.first { $0.name == name }
        guard let text = value ?? (key?.isSwitch == true ? "true" : nil) else {
            faults.append(ConfigurationFault(name, .flag(flag), "has no value"))
            return
        }
        if texts.updateValue(text, forKey: name) != nil {
            faults.append(ConfigurationFault(name, .flag(flag), "is given twice"))
        }
        if let key, key.isSecret {
            warnings.append(
                ConfigurationFault(
                    name,
                    .flag(flag),
                    "every user of this machine can read a command line",
                    hint: key.fileKeyName.map { "--\($0) names a file instead" }
                )
            )
        }
    }
}

extension ConfigurationFault {
    /// The fault of a key that does not exist, with the one that was probably meant.
    static func unknown(
        _ name: String,
        _ origin: ConfigurationOrigin,
        among vocabulary: ConfigurationVocabulary
    ) -> ConfigurationFault {
        if name.hasPrefix("amqp.tls.") {
            return ConfigurationFault(name, origin, "TLS towards the broker is not there yet")
        }
        let words = name.split(separator: ".").map(String.init)
        if words.first == "account",
            !vocabulary.names.contains(where: { $0.hasPrefix("account.\(words.dropFirst().first ?? "").") })
        {
            return ConfigurationFault(name, origin, "is of an account that `accounts` does not name")
        }
        let inside = vocabulary.keys.map(\.name).filter { $0.hasPrefix("\(name).") }
        if !inside.isEmpty {
            let hint = "its keys are \(inside.joined(separator: ", "))"
            return ConfigurationFault(name, origin, "is a section and has no value of its own", hint: hint)
        }
        let nearest = Nearness.nearest(to: name, among: vocabulary.names)
        return ConfigurationFault(name, origin, "is no key", hint: nearest.map { "nearest is \($0)" })
    }
}

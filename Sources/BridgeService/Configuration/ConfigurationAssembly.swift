// SPDX-License-Identifier: Apache-2.0

/// From what was written to what it means: the pure half of the configuration.
struct ConfigurationAssembly {
    /// The configuration so far; complete only without faults.
    private(set) var configuration = BridgeConfiguration.blank
    private(set) var faults: [ConfigurationFault] = []
    private(set) var warnings: [ConfigurationFault] = []
    private let texts: [String: ConfigurationText]
    private let use: ConfigurationUse
    /// Keys of which the value is not known: missing or wrong.
    private var unknown: Set<String>

    /// Reads every text, then looks at the values together.
    init(
        texts: [String: ConfigurationText],
        unreadable: Set<String> = [],
        isComplete: Bool = true,
        use: ConfigurationUse = .serving
    ) {
        self.texts = texts
        self.use = use
        unknown = unreadable
        for key in ConfigurationKey.all where !unreadable.contains(key.name) {
            read(key, isComplete: isComplete)
        }
        if case .sqlite(let path) = configuration.store.url, texts["callbacks.keyFile"] == nil {
            configuration.callbacks.keyFile = Self.directory(of: path) + "callback-keys"
        }
        for rule in ConfigurationRule.all where unknown.isDisjoint(with: rule.keys) {
            apply(rule)
        }
    }

    /// What every key came to.
    var values: [EffectiveValue] {
        ConfigurationKey.all.map { key in
            let origin = texts[key.name]?.origin ?? originOfNotGiven(key)
            let value: String?
            if key.isSecret {
                value = texts[key.name] == nil ? "<unset>" : "<set>"
            } else if unknown.contains(key.name) {
                value = nil
            } else {
                value = key.show(configuration)
            }
            return EffectiveValue(key: key.name, value: value, origin: origin)
        }
    }

    /// The path up to its last slash, that included.
    private static func directory(of path: String) -> String {
        String(path.reversed().drop { $0 != "/" }.reversed())
    }

    private func origin(of key: String) -> ConfigurationOrigin { texts[key]?.origin ?? .default }

    private func originOfNotGiven(_ key: ConfigurationKey) -> ConfigurationOrigin {
        if key.isRequired { return .missing }
        // A secret is shown as set or not set itself, whatever else may hold one.
        guard let whole = key.whole, !key.isSecret, !unknown.contains(whole) else { return .default }
        return origin(of: whole)
    }

    private mutating func read(_ key: ConfigurationKey, isComplete: Bool) {
        guard let text = texts[key.name] else {
            guard key.isRequired else { return }
            unknown.insert(key.name)
            if isComplete, use.requires(key) {
                faults.append(ConfigurationFault(key.name, .missing, "is required", hint: key.placeToGive))
            }
            return
        }
        do throws(UnreadableValue) {
            try key.read(text.content, into: &configuration)
        } catch {
            unknown.insert(key.name)
            faults += error.reasons.map { reason in
                let subject = key.isQuotable ? (reason.element.map { .one($0) } ?? text.content).quotable : nil
                let message = subject.map { "\"\($0)\" \(reason.predicate)" } ?? reason.predicate
                return ConfigurationFault(key.name, text.origin, message, hint: reason.hint)
            }
        }
    }

    private mutating func apply(_ rule: ConfigurationRule) {
        guard let finding = rule.look(configuration) else { return }
        let key = rule.keys.first { texts[$0] != nil } ?? rule.keys[0]
        let fault = ConfigurationFault(key, origin(of: key), finding.message, hint: finding.hint)
        if rule.isWarning { warnings.append(fault) } else { faults.append(fault) }
    }
}

extension ConfigurationText.Content {
    /// The text where it may be repeated in a message: short, and with no `@` that a password may stand before.
    fileprivate var quotable: String? {
        guard case .one(let text) = self, !text.isEmpty, text.count <= 80, !text.contains("@") else { return nil }
        return text
    }
}

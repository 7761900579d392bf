// SPDX-License-Identifier: Apache-2.0

/// From what was written to what it means: the pure half of the configuration.
struct ConfigurationAssembly {
    /// The configuration so far; complete only without faults.
    private(set) var configuration = BridgeConfiguration.blank
    private(set) var faults: [ConfigurationFault] = []
    private(set) var warnings: [ConfigurationFault] = []
    private let texts: [String: ConfigurationText]
    private let use: ConfigurationUse
    private let vocabulary: ConfigurationVocabulary
    /// Keys of which the value is not known: missing or wrong.
    private var unknown: Set<String>

    /// Reads every text, then looks at the values together.
    init(
        vocabulary: ConfigurationVocabulary = .ofOneAccount,
        texts: [String: ConfigurationText],
        unreadable: Set<String> = [],
        isComplete: Bool = true,
        use: ConfigurationUse = .serving
    ) {
        self.texts = texts
        self.use = use
        self.vocabulary = vocabulary
        unknown = unreadable
        for key in vocabulary.keys where !unreadable.contains(key.name) {
            read(key, isComplete: isComplete)
        }
        if case .sqlite(let path) = configuration.store.url, texts["callbacks.keyFile"] == nil {
            configuration.callbacks.keyFile = Self.directory(of: path) + "callback-keys"
        }
        checkAccounts()
        for rule in ConfigurationRule.all {
            let accounts = rule.isOfAccount ? configuration.accountNames : []
            for account in accounts { apply(rule, of: account) }
            if accounts.isEmpty { apply(rule, of: nil) }
        }
    }

    /// What every key came to.
    var values: [EffectiveValue] {
        vocabulary.keys.map { key in
            let origin = texts[key.name]?.origin ?? originOfNotGiven(key)
            let value: String?
            if key.isSecret {
                let isSet = texts[key.name] != nil || source(of: key).map { texts[$0] != nil } ?? false
                value = isSet ? "<set>" : "<unset>"
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
        if let source = source(of: key), let text = texts[source] { return text.origin }
        if key.isRequired { return .missing }
        // A secret is shown as set or not set itself; other keys do not count.
        guard let whole = key.whole, !key.isSecret, !unknown.contains(whole) else { return .default }
        return origin(of: whole)
    }

    /// Whether a key without a value gets one from another key.
    ///
    /// An account's key gets it from the key in common, and that from the accounts' keys.
    private func isGivenElsewhere(_ key: ConfigurationKey) -> Bool {
        if let source = source(of: key) { return texts[source] != nil }
        guard key.fallback == nil else { return false }
        return key.name.hasPrefix("cloud.") && !configuration.accountNames.isEmpty
    }

    /// The key in common that an account's key takes its value from.
    ///
    /// Several accounts never share credentials: the bridge would charge the wrong merchant and send a secret to
    /// another host.
    private func source(of key: ConfigurationKey) -> String? {
        guard let fallback = key.fallback else { return nil }
        let isOwn = configuration.accountNames.count > 1 && ConfigurationKey.credentials.contains(fallback)
        return isOwn ? nil : fallback
    }

    private mutating func read(_ key: ConfigurationKey, isComplete: Bool) {
        guard let text = texts[key.name] else {
            guard key.isRequired, !isGivenElsewhere(key) else { return }
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

    /// Names of accounts must be told apart, also in the environment, and none stands beside them.
    private mutating func checkAccounts() {
        let names = configuration.accountNames
        guard !names.isEmpty else { return }
        let key = ConfigurationKey.accountsName
        for name in names where names.count > 1 && texts["account.\(name).apiKey"] == nil {
            configuration.clouds[name]?.apiKey = nil
        }
        checkLogins(names)
        let variables = names.compactMap { ConfigurationEnvironment.name(of: "account.\($0).country") }
        if Set(variables).count < names.count {
            faults.append(
                ConfigurationFault(
                    key,
                    origin(of: key),
                    "two account names map to the same variable of the environment"
                )
            )
        }
        if let text = texts[ConfigurationKey.accountName] {
            let hint = "the accounts are named by \(key)"
            faults.append(
                ConfigurationFault(ConfigurationKey.accountName, text.origin, "names another account", hint: hint)
            )
        }
    }

    /// Refuses one Getnet account under two names.
    ///
    /// It would be two accounts here: two idempotency keys, two caps, two lanes of one terminal.
    private mutating func checkLogins(_ names: [String]) {
        var seen: [String: String] = [:]
        for name in names {
            let places = ["baseURL", "clientId"].map { "account.\(name).\($0)" }
            guard let cloud = configuration.clouds[name], unknown.isDisjoint(with: places) else { continue }
            let login = Self.place(of: cloud.baseURL) + " " + cloud.clientID
            if let other = seen[login] {
                let key = places[1]
                faults.append(ConfigurationFault(key, origin(of: key), "is that of the account \(other)"))
            }
            seen[login] = name
        }
    }

    /// An address in the one spelling that it has among others.
    private static func place(of address: String) -> String {
        guard let url = try? URLText(address) else { return address }
        let port = url.port ?? (url.scheme == "https" ? 443 : 80)
        return "\(url.scheme)://\(url.host.lowercased()):\(port)\(url.path)"
    }

    /// Looks at the values of one of several accounts, or at those of all.
    private mutating func apply(_ rule: ConfigurationRule, of account: String?) {
        let places = rule.keys.map { key in
            account.map { key.hasPrefix("cloud.") ? "account.\($0).\(key.dropFirst("cloud.".count))" : key } ?? key
        }
        guard unknown.isDisjoint(with: places) else { return }
        var view = configuration
        if let account { view.cloud = configuration.clouds[account] ?? configuration.cloud }
        guard let finding = rule.look(view) else { return }
        let key = (places + rule.keys).first { texts[$0] != nil } ?? places[0]
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

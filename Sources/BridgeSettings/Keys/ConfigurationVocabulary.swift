// SPDX-License-Identifier: Apache-2.0

/// The keys that there are: those of the reference, and those of each account where there are several.
struct ConfigurationVocabulary: Sendable {
    /// The keys of a bridge with the one account of `cloud.…`.
    static let ofOneAccount = ConfigurationVocabulary(accounts: [])

    /// Every key, in the order of the reference; a key that refines another stands after it.
    let keys: [ConfigurationKey]
    /// Every word that may stand for a key.
    let names: [String]

    /// The vocabulary beside these accounts.
    init(accounts: [String]) {
        keys = ConfigurationKey.all + accounts.flatMap(ConfigurationKey.keys(ofAccount:))
        names = keys.flatMap(\.names)
    }

    /// The vocabulary beside the accounts that a text names; of a text that names none it is the reference's.
    init(_ text: ConfigurationText?) {
        var blank = BridgeConfiguration.blank
        if let text, let key = ConfigurationKey.all.first(where: { $0.name == ConfigurationKey.accountsName }) {
            // A text that cannot be read is named as a fault when the values are.
            try? key.read(text.content, into: &blank)
        }
        var seen: Set<String> = []
        self.init(accounts: blank.accountNames.filter { seen.insert($0).inserted })
    }
}

extension ConfigurationKey {
    /// The key that says that there are several accounts.
    static let accountsName = "accounts"
    /// The key that names the account where there is one.
    static let accountName = "cloud.account"

    /// What says who an account is.
    static let credentials: Set = ["cloud.clientId", "cloud.clientSecret", "cloud.apiKey"]

    /// The keys of one of several accounts: `account.<name>.…` for each `cloud.…`, which it falls back to.
    static func keys(ofAccount account: String) -> [ConfigurationKey] {
        all.filter { $0.name.hasPrefix("cloud.") && $0.name != accountName }.map { $0.key(ofAccount: account) }
    }

    private func key(ofAccount account: String) -> ConfigurationKey {
        ConfigurationKey(
            renamed: "account.\(account).\(name.dropFirst("cloud.".count))",
            fallback: name,
            like: self,
            through: { configuration in configuration.clouds[account] ?? configuration.cloud },
            into: { configuration, cloud in configuration.clouds[account] = cloud }
        )
    }
}

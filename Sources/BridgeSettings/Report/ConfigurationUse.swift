// SPDX-License-Identifier: Apache-2.0

/// What a program does with a configuration, and so which keys it cannot do without.
///
/// A program that only looks at the broker must not need Getnet's secrets. Keys that are given are checked for every
/// use. Of the keys without a default that are not given, only those that the use needs are asked for; the program may
/// read no others.
public enum ConfigurationUse: Sendable, CaseIterable {
    /// Running the bridge: every key that has no default.
    case serving
    /// Asking Getnet's cloud itself: how to reach it, and as whom.
    case asking
    /// Publishing commands: the account's country and environment.
    case sending
    /// Looking at the broker: nothing.
    case broker
    /// Looking at the store, which knows whose it is: its address.
    case store
    /// Making a store: its address, the account's country and environment.
    case newStore

    /// Whether a key without a default must be given.
    func requires(_ key: ConfigurationKey) -> Bool {
        guard key.isRequired else { return false }
        // What an account needs is asked for like the one account's.
        let name = key.fallback ?? key.name
        return switch self {
        case .serving: true
        case .asking: name.hasPrefix("cloud.")
        case .sending: ["cloud.country", "cloud.environment"].contains(name)
        case .broker: false
        case .store: name == "store.url"
        case .newStore: ["store.url", "cloud.country", "cloud.environment"].contains(name)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// One set of Getnet credentials with its country and environment, without the secrets.
public struct Account: Sendable, Hashable {
    /// The name in routing keys and events, `[a-z0-9-]`.
    public let name: String
    /// What is particular to its country.
    public let profile: CountryProfile
    /// Getnet's environment, sent as header `env`.
    public let environment: String

    /// An account from its name, country and environment.
    public init(name: String, profile: CountryProfile, environment: String) {
        self.name = name
        self.profile = profile
        self.environment = environment
    }
}

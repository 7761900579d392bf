// SPDX-License-Identifier: Apache-2.0

public import BridgeCore

/// An account whose transactions a store holds.
///
/// Source: docs/promises.md 7.3.
public struct StoreOwner: Sendable, Equatable, CustomStringConvertible {
    /// The account's name.
    public let account: String
    /// ISO country in lower case.
    public let country: String
    /// Getnet's environment.
    public let environment: String

    /// An owner from its parts.
    public init(account: String, country: String, environment: String) {
        self.account = account
        self.country = country
        self.environment = environment
    }

    /// The owner of an account's store.
    public init(_ account: Account) {
        self.init(account: account.name, country: account.profile.code, environment: account.environment)
    }

    /// Account, country and environment as in an event's source, `main/cl/uat`.
    public var description: String { "\(account)/\(country)/\(environment)" }
}

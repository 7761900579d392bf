// SPDX-License-Identifier: Apache-2.0

/// Where an event is published to: what it tells and which terminal it is about.
///
/// The routing key is `<name>.<country>.<account>.<branch>.<terminal>`, as `charge.approved.cl.main.12983.80005000`,
/// with `-` for each part that is not known.
/// Source: docs/promises.md 1.5.
public struct EventDestination: Sendable, Hashable {
    /// What stands for a part that is not known.
    public static let unknown = "-"

    /// What the event tells.
    public let name: EventName
    /// ISO country of the account, or `-`.
    public let country: String
    /// Our name for the account, or `-`.
    public let account: String
    /// The key that the event is published with.
    public let routingKey: String

    /// The destination of an event about a terminal.
    init(_ name: EventName, country: String, account: String, branch: String, terminal: String) {
        self.name = name
        self.country = country
        self.account = account
        routingKey = "\(name.text).\(country).\(account).\(branch).\(terminal)"
    }

    /// The destination of an event about no terminal.
    init(_ name: EventName, of account: Account?) {
        self.init(
            name,
            country: account?.profile.code ?? Self.unknown,
            account: account?.name ?? Self.unknown,
            branch: Self.unknown,
            terminal: Self.unknown
        )
    }

    /// A destination as it was stored.
    public init(_ name: EventName, routingKey: String) {
        let words = routingKey.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        self.name = name
        (country, account) = words.count > 3 ? (words[2], words[3]) : (Self.unknown, Self.unknown)
        self.routingKey = routingKey
    }
}

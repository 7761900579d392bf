// SPDX-License-Identifier: Apache-2.0

/// The accounts that one bridge serves, each with a name of its own; never none.
public struct Accounts: Sendable {
    /// In the order of the configuration.
    public let all: [Account]

    private let byName: [String: Account]

    /// One account alone.
    public init(_ only: Account) {
        all = [only]
        byName = [only.name: only]
    }

    /// Several accounts; `nil` where there is none or two share a name.
    public init?(_ accounts: [Account]) {
        byName = Dictionary(accounts.map { ($0.name, $0) }) { first, _ in first }
        guard !accounts.isEmpty, byName.count == accounts.count else { return nil }
        all = accounts
    }

    /// The account of a name.
    public subscript(name: String) -> Account? { byName[name] }

    /// The account where there is only one.
    public var only: Account? { all.count == 1 ? all[0] : nil }
}

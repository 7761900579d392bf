// SPDX-License-Identifier: Apache-2.0

package import MemoryLedger

/// A rule of the ledger, and the histories that show it where it is missing.
package struct ShopRule: Sendable, CustomStringConvertible {
    /// A missing rule is found within this many histories.
    package static let longestSearch: UInt64 = 3_000

    /// A history that looks for a missing rule has so many steps: some rules matter only after a while.
    package static let steps = 60

    /// The rule.
    package let rule: Blindness
    /// What the histories are about.
    package let theme: Shop.Theme

    package var description: String { rule.rawValue }

    /// The rules that histories show.
    package static let all: [ShopRule] =
        [.command, .reference, .lane, .place, .refusal, .owner, .amendments, .foreignSales].map {
            ShopRule(rule: $0, theme: .sales)
        } + [ShopRule(rule: .contradicted, theme: .people), ShopRule(rule: .paidSales, theme: .accounts)]
}

extension ShopRule {
    /// The first seed whose history shows that the rule is missing; `nil` if none does within the longest search.
    package var firstSeed: UInt64? {
        (1...Self.longestSearch).first { seed in
            var shop = Shop(theme, seed: seed, blindness: rule)
            return shop.run(steps: Self.steps) != nil
        }
    }
}

extension Shop {
    /// Lives through one history; what broke, with the last steps before it.
    package static func broken(_ theme: Theme, seed: UInt64) -> String? {
        var shop = Shop(theme, seed: seed)
        return shop.run().map { "\($0)\n\(shop.steps.suffix(12).map(\.description).joined(separator: "\n"))" }
    }
}

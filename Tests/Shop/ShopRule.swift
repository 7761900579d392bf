// SPDX-License-Identifier: Apache-2.0

package import MemoryLedger

/// A rule of the ledger, and the histories that show it where it is missing.
package struct ShopRule: Sendable, CustomStringConvertible {
    /// A missing rule is found within this many histories.
    package static let longestSearch: UInt64 = 3_000

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

extension Shop {
    /// Lives through one history; what broke, with the last steps before it.
    package static func broken(_ theme: Theme, seed: UInt64, without rule: Blindness? = nil) -> String? {
        var shop = Shop(theme, seed: seed, blindness: rule)
        return shop.run().map { "\($0)\n\(shop.steps.suffix(12).joined(separator: "\n"))" }
    }
}

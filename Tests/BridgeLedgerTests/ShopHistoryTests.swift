// SPDX-License-Identifier: Apache-2.0

import MemoryLedger
import Shop
import TestSupport
import Testing

@Suite("Histories over several transactions")
struct ShopHistoryTests {
    /// How many histories of each theme run with each pass of the suite; `deploy/histories` plays many more.
    static let histories = 250

    @Test(arguments: Shop.Theme.allCases)
    func `keep every promise, whatever comes in which order`(_ theme: Shop.Theme) {
        var random = SeededGenerator.announced("shops about \(theme.rawValue)")
        for _ in 0..<Self.histories {
            let seed = UInt64.random(in: 0...UInt64.max, using: &random)
            if let broken = Shop.broken(theme, seed: seed) {
                Issue.record("\(theme.rawValue), seed \(seed): \(broken)")
                return
            }
        }
    }

    @Test(arguments: ShopRule.all)
    func `find a rule that does not look`(_ rule: ShopRule) {
        #expect(
            rule.firstSeed != nil,
            "no history within \(ShopRule.longestSearch) finds that \(rule) is not looked at"
        )
    }
}

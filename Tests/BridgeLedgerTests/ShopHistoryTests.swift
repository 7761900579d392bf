// SPDX-License-Identifier: Apache-2.0

import MemoryLedger
import TestSupport
import Testing

@Suite("Histories over several transactions")
struct ShopHistoryTests {
    /// How many histories run with each pass of the suite.
    static let histories = 500
    /// The test finds a missing rule within this many histories.
    static let longestSearch: UInt64 = 3_000

    @Test func `keep every promise, whatever comes in which order`() {
        var random = SeededGenerator.announced("shops")
        for _ in 0..<Self.histories {
            let seed = UInt64.random(in: 0...UInt64.max, using: &random)
            var shop = Shop(seed: seed)
            if let broken = shop.run() {
                Issue.record("seed \(seed): \(broken)\n\(shop.steps.suffix(12).joined(separator: "\n"))")
                return
            }
        }
    }

    @Test(arguments: [Blindness.command, .reference, .lane, .place, .refusal, .owner, .amendments, .foreignSales])
    func `find a rule that does not look`(_ blindness: Blindness) {
        for seed in 1...Self.longestSearch {
            var shop = Shop(seed: seed, blindness: blindness)
            if shop.run() != nil { return }
        }
        Issue.record("no history within \(Self.longestSearch) finds that \(blindness) is not looked at")
    }
}

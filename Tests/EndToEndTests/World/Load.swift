// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

@testable import SelfTest

/// Charges that a seed makes; each has a terminal of its own; weights mix the simulator's scenarios.
struct Load: Sendable {
    private(set) var orders: [ChargeOrder]
    private(set) var generator: SeededGenerator

    /// Makes charges and prints their seed; the numbers of terminals and references begin at `first`.
    init(_ purpose: String, count: Int, from first: Int = 0, of scenarios: [LoadScenario], seed: UInt64? = nil) {
        var generator = SeededGenerator.announced(purpose, seed: seed)
        let lots = LoadScenario.lots(scenarios)
        orders = (first..<(first + count)).map { number in
            let scenario = lots[Int.random(in: 0..<lots.count, using: &generator)]
            let digits = String(10_000_000 + number).dropFirst()
            return ChargeOrder(
                commandID: "e2e-\(generator.seed)-\(number)",
                reference: "R\(digits)",
                terminal: "8\(digits)",
                amount: Int64.random(in: 1...900, using: &generator) * 1_000 + scenario.number,
                outcomes: scenario.outcomes,
                isUnknowable: scenario.isUnknowable
            )
        }
        self.generator = generator
    }

    /// Changes the currency of all charges.
    mutating func sell(in currency: String) {
        for index in orders.indices { orders[index].currency = currency }
    }

    /// A random length of time.
    mutating func pause(upTo limit: Duration) -> Duration {
        limit / 1_000 * Int.random(in: 0...1_000, using: &generator)
    }
}

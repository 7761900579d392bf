// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

@testable import SelfTest

/// Charges that a seed makes: every one on a terminal of its own, the simulator's scenarios mixed by weight.
struct Load: Sendable {
    /// A scenario of the simulator (`docs/simulator.md`) and what is right to say about it.
    struct Scenario: Sendable {
        let number: Int64
        let weight: Int
        let outcomes: Set<String>

        init(_ number: Int64, _ weight: Int, _ outcomes: Set<String>) {
            (self.number, self.weight, self.outcomes) = (number, weight, outcomes)
        }
    }

    /// Scenarios whose result becomes known while the bridge lives.
    static let knowable = [
        Scenario(0, 30, ["approved"]),
        Scenario(101, 6, ["declined"]),
        Scenario(104, 3, ["declined"]),
        // Nobody pays, 1006.
        Scenario(110, 6, ["not_completed"]),
        // No callback.
        Scenario(201, 6, ["approved"]),
        Scenario(220, 3, ["not_completed"]),
        // The callback comes before the acknowledgement; three at once; a late one.
        Scenario(202, 6, ["approved"]),
        Scenario(203, 6, ["approved"]),
        Scenario(204, 2, ["approved"]),
        // 90 s are over, then approved, or nobody paid.
        Scenario(207, 5, ["approved"]),
        Scenario(208, 2, ["not_completed"]),
        Scenario(209, 2, ["approved"]),
        // Paid twice.
        Scenario(214, 2, ["approved"]),
        // Refused once, then approved.
        Scenario(405, 1, ["approved"]),
        Scenario(410, 2, ["approved"]),
        Scenario(429, 1, ["approved"]),
        // Other spellings.
        Scenario(501, 1, ["approved"]),
        Scenario(503, 1, ["approved"]),
    ]

    /// Scenarios that lose the acknowledgement: with a callback they become known, without they never do.
    static let lossy = [
        Scenario(301, 4, ["approved"]),
        Scenario(304, 2, ["approved"]),
        Scenario(307, 2, ["approved"]),
        Scenario(312, 2, ["approved"]),
        Scenario(313, 2, ["not_completed"]),
        Scenario(302, 2, []),
        Scenario(303, 2, []),
        Scenario(305, 2, []),
        Scenario(308, 1, []),
        Scenario(314, 1, []),
    ]

    let orders: [ChargeOrder]
    private(set) var generator: SeededGenerator

    /// Makes charges and prints their seed.
    init(_ purpose: String, count: Int, of scenarios: [Scenario], seed: UInt64? = nil) {
        var generator = SeededGenerator.announced(purpose, seed: seed)
        let lots = scenarios.flatMap { Array(repeating: $0, count: $0.weight) }
        orders = (0..<count).map { number in
            let scenario = lots[Int.random(in: 0..<lots.count, using: &generator)]
            let digits = String(10_000_000 + number).dropFirst()
            return ChargeOrder(
                commandID: "e2e-\(generator.seed)-\(number)",
                reference: "R\(digits)",
                terminal: "8\(digits)",
                amount: Int64.random(in: 1...900, using: &generator) * 1_000 + scenario.number,
                outcomes: scenario.outcomes
            )
        }
        self.generator = generator
    }

    /// A random length of time.
    mutating func pause(upTo limit: Duration) -> Duration {
        limit / 1_000 * Int.random(in: 0...1_000, using: &generator)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A scenario of the simulator (`docs/simulator.md`) and what is right to say about it.
struct LoadScenario: Sendable, Equatable {
    /// The last three digits of the amount.
    let number: Int64
    /// How often it comes up beside the others.
    let weight: Int
    /// The final statuses that are the truth.
    let outcomes: Set<String>
    /// Whether neither an acknowledgement nor a callback ever tells the result.
    var isUnknowable = false

    init(_ number: Int64, _ weight: Int, _ outcomes: Set<String>, isUnknowable: Bool = false) {
        (self.number, self.weight, self.outcomes) = (number, weight, outcomes)
        self.isUnknowable = isUnknowable
    }

    /// The layout of the documentation, which leaves most members out.
    static let flat: Int64 = 501
    /// Another amount is paid than was asked for, and nothing says why: a person must look.
    static let otherAmount: Int64 = 507
    /// Two payments; of a refund: given back twice, by the terminal's own fault.
    static let twice: Int64 = 214

    /// Each scenario as often as its weight says.
    static func lots(_ scenarios: [LoadScenario]) -> [LoadScenario] {
        scenarios.flatMap { Array(repeating: $0, count: $0.weight) }
    }

    /// Scenarios whose result becomes known while the bridge lives.
    static let knowable = [
        LoadScenario(0, 30, ["approved"]),
        LoadScenario(101, 6, ["declined"]),
        LoadScenario(104, 3, ["declined"]),
        // The customer does not pay, 1006.
        LoadScenario(110, 6, ["not_completed"]),
        // No callback.
        LoadScenario(201, 6, ["approved"]),
        LoadScenario(220, 3, ["not_completed"]),
        // The callback comes before the acknowledgement; three at once; a late one.
        LoadScenario(202, 6, ["approved"]),
        LoadScenario(203, 6, ["approved"]),
        LoadScenario(204, 2, ["approved"]),
        // 90 s are over, then approved, or not paid.
        LoadScenario(207, 5, ["approved"]),
        LoadScenario(208, 2, ["not_completed"]),
        LoadScenario(209, 2, ["approved"]),
        // Paid twice.
        LoadScenario(twice, 2, ["approved"]),
        // Busy once, then approved. A firewall page or a 429 would hold back the whole account, so none is here.
        LoadScenario(410, 2, ["approved"]),
        // Other spellings.
        LoadScenario(flat, 1, ["approved"]),
        LoadScenario(503, 1, ["approved"]),
    ]

    /// Scenarios that lose the acknowledgement: with a callback they become known, without they never do.
    ///
    /// Only a person knows what to do about another amount.
    static let lossy = [
        LoadScenario(301, 4, ["approved"]),
        LoadScenario(304, 2, ["approved"]),
        LoadScenario(307, 2, ["approved"]),
        LoadScenario(312, 2, ["approved"]),
        LoadScenario(313, 2, ["not_completed"]),
        // A terminal's journal lists what was paid, not what was not.
        LoadScenario(302, 2, ["approved"], isUnknowable: true),
        LoadScenario(303, 2, [], isUnknowable: true),
        LoadScenario(305, 2, ["approved"], isUnknowable: true),
        LoadScenario(308, 1, ["approved"], isUnknowable: true),
        LoadScenario(314, 1, [], isUnknowable: true),
        LoadScenario(otherAmount, 2, [], isUnknowable: true),
    ]
}

extension LoadScenario {
    /// Whether it is paid in every case: random faults change only what the table leaves open.
    var isCertainPayment: Bool { number != 0 && outcomes == ["approved"] }
}

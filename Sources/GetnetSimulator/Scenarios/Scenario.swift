// SPDX-License-Identifier: Apache-2.0

/// What happens to a sale, chosen by the last three digits of its amount.
///
/// Shape: 15,990 ends in 990, which is not in the table, so it is approved; 15,101 is declined. The numbers are
/// stable: a number is never given another meaning. `docs/simulator.md` holds the table.
public enum Scenario: Equatable, Sendable {
    /// Paid, told by one callback.
    case approved
    /// 1xx and 8xx: the terminal says no.
    case refusedPayment(RefusedPayment)
    /// 2xx: something is odd about the callbacks.
    case oddCallback(OddCallback)
    /// 3xx: the answer to the POST is lost.
    case lostAnswer(LostAnswer)
    /// 4xx: the cloud refuses the POST, or says so.
    case refusal(Refusal)
    /// 5xx: something is odd about the result.
    case oddResult(OddResult)

    /// The scenario that an amount chooses.
    ///
    /// - Parameter amount: in minor units.
    public init(amount: Int) {
        self = Self.byNumber[amount % 1_000] ?? .approved
    }

    /// The last three digits that choose this scenario; an approval has many, of which this is the first.
    public var number: Int {
        switch self {
        case .approved: 0
        case .refusedPayment(let scenario): scenario.rawValue
        case .oddCallback(let scenario): scenario.rawValue
        case .lostAnswer(let scenario): scenario.rawValue
        case .refusal(let scenario): scenario.rawValue
        case .oddResult(let scenario): scenario.rawValue
        }
    }

    /// One sentence: what happens.
    public var summary: String {
        switch self {
        case .approved: "approved, one callback; so is every number that is not in this table"
        case .refusedPayment(let scenario): scenario.summary
        case .oddCallback(let scenario): scenario.summary
        case .lostAnswer(let scenario): scenario.summary
        case .refusal(let scenario): scenario.summary
        case .oddResult(let scenario): scenario.summary
        }
    }

    /// An amount that chooses this scenario.
    ///
    /// - Parameter thousands: the digits before the last three.
    /// - Returns: `thousands` × 1,000 + `number`, in minor units.
    public func amount(thousands: Int = 15) -> Int {
        thousands * 1_000 + number
    }

    /// Every scenario, in the order of the table.
    public static let all: [Scenario] =
        [.approved]
        + RefusedPayment.allCases.map(Scenario.refusedPayment)
        + OddCallback.allCases.map(Scenario.oddCallback)
        + LostAnswer.allCases.map(Scenario.lostAnswer)
        + Refusal.allCases.map(Scenario.refusal)
        + OddResult.allCases.map(Scenario.oddResult)

    /// The table as text: one line per scenario, its number and its sentence.
    public static var table: String {
        all.map { scenario in
            let digits = String(scenario.number)
            return String(repeating: "0", count: 3 - digits.count) + digits + "  " + scenario.summary
        }.joined(separator: "\n")
    }

    private static let byNumber = Dictionary(uniqueKeysWithValues: all.map { ($0.number, $0) })
}

/// What a plan is made for.
public struct PlanContext: Equatable, Sendable {
    /// How long things take.
    public var pace: Pace
    /// How answers are spelled where the scenario leaves it open.
    public var dialect: Dialect
    /// The how-many-eth POST of the same `customId` this is, from 1: some scenarios refuse only the first.
    public var attempt: Int
    /// A number by which a fault that has several forms chooses one.
    var chance: UInt64 = 0
    /// The last payment of the terminal.
    var lastPayment: JournalRow?

    /// Creates what a plan is made for.
    ///
    /// - Parameters:
    ///   - pace: how long things take.
    ///   - dialect: how answers are spelled where the scenario leaves it open.
    ///   - attempt: the how-many-eth POST of the same `customId` this is, from 1.
    public init(pace: Pace = Pace(), dialect: Dialect = Dialect(), attempt: Int = 1) {
        self.pace = pace
        self.dialect = dialect
        self.attempt = attempt
    }
}

extension Scenario {
    /// Everything that will happen to a sale with this scenario.
    ///
    /// - Parameter context: what the plan is made for.
    /// - Returns: the plan.
    public func plan(_ context: PlanContext) -> SalePlan {
        switch self {
        case .approved: .paid(context)
        case .refusedPayment(let scenario): scenario.plan(context)
        case .oddCallback(let scenario): scenario.plan(context)
        case .lostAnswer(let scenario): scenario.plan(context)
        case .refusal(let scenario): scenario.plan(context)
        case .oddResult(let scenario): scenario.plan(context)
        }
    }
}

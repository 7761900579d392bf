// SPDX-License-Identifier: Apache-2.0

import Rig

/// What is sent about the charges of a plan.
struct PlannedFollowUps {
    /// What about a charge the rest of its follow-ups depends on.
    private enum Pattern: CaseIterable {
        /// One of them, alone.
        case void, refund
        /// Two halves, which leave nothing; then one unit more.
        case halves, halvesAndMore
        /// Each fits, both do not.
        case tooMuch
        /// Two of which one comes first.
        case voidAndRefund, twoVoids
        /// Before the charge can have ended.
        case hasty
        case cancel
    }

    /// Charges of which about one has follow-ups.
    static let oneOf = 2
    /// What a refund's amount lets happen (`docs/simulator.md`): what a sale's does, but for what gives back too much.
    private static let scenarios = LoadScenario.lots(LoadScenario.knowable + LoadScenario.lossy).filter {
        !tooGenerous.contains($0.number)
    }
    private static let tooGenerous = [LoadScenario.twice, LoadScenario.otherAmount]

    let seed: UInt64
    let country: RunPlan.Country
    private var random: SeededGenerator
    private(set) var sendings: [RunPlan.FollowUpSending] = []
    private var count = 0

    /// Draws them.
    ///
    /// - Parameters:
    ///   - orders: what they are about.
    ///   - sentAt: when the charges are sent, by command.
    ///   - country: where.
    ///   - seed: of the run.
    ///   - theme: what the run is about.
    init(
        about orders: [ChargeOrder],
        sentAt: [String: Duration],
        in country: RunPlan.Country,
        seed: UInt64,
        theme: RunPlan.Theme
    ) {
        self.seed = seed
        self.country = country
        // Apart from the charges' generator: follow-ups must not change the charges of a seed.
        random = SeededGenerator(seed: seed ^ 0x466F_6C6C_6F77_5570)
        for order in orders where order.contest == nil {
            switch theme {
            case .receipts: add(.void, about: order, isAlone: true, pause: 1_000)
            case .cancels: add(.cancel, about: order, moment: afterStart(of: order))
            case .usual, .doubt, .refusals:
                guard Int.random(in: 0..<Self.oneOf, using: &random) == 0 else { continue }
                draw(about: order, sentAt: sentAt[order.commandID] ?? .zero)
            }
        }
    }

    private mutating func draw(about order: ChargeOrder, sentAt: Duration) {
        let patterns = Pattern.allCases.filter { country.hasVoids || ![.void, .voidAndRefund, .twoVoids].contains($0) }
        let half = order.amount / 2_000 * 1_000
        switch patterns[Int.random(in: 0..<patterns.count, using: &random)] {
        case .void: add(.void, about: order, isAlone: true)
        case .refund: add(.refund, about: order, amount: part(upTo: order.amount), isAlone: true)
        case .halves:
            for part in [half, order.amount - half] where part > 0 {
                add(.refund, about: order, amount: part, isAlone: true)
            }
        case .halvesAndMore:
            for part in [half, order.amount - half] where part > 0 { add(.refund, about: order, amount: part) }
            add(.refund, about: order, amount: 1, pause: 600)
        case .tooMuch:
            for _ in 0..<3 { add(.refund, about: order, amount: order.amount - min(order.amount / 2, 400)) }
        case .voidAndRefund:
            add(.void, about: order)
            add(.refund, about: order, amount: part(upTo: order.amount))
        case .twoVoids:
            add(.void, about: order)
            add(.void, about: order)
        case .hasty: add(.refund, about: order, amount: part(upTo: order.amount), moment: .at(sentAt + pause(upTo: 60)))
        case .cancel:
            let isWaiting = Bool.random(using: &random)
            let moment = afterStart(of: order)
            add(.cancel, about: order, moment: isWaiting ? moment : .at(sentAt + pause(upTo: 40)))
        }
    }

    private mutating func afterStart(of order: ChargeOrder) -> RunPlan.Moment {
        .event(of: order.commandID, isFinal: false, then: pause(upTo: 120))
    }

    private mutating func add(
        _ verb: FollowUp.Verb,
        about order: ChargeOrder,
        amount: Int64? = nil,
        isAlone: Bool = false,
        pause milliseconds: Int = 100,
        moment: RunPlan.Moment? = nil
    ) {
        count += 1
        // What is left of a sale may end with digits that would give back too much; with these it is an ordinary one.
        let amount = amount.map { Self.tooGenerous.contains($0 % 1_000) ? $0 - $0 % 100 : $0 }
        var followUp = FollowUp(
            verb: verb,
            commandID: "s\(seed)-f\(count)",
            reference: "F\(seed % 100_000_000)-\(count)",
            original: order,
            amount: amount,
            isAlone: isAlone
        )
        let scenario = Self.scenarios.first { $0.number == (amount ?? 0) % 1_000 }
        followUp.isUnknowable = scenario?.isUnknowable ?? false
        let moment = moment ?? .event(of: order.commandID, isFinal: true, then: pause(upTo: milliseconds))
        sendings.append(.init(moment: moment, followUp: followUp))
        // Now and then it comes twice, as it does from a caller who saw no confirm.
        if Int.random(in: 0..<5, using: &random) == 0 { sendings.append(.init(moment: moment, followUp: followUp)) }
    }

    /// An amount up to what was paid, with a scenario of its own.
    private mutating func part(upTo amount: Int64) -> Int64 {
        let scenario = Self.scenarios[Int.random(in: 0..<Self.scenarios.count, using: &random)]
        let wanted = Int64.random(in: 0...amount / 1_000, using: &random) * 1_000 + scenario.number
        return (1...amount).contains(wanted) ? wanted : amount
    }

    private mutating func pause(upTo milliseconds: Int) -> Duration {
        .milliseconds(Int.random(in: 0...milliseconds, using: &random))
    }
}

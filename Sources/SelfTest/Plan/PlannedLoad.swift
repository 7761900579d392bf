// SPDX-License-Identifier: Apache-2.0

import Rig

/// The commands of a plan.
struct PlannedLoad {
    /// The digits of the amount above its scenario: few, so that equal amounts meet at one terminal.
    var thousands: ClosedRange<Int64> = 1...4
    var scenarios = LoadScenario.lots(LoadScenario.knowable + LoadScenario.lossy)

    /// Over how many milliseconds commands are sent.
    var time = RunPlan.sendingTime

    let seed: UInt64
    var size: RunPlan.Size
    var currency = "CLP"
    var orders: [ChargeOrder] = []
    var sendings: [RunPlan.Sending] = []

    /// Many equal amounts on few terminals, and all left to chance.
    static func ofTwins(seed: UInt64, size: RunPlan.Size) -> PlannedLoad {
        var load = PlannedLoad(seed: seed, size: size)
        load.size.terminals = min(size.terminals, 4)
        load.thousands = 1...2
        load.scenarios = LoadScenario.knowable.filter { $0.number == 0 }
        return load
    }

    mutating func draw(hasRivals: Bool, _ random: inout SeededGenerator) {
        for number in 0..<size.charges {
            let scenario = scenarios[Int.random(in: 0..<scenarios.count, using: &random)]
            let at = Int.random(in: 0...time, using: &random)
            var order = ChargeOrder(
                commandID: "s\(seed)-\(number)",
                reference: reference(number),
                terminal: "8\(1_000_000 + Int.random(in: 0..<size.terminals, using: &random))",
                amount: Int64.random(in: thousands, using: &random) * 1_000 + scenario.number,
                currency: currency,
                outcomes: scenario.outcomes,
                isUnknowable: scenario.isUnknowable
            )
            switch Int.random(in: 0..<20, using: &random) {
            case 0...1 where hasRivals:
                addRival(of: &order, at: at, sharesID: true, &random)
            // Only of one that is paid for certain: another end would free the reference.
            case 2...3 where hasRivals && scenario.isCertainPayment:
                addRival(of: &order, at: at, sharesID: false, &random)
            case 4...8:
                for _ in 0...Int.random(in: 0...1, using: &random) {
                    sendings.append(
                        .init(at: .milliseconds(at + Int.random(in: 0...1_500, using: &random)), order: order)
                    )
                }
            default: break
            }
            orders.append(order)
            sendings.append(.init(at: .milliseconds(at), order: order))
        }
    }

    /// The merchant's number: some have zeros in front, some small letters, some fill the 24 characters.
    private func reference(_ number: Int) -> String {
        let plain = "S\(seed % 100_000_000)-\(number)"
        switch number % 4 {
        case 1: return "00" + plain
        case 2: return plain.lowercased()
        case 3: return plain + "-" + String(repeating: "X", count: 23 - plain.utf8.count)
        default: return plain
        }
    }

    /// A command that cannot be true beside the first: its id with another content, or its reference with another id.
    private mutating func addRival(
        of order: inout ChargeOrder,
        at: Int,
        sharesID: Bool,
        _ random: inout SeededGenerator
    ) {
        order.contest = order.commandID
        var rival = ChargeOrder(
            commandID: sharesID ? order.commandID : "\(order.commandID)-again",
            reference: order.reference,
            terminal: order.terminal,
            amount: order.amount + (sharesID ? 1_000 : 0),
            currency: currency,
            outcomes: order.outcomes,
            isUnknowable: order.isUnknowable
        )
        rival.contest = order.contest
        orders.append(rival)
        sendings.append(.init(at: .milliseconds(at + Int.random(in: 0...800, using: &random)), order: rival))
    }
}

// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import SelfTest

@Suite("The plan of a self-test's run")
struct RunPlanTests {
    @Test func `a seed makes the same plan every time`() {
        for seed in [UInt64(1), 20, 77] {
            let plans = [RunPlan(seed: seed), RunPlan(seed: seed)]
            #expect(plans[0].orders == plans[1].orders)
            #expect(plans[0].disturbances == plans[1].disturbances)
            #expect(plans[0].sendings.map(\.at) == plans[1].sendings.map(\.at))
        }
    }

    @Test func `every run kills, cuts, stalls and stops, and each special disturbance is in one of twenty`() {
        var specials: [String: Int] = [:]
        for seed in UInt64(500)..<520 {
            let plan = RunPlan(seed: seed)
            let names = plan.disturbances.map(\.action.name)
            for word in ["kill bridge", "cut ", "stall ", "stop bridge", "stop simulator"] {
                #expect(names.contains { $0.hasPrefix(word) }, "\(word) is missing in \(seed)")
            }
            for name in Set(names)
            where [
                "kill broker", "move clock", "fill disk", "second bridge", "restore backup", "hang disk", "flood sales",
                "flood questions",
            ].contains(name) {
                specials[name, default: 0] += 1
            }
        }
        #expect(
            specials == [
                "kill broker": 1, "move clock": 1, "fill disk": 1, "second bridge": 1, "restore backup": 1,
                "hang disk": 1, "flood sales": 1, "flood questions": 1,
            ]
        )
    }

    @Test
    func `one run of three loses acknowledgements, one of seven its tokens, one of four has a full queue beside it`() {
        let plans = (UInt64(1)...42).map { RunPlan(seed: $0) }
        func seeds(_ name: String) -> [UInt64] {
            plans.filter { $0.disturbances.contains { $0.action.name == name } }.map(\.seed)
        }
        #expect(seeds("lose broker") == stride(from: 3, through: 42, by: 3).map { UInt64($0) })
        #expect(seeds("revoke tokens") == [6, 13, 20, 27, 34, 41])
        #expect(plans.filter(\.hasFullQueue).map(\.seed) == stride(from: 1, through: 41, by: 4).map { UInt64($0) })
    }

    @Test func `several commands go to one terminal, equal amounts meet there, and some come twice or have a rival`() {
        let plans = (UInt64(1)...20).map { RunPlan(seed: $0) }
        #expect(plans.allSatisfy { Set($0.orders.map(\.terminal)).count < $0.orders.count })
        let hasTwins = plans.contains { plan in
            let places = plan.orders.filter { $0.contest == nil }.map { "\($0.terminal) \($0.amount)" }
            return Set(places).count < places.count
        }
        #expect(hasTwins)
        #expect(plans.contains { $0.sendings.count > $0.orders.count })
        #expect(plans.contains { $0.orders.contains { $0.contest != nil } })
        // An order that repeats a reference under another id does so with a charge that is certainly paid.
        for order in plans.flatMap(\.orders) where order.commandID.hasSuffix("-again") {
            #expect(order.outcomes == ["approved"] && order.amount % 1_000 != 0)
        }
    }

    @Test func `references have zeros, small letters and 24 characters, and amounts that are not paid as asked for`() {
        let orders = (UInt64(99_999_990)...100_000_000).flatMap { RunPlan(seed: $0).orders }.filter {
            $0.contest == nil
        }
        #expect(orders.contains { $0.reference.hasPrefix("00S") })
        #expect(orders.contains { $0.reference == $0.reference.lowercased() })
        #expect(orders.contains { $0.reference.count == 24 } && orders.allSatisfy { $0.reference.count <= 24 })
        #expect(Set(orders.map { $0.reference.uppercased().drop { $0 == "0" } }).count == orders.count)
        #expect(orders.contains { $0.amount % 1_000 == LoadScenario.otherAmount })
    }

    @Test func `every fault that is none of the journal's is in most runs, and no refund gives back too much`() {
        let plans = (UInt64(1)...20).map { RunPlan(seed: $0) }
        let names = [
            "hidden-number", "429", "tip", "retold", "rewritten-ticket", "other-zone", "callback-chunked",
            "callback-expects", "callback-http-1.0", "callback-kept",
        ]
        for name in names { #expect(plans.allSatisfy { $0.faults[name, default: 0] > 0 }, "\(name)") }
        #expect(plans.count { $0.faults["others-receipt", default: 0] > 0 } == 15)
        #expect(!plans.flatMap(\.followUps).contains { [214, 507].contains(($0.followUp.amount ?? 0) % 1_000) })
    }

    @Test func `every kind of follow-up is sent, about charges without a rival, and never for more than they are`() {
        let plans = (UInt64(1)...20).map { RunPlan(seed: $0) }
        for plan in plans {
            #expect(RunPlan(seed: plan.seed).followUps == plan.followUps)
            for followUp in plan.followUps.map(\.followUp) {
                #expect(followUp.original.contest == nil && plan.orders.contains(followUp.original))
                #expect((1...followUp.original.amount).contains(followUp.amount ?? 1))
                #expect(plan.country.hasVoids || followUp.verb != .void)
            }
        }
        let verbs = plans.flatMap(\.followUps).map(\.followUp.verb)
        for verb in FollowUp.Verb.allCases { #expect(verbs.count { $0 == verb } > plans.count) }
        #expect(Set(plans.map(\.country)) == [.chile, .argentina])
    }

    @Test func `in one run of ten batches close often and every charge without a rival is taken back by its receipt`() {
        let plans = (UInt64(100)..<110).map { RunPlan(seed: $0) }
        #expect(plans.filter { $0.faults["batch-closes", default: 0] > 0.1 }.map(\.seed) == [108])
        #expect(targets(of: .void, in: plans[8]) == plans[8].unrivalled)
    }

    @Test func `in one run of ten every charge without a rival is to be ended at its terminal`() {
        let plans = (UInt64(100)..<110).map { RunPlan(seed: $0) }
        let ofCancels = plans.filter { targets(of: .cancel, in: $0) == $0.unrivalled }
        #expect(ofCancels.map(\.seed) == [106])
        #expect(ofCancels.map(\.country) == [.argentina])
    }

    private func targets(of verb: FollowUp.Verb, in plan: RunPlan) -> Set<String> {
        Set(plan.followUps.map(\.followUp).filter { $0.verb == verb }.map(\.original.commandID))
    }
}

extension RunPlan {
    fileprivate var unrivalled: Set<String> { Set(orders.filter { $0.contest == nil }.map(\.commandID)) }
}

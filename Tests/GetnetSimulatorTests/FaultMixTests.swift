// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GetnetSimulator

@Suite("FaultMix: which fault meets which request")
struct FaultMixTests {
    private func mix(_ probabilities: [Fault: Double], seed: UInt64 = 7) -> FaultMix {
        var mix = FaultMix()
        mix.seed = seed
        mix.probabilities = probabilities
        return mix
    }

    private static let rich: [Fault: Double] = [
        .reset: 0.1, .noAnswer: 0.1, .busy: 0.1, .noCallback: 0.2, .duplicateCallbacks: 0.2, .declined: 0.2,
        .nobodyPaid: 0.2, .timeout: 0.1, .spanish: 0.3, .terminalSale: 0.1, .batchCloses: 0.1,
    ]

    private func struck(_ probabilities: [Fault: Double], seed: UInt64 = 7, _ tickets: [Int]) -> [Int: [Fault]] {
        var world = JournalWorld { $0.faults = mix(probabilities, seed: seed) }
        for (index, ticket) in tickets.enumerated() { world.sell(15_990, "T\(ticket)", at: 1_000 * index) }
        let entries = world.cloud.ledger.entries(from: 0, limit: tickets.count)
        return Dictionary(uniqueKeysWithValues: zip(tickets, entries.map(\.appliedFaults)))
    }

    @Test func `the same seed strikes the same sales in whatever order they come`() {
        let tickets = Array(0..<400)
        #expect(struck(Self.rich, tickets) == struck(Self.rich, tickets.reversed()))
        #expect(struck(Self.rich, tickets) != struck(Self.rich, seed: 8, tickets))
    }

    @Test func `each attempt with a ticket has its own faults`() {
        let dice = FaultDice(mix(Self.rich))
        let draws = (1...50).map { dice.faults(ofSale: "T1", attempt: $0) }
        #expect(Set(draws).count > 5)
        var world = JournalWorld { $0.faults = mix([.busy: 0.5]) }
        for index in 0..<20 { world.sell(15_990, "T1", at: 1_000 * index) }
        let entries = world.cloud.ledger.entries(from: 0, limit: 20)
        #expect(entries.map(\.attempt) == (1...20).map { $0 })
        #expect(Set(entries.map(\.appliedFaults)) == [[], [.busy]])
    }

    @Test func `a refusal by a terminal at work is no attempt`() {
        var world = JournalWorld { $0.faults = mix([.spanish: 1]) }
        world.sell(15_990, "T1", at: 0)
        world.sell(15_990, "T2", at: 1)
        world.sell(15_990, "T2", at: 10)
        let entries = world.cloud.ledger.entries(from: 0, limit: 3)
        #expect(entries.map(\.attempt) == [1, nil, 1])
        #expect(entries.map(\.foundBusyWith) == [nil, "sale", nil])
    }

    @Test func `a fault strikes as often as it is likely`() {
        let dice = FaultDice(mix([.reset: 0.02, .busy: 0.3, .noCallback: 0.05]))
        let draws = (0..<20_000).map { dice.faults(ofSale: "ref-\($0)", attempt: 1) }
        func share(_ fault: Fault) -> Double { Double(draws.count { $0.contains(fault) }) / 20_000 }
        #expect(abs(share(.reset) - 0.02) < 0.004)
        #expect(abs(share(.busy) - 0.3) < 0.015)
        #expect(abs(share(.noCallback) - 0.05) < 0.007)
        #expect(!draws.contains { $0.isSuperset(of: [.reset, .busy]) })
        #expect(draws.contains { $0.isSuperset(of: [.reset, .noCallback]) })
    }

    @Test func `the amount table stays as it is`() {
        var world = JournalWorld { $0.faults = mix([.reset: 1, .noCallback: 1]) }
        #expect(world.sell(15_101, "T1", at: 0).plan.reply == .sent)
        #expect(world.sell(15_990, "T2", at: 10).plan.reply == .reset)
        #expect(world.cloud.ledger.entries(from: 0, limit: 2).map(\.appliedFaults) == [[], [.reset, .noCallback]])
    }

    @Test func `probabilities that cannot be are named`() {
        #expect(mix([.reset: 0.5, .busy: 0.5]).problem == nil)
        #expect(mix([.reset: 1.1]).problem?.hasPrefix("reset") == true)
        #expect(mix([.reset: -0.1]).problem != nil)
        #expect(mix([.reset: 0.6, .busy: 0.6]).problem?.contains("together") == true)
        #expect(mix([.reset: 1, .noCallback: 1, .declined: 1, .journalReset: 1]).problem == nil)
    }

    @Test func `attempts of forgotten sales are forgotten`() {
        var book = AttemptBook(limit: 2)
        let counts = ["a", "a", "b", "c", "a"].map { book.count($0) }
        #expect(counts == [1, 2, 1, 1, 1])
    }

    @Test func `reads of a journal meet the faults of their terminal and number`() {
        let dice = FaultDice(mix([.journalReset: 0.3, .journalBusy: 0.3]))
        let draws = (1...200).map { dice.fault(ofReadAt: "80005000", number: $0) }
        #expect(draws == (1...200).map { dice.fault(ofReadAt: "80005000", number: $0) })
        #expect(Set(draws) == [nil, .journalReset, .journalBusy])
        #expect(draws != (1...200).map { dice.fault(ofReadAt: "80005001", number: $0) })
    }
}

@Suite("DisturbedPlan: what faults make of a sale")
struct DisturbedPlanTests {
    private func disturbed(_ faults: Fault...) -> DisturbedPlan { DisturbedPlan(Set(faults), PlanContext()) }

    private static let approval = Report.result(TerminalResult(.approved(payment: 1)))

    @Test(
        arguments: [
            (Fault.serverErrorBefore, SaleReply.serverError), (.busy, .refused(.busy15Seconds)),
            (.tokenRevoked, .unauthorized), (.firewall, .firewallPage), (.offline, .refused(.notResponding)),
        ]
    )
    func `what is refused starts nothing, whatever else was drawn`(fault: Fault, reply: SaleReply) {
        let plan = disturbed(fault, .declined, .noCallback, .duplicateCallbacks, .spanish)
        #expect(plan.plan.reply == reply)
        #expect(plan.plan.run == nil)
        #expect(plan.plan.callbacks == [])
        #expect(plan.faults == [fault, .spanish])
    }

    @Test(
        arguments: [
            (Fault.reset, SaleReply.reset), (.noAnswer, .silence), (.serverErrorAfter, .serverError),
            (.busyYetStarted, .refused(.busy15Seconds)), (.lateAcknowledgement, .sent),
        ]
    )
    func `what is lost has started`(fault: Fault, reply: SaleReply) {
        let plan = disturbed(fault).plan
        #expect(plan.reply == reply)
        #expect(plan.run?.outcome == .paid(extra: 0))
        #expect(plan.callbacks.map(\.report) == [Self.approval])
        #expect(plan.repliesAfterCallbacks == (fault == .lateAcknowledgement))
    }

    @Test func `faults combine, and those without a trace are not named`() {
        let lost = disturbed(.reset, .noCallback, .contradiction, .duplicateCallbacks)
        #expect(lost.plan.reply == .reset)
        #expect(lost.plan.callbacks == [])
        #expect(lost.faults == [.reset, .noCallback])
    }

    @Test func `outcomes are told by callback and status`() {
        #expect(disturbed(.declined).plan.run?.outcome == .notPaid)
        #expect(disturbed(.declined).plan.status.map(\.report) == [.result(.declined)])
        #expect(disturbed(.nobodyPaid).plan.callbacks.map(\.report) == [.result(.nobodyPaid)])
        #expect(disturbed(.nobodyPaid, .declined).plan.run?.outcome == .notPaid)
    }

    @Test func `callbacks are repeated, delayed and reordered`() {
        let think = PlanContext().pace.think
        #expect(disturbed(.duplicateCallbacks).plan.callbacks.map(\.after) == [think, think, think])
        #expect(disturbed(.delayedCallback).plan.callbacks.map(\.after) == [think + .seconds(30)])
        let stale = disturbed(.reorderedCallbacks).plan
        #expect(stale.callbacks.map(\.report) == [Self.approval, .message(.timeout90Seconds)])
        let timedOut = disturbed(.timeout, .reorderedCallbacks).plan
        #expect(timedOut.callbacks.map(\.report) == [Self.approval, .message(.timeout90Seconds)])
        #expect(timedOut.callbacks.map(\.after) == [.seconds(120), .seconds(122)])
        #expect(timedOut.status.map(\.after) == [.seconds(90), .seconds(120)])
    }

    @Test func `a contradiction is said after the truth, or before it where reordered`() {
        let declined = Report.result(TerminalResult(.declined(.insufficientFunds)))
        #expect(disturbed(.contradiction).plan.callbacks.map(\.report) == [Self.approval, declined])
        #expect(disturbed(.contradiction).plan.status.map(\.report) == [Self.approval])
        #expect(disturbed(.contradiction, .nobodyPaid).plan.callbacks.last?.report == Self.approval)
        #expect(disturbed(.contradiction, .nobodyPaid).plan.run?.outcome == .notPaid)
        let reordered = disturbed(.contradiction, .reorderedCallbacks).plan
        #expect(reordered.callbacks.map(\.report) == [declined, Self.approval])
    }

    @Test func `answers are spelled as drawn`() {
        let dialect = disturbed(.flat, .spanish, .textID).plan.dialect
        #expect(dialect == Dialect(locale: .es, layout: .flat, idType: .string))
        #expect(disturbed(.busy, .spanish).plan.dialect.locale == .es)
    }

    @Test func `no terminal is done with a sale after the cloud lets the next one through`() {
        for fault in Fault.allCases {
            guard let run = disturbed(fault).plan.run else { continue }
            #expect(run.finishesAfter <= run.occupiesFor)
            #expect(run.occupiesFor <= PlanContext().pace.life)
        }
    }
}

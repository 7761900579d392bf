// SPDX-License-Identifier: Apache-2.0

import Foundation
import GetnetSimulator
import Testing

@Suite("Scenario: an amount's last three digits choose what happens")
struct ScenarioTests {
    @Test func `every scenario is chosen by its own number`() {
        #expect(Set(Scenario.all.map(\.number)).count == Scenario.all.count)
        for scenario in Scenario.all {
            #expect(Scenario(amount: scenario.amount()) == scenario)
            #expect(Scenario(amount: scenario.amount(thousands: 999_999)) == scenario)
        }
    }

    @Test func `000 to 099 and every number without a row are approved`() {
        let rows = Set(Scenario.all.map(\.number))
        #expect((0...99).allSatisfy { Scenario(amount: 7_000 + $0) == .approved })
        #expect((0...999).allSatisfy { rows.contains($0) || Scenario(amount: $0) == .approved })
    }

    @Test func `the table has a line for every scenario`() {
        let lines = Scenario.table.split(separator: "\n")
        #expect(lines.count == Scenario.all.count)
        #expect(lines.first?.hasPrefix("000  approved") == true)
        #expect(lines.allSatisfy { $0.count > 10 })
    }

    @Test func `every plan is in order of time, within the life of a sale and consistent`() {
        for scenario in Scenario.all {
            for attempt in 1...2 {
                let context = PlanContext(attempt: attempt)
                let plan = scenario.plan(context)
                #expect(plan.callbacks.map(\.after) == plan.callbacks.map(\.after).sorted(), "\(scenario)")
                #expect(plan.status.map(\.after) == plan.status.map(\.after).sorted(), "\(scenario)")
                #expect((plan.run == nil) == plan.status.isEmpty, "\(scenario)")
                #expect(plan.run != nil || plan.callbacks.isEmpty, "\(scenario)")
                let acknowledged: [SaleReply] = [.sent, .sentWithoutID, .sentWithResult, .sentCutOff]
                #expect(plan.run != nil || !acknowledged.contains(plan.reply), "\(scenario)")
                if let run = plan.run { #expect(run.finishesAfter <= run.occupiesFor, "\(scenario)") }
                #expect((plan.run?.occupiesFor ?? .zero) <= context.pace.life, "\(scenario)")
            }
        }
    }

    @Test func `what is refused once is approved at the second attempt`() {
        for refusal in [
            Refusal.tokenRevokedOnce, .unauthorizedLiteralOnce, .firewallOnce, .busyOnce, .busyLongerOnce, .tooManyOnce,
        ] {
            #expect(Scenario.refusal(refusal).plan(PlanContext(attempt: 1)).run == nil)
            let second = Scenario.refusal(refusal).plan(PlanContext(attempt: 2))
            #expect(second == Scenario.approved.plan(PlanContext()))
        }
    }

    @Test func `times scale`() {
        let plan = Scenario.oddCallback(.timeoutThenPaid).plan(PlanContext(pace: Pace(scale: 0.001)))
        #expect(plan.callbacks.map(\.after) == [.milliseconds(90), .milliseconds(120)])
    }
}

@Suite("SalePlan: what is true at any moment")
struct SalePlanTests {
    private func plan(_ scenario: Scenario) -> SalePlan { scenario.plan(PlanContext()) }

    @Test func `a sale is in process until the customer has paid`() {
        let plan = plan(.approved)
        #expect(plan.status(at: .milliseconds(2_999)) == .message(.inProcess))
        #expect(plan.status(at: .seconds(3)) == .result(TerminalResult(.approved(payment: 1))))
        #expect(plan.status(at: .seconds(9_999)) == .result(TerminalResult(.approved(payment: 1))))
    }

    @Test func `a 90-second time-out is said by query and callback and is not the end`() {
        let plan = plan(.oddCallback(.timeoutThenPaid))
        #expect(plan.status(at: .seconds(89)) == .message(.inProcess))
        #expect(plan.status(at: .seconds(90)) == .message(.timeout90Seconds))
        #expect(plan.status(at: .seconds(120)) == .result(TerminalResult(.approved(payment: 1))))
        #expect(
            plan.callbacks.map(\.report) == [
                .message(.timeout90Seconds), .result(TerminalResult(.approved(payment: 1))),
            ]
        )
        #expect(plan.run?.outcome == .paid(extra: 0))
    }

    @Test(arguments: [OddCallback.neverKnownPaid, .neverKnownNotPaid])
    func `a sale that is never known is in process for five minutes`(scenario: OddCallback) {
        let plan = plan(.oddCallback(scenario))
        #expect(plan.status(at: .seconds(299)) == .message(.inProcess))
        #expect(plan.status(at: .seconds(300)) == .message(.timeout5Minutes))
        #expect(plan.callbacks == [])
        #expect(plan.run?.occupiesFor == .seconds(300))
        #expect(plan.heldAnswer(pace: Pace()) == .init(after: .seconds(300), .message(.timeout5Minutes)))
    }

    @Test func `what is lost is started or not, as the table says`() {
        #expect(plan(.lostAnswer(.resetNotStarted)).run == nil)
        #expect(plan(.lostAnswer(.serverErrorNotStarted)).run == nil)
        #expect(plan(.lostAnswer(.resetStarted)).run?.outcome == .paid(extra: 0))
        #expect(plan(.lostAnswer(.resetNobodyPaidSilently)).run?.outcome == .notPaid)
        #expect(plan(.refusal(.busyYetStarted)).run?.outcome == .paid(extra: 0))
        #expect(plan(.refusal(.busyAlways)).run == nil)
    }

    @Test func `two approvals are two payments`() {
        let plan = plan(.oddCallback(.paidTwice))
        #expect(plan.run?.outcome.payments == 2)
        #expect(
            plan.callbacks.map(\.report) == [
                .result(TerminalResult(.approved(payment: 1))), .result(TerminalResult(.approved(payment: 2))),
            ]
        )
    }
}

@Suite("docs/simulator.md")
struct SimulatorDocumentTests {
    @Test func `the document holds the table as it is`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/simulator.md"), encoding: .utf8)
        #expect(document.contains("```\n" + Scenario.table + "\n```"))
        #expect(document.contains("```\n" + Fault.table + "\n```"))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GetnetSimulator

@Suite("CloudState: sales that are cancelled")
struct CloudStateCancellationTests {
    /// The terminal hears of the cancel half a second after it arrives.
    @discardableResult
    private func cancel(_ world: inout JournalWorld, at milliseconds: Int) -> TakenCommand {
        let request = CommandRequest(command: .cancelSale, terminal: .documented, customID: "cancel-1")
        return world.cloud.run(request, token: "", at: .milliseconds(milliseconds))
    }

    private func verdict(_ world: inout JournalWorld, _ taken: TakenSale, at second: Int) -> TerminalResult.Verdict? {
        world.cloud.settle(until: .seconds(second))
        guard let id = taken.started?.facts.idPosTxs,
            case .result(let result)? = world.cloud.status(of: id, at: .seconds(second))?.report
        else { return nil }
        return result.verdict
    }

    private func commands(_ world: JournalWorld) -> [CommandEntry] {
        world.cloud.ledger.commands.page(from: 0, limit: 99).map(\.entry)
    }

    @Test func `a sale that is not paid yet ends, and was never paid`() {
        var world = JournalWorld()
        let sale = world.sell(15_990, at: 0)
        #expect(cancel(&world, at: 1_000).plan.reply == .sent)
        #expect(verdict(&world, sale, at: 2) == .cancelled)
        let entry = world.cloud.ledger.entries(from: 0, limit: 1).first
        #expect(entry?.sale?.payments == [])
        #expect(entry?.cancelledBy == 0)
        #expect(commands(world).map(\.ending) == [.done])
        #expect(commands(world).first?.met == CommandEntry.Met(post: 0, customID: "c-A1", wasStopped: true))
        #expect(world.cloud.ledger.summary.payments == 0)
        #expect(world.cloud.ledger.summary.paidAmount == 0)
        #expect(world.rows(world.read(at: 2)).isEmpty)
        #expect(world.cloud.payments.number(terminal: "80005000", batch: 0, operationID: 1) == nil)
    }

    @Test func `a sale whose card was presented goes on and is approved`() {
        var world = JournalWorld()
        let sale = world.sell(15_990, at: 0)
        cancel(&world, at: 1_600)
        #expect(verdict(&world, sale, at: 3) == .approved(payment: 1))
        #expect(commands(world).map(\.ending) == [.done])
        #expect(commands(world).first?.met?.wasStopped == false)
        #expect(world.cloud.ledger.summary.payments == 1)
        #expect(world.rows(world.read(at: 3)).count == 1)
    }

    @Test func `where nothing runs there is nothing to cancel`() {
        var world = JournalWorld()
        world.sell(15_990, at: 0)
        let taken = cancel(&world, at: 2_600)
        world.cloud.settle(until: .seconds(4))
        #expect(commands(world).map(\.ending) == [.refused])
        #expect(commands(world).first?.met == nil)
        let plan = world.cloud.course(.command(taken.number))?.plan
        #expect(plan?.status.map(\.report) == [.result(TerminalResult(.declined(.nothingToTakeBack)))])
        #expect(world.cloud.takeChangedCourses().map(\.subject) == [.command(0)])
    }

    @Test func `a cancellation that is late hits the next sale`() {
        var world = JournalWorld { $0.cancelDelay = .seconds(5) }
        let first = world.sell(15_990, "A1", at: 0)
        cancel(&world, at: 0)
        let second = world.sell(16_990, "A2", at: 4)
        #expect(verdict(&world, first, at: 3) == .approved(payment: 1))
        #expect(verdict(&world, second, at: 6) == .cancelled)
        #expect(commands(world).first?.met?.customID == "c-A2")
        #expect(world.cloud.ledger.entries(from: 0, limit: 2).map { $0.sale?.payments.count } == [1, 0])
    }

    @Test func `the terminal is free as soon as the sale has ended`() {
        var world = JournalWorld()
        world.sell(15_207, at: 0)
        cancel(&world, at: 1_000)
        #expect(world.sell(15_990, "A2", at: 2).plan.reply == .sent)
    }

    @Test func `it passes a busy terminal and keeps none busy`() {
        var world = JournalWorld()
        world.sell(15_990, at: 0)
        cancel(&world, at: 1_600)
        cancel(&world, at: 2_000)
        #expect(world.cloud.ledger.summary.overlaps == 0)
        #expect(world.sell(15_990, "A2", at: 3).plan.reply == .sent)
    }

    @Test func `a sale whose end the cloud never tells stays unknown, but is not paid`() {
        var world = JournalWorld()
        let sale = world.sell(15_205, at: 0)
        cancel(&world, at: 1_000)
        #expect(verdict(&world, sale, at: 2) == nil)
        #expect(world.cloud.ledger.entries(from: 0, limit: 1).first?.sale?.payments == [])
    }

    @Test func `callbacks keep their number and their lateness`() {
        let context = PlanContext()
        let three = Scenario(amount: 203).plan(context).cancelled(after: .seconds(1))
        #expect(three.callbacks.map(\.after) == Array(repeating: .seconds(1), count: 3))
        let late = Scenario(amount: 204).plan(context).cancelled(after: .seconds(1))
        #expect(late.callbacks.map(\.after) == [.seconds(31)])
        let none = Scenario(amount: 201).plan(context).cancelled(after: .seconds(1))
        #expect(none.callbacks.isEmpty)
        let told = Scenario(amount: 207).plan(context).cancelled(after: .seconds(100))
        #expect(told.status.map(\.after) == [.seconds(90), .seconds(100)])
        #expect(told.callbacks.map(\.after) == [.seconds(100)])
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A POST of a command that the cloud has decided about.
struct TakenCommand: Sendable {
    /// Its number in the ledger.
    let number: Int
    let request: CommandRequest
    let plan: SalePlan
    /// What was started at the terminal, if anything was.
    let started: StartedCommand?

    /// The command as the server plays it.
    var course: Course {
        Course(
            subject: .command(number),
            plan: plan,
            webhook: request.webhook,
            started: started.map { Course.Started(at: $0.startedAt, facts: $0.facts, revision: $0.revision) }
        )
    }
}

/// A command that was started at a terminal.
struct StartedCommand: Sendable {
    /// When its POST arrived, counted from the start of the simulator.
    let startedAt: Duration
    var plan: SalePlan
    let facts: CommandFacts
    /// The how-many-eth batch of its terminal it belongs to.
    let batch: Int
    /// How often its plan was changed.
    var revision = 0
}

/// A command in the ledger, with what the cloud needs to answer queries about it.
struct CommandRecord: Sendable {
    var entry: CommandEntry
    var started: StartedCommand?
}

/// The money that a command has moved.
struct MoneyMovement: Sendable {
    /// How much, in minor units; 0: none.
    var amount = 0
    /// The payment that was found, as it is afterwards.
    var original: KnownPayment?
    /// The approvals of a refund.
    var refunds: [LedgerEntry.Payment] = []
}

extension CommandEntry {
    /// The entry of a POST that the cloud has decided about.
    init(
        _ taken: TakenCommand,
        decision: Decision,
        movement: MoneyMovement,
        receivedAt: Date,
        endedAt: Date
    ) {
        let request = taken.request
        number = taken.number
        command = request.command
        self.receivedAt = receivedAt
        self.endedAt = endedAt
        customID = request.customID
        terminal = LedgerEntry.Terminal(request.terminal)
        amount = request.amount
        operationID = request.operationID
        authorizationCode = request.authorizationCode
        webhook = request.webhook
        scenario = decision.scenario
        reply = taken.course.held == nil ? taken.plan.reply.word : "held"
        ending = taken.started.map { $0.plan.isDone ? .done : .refused } ?? .notStarted
        movedMoney = movement.amount > 0
        movedAmount = movement.amount
        idPosTxs = taken.started?.facts.idPosTxs
        original = movement.original.map(Original.init)
        refunds = movement.refunds
        met = nil
        faults = []
        appliedFaults = decision.faults.isEmpty ? [] : Fault.allCases.filter(decision.faults.contains)
        attempt = decision.draw?.attempt
        foundBusyWith = decision.occupant?.rawValue
        callbacks = []
    }

    /// The entry of a POST with something wrong in it.
    init(_ faults: [RequestFault], of command: TerminalCommand, number: Int, at receivedAt: Date) {
        self.number = number
        self.command = command
        self.receivedAt = receivedAt
        endedAt = receivedAt
        customID = nil
        terminal = nil
        amount = nil
        operationID = nil
        authorizationCode = nil
        webhook = nil
        scenario = nil
        reply = "faulty"
        ending = .notStarted
        movedMoney = false
        movedAmount = 0
        idPosTxs = nil
        original = nil
        refunds = []
        met = nil
        self.faults = faults
        appliedFaults = []
        attempt = nil
        foundBusyWith = nil
        callbacks = []
    }
}

extension SalePlan {
    /// The same course of events, but the terminal says no.
    ///
    /// - Parameter decline: why.
    /// - Returns: the plan; each part that said yes says no.
    func refused(_ decline: Decline) -> SalePlan {
        var plan = self
        plan.run?.outcome = .notPaid
        plan.status = status.map { $0.refused(decline) }
        plan.callbacks = callbacks.map { $0.refused(decline) }
        return plan
    }

    /// The same course of events, everything that much later.
    func delayed(by delay: Duration) -> SalePlan {
        guard delay > .zero else { return self }
        var plan = self
        plan.run?.finishesAfter += delay
        plan.status = status.map { Step(after: $0.after + delay, $0.report) }
        plan.callbacks = callbacks.map { Step(after: $0.after + delay, $0.report) }
        return plan
    }
}

extension SalePlan.Step {
    fileprivate func refused(_ decline: Decline) -> SalePlan.Step {
        switch report {
        case .result(let result):
            SalePlan.Step(after: after, .result(result.refused(decline)))
        case .oversized(let result):
            SalePlan.Step(after: after, .oversized(result.refused(decline)))
        case .message, .notJSON, .empty: self
        }
    }
}

extension TerminalResult {
    fileprivate func refused(_ decline: Decline) -> TerminalResult {
        isApproved ? TerminalResult(.declined(decline), oddity: oddity) : self
    }
}

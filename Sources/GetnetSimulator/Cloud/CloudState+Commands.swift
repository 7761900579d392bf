// SPDX-License-Identifier: Apache-2.0

/// What terminals do besides sales and reads of their journals.
///
/// Source: docs/getnet.md 10.
extension CloudState {
    /// How far the ids of commands are from those of sales.
    static let commandIDDistance = 2_000_000_000

    /// Decides everything about a command whose request is in order.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - token: the token that was used; some scenarios revoke it.
    ///   - now: the moment.
    /// - Returns: the decision, which is in the ledger already.
    mutating func run(_ request: CommandRequest, token: String, at now: Duration) -> TakenCommand {
        settle(until: now)
        let key = Terminal.key(request.terminal.idTerminal)
        let original = original(of: request, key, at: now)
        var decision = decide(request, key, original, at: now)
        revoke(token, after: decision.plan)
        if decision.plan.run != nil, let decline = obstacle(to: request, decision.plan, original) {
            decision.plan = decision.plan.refused(decline)
        }
        if request.command == .cancelSale { decision.plan = decision.plan.delayed(by: configuration.cancelDelay) }
        let number = ledger.commands.nextNumber
        let started = decision.plan.run.map { run in
            start(request, decision.plan, run, original, number: number, key, at: now)
        }
        var movement = started.map { move(request, $0, original, key, at: now) } ?? MoneyMovement()
        movement.original = original.flatMap { payments[$0] }
        if let draw = decision.draw {
            strike(decision.faults, draw, request.terminal, amount: request.amount ?? 0, after: nil, at: now)
        }
        let taken = TakenCommand(number: number, request: request, plan: decision.plan, started: started)
        let entry = CommandEntry(
            taken,
            decision: decision,
            movement: movement,
            receivedAt: clock.date(now),
            endedAt: clock.date(now + (decision.plan.run?.finishesAfter ?? .zero))
        )
        ledger.note(CommandRecord(entry: entry, started: started))
        return taken
    }

    /// The refusal, the scenario or the faults.
    private mutating func decide(
        _ request: CommandRequest,
        _ key: String,
        _ original: Int?,
        at now: Duration
    ) -> Decision {
        if let refused = refusal(
            of: request.terminal,
            key,
            passesBusy: request.command.passesBusyTerminals,
            at: now
        ) {
            return refused
        }
        let pace = pace.taking(request.command.duration(pace))
        if let number = terminals[key]?.takeCommandScript() {
            let plan = Scenario(amount: number).plan(context(attempt: 1, pace))
            return Decision(plan: plan, scenario: number)
        }
        let scenario = request.command == .refund ? Scenario(amount: request.amount ?? 0) : .approved
        if scenario == .approved, request.command.movesMoney, dice.concernsSales {
            return disturb(drawKey(of: request, key, original), pace, sparing: Fault.ofSalesAlone)
        }
        let name = "\(request.command.rawValue) \(request.customID ?? drawKey(of: request, key, original))"
        let attempt = scenario == .approved ? 1 : attempts.count(name)
        return Decision(plan: scenario.plan(context(attempt: attempt, pace)), scenario: scenario.number)
    }

    /// What tells a command apart in every run: the payment that it is about, not when it comes.
    private func drawKey(of request: CommandRequest, _ terminal: String, _ original: Int?) -> String {
        let about = original.flatMap { payments[$0]?.key }
        let asked = request.authorizationCode ?? request.operationID.map(String.init) ?? ""
        return "\(request.command.rawValue) \(about ?? "\(terminal) \(asked)") \(request.amount ?? 0)"
    }

    private mutating func start(
        _ request: CommandRequest,
        _ plan: SalePlan,
        _ run: TerminalRun,
        _ original: Int?,
        number: Int,
        _ key: String,
        at now: Duration
    ) -> StartedCommand {
        if terminals[key] == nil { terminals[key] = newTerminal(request.terminal) }
        terminals[key]?.identity = request.terminal
        if !request.command.passesBusyTerminals {
            terminals[key]?.start(.command, at: now, for: run.occupiesFor, pace: pace)
        }
        let batch = terminals[key]?.batchNumber ?? 0
        let facts = CommandFacts(
            idPosTxs: firstID + Self.commandIDDistance + number,
            request: request,
            content: content(for: request, plan, original, key),
            terminalTime: clock.time(now + run.finishesAfter, at: key),
            seed: configuration.seed &* 0x9E6C_63D0_876A_68DF &+ UInt64(number),
            namesAmount: configuration.refundAmount,
            retelling: plan.dialect.retelling
        )
        if plan.isDone { affect(request, key, number: number, finishesAt: now + run.finishesAfter, at: now) }
        return StartedCommand(startedAt: now, plan: plan, facts: facts, batch: batch)
    }

    private mutating func content(
        for request: CommandRequest,
        _ plan: SalePlan,
        _ original: Int?,
        _ key: String
    ) -> CommandFacts.Content {
        guard let terminal = terminals[key] else { return .nothing }
        switch request.command {
        case .void:
            return .void(authorizationCode: original.flatMap { payments[$0]?.authorizationCode } ?? "")
        case .refund:
            let receipt = terminals[key]?.takeReceipts(max(1, plan.run?.outcome.payments ?? 1)) ?? 0
            return .refund(receipt: receipt)
        case .close: return .success
        case .poll: return .connected
        case .totals: return .totals(BatchTotals(terminal))
        case .duplicate:
            let row = terminal.batch.first { $0.operationID == request.operationID }
            let facts = row.map { row in
                var facts = row.facts(at: request.terminal, clock.time(row.finishedAt, at: key))
                facts.function = request.command.number
                return facts
            }
            return .voucher(row, facts)
        case .parameters: return .parameters
        case .normalMode, .cancelSale, .print, .biometrics, .promotionSale, .mode, .shift, .shiftReport: return .nothing
        }
    }

    /// Does what moves no money.
    private mutating func affect(
        _ request: CommandRequest,
        _ key: String,
        number: Int,
        finishesAt: Duration,
        at now: Duration
    ) {
        switch request.command {
        case .close: _ = closeBatch(key, cause: "command", after: nil, at: now)
        case .cancelSale: cancellations.add(Cancellation(at: finishesAt, command: number, terminal: key))
        case .void, .refund, .totals, .poll, .normalMode, .duplicate, .parameters, .print, .biometrics,
            .promotionSale, .mode, .shift, .shiftReport:
            break
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What is decided about a POST before anything happens.
extension CloudState {
    /// The scenario or the faults, unless the terminal is not to be had.
    mutating func decide(_ request: SaleRequest, at now: Duration) -> Decision {
        if let answer = washAway(.sales) {
            return Decision(plan: .neverStarted(.flooded(answer), context(attempt: 1)))
        }
        let key = Terminal.key(request.terminal.idTerminal)
        if let refused = refusal(of: request.terminal, key, at: now) { return refused }
        let scenario = Scenario(amount: request.amount)
        if scenario == .approved, dice.concernsSales {
            return disturb(
                request.ticketNumber ?? "\(key) \(request.amount)",
                pace,
                lastPayment: terminals[key]?.lastPayment(at: now)
            )
        }
        return Decision(plan: plan(scenario, for: request), scenario: scenario.number)
    }

    /// What the cloud says instead of asking a terminal that is not to be had.
    func refusal(
        of terminal: TerminalIdentity,
        _ key: String,
        passesBusy: Bool = false,
        at now: Duration
    ) -> Decision? {
        let seen = terminals[key]
        if let refusal = registryRefusal(of: terminal, key, seen, at: now) {
            return Decision(plan: .neverStarted(.refused(refusal), context(attempt: 1)))
        }
        guard !passesBusy, let seen, let refusal = seen.refusal(at: now, pace: pace) else { return nil }
        let plan = SalePlan.neverStarted(.refused(refusal), context(attempt: 1))
        return Decision(plan: plan, occupant: seen.occupant(at: now))
    }

    /// What faults make of something that the amount table leaves alone.
    ///
    /// - Parameters:
    ///   - key: what tells it apart in every run.
    ///   - pace: how long its terminal takes.
    ///   - spared: the faults that make no sense of it.
    ///   - lastPayment: what the terminal took last.
    /// - Returns: the decision.
    mutating func disturb(
        _ key: String,
        _ pace: Pace,
        sparing spared: Set<Fault> = [],
        lastPayment: JournalRow? = nil
    ) -> Decision {
        let draw = Draw(key: key, attempt: attempts.count(key))
        let faults = dice.faults(ofSale: key, attempt: draw.attempt).subtracting(spared)
        var context = context(attempt: draw.attempt, pace)
        context.chance = dice.number("form", key, draw.attempt)
        context.lastPayment = lastPayment
        let disturbed = DisturbedPlan(faults, context)
        return Decision(
            plan: disturbed.plan,
            scenario: Scenario.approved.number,
            faults: disturbed.faults,
            draw: draw
        )
    }

    private func plan(_ scenario: Scenario, for request: SaleRequest) -> SalePlan {
        let earlier = request.customID.map { ledger.entries(customID: $0) } ?? []
        return scenario.plan(context(attempt: earlier.count { $0.scenario != nil } + 1))
    }

    /// What a plan is made for.
    ///
    /// - Parameters:
    ///   - attempt: the how-many-eth POST of the same this is, from 1.
    ///   - pace: how long its terminal takes; absent: that of a customer.
    /// - Returns: the context.
    func context(attempt: Int, _ pace: Pace? = nil) -> PlanContext {
        PlanContext(pace: pace ?? self.pace, dialect: configuration.dialect, attempt: attempt)
    }
}

extension Terminal {
    /// The last payment of the open batch that was made for the cloud and not taken back.
    func lastPayment(at now: Duration) -> JournalRow? {
        batch.last { $0.idPosTxs != nil && $0.finishedAt <= now && !voided.contains($0.operationID) }
    }
}

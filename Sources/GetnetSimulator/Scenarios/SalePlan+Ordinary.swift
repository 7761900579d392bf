// SPDX-License-Identifier: Apache-2.0

extension SalePlan {
    /// A sale that ends after the customer's think time and is told by one callback and by the status query.
    ///
    /// - Parameters:
    ///   - context: what the plan is made for.
    ///   - outcome: the truth about the money.
    ///   - result: what callback and query say.
    /// - Returns: the plan.
    static func ended(
        _ context: PlanContext,
        _ outcome: TerminalOutcome,
        saying result: TerminalResult
    ) -> SalePlan {
        let think = context.pace.think
        return SalePlan(
            reply: .sent,
            run: TerminalRun(finishesAfter: think, occupiesFor: think, outcome: outcome),
            status: [Step(after: think, .result(result))],
            callbacks: [Step(after: think, .result(result))],
            dialect: context.dialect
        )
    }

    /// The ordinary approval.
    static func paid(_ context: PlanContext) -> SalePlan {
        ended(context, .paid(extra: 0), saying: .paid)
    }

    /// A sale that the cloud gives up after 90 s and the terminal does not.
    ///
    /// - Parameters:
    ///   - context: what the plan is made for.
    ///   - outcome: the truth about the money.
    ///   - result: what callback and query say in the end.
    ///   - silently: whether the cloud says nothing at 90 s.
    /// - Returns: the plan.
    static func timedOut(
        _ context: PlanContext,
        _ outcome: TerminalOutcome,
        then result: TerminalResult,
        silently: Bool
    ) -> SalePlan {
        let late = context.pace.latePayment
        let end = SalePlan.Step(after: late, .result(result))
        let warning = SalePlan.Step(after: context.pace.responseWindow, .message(.timeout90Seconds))
        return SalePlan(
            reply: .sent,
            run: TerminalRun(finishesAfter: late, occupiesFor: late, outcome: outcome),
            status: silently ? [end] : [warning, end],
            callbacks: silently ? [end] : [warning, end],
            dialect: context.dialect
        )
    }

    /// A POST that never reaches a terminal.
    static func neverStarted(_ reply: SaleReply, _ context: PlanContext) -> SalePlan {
        SalePlan(reply: reply, dialect: context.dialect)
    }

    /// This plan with another answer to the POST.
    func replying(_ reply: SaleReply) -> SalePlan {
        var plan = self
        plan.reply = reply
        return plan
    }

    /// This plan with its POST answered after its callbacks.
    func replyingLast() -> SalePlan {
        var plan = self
        plan.repliesAfterCallbacks = true
        return plan
    }

    /// This plan with other callbacks.
    func calling(_ callbacks: Step...) -> SalePlan {
        var plan = self
        plan.callbacks = callbacks
        return plan
    }
}

extension TerminalResult {
    /// The ordinary approval.
    static let paid = TerminalResult(.approved(payment: 1))
    /// A second approval, of a payment of its own.
    static let paidAgain = TerminalResult(.approved(payment: 2))
    /// The customer presented no card.
    static let nobodyPaid = TerminalResult(.nobodyPaid)
    /// The issuer said no.
    static let declined = TerminalResult(.declined(.insufficientFunds))
}

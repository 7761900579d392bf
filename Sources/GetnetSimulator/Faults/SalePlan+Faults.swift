// SPDX-License-Identifier: Apache-2.0

/// A plan that faults have changed, and those of them that left a trace.
struct DisturbedPlan: Equatable, Sendable {
    let plan: SalePlan
    let faults: Set<Fault>

    /// Makes the plan of a sale.
    ///
    /// - Parameters:
    ///   - drawn: what strikes it; what makes no sense beside the rest is left out.
    ///   - context: what the plan is made for.
    init(_ drawn: Set<Fault>, _ context: PlanContext) {
        var drawn = drawn
        if context.lastPayment == nil || drawn.contains(.flat) { drawn.remove(.othersReceipt) }
        // The layout of the documentation has no member for it.
        if drawn.contains(.flat) { drawn.remove(.tip) }
        let context = context.spelled(by: drawn)
        if let reply = Self.refusal(by: drawn, context) {
            plan = .neverStarted(reply, context)
            faults = drawn.filter(\.strikesWithoutSale)
            return
        }
        var faults = drawn
        if faults.contains(.noCallback) {
            faults.subtract([.duplicateCallbacks, .delayedCallback, .reorderedCallbacks, .contradiction])
            faults.remove(.lateAcknowledgement)
        }
        plan = Self.course(faults, context).answered(by: faults, context)
        self.faults = faults
    }

    private static func refusal(by faults: Set<Fault>, _ context: PlanContext) -> SaleReply? {
        if faults.contains(.tooManyRequests) {
            return context.chance % 2 == 0 ? .tooManyRequests : .tooManyRequestsUntil
        }
        if faults.contains(.serverErrorBefore) { return .serverError }
        if faults.contains(.busy) { return .refused(.busy15Seconds) }
        if faults.contains(.tokenRevoked) { return .unauthorized }
        if faults.contains(.firewall) { return .firewallPage }
        return faults.contains(.offline) ? .refused(.notResponding) : nil
    }

    /// What happens at the terminal and is called back.
    private static func course(_ faults: Set<Fault>, _ context: PlanContext) -> SalePlan {
        let (outcome, result) = verdict(faults, context)
        var plan =
            faults.contains(.timeout)
            ? SalePlan.timedOut(context, outcome, then: result, silently: false)
            : SalePlan.ended(context, outcome, saying: result)
        plan.run?.tip = result.tip
        if faults.contains(.othersReceipt) { plan.repeated = context.lastPayment }
        if faults.contains(.contradiction) { plan.contradict(result, context.pace) }
        if faults.contains(.reorderedCallbacks) { plan.reorderCallbacks(context.pace) }
        if faults.contains(.delayedCallback) { plan.delayCallbacks(by: context.pace.lateCallback) }
        if faults.contains(.duplicateCallbacks) { plan.callbacks = plan.callbacks.flatMap { [$0, $0, $0] } }
        if faults.contains(.noCallback) { plan.callbacks = [] }
        return plan
    }

    private static func verdict(_ faults: Set<Fault>, _ context: PlanContext) -> (TerminalOutcome, TerminalResult) {
        if faults.contains(.tip) {
            return (.paid(extra: 0), TerminalResult(.approved(payment: 1), tip: Int(1 + context.chance % 900)))
        }
        if let payment = context.lastPayment?.payment, faults.contains(.othersReceipt) {
            return (.notPaid, TerminalResult(.approved(payment: payment)))
        }
        if faults.contains(.declined) { return (.notPaid, .declined) }
        return faults.contains(.nobodyPaid) ? (.notPaid, .nobodyPaid) : (.paid(extra: 0), .paid)
    }
}

extension SalePlan {
    fileprivate func answered(by faults: Set<Fault>, _ context: PlanContext) -> SalePlan {
        if faults.contains(.hiddenNumber) { return replying(.hiding(HiddenNumber(drawnBy: context.chance))) }
        if faults.contains(.reset) { return replying(.reset) }
        if faults.contains(.noAnswer) { return replying(.silence) }
        if faults.contains(.serverErrorAfter) { return replying(.serverError) }
        if faults.contains(.busyYetStarted) { return replying(.refused(.busy15Seconds)) }
        return faults.contains(.lateAcknowledgement) ? replyingLast() : self
    }

    /// Adds a callback that says the opposite of the result; the status query keeps to the truth.
    fileprivate mutating func contradict(_ result: TerminalResult, _ pace: Pace) {
        let opposite = result.isApproved ? TerminalResult.declined : .paid
        let last = callbacks.last?.after ?? .zero
        callbacks.append(Step(after: last + pace.betweenCallbacks, .result(opposite)))
    }

    /// Lets the last callback come first; a single one is followed by that of a 90-second time-out.
    fileprivate mutating func reorderCallbacks(_ pace: Pace) {
        guard let last = callbacks.last else { return }
        guard callbacks.count > 1 else {
            callbacks.append(Step(after: last.after + pace.betweenCallbacks, .message(.timeout90Seconds)))
            return
        }
        let moments = callbacks.map(\.after)
        let told = moments.last ?? last.after
        // Nothing is told before it is true: the reordered callbacks follow the moment of the last one.
        callbacks = callbacks.reversed().enumerated().map { index, step in
            Step(after: told + pace.betweenCallbacks * index, step.report)
        }
    }

    fileprivate mutating func delayCallbacks(by delay: Duration) {
        callbacks = callbacks.map { Step(after: $0.after + delay, $0.report) }
    }
}

extension PlanContext {
    fileprivate func spelled(by faults: Set<Fault>) -> PlanContext {
        var context = self
        if faults.contains(.flat) { context.dialect.layout = .flat }
        if faults.contains(.spanish) { context.dialect.locale = .es }
        if faults.contains(.textID) { context.dialect.idType = .string }
        if faults.contains(.dataText) { context.dialect.layout = .dataAsText }
        if faults.contains(.byteOrderMark) { context.dialect.coding = .byteOrderMark }
        if faults.contains(.utf16) { context.dialect.coding = .utf16 }
        if faults.contains(.latin1) { context.dialect.coding = .latin1 }
        if faults.contains(.gzip) { context.dialect.coding = .gzip }
        if faults.contains(.retold) { context.dialect.retelling = .oddOne(drawnBy: chance / 2) }
        if faults.contains(.rewrittenTicket) { context.dialect.ticket = .oddOne(drawnBy: chance / 7) }
        if faults.contains(.callbackChunked) { context.dialect.carriage = .chunked }
        if faults.contains(.callbackExpects) { context.dialect.carriage = .expecting }
        if faults.contains(.callbackOld) { context.dialect.carriage = .old }
        if faults.contains(.callbackKept) { context.dialect.carriage = .kept }
        return context
    }
}

extension Fault {
    /// Whether it leaves a trace although no terminal was started.
    fileprivate var strikesWithoutSale: Bool {
        switch self {
        case .serverErrorBefore, .busy, .tokenRevoked, .firewall, .offline, .tooManyRequests, .spanish, .byteOrderMark,
            .utf16, .latin1, .gzip, .terminalSale, .batchCloses:
            true
        default: false
        }
    }
}

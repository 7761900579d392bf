// SPDX-License-Identifier: Apache-2.0

/// 2xx: the POST is acknowledged, and something is odd about what comes, or does not come, to the webhook.
public enum OddCallback: Int, Sendable, CaseIterable {
    /// 201.
    case none = 201
    /// 202.
    case beforeAcknowledgement = 202
    /// 203.
    case threeTimes = 203
    /// 204.
    case late = 204
    /// 205.
    case neverKnownPaid = 205
    /// 206.
    case neverKnownNotPaid = 206
    /// 207.
    case timeoutThenPaid = 207
    /// 208.
    case timeoutThenNobodyPaid = 208
    /// 209.
    case silentTimeoutThenPaid = 209
    /// 210.
    case notJSON = 210
    /// 211.
    case oversized = 211
    /// 212.
    case otherTransaction = 212
    /// 213.
    case declinedThenPaid = 213
    /// 214.
    case paidTwice = 214
    /// 215.
    case paidThenDeclined = 215
    /// 216.
    case unheardOfText = 216
    /// 217.
    case inProcessThenPaid = 217
    /// 218.
    case emptyBody = 218
    /// 219.
    case paidThenTimeout = 219
    /// 220.
    case notPaidNoCallback = 220

    /// One sentence: what happens.
    var summary: String {
        switch self {
        case .none: "approved, no callback: only the status query tells"
        case .beforeAcknowledgement: "approved, the callback comes and is answered before the POST is"
        case .threeTimes: "approved, three identical callbacks at once"
        case .late: "approved, the callback comes 30 s after the result; the status query knows before"
        case .neverKnownPaid: "paid, but no callback, in process for 5 min, then TIMEOUT (5 MINUTES)"
        case .neverKnownNotPaid: "not paid, no callback, in process for 5 min, then TIMEOUT (5 MINUTES)"
        case .timeoutThenPaid: "TIMEOUT (90 SECONDS) as callback and status, approved 30 s later"
        case .timeoutThenNobodyPaid: "TIMEOUT (90 SECONDS) as callback and status, 1006 30 s later"
        case .silentTimeoutThenPaid: "nothing at 90 s, approved after 120 s"
        case .notJSON: "approved, the only callback is no JSON text"
        case .oversized: "approved, the only callback is 300 KiB long"
        case .otherTransaction: "1006; the only callback is the approval of another transaction"
        case .declinedThenPaid: "paid; a callback says declined, 2 s later another says approved"
        case .paidTwice: "paid twice: two approvals, 2 s apart, with authorizations of their own"
        case .paidThenDeclined: "paid; a callback says approved, 2 s later another says declined"
        case .unheardOfText: "approved, the only callback is code 0 with a text that no catalogue has"
        case .inProcessThenPaid: "approved, a callback says in process, the next approved"
        case .emptyBody: "approved, the only callback has no body"
        case .paidThenTimeout: "approved, the callback of the 90-second time-out comes after the approval's"
        case .notPaidNoCallback: "1006, no callback: only the status query tells"
        }
    }

    /// Everything that will happen to the sale.
    func plan(_ context: PlanContext) -> SalePlan {
        let think = context.pace.think
        let next = think + context.pace.betweenCallbacks
        let paid = SalePlan.paid(context)
        let told = SalePlan.Step(after: think, .result(.paid))
        switch self {
        case .none: return paid.calling()
        case .beforeAcknowledgement: return paid.replyingLast()
        case .threeTimes: return paid.calling(told, told, told)
        case .late: return paid.calling(.init(after: think + context.pace.lateCallback, .result(.paid)))
        case .neverKnownPaid: return Self.neverKnown(context, .paid(extra: 0))
        case .neverKnownNotPaid: return Self.neverKnown(context, .notPaid)
        case .timeoutThenPaid: return SalePlan.timedOut(context, .paid(extra: 0), then: .paid, silently: false)
        case .timeoutThenNobodyPaid: return SalePlan.timedOut(context, .notPaid, then: .nobodyPaid, silently: false)
        case .silentTimeoutThenPaid: return SalePlan.timedOut(context, .paid(extra: 0), then: .paid, silently: true)
        case .notJSON: return paid.calling(.init(after: think, .notJSON))
        case .oversized: return paid.calling(.init(after: think, .oversized(.paid)))
        case .otherTransaction:
            let other = TerminalResult(.approved(payment: 1), oddity: .otherTransaction)
            return .ended(context, .notPaid, saying: .nobodyPaid).calling(.init(after: think, .result(other)))
        case .declinedThenPaid:
            return Self.contradicting(context, .paid(extra: 0), first: .declined, second: .paid)
        case .paidTwice: return Self.contradicting(context, .paidTwice, first: .paid, second: .paidAgain)
        case .paidThenDeclined:
            return paid.calling(told, .init(after: next, .result(.declined)))
        case .unheardOfText: return paid.calling(.init(after: think, .message(.unheardOf)))
        case .inProcessThenPaid:
            return paid.calling(.init(after: think, .message(.inProcess)), .init(after: next, .result(.paid)))
        case .emptyBody: return paid.calling(.init(after: think, .empty))
        case .paidThenTimeout:
            return paid.calling(told, .init(after: next, .message(.timeout90Seconds)))
        case .notPaidNoCallback: return SalePlan.ended(context, .notPaid, saying: .nobodyPaid).calling()
        }
    }

    private static func neverKnown(_ context: PlanContext, _ outcome: TerminalOutcome) -> SalePlan {
        var plan = SalePlan.ended(context, outcome, saying: .paid).calling()
        plan.run?.occupiesFor = context.pace.life
        plan.status = [SalePlan.Step(after: context.pace.life, .message(.timeout5Minutes))]
        return plan
    }

    /// Two callbacks that contradict each other; the status query says what the latest of them said.
    private static func contradicting(
        _ context: PlanContext,
        _ outcome: TerminalOutcome,
        first: TerminalResult,
        second: TerminalResult
    ) -> SalePlan {
        var plan = SalePlan.ended(context, outcome, saying: first)
        let later = SalePlan.Step(after: context.pace.think + context.pace.betweenCallbacks, .result(second))
        plan.run?.occupiesFor = later.after
        plan.run?.finishesAfter = later.after
        plan.status.append(later)
        plan.callbacks.append(later)
        return plan
    }
}

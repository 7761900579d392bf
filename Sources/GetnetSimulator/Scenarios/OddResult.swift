// SPDX-License-Identifier: Apache-2.0

/// 5xx: callback and status query agree, and something is odd about what they say.
public enum OddResult: Int, Sendable, CaseIterable {
    /// 501.
    case flatLayout = 501
    /// 502.
    case spanish = 502
    /// 503.
    case textID = 503
    /// 504.
    case functionCodeZero = 504
    /// 505.
    case hostUnreachable = 505
    /// 506.
    case hostUnreachablePaid = 506
    /// 507.
    case otherAmount = 507
    /// 508.
    case noAuthorization = 508
    /// 509.
    case noResponseCode = 509
    /// 510.
    case textResponseCode = 510
    /// 511.
    case inAcknowledgement = 511
    /// 512.
    case otherFunction = 512
    /// 513.
    case otherTicket = 513
    /// 514.
    case pascalCase = 514
    /// 515.
    case encodedAsText = 515

    /// One sentence: what happens.
    var summary: String {
        switch self {
        case .flatLayout: "approved, in the flat layout of the documentation"
        case .spanish: "approved, messages in Spanish"
        case .textID: "approved, idPosTxs is a string"
        case .functionCodeZero: "not paid, functionCode 0 with responseCode 0"
        case .hostUnreachable: "not paid, responseCode −1"
        case .hostUnreachablePaid: "paid, responseCode −1"
        case .otherAmount: "paid one unit more than asked for, and the result says so"
        case .noAuthorization: "paid, authorizationCode is empty"
        case .noResponseCode: "paid, responseCode is missing"
        case .textResponseCode: "approved, responseCode is \"00\""
        case .inAcknowledgement: "approved, the acknowledgement holds the result, one callback repeats it"
        case .otherFunction: "paid, functionCode is 102"
        case .otherTicket: "paid, the result names another ticket"
        case .pascalCase: "approved, keys in PascalCase"
        case .encodedAsText: "approved, data.response is a text that holds JSON"
        }
    }

    /// Everything that will happen to the sale.
    func plan(_ context: PlanContext) -> SalePlan {
        switch self {
        case .flatLayout: .paid(context.spelling { $0.layout = .flat })
        case .spanish: .paid(context.spelling { $0.locale = .es })
        case .textID: .paid(context.spelling { $0.idType = .string })
        case .functionCodeZero: .ended(context, .notPaid, saying: TerminalResult(.processingError))
        case .hostUnreachable: .ended(context, .notPaid, saying: TerminalResult(.hostUnreachable))
        case .hostUnreachablePaid: .ended(context, .paid(extra: 0), saying: TerminalResult(.hostUnreachable))
        case .otherAmount: .ended(context, .paid(extra: 1), saying: .odd(.otherAmount))
        case .noAuthorization: .ended(context, .paid(extra: 0), saying: .odd(.noAuthorization))
        case .noResponseCode: .ended(context, .paid(extra: 0), saying: .odd(.noResponseCode))
        case .textResponseCode: .ended(context, .paid(extra: 0), saying: .odd(.textResponseCode))
        case .inAcknowledgement: .paidAtOnce(context)
        case .otherFunction: .ended(context, .paid(extra: 0), saying: .odd(.otherFunction))
        case .otherTicket: .ended(context, .paid(extra: 0), saying: .odd(.otherTicket))
        case .pascalCase: .ended(context, .paid(extra: 0), saying: .odd(.pascalCase))
        case .encodedAsText: .ended(context, .paid(extra: 0), saying: .odd(.encodedAsText))
        }
    }
}

extension SalePlan {
    /// A sale that is over before its POST is answered.
    fileprivate static func paidAtOnce(_ context: PlanContext) -> SalePlan {
        var plan = paid(context).replying(.sentWithResult)
        plan.run = TerminalRun(finishesAfter: .zero, occupiesFor: .zero, outcome: .paid(extra: 0))
        plan.status = [Step(after: .zero, .result(.paid))]
        return plan
    }
}

extension PlanContext {
    fileprivate func spelling(_ change: (inout Dialect) -> Void) -> PlanContext {
        var context = self
        change(&context.dialect)
        return context
    }
}

extension TerminalResult {
    fileprivate static func odd(_ oddity: Oddity) -> TerminalResult {
        TerminalResult(.approved(payment: 1), oddity: oddity)
    }
}

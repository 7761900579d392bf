// SPDX-License-Identifier: Apache-2.0

/// 3xx: the client cannot know from the answer to its POST whether the terminal was started.
public enum LostAnswer: Int, Sendable, CaseIterable {
    /// 301.
    case resetStarted = 301
    /// 302.
    case resetStartedSilently = 302
    /// 303.
    case resetNotStarted = 303
    /// 304.
    case hangStarted = 304
    /// 305.
    case hangStartedSilently = 305
    /// 306.
    case serverErrorNotStarted = 306
    /// 307.
    case serverErrorStarted = 307
    /// 308.
    case serverErrorStartedSilently = 308
    /// 309.
    case badGatewayStarted = 309
    /// 310.
    case noIDStarted = 310
    /// 311.
    case noIDStartedSilently = 311
    /// 312.
    case cutOffStarted = 312
    /// 313.
    case resetNobodyPaid = 313
    /// 314.
    case resetNobodyPaidSilently = 314
    /// 315.
    case timeoutAnswered = 315

    /// One sentence: what happens.
    var summary: String {
        switch self {
        case .resetStarted: "connection reset, yet started: approved, with callback"
        case .resetStartedSilently: "connection reset, yet started: approved, no callback"
        case .resetNotStarted: "connection reset, never started"
        case .hangStarted: "no answer to the POST, yet started: approved, with callback"
        case .hangStartedSilently: "no answer to the POST, yet started: approved, no callback"
        case .serverErrorNotStarted: "HTTP 500, never started"
        case .serverErrorStarted: "HTTP 500, yet started: approved, with callback"
        case .serverErrorStartedSilently: "HTTP 500, yet started: approved, no callback"
        case .badGatewayStarted: "HTTP 502 with a page, yet started: approved, with callback"
        case .noIDStarted: "acknowledged without idPosTxs: approved, with callback"
        case .noIDStartedSilently: "acknowledged without idPosTxs: approved, no callback"
        case .cutOffStarted: "acknowledgement cut off in the middle: approved, with callback"
        case .resetNobodyPaid: "connection reset, yet started: 1006, with callback"
        case .resetNobodyPaidSilently: "connection reset, yet started: 1006, no callback"
        case .timeoutAnswered: "POST answered TIMEOUT (90 SECONDS), yet started: approved, with callback"
        }
    }

    /// Everything that will happen to the sale.
    func plan(_ context: PlanContext) -> SalePlan {
        let paid = SalePlan.paid(context)
        let unpaid = SalePlan.ended(context, .notPaid, saying: .nobodyPaid)
        return switch self {
        case .resetStarted: paid.replying(.reset)
        case .resetStartedSilently: paid.replying(.reset).calling()
        case .resetNotStarted: .neverStarted(.reset, context)
        case .hangStarted: paid.replying(.silence)
        case .hangStartedSilently: paid.replying(.silence).calling()
        case .serverErrorNotStarted: .neverStarted(.serverError, context)
        case .serverErrorStarted: paid.replying(.serverError)
        case .serverErrorStartedSilently: paid.replying(.serverError).calling()
        case .badGatewayStarted: paid.replying(.badGateway)
        case .noIDStarted: paid.replying(.sentWithoutID)
        case .noIDStartedSilently: paid.replying(.sentWithoutID).calling()
        case .cutOffStarted: paid.replying(.sentCutOff)
        case .resetNobodyPaid: unpaid.replying(.reset)
        case .resetNobodyPaidSilently: unpaid.replying(.reset).calling()
        case .timeoutAnswered: paid.replying(.refused(.timeout90Seconds))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// 1xx and 8xx: the sale runs its course and the terminal says no.
///
/// 8xx are the last digits of the trigger amounts of Getnet's e-commerce sandbox (docs/getnet.md 6.4).
public enum RefusedPayment: Int, Sendable, CaseIterable {
    /// 101.
    case insufficientFunds = 101
    /// 102.
    case expiredCard = 102
    /// 103.
    case invalidCard = 103
    /// 104.
    case overLimit = 104
    /// 105.
    case doNotHonour = 105
    /// 106.
    case issuerUnavailable = 106
    /// 110.
    case nobodyPaid = 110
    /// 111.
    case cancelledAtTerminal = 111
    /// 801.
    case sandboxExpiredCard = 801
    /// 802.
    case sandboxInsufficientFunds = 802
    /// 803.
    case sandboxOverLimit = 803
    /// 805.
    case sandboxInvalidCard = 805

    /// One sentence: what happens.
    var summary: String {
        switch self {
        case .insufficientFunds, .sandboxInsufficientFunds: "declined 51, insufficient funds"
        case .expiredCard, .sandboxExpiredCard: "declined 54, expired card"
        case .invalidCard, .sandboxInvalidCard: "declined 14, invalid card"
        case .overLimit, .sandboxOverLimit: "declined 65, over the limit"
        case .doNotHonour: "declined 5, do not honour"
        case .issuerUnavailable: "declined 91, issuer not available"
        case .nobodyPaid: "1006, not paid"
        case .cancelledAtTerminal: "cancelled at the terminal (`cancelCode`, 1006 unless configured)"
        }
    }

    private var verdict: TerminalResult.Verdict {
        switch self {
        case .insufficientFunds, .sandboxInsufficientFunds: .declined(.insufficientFunds)
        case .expiredCard, .sandboxExpiredCard: .declined(.expiredCard)
        case .invalidCard, .sandboxInvalidCard: .declined(.invalidCard)
        case .overLimit, .sandboxOverLimit: .declined(.overLimit)
        case .doNotHonour: .declined(.doNotHonour)
        case .issuerUnavailable: .declined(.issuerUnavailable)
        case .nobodyPaid: .nobodyPaid
        case .cancelledAtTerminal: .cancelled
        }
    }

    /// Everything that will happen to the sale.
    func plan(_ context: PlanContext) -> SalePlan {
        .ended(context, .notPaid, saying: TerminalResult(verdict))
    }
}

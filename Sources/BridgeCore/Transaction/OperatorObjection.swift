// SPDX-License-Identifier: Apache-2.0

/// Why a decision is not taken before the person says that they know what they say.
///
/// The machine asks in the same step in which it decides: a payment that was told a moment before the decision counts.
/// Source: docs/promises.md 3.4.
public enum OperatorObjection: Sendable, Equatable {
    /// It is to end without payment, and until then the terminal may still take the money.
    case mayStillBePaid(until: Timestamp)
    /// It is to end without payment, and a payment was told.
    case toldPaid
    /// It is to be approved with another amount than was asked for, and no evidence of this payment has one.
    case otherAmount(asked: Money, stated: Money)

    /// The word of a person that answers the objection.
    public var assurance: OperatorNote.Assurance {
        switch self {
        case .mayStillBePaid: .now
        case .toldPaid: .althoughToldPaid
        case .otherAmount: .amountDiffers
        }
    }
}

extension OperatorObjection: CustomStringConvertible {
    /// What a person is told, with the words that answer it.
    public var description: String {
        let way = "\(assurance.flag), in JSON \"\(assurance.rawValue)\": true"
        return switch self {
        case .mayStillBePaid(let end):
            """
            until \(end) the terminal may still take the money, and whether Getnet would tell you of it is not certain; wait, or say \
            that you know better: \(way)
            """
        case .toldPaid:
            """
            a payment of it was told, and a missing receipt does not speak against that; where Getnet itself says that no money came \
            in, say so: \(way)
            """
        case .otherAmount(let asked, let stated):
            """
            \(asked.text) was asked for (\(asked.value)), and you state \(stated.text) (\(stated.value)); where the receipt has that \
            amount, with a tip for instance, say so: \(way)
            """
        }
    }
}

extension Transaction {
    /// Why this decision of a person may be wrong; `nil` where nothing known speaks against it.
    ///
    /// - Parameters:
    ///   - decision: What it is to end as.
    ///   - note: Who decides, with what they say that they know.
    ///   - terminalLife: How long a POST may have effects.
    /// - Returns: The first objection that the person does not answer.
    public func objection(
        to decision: TransactionInput.OperatorDecision,
        by note: OperatorNote,
        terminalLife: Duration
    ) -> OperatorObjection? {
        guard state == .submitted || state == .inDoubt else { return nil }
        let all = [mayStillBePaid(decision, terminalLife), toldPaid(decision), otherAmount(decision)]
        return all.compactMap(\.self).first { !note.knows.contains($0.assurance) }
    }

    private func mayStillBePaid(
        _ decision: TransactionInput.OperatorDecision,
        _ terminalLife: Duration
    ) -> OperatorObjection? {
        // A receipt says that the terminal is done.
        guard decision.status != .approved, !stay.isLifeOver, let posted = postingPeriod else { return nil }
        return .mayStillBePaid(until: posted.upperBound + terminalLife)
    }

    private func toldPaid(_ decision: TransactionInput.OperatorDecision) -> OperatorObjection? {
        decision.status != .approved && isToldPaid ? .toldPaid : nil
    }

    private func otherAmount(_ decision: TransactionInput.OperatorDecision) -> OperatorObjection? {
        guard case .approved(let code, _, let stated?) = decision, effect.movesMoney, let asked = amount,
            asked.value != stated
        else { return nil }
        // Where evidence of this very payment has an amount, nothing else is taken.
        let isTold = result?.amount != nil && Spelling.isOne(result?.authorizationCode, code)
        return isTold ? nil : .otherAmount(asked: asked, stated: Money(stated, asked.currency))
    }
}

// SPDX-License-Identifier: Apache-2.0

extension SalePlan {
    /// What the terminal's journal says about it: the truth, even if callbacks and queries say something else.
    var truth: TerminalResult {
        switch run?.outcome {
        case .paid(let extra):
            TerminalResult(.approved(payment: 1), oddity: extra == 0 ? nil : .otherAmount, tip: run?.tip ?? 0)
        case .paidTwice: .paid
        case .notPaid, nil: status.reversed().lazy.compactMap(\.report.refusal).first ?? .nobodyPaid
        }
    }

    /// Whether the terminal does what was asked.
    var isDone: Bool { (run?.outcome.payments ?? 0) > 0 }
}

extension Report {
    /// A result that is no approval, without what may be odd about it.
    fileprivate var refusal: TerminalResult? {
        guard case .result(let result) = self else { return nil }
        if case .approved = result.verdict { return nil }
        return TerminalResult(result.verdict)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Evidence against a final status.
public struct Contradiction: Sendable, Equatable {
    /// What kind of contradiction it is.
    public enum Code: String, Sendable, CaseIterable {
        /// The cloud acknowledged a second sale for this transaction; its result is not known.
        case secondSale = "second_sale"
        /// A second approval that is not the same result: a second payment.
        case secondPayment = "second_payment"
        /// An approval against another final status.
        case paidAfterAll = "paid_after_all"
        /// A refusal against another final status.
        case contraryVerdict = "contrary_verdict"
        /// A paid result whose amount does not fit.
        case inconsistentPayment = "inconsistent_payment"
    }

    /// What makes two contradictions one.
    public struct Identity: Sendable, Hashable {
        /// What kind it is.
        public let code: Code
        /// The status that it speaks for; `nil` where a store of one of the first bridges does not tell it.
        public let status: TransactionStatus?
        /// What identifies its result.
        public let payment: PaymentIdentity

        /// An identity from its parts.
        public init(code: Code, status: TransactionStatus?, payment: PaymentIdentity) {
            (self.code, self.status, self.payment) = (code, status, payment)
        }

        /// Getnet's number of a second sale.
        var secondNumber: String? { code == .secondSale ? payment.idPosTxs : nil }

        /// What it carries of a payment.
        var carriedPayment: TerminalResult { payment.result }

        /// Whether both are equal in every part that both carry; a part that one of them lacks distinguishes nothing.
        func isSame(as other: Identity) -> Bool {
            code == other.code && (status == nil || other.status == nil || status == other.status)
                && payment.isSame(as: other.payment)
        }

        /// The identity with what it leaves open taken from another of the same contradiction.
        func completed(by other: Identity) -> Identity {
            Identity(code: code, status: status ?? other.status, payment: payment.completed(by: other.payment))
        }
    }

    /// What kind of contradiction it is.
    public let code: Code
    /// Where it came from.
    public let evidence: EvidenceSource
    /// The status that it speaks for.
    public let status: TransactionStatus
    /// The result it carries.
    public let result: TerminalResult
    /// When it arrived or, for a payment that was in doubt before, when the verdict made it a contradiction.
    public let receivedAt: Timestamp
}

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
        /// The status that it speaks for and what identifies its result, parted by `|`; empty parts are unknown.
        public let result: String

        /// An identity from its parts, as it was stored.
        public init(code: Code, result: String) {
            self.code = code
            self.result = result
        }

        /// The identity of a result that speaks for a status.
        init(_ code: Code, _ status: TransactionStatus, _ result: TerminalResult) {
            self.init(code: code, result: status.rawValue + "|" + result.identity)
        }

        /// Getnet's number of a second sale.
        var secondNumber: String? {
            guard code == .secondSale, parts.count > 1 else { return nil }
            return String(parts[1])
        }

        /// What it carries of a payment, as `TerminalResult.identity` wrote it.
        var carriedPayment: TerminalResult {
            var result = TerminalResult()
            func part(_ index: Int) -> String? {
                parts.indices.contains(index) && !parts[index].isEmpty ? String(parts[index]) : nil
            }
            result.idPosTxs = part(1)
            result.operationID = part(2).flatMap { Int64($0) }
            result.authorizationCode = part(3)
            result.transToken = part(4)
            result.localTime = part(5)
            return result
        }

        private var parts: [Substring] { result.split(separator: "|", omittingEmptySubsequences: false) }

        /// Whether both are equal in every part that both carry; a part that one of them lacks distinguishes nothing.
        func isSame(as other: Identity) -> Bool {
            code == other.code
                && zip(parts, other.parts).allSatisfy { mine, theirs in
                    let (mine, theirs) = (String(mine), String(theirs))
                    return mine.isEmpty || theirs.isEmpty || Spelling.agree(mine, theirs)
                        || Spelling.isSameTime(mine, theirs)
                }
        }

        /// The identity with what it leaves open taken from another of the same contradiction.
        func completed(by other: Identity) -> Identity {
            let completed = zip(parts, other.parts).map { $0.isEmpty ? $1 : $0 }
            return Identity(code: code, result: completed.joined(separator: "|"))
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

// SPDX-License-Identifier: Apache-2.0

/// What identifies a payment among those of a transaction; `nil` for what its result does not carry.
public struct PaymentIdentity: Sendable, Hashable {
    /// Getnet's number, digits.
    public var idPosTxs: String?
    /// The receipt's number at the terminal.
    public var operationID: Int64?
    /// The issuer's authorization.
    public var authorizationCode: String?
    /// Getnet's token of the payment.
    public var transToken: String?
    /// When it was, by the terminal's clock: `YYYY-MM-DD HH:mm:ss`.
    public var localTime: String?

    /// A payment of which nothing is known.
    public init() {}

    /// What identifies a result.
    ///
    /// Bars are left out: a store puts them between the values, so what was stored and what comes again would differ.
    public init(of result: TerminalResult) {
        func part(_ text: String?) -> String? {
            guard let text, !text.isEmpty else { return nil }
            guard text.utf8.contains(UInt8(ascii: "|")) else { return text }
            let plain = String(decoding: text.utf8.filter { $0 != UInt8(ascii: "|") }, as: UTF8.self)
            return plain.isEmpty ? nil : plain
        }
        idPosTxs = part(result.idPosTxs)
        operationID = result.operationID
        authorizationCode = part(result.authorizationCode)
        transToken = part(result.transToken)
        localTime = part(result.localTime)
    }

    /// A result that carries these parts alone.
    var result: TerminalResult {
        var result = TerminalResult()
        result.idPosTxs = idPosTxs
        result.operationID = operationID
        result.authorizationCode = authorizationCode
        result.transToken = transToken
        result.localTime = localTime
        return result
    }

    /// Whether both are equal in every part that both carry.
    func isSame(as other: PaymentIdentity) -> Bool {
        Spelling.agree(idPosTxs, other.idPosTxs)
            && (operationID == nil || other.operationID == nil || operationID == other.operationID)
            && Spelling.agree(authorizationCode, other.authorizationCode)
            && Spelling.agree(transToken, other.transToken) && isSameTime(as: other)
    }

    private func isSameTime(as other: PaymentIdentity) -> Bool {
        guard let localTime, let time = other.localTime else { return true }
        return Spelling.agree(localTime, time) || Spelling.isSameTime(localTime, time)
    }

    /// The identity with what it leaves open taken from another of the same payment.
    func completed(by other: PaymentIdentity) -> PaymentIdentity {
        var completed = self
        completed.idPosTxs = idPosTxs ?? other.idPosTxs
        completed.operationID = operationID ?? other.operationID
        completed.authorizationCode = authorizationCode ?? other.authorizationCode
        completed.transToken = transToken ?? other.transToken
        completed.localTime = localTime ?? other.localTime
        return completed
    }
}

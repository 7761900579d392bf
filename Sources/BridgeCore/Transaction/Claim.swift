// SPDX-License-Identifier: Apache-2.0

/// Something that only one transaction of an account may hold.
///
/// Source: docs/promises.md 4.6.
public enum Claim: Sendable, Hashable {
    /// Getnet's number of a transaction.
    case idPosTxs(String)
    /// A paid result: terminal, receipt number, authorization and time.
    case paidResult(String)
    /// A paid result at a time that is not known, from a receipt: it ends in `|`.
    case paidReceipt(String)

    /// The receipt of a paid result.
    public static func receipt(of paidResult: String) -> String {
        String(paidResult.prefix(through: paidResult.lastIndex(of: "|") ?? paidResult.startIndex))
    }

    /// Terminal and authorization of a paid result: what all reports of one payment share, also those that leave out
    /// receipt and time.
    public static func authorization(of paidResult: String) -> String {
        let parts = paidResult.split(separator: "|", omittingEmptySubsequences: false)
        return parts.count < 3 ? paidResult : "\(parts[0])|\(parts[2])"
    }
}

extension Transaction {
    /// Whether what is claimed is a payment that was told against the final status of this transaction.
    ///
    /// Such a payment, a second one or one after all, is this transaction's, although it is not its result.
    public func isContradicted(by claim: Claim) -> Bool {
        let terminal = command.content.terminal
        return contradictions.known.contains { contradiction in
            guard contradiction.code.speaksOfPayment else { return false }
            let payment = contradiction.carriedPayment
            guard let receipt = payment.receiptClaim(of: effect, terminal: terminal) else { return false }
            switch claim {
            case .idPosTxs: return false
            case .paidReceipt(let claimed): return claimed == receipt
            case .paidResult(let claimed):
                guard claimed.hasPrefix(receipt), let time = payment.localTime else { return false }
                return Spelling.isSameTime(time, String(claimed.dropFirst(receipt.count)))
            }
        }
    }
}

extension Transaction {
    /// A repeated receipt is at most so old, where only its authorization can tell whose it is.
    static let thinReceiptMemory = Duration.seconds(7 * 86_400)

    /// Whether a payment that another transaction at this terminal is told of is this one's, told a second time.
    ///
    /// Where both reports carry receipt and time, their claims decide. Where one of them leaves something out, the same
    /// authorization with the same amount within some days is the same payment.
    public func mayHave(_ payment: TerminalResult, toldOf other: Transaction) -> Bool {
        let distance = other.acceptedAt - (posting.startedAt ?? acceptedAt)
        guard effect == other.effect, max(distance, .zero - distance) <= Self.thinReceiptMemory else { return false }
        // A person who approves says no response code.
        if let result, state == .approved || looksPaid(result), isRepeated(result, by: payment) { return true }
        return contradictions.known.contains {
            $0.code.speaksOfPayment && isRepeated($0.carriedPayment, by: payment)
        }
    }

    private func isRepeated(_ known: TerminalResult, by told: TerminalResult) -> Bool {
        let terminal = command.content.terminal
        guard
            known.paidClaim(of: effect, terminal: terminal) == nil
                || told.paidClaim(of: effect, terminal: terminal) == nil,
            Spelling.isOne(known.authorizationCode, told.authorizationCode),
            known.amount == nil || told.amount == nil || known.amount == told.amount
        else { return false }
        // A terminal that repeats a receipt answers under the number of the other transaction.
        var (first, second) = (known, told)
        (first.idPosTxs, second.idPosTxs) = (nil, nil)
        return first.isSame(as: second)
    }
}

extension TransactionMachine {
    /// The payment of a sale that an input tells of; `nil` where it tells of none.
    ///
    /// A void or a refund may show the authorization of its sale, so that two of them may show the same one.
    public static func payment(toldBy input: TransactionInput, of transaction: Transaction) -> TerminalResult? {
        guard transaction.effect == .sale else { return nil }
        switch input.testimony {
        case .answer(let answer, _, _): return answer.result.flatMap { transaction.looksPaid($0) ? $0 : nil }
        case .person(_, .approved(let authorizationCode, let operationID, let amount)):
            return transaction.receipt(authorizationCode, operationID, amount)
        case .person, .number, .batch, .absence, nil: return nil
        }
    }

    /// What an input would claim for a transaction; the store looks whether another one has it.
    public static func claims(of input: TransactionInput, for transaction: Transaction) -> [Claim] {
        // A command that moves no money owns nothing: it may show the number and the receipt of a sale.
        guard transaction.effect.movesMoney else { return [] }
        return switch input.testimony {
        case .number(let idPosTxs, _): [.idPosTxs(idPosTxs)]
        case .answer(let answer, _, _): claims(of: answer, for: transaction)
        case .person(_, .approved(let authorizationCode, let operationID, let amount)):
            claims(of: transaction.receipt(authorizationCode, operationID, amount), for: transaction)
        case .person, .batch, .absence, nil: []
        }
    }

    private static func claims(of receipt: TerminalResult, for transaction: Transaction) -> [Claim] {
        let terminal = transaction.command.content.terminal
        if let paid = receipt.paidClaim(of: transaction.effect, terminal: terminal) { return [.paidResult(paid)] }
        return receipt.receiptClaim(of: transaction.effect, terminal: terminal).map { [.paidReceipt($0)] } ?? []
    }

    private static func claims(of answer: CloudAnswer, for transaction: Transaction) -> [Claim] {
        var claims: [Claim] = []
        if let idPosTxs = transaction.number(in: answer), idPosTxs != transaction.idPosTxs {
            claims.append(.idPosTxs(idPosTxs))
        }
        if let result = answer.result, result.responseCode == .number(0),
            let paid = result.paidClaim(of: transaction.effect, terminal: transaction.command.content.terminal)
        {
            claims.append(.paidResult(paid))
        }
        // Two partial results can make a whole one, which another transaction may have.
        if transaction.state == .approved, var merged = transaction.result, let result = answer.result {
            merged.adoptIdentities(of: result)
            let paid = merged.paidClaim(of: transaction.effect, terminal: transaction.command.content.terminal)
            if let paid, !claims.contains(.paidResult(paid)) { claims.append(.paidResult(paid)) }
        }
        return claims
    }
}

extension Transaction {
    /// Whether Getnet's number of this transaction may belong to another one by now.
    ///
    /// It may once the transaction is final and the time in which evidence about it is expected is over.
    public func mayGiveUpNumber(at now: Timestamp, _ rules: TransactionRules) -> Bool {
        state.isFinal && (outcome.completedAt.map { $0 + rules.giveUpAfter < now } ?? false)
    }

    /// Getnet's number of this very transaction in an answer.
    ///
    /// A command that shows a recorded sale shows that sale's number; an answer under another function code may, too.
    func number(in answer: CloudAnswer) -> String? {
        if effect.movesMoney { return answer.number }
        let isOfAnother = answer.result?.functionCode.map { $0 != command.content.type.functionCode } ?? false
        return isOfAnother || command.content.type.showsRecord ? nil : answer.number
    }
}

extension Transaction {
    /// The payment that a person read from a receipt, with what is known of it already.
    ///
    /// Its amount is the one that evidence of this payment told, else the one that the person states, and never the one
    /// that was asked for. Only for a void or refund it is the amount that was asked for.
    func receipt(_ authorizationCode: String, _ operationID: Int64?, _ stated: Int64?) -> TerminalResult {
        var receipt = TerminalResult()
        receipt.authorizationCode = authorizationCode
        receipt.operationID = operationID
        receipt.amount = stated ?? (effect == .sale ? nil : amount?.value)
        receipt.idPosTxs = idPosTxs
        // A payment that did not fit may be the very one.
        if let result, Spelling.isOne(result.authorizationCode, authorizationCode), receipt.isSame(as: result) {
            receipt.adoptIdentities(of: result)
            if effect == .sale { receipt.amount = result.amount ?? stated }
            (receipt.tip, receipt.cashback) = (result.tip, result.cashback)
        }
        return receipt
    }
}

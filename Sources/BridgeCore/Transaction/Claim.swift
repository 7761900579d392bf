// SPDX-License-Identifier: Apache-2.0

/// Something that only one transaction of an account may hold.
///
/// Source: contract §4, last paragraph.
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
}

extension TransactionMachine {
    /// What an input would claim for a transaction; the store looks whether another one has it.
    public static func claims(of input: TransactionInput, for transaction: Transaction) -> [Claim] {
        switch input {
        case .submissionEnded(_, .acknowledged(let idPosTxs)): [.idPosTxs(idPosTxs)]
        case .submissionEnded(_, .answered(let answer)): claims(of: answer, for: transaction)
        case .evidence(let evidence): claims(of: evidence.answer, for: transaction)
        case .operatorDecision(.approved(let authorizationCode, let operationID), _):
            claims(of: transaction.receipt(authorizationCode, operationID), for: transaction)
        case .submissionEnded(_, .notStarted), .submissionEnded(_, .unknown), .due, .receiptRead, .batchRead,
            .submissionStarted,
            .recovered,
            .unreadableCallback, .queryRequested, .lifeEnded, .journalAbsence, .journalClosed, .cancel, .cancelEnded,
            .operatorDecision, .settled, .restored:
            []
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
    /// Getnet's number of this very transaction in an answer.
    ///
    /// What only reads may be answered with the voucher of a sale, whose number is the sale's.
    func number(in answer: CloudAnswer) -> String? {
        let isOfAnother = answer.result?.functionCode.map { $0 != command.content.type.functionCode } ?? false
        return !effect.movesMoney && isOfAnother ? nil : answer.number
    }
}

extension Transaction {
    /// The payment that a person read from a receipt, with what is known of it already.
    func receipt(_ authorizationCode: String, _ operationID: Int64?) -> TerminalResult {
        var receipt = TerminalResult()
        receipt.authorizationCode = authorizationCode
        receipt.operationID = operationID
        receipt.amount = amount?.value
        receipt.idPosTxs = idPosTxs
        // A payment that did not fit may be the very one.
        if let result, result.authorizationCode == authorizationCode, receipt.isSame(as: result) {
            receipt.adoptIdentities(of: result)
        }
        return receipt
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What an answer says about a transaction: the one table from evidence to verdict.
///
/// Source: docs/promises.md 4.4, 4.5; docs/getnet.md 6.1, 6.2, 6.4.
public enum Judgement: Sendable, Equatable {
    /// A status that ends the transaction.
    case verdict(Verdict, TerminalResult)
    /// The terminal answered this command, but what it says does not fit together.
    case inconsistent(TerminalResult)
    /// Nothing that decides: still in process, an error of the cloud, no terminal object, another command's answer.
    case undecided
    /// It names another transaction.
    case foreign

    /// The statuses that evidence can lead to.
    public enum Verdict: Sendable, Hashable {
        /// The money moved.
        case approved
        /// The terminal or the issuer said no.
        case declined
        /// The customer did not pay.
        case notCompleted
        /// A command that moves no money was done.
        case completed
    }

    /// The terminal's number for "no card was presented in time" and "cancelled".
    ///
    /// Source: docs/getnet.md 6.4.
    static let nobodyPaid: Int64 = 1006
    /// The terminal's number for "could not reach the host": uncertain.
    static let hostUnreachable: Int64 = -1

    /// Judges an answer for a transaction's command.
    public static func of(_ answer: CloudAnswer, for transaction: Transaction) -> Judgement {
        guard stranger(in: answer, for: transaction) == nil else { return .foreign }
        // Only a command that moves money has a number that no other transaction has.
        let isRenumbered = transaction.effect.movesMoney && strangeNumber(in: answer, for: transaction) != nil
        guard answer.code == .done, var result = answer.result,
            transaction.command.content.type.isAnswered(by: result.functionCode)
        else { return isRenumbered ? .foreign : .undecided }
        if transaction.effect.movesMoney { result.idPosTxs = answer.number }
        // Another number beside our own name: a second one of ours at the cloud. Its refusal means nothing here, but
        // its payment does.
        if isRenumbered { return transaction.looksPaid(result) ? .inconsistent(result) : .foreign }
        switch result.responseCode {
        case .number(0):
            guard fits(result, transaction), transaction.isRead(by: answer) else { return .inconsistent(result) }
            return .verdict(transaction.effect.movesMoney ? .approved : .completed, result)
        // The response code of a recorded command says nothing of the question.
        case .number where transaction.isShownRecord(by: result) && transaction.isRead(by: answer):
            return .verdict(.completed, result)
        case .number(nobodyPaid): return .verdict(.notCompleted, result)
        case .number(hostUnreachable), .missing, .unreadable: return .inconsistent(result)
        case .number: return .verdict(.declined, result)
        }
    }

    /// Whether a result with the terminal's code of success is that of the transaction.
    static func fits(_ result: TerminalResult, _ transaction: Transaction) -> Bool {
        misfit(of: result, for: transaction) == nil
    }

    /// What does not fit in a result that says success.
    static func misfit(of result: TerminalResult, for transaction: Transaction) -> Misfit? {
        guard transaction.looksDone(result) else {
            return result.responseCode == .number(0) ? .noAuthorization : .noVerdict
        }
        switch transaction.effect {
        case .sale: return amountMisfit(result, transaction)
        case .void:
            guard result.success != false else { return .noSuccess }
            let isReceipt =
                result.operationID != nil
                && result.operationID == transaction.original?.operationID
            return isReceipt ? nil : .receipt(ours: transaction.original?.operationID, told: result.operationID)
        case .refund:
            guard result.success != false else { return .noSuccess }
            return result.amount == nil ? nil : amountMisfit(result, transaction)
        case .reading, .acting: return result.success == false ? .noSuccess : nil
        }
    }

    private static func amountMisfit(_ result: TerminalResult, _ transaction: Transaction) -> Misfit? {
        guard !amountFits(result, transaction) else { return nil }
        let asked = transaction.command.content.amount
        return .amount(asked: asked, told: result.amount, tip: result.tip ?? 0, cashback: result.cashback ?? 0)
    }

    /// Whether the amount is the one that was asked for, with what the answer itself says was added at the terminal.
    static func amountFits(_ result: TerminalResult, _ transaction: Transaction) -> Bool {
        guard let amount = result.amount, let asked = transaction.command.content.amount?.value else { return false }
        if amount == asked { return true }
        guard transaction.effect == .sale else { return false }
        let tip = result.tip ?? 0
        let cashback = result.cashback ?? 0
        guard amount <= Money.chargeable.upperBound, tip >= 0, cashback >= 0, tip <= amount, cashback <= amount - tip
        else { return false }
        return amount - tip - cashback == asked
    }

    /// The identity that names another transaction; `nil` where none does.
    ///
    /// For a command that moves money every identity must agree. Two may differ where others outweigh them: a number
    /// where our own name stands beside it, and a ticket where name and number are ours, because terminals cut and
    /// rewrite tickets. A command that moves no money has no identity but its name, and one that shows a recorded sale
    /// may show all identities of that sale.
    /// *Source*: `docs/decisions/0012-identities.md`.
    static func stranger(in answer: CloudAnswer, for transaction: Transaction) -> Misfit? {
        let content = transaction.command.content
        let terminal = content.terminal.idTerminal
        if let told = answer.result?.terminalID, !Spelling.agree(told, terminal) {
            return .terminal(ours: terminal, told: told)
        }
        if content.type.showsRecord { return nil }
        let isNamed = Spelling.isOne(answer.customID, transaction.id.description)
        if let told = answer.customID, !isNamed { return .name(told: told) }
        if let told = answer.recordedName { return .name(told: told) }
        guard transaction.effect.movesMoney else { return nil }
        if let one = answer.idPosTxs, let other = answer.result?.idPosTxs, !Spelling.agree(one, other) {
            return .twoNumbers(one, other)
        }
        if !isNamed, let strange = strangeNumber(in: answer, for: transaction) { return strange }
        return transaction.sendsTicketNumber ? strangeTicket(in: answer, for: transaction, isNamed: isNamed) : nil
    }

    /// A number of Getnet's that is not the transaction's.
    static func strangeNumber(in answer: CloudAnswer, for transaction: Transaction) -> Misfit? {
        guard let told = answer.number, let ours = transaction.idPosTxs, !Spelling.agree(told, ours) else { return nil }
        return .number(ours: ours, told: told)
    }

    private static func strangeTicket(
        in answer: CloudAnswer,
        for transaction: Transaction,
        isNamed: Bool
    ) -> Misfit? {
        guard let ticket = answer.result?.ticket, let reference = transaction.command.content.reference,
            !Spelling.agree(ticket, reference)
        else { return nil }
        let isOurs =
            isNamed
            && (Spelling.isOne(answer.number, transaction.idPosTxs)
                || transaction.idPosTxs == nil && Spelling.isCut(ticket, of: reference))
        return isOurs ? nil : .ticket(sent: reference, told: ticket)
    }
}

extension Transaction {
    /// Whether an answer holds what the command asked for; nothing can be compared with half a list.
    func isRead(by answer: CloudAnswer) -> Bool {
        command.content.type != .reconcile || answer.journal?.isWhole(at: command.content.terminal) == true
    }

    /// Whether a result is a recorded one that the command asked to see, rather than the command's own.
    func isShownRecord(by result: TerminalResult) -> Bool {
        let type = command.content.type
        return type.showsRecord && result.functionCode.map { $0 != 0 && $0 != type.functionCode } ?? false
    }

    /// Whether the terminal reports that money moved, even with a wrong amount.
    public func looksPaid(_ result: TerminalResult) -> Bool { effect.movesMoney && looksDone(result) }

    /// Whether the terminal reports that the command was done, even with a wrong amount.
    ///
    /// The result of a sale or a refund has an authorization. For a void that is not known (docs/getnet.md 10.3).
    func looksDone(_ result: TerminalResult) -> Bool {
        guard result.responseCode == .number(0) else { return false }
        switch effect {
        case .sale, .refund: return result.authorizationCode?.isEmpty == false
        case .void, .reading, .acting: return true
        }
    }
}

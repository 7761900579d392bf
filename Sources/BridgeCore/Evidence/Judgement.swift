// SPDX-License-Identifier: Apache-2.0

/// What an answer says about a transaction: the one table from evidence to verdict.
///
/// Source: contract §4, reference §0.3 and §5.3.
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
        /// Paid.
        case approved
        /// The terminal or the issuer said no.
        case declined
        /// Nobody paid.
        case notCompleted
    }

    /// The terminal's number for "nobody presented a card in time" and "cancelled".
    ///
    /// Source: reference §5.3.
    static let nobodyPaid: Int64 = 1006
    /// The terminal's number for "could not reach the host": uncertain.
    static let hostUnreachable: Int64 = -1

    /// Judges an answer for a charge.
    public static func of(_ answer: CloudAnswer, for transaction: Transaction) -> Judgement {
        guard names(answer, transaction) else { return .foreign }
        let isRenumbered = !agree(answer.number, transaction.idPosTxs)
        guard answer.code == .done, var result = answer.result,
            result.functionCode == transaction.command.content.type.functionCode
        else { return isRenumbered ? .foreign : .undecided }
        result.idPosTxs = answer.number
        // Another number beside our own name: a second sale of ours at the cloud. Its refusal means nothing here, but
        // its payment does.
        if isRenumbered { return result.looksPaid ? .inconsistent(result) : .foreign }
        switch result.responseCode {
        case .number(0): return fits(result, transaction) ? .verdict(.approved, result) : .inconsistent(result)
        case .number(nobodyPaid): return .verdict(.notCompleted, result)
        case .number(hostUnreachable), .missing, .unreadable: return .inconsistent(result)
        case .number: return .verdict(.declined, result)
        }
    }

    /// Whether authorization and amount of a paid result are those of the transaction.
    static func fits(_ result: TerminalResult, _ transaction: Transaction) -> Bool {
        result.looksPaid && amountFits(result, transaction)
    }

    /// Whether the amount is the one that was asked for, as far as the country lets the terminal add to it.
    static func amountFits(_ result: TerminalResult, _ transaction: Transaction) -> Bool {
        guard let amount = result.amount else { return false }
        let asked = transaction.command.content.amount.value
        if amount == asked { return true }
        guard CountryProfile.named(transaction.country)?.terminalMayAddToAmount == true else { return false }
        let tip = result.tip ?? 0
        let cashback = result.cashback ?? 0
        guard tip >= 0, cashback >= 0, tip <= amount, cashback <= amount - tip else { return false }
        return amount - tip - cashback == asked
    }

    /// Whether no identity names another transaction.
    ///
    /// A number of Getnet's may differ where our own name stands beside it.
    private static func names(_ answer: CloudAnswer, _ transaction: Transaction) -> Bool {
        let content = transaction.command.content
        let sendsTicket = CountryProfile.named(transaction.country)?.sendsTicketNumber == true
        return agree(answer.idPosTxs, answer.result?.idPosTxs)
            && (agree(answer.number, transaction.idPosTxs) || answer.customID != nil)
            && agree(answer.customID, transaction.id.description)
            && (!sendsTicket || agree(answer.result?.ticket, content.reference))
            && (answer.result?.terminalID?.equalsIgnoringASCIICase(content.terminal.idTerminal) ?? true)
    }

    /// Whether two identities are equal as far as both sides have one.
    private static func agree(_ theirs: String?, _ ours: String?) -> Bool {
        guard let theirs, let ours else { return true }
        return theirs == ours
    }
}

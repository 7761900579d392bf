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
        guard agrees(answer, with: transaction) else { return .foreign }
        guard answer.code == .done, var result = answer.result,
            result.functionCode == transaction.command.content.type.functionCode
        else { return .undecided }
        result.idPosTxs = result.idPosTxs ?? answer.idPosTxs
        switch result.responseCode {
        case .number(0): return isPaid(result, transaction) ? .verdict(.approved, result) : .inconsistent(result)
        case .number(nobodyPaid): return .verdict(.notCompleted, result)
        case .number(hostUnreachable), .missing, .unreadable: return .inconsistent(result)
        case .number: return .verdict(.declined, result)
        }
    }

    private static func agrees(_ answer: CloudAnswer, with transaction: Transaction) -> Bool {
        let content = transaction.command.content
        let sendsTicket = CountryProfile.named(transaction.country)?.sendsTicketNumber == true
        func agree(_ theirs: String?, _ ours: String?, ignoringCase: Bool = false) -> Bool {
            guard let theirs, let ours else { return true }
            return ignoringCase ? theirs.equalsIgnoringASCIICase(ours) : theirs == ours
        }
        return agree(answer.idPosTxs, transaction.idPosTxs)
            && agree(answer.result?.idPosTxs, transaction.idPosTxs)
            && agree(answer.customID, transaction.id.description)
            && (!sendsTicket || agree(answer.result?.ticket, content.reference))
            && agree(answer.result?.terminalID, content.terminal.idTerminal, ignoringCase: true)
    }

    private static func isPaid(_ result: TerminalResult, _ transaction: Transaction) -> Bool {
        guard result.authorizationCode != nil, let amount = result.amount else { return false }
        let asked = transaction.command.content.amount.value
        if amount == asked { return true }
        guard CountryProfile.named(transaction.country)?.terminalMayAddToAmount == true else { return false }
        let tip = result.tip ?? 0
        let cashback = result.cashback ?? 0
        guard tip >= 0, cashback >= 0, tip <= amount, cashback <= amount - tip else { return false }
        return amount - tip - cashback == asked
    }
}

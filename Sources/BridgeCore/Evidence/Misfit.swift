// SPDX-License-Identifier: Apache-2.0

/// The reason why an answer is not this transaction's, or does not decide it.
///
/// One check refuses an answer and tells people why, so that the two never differ.
/// *Source*: `docs/decisions/0012-identities.md`.
public enum Misfit: Sendable, Equatable {
    // Whose it is.
    case terminal(ours: String, told: String)
    case name(told: String)
    case twoNumbers(String, String)
    case number(ours: String, told: String)
    case ticket(sent: String, told: String)
    // What it says.
    case command(functionCode: Int64?)
    case noVerdict
    case hostUnreachable
    case noAuthorization
    case noSuccess
    case amount(asked: Money?, told: Int64?, tip: Int64, cashback: Int64)
    case receipt(ours: Int64?, told: Int64?)
    case halfAList

    /// What is told to people is cut here, in characters.
    private static let longestName = 64

    /// One clause for people.
    public var text: String {
        switch self {
        case .terminal(let ours, let told): "it names the terminal \(Self.cut(told)), ours is \(ours)"
        case .name(let told): "it names the transaction \(Self.cut(told))"
        case .twoNumbers(let one, let other): "it has two numbers of Getnet's, \(Self.cut(one)) and \(Self.cut(other))"
        case .number(let ours, let told): "it has Getnet's number \(Self.cut(told)), ours is \(ours)"
        case .ticket(let sent, let told): "it has the ticket \(Self.cut(told)), sent was \(sent)"
        case .command(let code?): "it is the result of another command (functionCode \(code))"
        case .command(nil): "it does not say of which command it is the result"
        case .noVerdict: "it has no response code that can be read"
        case .hostUnreachable: "the terminal could not reach its host (response code -1)"
        case .noAuthorization: "it says approved, but has no authorization code"
        case .noSuccess: "it says approved, and also that there was no success"
        case .amount(nil, _, _, _): "it has an amount, and none was asked for"
        case .amount(let asked?, let told, let tip, let cashback):
            "asked \(asked.text), told "
                + (told.map { AmountText.of($0, asked.currency.rawValue) } ?? "no amount")
                + Self.added(tip, "tip", asked) + Self.added(cashback, "cashback", asked)
        case .receipt(let ours, let told):
            "it took back the receipt \(told.map { "\($0)" } ?? "of an unknown number"), ours is \(ours.map { "\($0)" } ?? "not known")"
        case .halfAList: "the list of sales is not whole"
        }
    }

    /// A name as the cloud wrote it; other text is not repeated, since it may hold anything.
    static func cut(_ text: String) -> String {
        let isName = text.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard isName else { return "[a text of \(text.utf8.count) bytes]" }
        return text.utf8.count > longestName ? text.prefix(longestName) + "…" : text
    }

    private static func added(_ value: Int64, _ name: String, _ asked: Money) -> String {
        value == 0 ? "" : ", of it \(AmountText.of(value, asked.currency.rawValue)) \(name)"
    }
}

extension Misfit {
    /// What does not fit in an answer; `nil` where it is ours and decides, or says nothing at all.
    static func of(_ answer: CloudAnswer, for transaction: Transaction) -> Misfit? {
        if let stranger = Judgement.stranger(in: answer, for: transaction) { return stranger }
        guard answer.code == .done, let result = answer.result else { return nil }
        guard transaction.command.content.type.isAnswered(by: result.functionCode) else {
            return .command(functionCode: result.functionCode)
        }
        if transaction.effect.movesMoney, let strange = Judgement.strangeNumber(in: answer, for: transaction) {
            return strange
        }
        switch result.responseCode {
        case .number(0):
            return Judgement.misfit(of: result, for: transaction) ?? (transaction.isRead(by: answer) ? nil : .halfAList)
        case .number(Judgement.hostUnreachable): return .hostUnreachable
        case .missing, .unreadable: return .noVerdict
        case .number: return nil
        }
    }
}

extension Transaction {
    /// What does not fit in the payment that is known of it, while it is in doubt.
    public var misfit: Misfit? {
        guard state == .inDoubt, let result, looksPaid(result) else { return nil }
        if let told = result.idPosTxs, let ours = idPosTxs, !Spelling.agree(told, ours) {
            return .number(ours: ours, told: told)
        }
        return Judgement.misfit(of: result, for: self)
    }

    /// Its reason for people, with what is known of the cause: `asked 15,990 CLP, told 17,589 CLP`.
    public var reasonText: String? {
        guard let reason else { return nil }
        switch reason.code {
        case .noResult where isToldPaid:
            return "the terminal's time is over, and a payment that was told is not confirmed"
        case .inconsistentResult, .operatorNeeded:
            guard let cause = misfit?.text ?? doubtfulCause(reason.code) else { return reason.message }
            return "\(reason.message): \(cause)"
        default: return reason.message
        }
    }

    /// Whether a payment is known of it that decided nothing yet.
    public var isToldPaid: Bool {
        (state == .inDoubt || state == .submitted) && result.map { looksPaid($0) } == true
    }

    /// The cause of a doubt that is not a payment that does not fit.
    private func doubtfulCause(_ code: Reason.Code) -> String? {
        guard state == .inDoubt else { return nil }
        if isToldPaid { return "a payment was told, and nothing confirmed it" }
        if contradictions.known.contains(where: { $0.code == .secondSale }) {
            return "Getnet gave two numbers for it, so that there may be two sales"
        }
        if posting.refused > 0, posting.isKnownToCloud {
            return "the cloud refused a POST of it, and then told a result of it"
        }
        // Before the terminal's time is over it is another cause, a fault of the bridge's own.
        guard code == .operatorNeeded, stay.isLifeOver else { return nil }
        if stay.journalReadAt != nil { return Reason(.notInJournal).message }
        return idPosTxs == nil ? "it may have reached the terminal, and no answer is known" : "no result is known"
    }
}

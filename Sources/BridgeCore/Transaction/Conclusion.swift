// SPDX-License-Identifier: Apache-2.0

/// What a person has to know first about a transaction.
///
/// That is what is certain about the money, what the bridge does by itself, and when a person decides. Pure: from the
/// row, the rules and an instant.
/// *Source*: `docs/operations/README.md`.
public struct Conclusion: Sendable, Equatable {
    /// Whether a person has to do something.
    public enum Person: Sendable, Equatable {
        /// The bridge goes on by itself until it ends.
        case notNeeded
        /// The bridge goes on by itself until then.
        case from(Timestamp)
        /// Nothing happens any more until a person decides.
        case now
    }

    /// Whether a person has to do something.
    public let person: Person
    /// Whole sentences, the money first.
    public let sentences: [String]

    /// The conclusion about a transaction at an instant.
    public init(about transaction: Transaction, at now: Timestamp, rules: TransactionRules) {
        let writer = ConclusionWriter(transaction: transaction, now: now, rules: rules)
        person = transaction.contradictions.open > 0 && transaction.state.isFinal ? .now : writer.person
        sentences = writer.money + writer.contradictions + writer.course
    }

    /// The sentences as one text.
    public var text: String { sentences.joined(separator: " ") }
}

/// Writes the sentences.
private struct ConclusionWriter {
    let transaction: Transaction
    let now: Timestamp
    let rules: TransactionRules

    private var isMoney: Bool { transaction.effect.movesMoney }
    private var latestPost: Timestamp { transaction.postingPeriod?.upperBound ?? transaction.acceptedAt }
    private var lifeEndsAt: Timestamp { latestPost + rules.terminalLife }
    private var givesUpAt: Timestamp { latestPost + rules.giveUpAfter }
    private var currency: Currency? { transaction.amount?.currency ?? transaction.command.content.amount?.currency }

    private func text(_ value: Int64?) -> String {
        guard let value else { return "an unknown amount" }
        return currency.map { AmountText.of(value, $0.rawValue) } ?? "\(value)"
    }

    /// "Paid", or "Given back".
    private var moved: String { transaction.effect == .sale ? "Paid" : "Given back" }
    private var wasMoved: String { isMoney ? moved.lowercased() : "done" }
    private var notMoved: String { "Not \(wasMoved)" }
    private var unknown: String { "Whether it was \(wasMoved) is not known." }
    private var because: String { transaction.reasonText.map { ": \($0)" } ?? "" }

    // MARK: - Money

    /// What is certain about the money.
    var money: [String] {
        switch transaction.state {
        case .accepted: ["\(beforeStart)\(because)."]
        case .submitting: ["It is being sent to Getnet now."]
        case .submitted: ["It is at the terminal, and has no result yet."]
        case .approved: [approval]
        case .declined: ["\(notMoved)\(because)\(said)."]
        case .notCompleted: ["\(notMoved)\(because)."]
        case .failed: ["Certainly not started at the terminal\(because)."]
        case .completed: ["Done."]
        case .inDoubt: [doubt]
        }
    }

    private var beforeStart: String {
        // A command that only reads may have reached the terminal; it is sent again all the same.
        guard isMoney, transaction.posting.attempts > 0 else { return "It waits to be sent" }
        return "Nothing began at the terminal yet"
    }

    /// What the terminal says of a refusal.
    private var said: String {
        guard let result = transaction.result, case .number(let code) = result.responseCode else { return "" }
        return " (\(result.responseMessage.map { "\($0), " } ?? "")response code \(code))"
    }

    private var approval: String {
        let result = transaction.result
        let told = result?.amount ?? transaction.amount?.value
        var words = ["\(moved) \(text(told))"]
        if let asked = transaction.amount?.value, let told, told != asked {
            let added = [(result?.tip, "tip"), (result?.cashback, "cashback")]
                .compactMap { value, name in (value ?? 0) == 0 ? nil : ", of it \(text(value)) \(name)" }
            words.append("asked \(text(asked))\(added.joined())")
        }
        if let code = result?.authorizationCode, !code.isEmpty { words.append("authorization \(Misfit.cut(code))") }
        if let receipt = result?.operationID { words.append("receipt \(receipt)") }
        let source = transaction.outcome.decidedBy == .operator ? ", as a person decided" : ""
        return words.joined(separator: ", ") + source + "."
    }

    private var doubt: String {
        if let misfit = transaction.misfit {
            if case .amount(let asked?, let told?, _, _) = misfit {
                return "\(moved) \(text(told)), asked \(asked.text). The bridge cannot know which is right."
            }
            return "The terminal reports that it was \(wasMoved), but \(misfit.text)."
        }
        if transaction.isToldPaid {
            let code = transaction.result?.authorizationCode.map { " (authorization \(Misfit.cut($0)))" } ?? ""
            return "It was told that it was \(wasMoved)\(code), and nothing confirmed it. \(unknown)"
        }
        if transaction.contradictions.known.contains(where: { $0.code == .secondSale }) {
            return "Getnet gave two numbers for it, so that it may have been \(wasMoved) twice. \(unknown)"
        }
        if let number = transaction.idPosTxs {
            return "It reached Getnet (number \(number)), and no result came that decides. \(unknown)"
        }
        return transaction.posting.startedAt == nil
            ? "It may have been sent after the backup was made. \(unknown)"
            : "It was sent, and no answer tells whether it reached the terminal. \(unknown)"
    }

    // MARK: - What speaks against the end

    var contradictions: [String] {
        guard transaction.state.isFinal else { return [] }
        return transaction.contradictions.known.enumerated().map { index, contradiction in
            // They are dealt with in their order.
            let isSettled = index < transaction.contradictions.settled
            return told(contradiction) + (isSettled ? " A person settled that." : "")
        }
    }

    private func told(_ contradiction: Contradiction.Identity) -> String {
        let paid = contradiction.carriedPayment
        let details = [
            paid.authorizationCode.map { "authorization \(Misfit.cut($0))" },
            paid.operationID.map { "receipt \($0)" }, paid.idPosTxs.map { "Getnet's number \($0)" },
        ].compactMap(\.self)
        let which = details.isEmpty ? "" : " (\(details.joined(separator: ", ")))"
        return switch contradiction.code {
        case .secondSale: "Getnet acknowledged a second one\(which): it may have been \(wasMoved) twice."
        case .secondPayment where transaction.effect == .sale:
            "A second payment was told\(which): the customer may have paid twice."
        case .secondPayment: "It was told twice\(which): it may have been \(wasMoved) twice."
        case .paidAfterAll: "It was told that it was \(wasMoved) after all\(which)."
        case .contraryVerdict: "A refusal was told afterwards\(which)."
        case .inconsistentPayment: "A payment was told that does not fit\(which)."
        }
    }

    // MARK: - What comes

    var person: Conclusion.Person {
        guard transaction.state == .inDoubt else { return .notNeeded }
        if transaction.reason?.code == .operatorNeeded { return .now }
        // Where no money moves it ends by itself when the terminal's time is over.
        guard isMoney else { return .notNeeded }
        return givesUpAt <= now ? .now : .from(givesUpAt)
    }

    /// What the bridge does by itself, and from when a person decides.
    var course: [String] {
        switch transaction.state {
        case .accepted:
            let isNever = isMoney || !transaction.posting.isKnownToCloud
            let end = isNever ? "failed, certainly not started" : "not completed"
            return ["If it is not sent by \(transaction.command.expiresAt), it ends as \(end)."]
        case .submitting: return []
        case .submitted:
            let next = transaction.statusQueries.dueAt.map { "The bridge asks Getnet at \($0). " } ?? ""
            return ["\(next)Without a result by \(lifeEndsAt) it \(isMoney ? "is in doubt" : "ends as not completed")."]
        case .inDoubt: return courseOfDoubt
        case .approved, .declined, .notCompleted, .failed, .completed:
            return transaction.contradictions.open > 0
                ? ["A person must ask Getnet which is right, and settle it."] : []
        }
    }

    private var courseOfDoubt: [String] {
        if person == .now { return ["A person must decide now."] }
        var sentences: [String] = []
        // No answer that the bridge waits for is likely to end that.
        if transaction.misfit != nil { sentences.append("A person may decide it already.") }
        if transaction.idPosTxs != nil { sentences.append("The bridge goes on asking Getnet by itself.") }
        if !transaction.stay.isLifeOver, lifeEndsAt > now {
            let next = isMoney ? "; then the bridge reads its journal" : ""
            sentences.append("The terminal may be at it until \(lifeEndsAt)\(next).")
        } else if let read = transaction.stay.journalReadAt, transaction.result == nil {
            sentences.append("The terminal's journal, read at \(read), has no such payment.")
        }
        switch person {
        case .from(let instant): sentences.append("From \(instant) a person decides.")
        case .notNeeded, .now: sentences.append("It ends as not completed when the terminal's time is over.")
        }
        return sentences
    }
}

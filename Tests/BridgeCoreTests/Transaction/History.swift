// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport

/// One random life of a transaction; rules that know nothing of the machine check it step by step.
struct History {
    /// How many inputs a life has at most.
    static let longest = 24

    private var random: SeededGenerator
    private let rules: TransactionRules
    private var now = Timestamp.sample
    private var transaction: Transaction
    /// Whether a POST may have reached the cloud; only what the test told the machine counts.
    private var mayHaveLeft = false
    /// The journal showed the receipt that a void is about, and no POST began since then.
    private var isReceiptSeen = false
    /// A callback came, so a POST reached the cloud, even if the machine was told that none did.
    private var isProven = false
    private var toldSales: Set<String> = []
    private var publishedContradictions: Set<Contradiction.Identity> = []
    private let isRecording: Bool
    private(set) var steps: [String] = []

    init(seed: UInt64, isRecording: Bool = false) {
        self.isRecording = isRecording
        random = SeededGenerator(seed: seed)
        rules = TransactionRules(
            giveUpAfter: .seconds(Int.random(in: 100...2_000, using: &random)),
            absenceIsFinal: Bool.random(using: &random),
            callbackNeedsQuery: Int.random(in: 0..<4, using: &random) == 0
        )
        let types: [CommandType] = [.charge, .charge, .charge, .refund, .void]
        let type = types.randomElement(using: &random) ?? .charge
        let isArgentine = type != .void && Bool.random(using: &random)
        let account = isArgentine ? Account(name: "main", profile: .argentina, environment: "uat") : .sample
        let lifetime = Duration.seconds(Int.random(in: -1...120, using: &random))
        let begun = TransactionMachine.accept(
            .sample(type: type, account: account, lifetime: lifetime),
            rules: rules
        )
        transaction = begun.transaction
    }

    /// Goes through the life and returns the first broken rule, or `nil`.
    mutating func run() -> String? {
        for _ in 0..<Int.random(in: 1...Self.longest, using: &random) {
            now = now + .seconds(Int.random(in: -5...90, using: &random))
            let input = randomInput()
            let claimant = Int.random(in: 0..<12, using: &random) == 0 ? TransactionID(at: now, random: 5) : nil
            let before = transaction
            let change = TransactionMachine.apply(input, to: before, at: now, rules: rules, claimant: claimant)
            if isRecording {
                steps.append("\(input) claimed:\(claimant != nil) -> \(change.summary(before: before, at: now))")
            }
            if let broken = brokenRule(before, input, claimant, change) { return broken }
            note(input, change)
            transaction = change.transaction
        }
        return nil
    }

    // MARK: - Rules

    private mutating func brokenRule(
        _ before: Transaction,
        _ input: TransactionInput,
        _ claimant: TransactionID?,
        _ change: Transition
    ) -> String? {
        let after = change.transaction
        return brokenEnd(before, input, claimant, after) ?? brokenPost(before, change)
            ?? brokenEvents(before, change) ?? brokenNumber(before, claimant, after)
            ?? brokenShape(after, change) ?? brokenLane(before, input, after)
            ?? brokenRepetition(input, claimant, change)
    }

    private func brokenEnd(
        _ before: Transaction,
        _ input: TransactionInput,
        _ claimant: TransactionID?,
        _ after: Transaction
    ) -> String? {
        if before.state.isFinal {
            let isKept =
                after.state == before.state && after.reason == before.reason
                && after.outcome.completedAt == before.outcome.completedAt
                && after.outcome.decidedBy == before.outcome.decidedBy
            if after.contradictions.open < before.contradictions.open, !input.isSettlement {
                return "a contradiction was settled by nobody"
            }
            return isKept ? nil : "a final status was left"
        }
        guard after.state.isFinal else { return nil }
        if after.state == .approved, !mayApprove(before, input, claimant) { return "approved without an approval" }
        return mayHaveLeft && !mayEnd(before, input) ? "ended by neither evidence nor an operator" : nil
    }

    /// Whether that input may end a transaction whose POST may have left.
    private func mayEnd(_ before: Transaction, _ input: TransactionInput) -> Bool {
        switch input {
        case .evidence, .operatorDecision, .submissionEnded(_, .answered): true
        case .submissionEnded(let attempt, .notStarted): before.state == .submitting(attempt: attempt) && !isProven
        case .journalAbsence: rules.absenceIsFinal && before.restoredAt == nil
        case .due, .receiptRead, .batchRead, .submissionStarted, .submissionEnded, .recovered, .unreadableCallback,
            .queryRequested, .lifeEnded, .journalNear, .journalClosed, .cancel, .cancelEnded, .settled, .notStorable,
            .restored:
            false
        }
    }

    private func mayApprove(_ before: Transaction, _ input: TransactionInput, _ claimant: TransactionID?) -> Bool {
        let answer: CloudAnswer
        switch input {
        case .operatorDecision(.approved, _): return claimant == nil
        case .evidence(let evidence):
            if rules.callbackNeedsQuery, evidence.source == .callback { return false }
            answer = evidence.answer
        case .submissionEnded(_, .answered(let given)): answer = given
        case .due, .receiptRead, .batchRead, .submissionStarted, .submissionEnded, .recovered, .unreadableCallback,
            .queryRequested, .lifeEnded, .journalAbsence, .journalNear, .journalClosed, .cancel, .cancelEnded,
            .operatorDecision,
            .settled, .notStorable, .restored:
            return false
        }
        guard claimant == nil, answer.code == .done, let result = answer.result, result.responseCode == .number(0),
            result.functionCode == before.command.content.type.functionCode
        else { return false }
        return isOfCommand(result, before)
            && (answer.customID ?? before.id.description) == before.id.description
            && (answer.idPosTxs == before.idPosTxs || answer.idPosTxs == nil || before.idPosTxs == nil)
    }

    /// Whether a result with the code of success is the command's result, by the command's own rules.
    private func isOfCommand(_ result: TerminalResult, _ before: Transaction) -> Bool {
        let isAuthorized = result.authorizationCode?.isEmpty == false
        let asked = before.command.content.amount?.value
        switch before.command.content.type {
        case .charge:
            let added = (result.tip ?? 0) + (result.cashback ?? 0)
            return isAuthorized && result.amount != nil
                && (result.amount == asked || result.amount.map { $0 - added } == asked)
        case .void: return result.success != false && result.operationID == before.original?.operationID
        case .refund:
            return isAuthorized && result.success != false && (result.amount == nil || result.amount == asked)
        default: return false
        }
    }

    private func brokenPost(_ before: Transaction, _ change: Transition) -> String? {
        let posts = change.effects.filter { if case .post = $0 { true } else { false } }
        guard !posts.isEmpty else { return nil }
        if mayHaveLeft { return "a POST that may have reached the cloud was repeated" }
        if now >= before.command.expiresAt { return "an expired command was sent" }
        if before.effect == .void, !isReceiptSeen { return "a void was sent without its receipt" }
        return posts == [.post(attempt: before.posting.attempts + 1)] ? nil : "attempts do not count 1, 2, 3"
    }

    private mutating func brokenEvents(_ before: Transaction, _ change: Transition) -> String? {
        var sequence = before.sequence
        var isFinal = before.state.isFinal
        for event in change.events {
            sequence += 1
            if event.snapshot.sequence != sequence { return "sequence does not count 1, 2, 3" }
            if (event.occasion.contradiction != nil) != isFinal {
                return "an event other than a contradiction after the end"
            }
            isFinal = event.snapshot.state.isFinal
        }
        if change.transaction.sequence != sequence { return "sequence and events differ" }
        for identity in change.transaction.contradictions.known.dropFirst(before.contradictions.known.count)
        where !publishedContradictions.insert(identity).inserted {
            return "a contradiction was published twice"
        }
        // The transaction records a second sale at once. An event tells it when a final status exists that the sale
        // speaks against.
        for sale in change.events.compactMap(\.occasion.contradiction) where sale.code == .secondSale {
            guard let number = sale.result.idPosTxs, toldSales.insert(number).inserted,
                change.transaction.contradictions.known.contains(where: {
                    $0.code == .secondSale && $0.payment.idPosTxs == number
                })
            else { return "a second sale was told twice, or is not on record" }
        }
        let added = change.events.count { $0.occasion.contradiction.map { $0.code != .secondSale } ?? false }
        let recorded = change.transaction.contradictions.known.dropFirst(before.contradictions.known.count).count {
            $0.code != .secondSale
        }
        return added == recorded ? nil : "contradictions and their events differ"
    }

    private func brokenShape(_ after: Transaction, _ change: Transition) -> String? {
        switch after.state {
        case .accepted:
            if after.idPosTxs != nil { return "a number is known and yet it could be sent" }
            if after.dueAt == nil { return "accepted, and never due" }
        case .submitting:
            if after.dueAt != nil { return "due in the middle of a POST" }
            if !after.isInLane { return "POSTed outside of its lane" }
        case .submitted:
            if after.idPosTxs == nil { return "acknowledged without a number" }
            if after.dueAt == nil { return "submitted, and never due" }
        case .inDoubt:
            if after.reason == nil { return "in doubt without a reason" }
            let isGivenUp = after.reason?.code == .operatorNeeded
            if isGivenUp ? after.dueAt != after.statusQueries.dueAt : after.dueAt == nil {
                return "in doubt, and never due"
            }
        case .approved, .declined, .notCompleted, .failed, .completed:
            if after.dueAt != nil || after.statusQueries.dueAt != nil { return "due after the end" }
            if !change.effects.isEmpty { return "an effect after the end" }
            // When a person decided, the terminal may still be at work.
            let mayBeAtTerminal =
                after.outcome.decidedBy == .operator && after.state != .approved && !after.stay.isLifeOver
            if after.isInLane, !after.isBeingCancelled, !mayBeAtTerminal { return "the lane is held after the end" }
        }
        return nil
    }

    /// A transaction leaves the lane when it ends, or when it is in doubt, its terminal's life is over and its journal
    /// was dealt with.
    private func brokenLane(_ before: Transaction, _ input: TransactionInput, _ after: Transaction) -> String? {
        if after.isInLane, !before.isInLane { return "the lane was entered again" }
        if after.isBeingCancelled, !after.isInLane { return "the lane was left while a cancel may have effects" }
        guard before.isInLane, !after.isInLane, !after.state.isFinal else { return nil }
        return input == .journalClosed && before.state == .inDoubt && before.stay.isLifeOver
            ? nil : "the lane was left early"
    }

    private func brokenNumber(_ before: Transaction, _ claimant: TransactionID?, _ after: Transaction) -> String? {
        guard after.idPosTxs != before.idPosTxs else { return nil }
        if before.idPosTxs != nil { return "the number changed" }
        let isAnothers = claimant != nil || after.idPosTxs == CloudAnswer.foreign().idPosTxs
        return isAnothers ? "another transaction's number was taken" : nil
    }

    /// The same evidence again changes no status and makes no event.
    private func brokenRepetition(
        _ input: TransactionInput,
        _ claimant: TransactionID?,
        _ change: Transition
    ) -> String? {
        guard case .evidence = input else { return nil }
        let again = TransactionMachine.apply(input, to: change.transaction, at: now, rules: rules, claimant: claimant)
        let isQuiet = again.events.isEmpty && again.transaction.state == change.transaction.state
        return isQuiet ? nil : "repeated evidence made a difference"
    }

    private mutating func note(_ input: TransactionInput, _ change: Transition) {
        if change.effects.contains(where: { if case .post = $0 { true } else { false } }) {
            (mayHaveLeft, isReceiptSeen) = (true, false)
        }
        switch input {
        case .receiptRead(let reading): if change.finding != .refused { isReceiptSeen = reading == .seen }
        case .submissionEnded(let attempt, .notStarted):
            // Only the end of the attempt that is under way can say that nothing left.
            if transaction.state == .submitting(attempt: attempt), transaction.idPosTxs == nil, !isProven {
                mayHaveLeft = false
            }
        case .submissionEnded: mayHaveLeft = true
        case .evidence(let evidence): if evidence.source == .callback { (mayHaveLeft, isProven) = (true, true) }
        case .unreadableCallback: (mayHaveLeft, isProven) = (true, true)
        // The restored store does not know what happened after the backup.
        case .restored: mayHaveLeft = true
        case .due, .batchRead, .submissionStarted, .recovered, .queryRequested, .lifeEnded, .journalAbsence,
            .journalNear,
            .journalClosed, .cancel, .cancelEnded, .operatorDecision, .settled, .notStorable:
            return
        }
    }

    // MARK: - Inputs

    private mutating func randomInput() -> TransactionInput {
        let attempt = max(1, transaction.posting.attempts - (Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0))
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<2: return .due
        case 2, 3:
            let readings: [TransactionInput.ReceiptReading] = [.seen, .seen, .seen, .missing, .notRead(.busy)]
            if Int.random(in: 0..<5, using: &random) == 0 { return .batchRead(.init(notRead: .terminalBusy)) }
            return .receiptRead(readings.randomElement(using: &random) ?? .seen)
        case 4, 5: return .submissionStarted
        case 6: return .submissionEnded(attempt: attempt, .acknowledged(idPosTxs: randomNumber() ?? "936101"))
        case 7: return .submissionEnded(attempt: attempt, .answered(randomAnswer()))
        case 8, 9: return .submissionEnded(attempt: attempt, .notStarted(.busy))
        case 10:
            let isToken = Bool.random(using: &random)
            let refusal = SubmissionOutcome.Refusal(isToken ? .tokenRejected : .terminalUnknown, isTransient: isToken)
            return .submissionEnded(attempt: attempt, .notStarted(refusal))
        case 11: return .submissionEnded(attempt: attempt, .unknown(.noAcknowledgement))
        case 12: return .recovered
        case 13: return Bool.random(using: &random) ? .queryRequested : .unreadableCallback
        case 14: return [.journalAbsence, .journalClosed, .lifeEnded, .due].randomElement(using: &random) ?? .due
        case 15:
            return [.cancel, .cancel, .restored, .cancelEnded(.answered(0)), .submissionStarted, .submissionStarted]
                .randomElement(using: &random) ?? .cancel
        case 16:
            switch Int.random(in: 0..<6, using: &random) {
            case 0: return randomDecision()
            case 1, 2: return .settled(by: .sample)
            case 3: return Int.random(in: 0..<4, using: &random) == 0 ? .notStorable : .due
            default: return .due
            }
        default:
            let source = EvidenceSource.allCases.filter { $0 != .operator }.randomElement(using: &random) ?? .callback
            return .evidence(Evidence(source: source, answer: randomAnswer(), receivedAt: now))
        }
    }

    private mutating func randomDecision() -> TransactionInput {
        let decisions: [TransactionInput.OperatorDecision] = [
            .approved(authorizationCode: "010929", operationID: 17, amount: 15_990), .declined, .notCompleted, .failed,
        ]
        return .operatorDecision(decisions.randomElement(using: &random) ?? .failed, by: .sample)
    }

    private mutating func randomNumber() -> String? {
        ["936101", "936101", "936101", "936199", nil].randomElement(using: &random) ?? nil
    }

    private mutating func randomAnswer() -> CloudAnswer {
        let number = randomNumber()
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: return .approved(transaction, idPosTxs: number)
        case 2: return .approved(transaction, idPosTxs: number, receipt: 18)
        case 3: return .thinlyApproved(transaction, idPosTxs: number)
        case 4: return .declined(transaction, idPosTxs: number)
        case 5: return .notCompleted(transaction, idPosTxs: number)
        case 6: return .misfit(transaction)
        case 7: return .hostUnreachable(transaction)
        case 8: return .foreign()
        case 9: return .error()
        case 10: return CloudAnswer(code: .inProcess, idPosTxs: number)
        default:
            var answer = CloudAnswer.approved(transaction, idPosTxs: number, receipt: 19)
            answer.result?.tip = 1_000
            answer.result?.amount = (transaction.command.content.amount?.value ?? 0) + 1_000
            answer.customID = nil
            return answer
        }
    }
}

extension CloudAnswer {
    /// An approval in the thin layout of Getnet's documentation: authorization and amount, no more identities.
    static func thinlyApproved(_ transaction: Transaction, idPosTxs: String? = "936101") -> CloudAnswer {
        var result = TerminalResult()
        result.functionCode = transaction.command.content.type.functionCode
        result.responseCode = .number(0)
        result.authorizationCode = "010929"
        result.amount = transaction.command.content.amount?.value
        return CloudAnswer(code: .done, idPosTxs: idPosTxs, result: result)
    }
}

extension TransactionInput {
    fileprivate var isSettlement: Bool {
        if case .settled = self { true } else { false }
    }
}

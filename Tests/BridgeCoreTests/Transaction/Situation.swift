// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport

/// Every state of the machine; some states appear in several conditions that change what an input does.
enum Situation: String, CaseIterable {
    case accepted
    /// Another transaction holds the terminal.
    case queued
    /// A busy terminal refused it, and it waits for the next attempt.
    case waiting
    case submitting
    case submitted
    case approved
    case declined
    case notCompleted
    case failed
    case completed
    /// The acknowledgement was lost, so there is no number to ask for.
    case doubtWithoutNumber
    /// The terminal's life is over, and the bridge has not read its journal yet.
    case doubtWithNumber
    /// The same, without a number.
    case doubtAfterLife
    /// The bridge read the journal, and the next command may pass.
    case doubtOutOfLane
    /// A payment of another amount is on record.
    case doubtAboutPayment
    /// A person was called.
    case givenUp

    static let rules = TransactionRules()
    static let number = "936101"

    /// A transaction that inputs brought into this situation.
    var transaction: Transaction {
        let start = TransactionMachine.accept(.sample(), rules: Self.rules).transaction
        switch self {
        case .accepted: return start
        case .queued:
            let lane = LaneOccupancy(ahead: 2, holder: TransactionID(at: .sample, random: 7))
            return TransactionMachine.accept(.sample(), behind: lane, rules: Self.rules).transaction
        case .waiting:
            return start.after(.submissionStarted, .submissionEnded(attempt: 1, .notStarted(.busy)))
        case .submitting: return start.after(.submissionStarted)
        case .submitted: return start.submitted
        case .approved: return start.submitted.after(.callback(.approved(start)))
        case .declined: return start.submitted.after(.callback(.declined(start)))
        case .notCompleted: return start.submitted.after(.callback(.notCompleted(start)))
        case .failed:
            let refusal = SubmissionOutcome.Refusal(.terminalUnknown, isTransient: false)
            return start.after(.submissionStarted, .submissionEnded(attempt: 1, .notStarted(refusal)))
        case .completed:
            // A charge never gets this status; the table asks what each input would do then.
            var transaction = start
            transaction.state = .completed
            transaction.dueAt = nil
            return transaction
        case .doubtWithoutNumber:
            return start.after(.submissionStarted, .submissionEnded(attempt: 1, .unknown(.noAcknowledgement)))
        case .doubtWithNumber: return start.submitted.after(.lifeEnded, at: .sample + Self.rules.terminalLife)
        case .doubtAfterLife:
            return Self.doubtWithoutNumber.transaction.after(.lifeEnded, at: .sample + Self.rules.terminalLife)
        case .doubtOutOfLane: return Self.doubtAfterLife.transaction.after(.journalClosed)
        case .doubtAboutPayment: return start.submitted.after(.callback(.misfit(start)))
        case .givenUp:
            return start.submitted.after(.lifeEnded, at: .sample + Self.rules.terminalLife)
                .after(.due, at: .sample + Self.rules.giveUpAfter)
        }
    }
}

extension Transaction {
    var submitted: Transaction {
        after(.submissionStarted, .submissionEnded(attempt: 1, .acknowledged(idPosTxs: Situation.number)))
    }

    func after(_ inputs: TransactionInput..., at now: Timestamp = .sample) -> Transaction {
        inputs.reduce(self) { TransactionMachine.apply($1, to: $0, at: now, rules: Situation.rules).transaction }
    }
}

extension TransactionInput {
    static func callback(_ answer: CloudAnswer, at now: Timestamp = .sample) -> TransactionInput {
        .evidence(Evidence(source: .callback, answer: answer, receivedAt: now))
    }

    static func query(_ answer: CloudAnswer, at now: Timestamp = .sample) -> TransactionInput {
        .evidence(Evidence(source: .query, answer: answer, receivedAt: now))
    }
}

extension SubmissionOutcome.Refusal {
    static let busy = SubmissionOutcome.Refusal(.terminalBusy, isTransient: true)
}

extension CloudAnswer {
    /// The customer paid, but another amount.
    static func misfit(_ transaction: Transaction) -> CloudAnswer {
        var answer = approved(transaction, receipt: 40)
        answer.result?.amount = (transaction.command.content.amount?.value ?? 0) + 1
        return answer
    }

    /// The terminal could not reach its host.
    static func hostUnreachable(_ transaction: Transaction) -> CloudAnswer {
        .finished(transaction, .answering(transaction, responseCode: -1))
    }

    /// The customer paid under another number of Getnet, with the name of this transaction.
    static func renumbered(_ transaction: Transaction) -> CloudAnswer {
        approved(transaction, idPosTxs: "936199", receipt: 50)
    }

    /// Another transaction's approval.
    static func foreign() -> CloudAnswer {
        approved(.sample(2), idPosTxs: "936102")
    }
}

extension Transition {
    /// What became of a transaction, in one line.
    func summary(before: Transaction, at now: Timestamp) -> String {
        if transaction == before, events.isEmpty, effects.isEmpty {
            return finding.map(\.rawValue) ?? "nothing"
        }
        var words = [transaction.state.summary]
        if let reason = transaction.reason { words.append("(\(reason.code.rawValue))") }
        words += events.map { "+" + ($0.occasion.contradiction?.code.rawValue ?? $0.snapshot.status.rawValue) }
        words += effects.map { "!" + $0.summary }
        if let finding { words.append("?" + finding.rawValue) }
        if before.isInLane, !transaction.isInLane, !transaction.state.isFinal { words.append("leaves lane") }
        if let dueAt = transaction.dueAt { words.append("@\((dueAt - now).milliseconds / 1_000)") }
        return words.joined(separator: " ")
    }
}

extension Transition.Effect {
    fileprivate var summary: String {
        switch self {
        case .submit: "submit"
        case .post(let attempt): "post(\(attempt))"
        case .query: "query"
        case .readJournal: "readJournal"
        case .sendCancel: "sendCancel"
        }
    }
}

extension TransactionState {
    fileprivate var summary: String {
        if case .submitting(let attempt) = self { "submitting(\(attempt))" } else { "\(self)" }
    }
}

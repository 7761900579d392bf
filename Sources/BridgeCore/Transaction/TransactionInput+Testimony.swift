// SPDX-License-Identifier: Apache-2.0

extension TransactionInput {
    /// What an input says from outside the bridge.
    ///
    /// Claims, the record of evidence and the comparison of lists go by it, so an input that is new is sorted once.
    public enum Testimony: Sendable, Equatable {
        /// An answer of the cloud; `receivedAt` is `nil` for one that came as this input did.
        case answer(CloudAnswer, from: EvidenceSource, receivedAt: Timestamp?)
        /// Getnet's number of a sale from its acknowledgement, and whether our name of the transaction stood beside it.
        case number(String, namesUs: Bool)
        /// What was read of the terminal's open batch.
        case batch(BatchReading)
        /// What a named person says; without a decision, that contradictions are dealt with.
        case person(OperatorNote, OperatorDecision?)
        /// The terminal's journal was read completely and no row fits.
        case absence
    }

    /// What it says from outside the bridge; `nil` for what only the bridge itself does.
    public var testimony: Testimony? {
        switch self {
        case .evidence(let evidence): .answer(evidence.answer, from: evidence.source, receivedAt: evidence.receivedAt)
        case .submissionEnded(_, .answered(let answer)): .answer(answer, from: .acknowledgement, receivedAt: nil)
        case .submissionEnded(_, .acknowledged(let idPosTxs, let namesUs)): .number(idPosTxs, namesUs: namesUs)
        case .batchRead(let reading): .batch(reading)
        case .operatorDecision(let decision, let note): .person(note, decision)
        case .settled(let note): .person(note, nil)
        case .journalAbsence: .absence
        // These say only that there is nothing to believe, or what the bridge itself does.
        case .submissionEnded(_, .notStarted), .submissionEnded(_, .unknown), .unreadableCallback, .journalNear,
            .queryRequested, .receiptRead, .journalClosed, .cancelEnded, .due, .lifeEnded, .submissionStarted,
            .recovered, .cancel, .notStorable, .restored:
            nil
        }
    }

    /// Whether it carries our own name of that transaction, as the cloud echoed it.
    public func namesTransaction(_ id: TransactionID) -> Bool {
        switch testimony {
        case .answer(let answer, _, _): Spelling.isOne(answer.customID, id.description)
        case .number(_, let namesUs): namesUs
        case .batch, .person, .absence, nil: false
        }
    }

    /// The same input with a comparison in the place of the list that it brought.
    public func reporting(_ comparison: [UInt8]) -> TransactionInput {
        switch self {
        case .evidence(let evidence):
            let answer = evidence.answer.reporting(comparison)
            return .evidence(Evidence(source: evidence.source, answer: answer, receivedAt: evidence.receivedAt))
        case .submissionEnded(let attempt, .answered(let answer)):
            return .submissionEnded(attempt: attempt, .answered(answer.reporting(comparison)))
        case .batchRead(var reading):
            reading.report = comparison
            return .batchRead(reading)
        default: return self
        }
    }
}

extension CloudAnswer {
    fileprivate func reporting(_ report: [UInt8]) -> CloudAnswer {
        var answer = self
        answer.result?.report = report
        return answer
    }
}

// SPDX-License-Identifier: Apache-2.0

extension TransactionInput {
    /// What an input brings that can be claimed, kept as evidence, or compared with the table.
    ///
    /// Claims, the record of evidence and the comparison of lists go by it, so an input that is new is sorted once.
    public enum Testimony: Sendable, Equatable {
        /// An answer of the cloud; `receivedAt` is `nil` where that is when the input is applied.
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

    /// What it brings that can be claimed, kept as evidence, or compared; `nil` where nothing.
    public var testimony: Testimony? {
        switch self {
        case .evidence(let evidence): .answer(evidence.answer, from: evidence.source, receivedAt: evidence.receivedAt)
        case .submissionEnded(_, .answered(let answer)): .answer(answer, from: .acknowledgement, receivedAt: nil)
        case .submissionEnded(_, .acknowledged(let idPosTxs, let namesUs)): .number(idPosTxs, namesUs: namesUs)
        case .batchRead(let reading): .batch(reading)
        case .operatorDecision(let decision, let note): .person(note, decision)
        case .settled(let note): .person(note, nil)
        case .journalAbsence: .absence
        // Some of these come from outside too, but there is nothing to own or to keep in them; a step may tell them.
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
}

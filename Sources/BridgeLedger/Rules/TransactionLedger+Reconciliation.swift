// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// A terminal's open batch, held against the table.
///
/// Source: docs/promises.md 4.14, decision 0009.
extension TransactionLedger {
    /// Applies an input to a transaction, with what follows for others in the same commit.
    ///
    /// - Returns: The transaction's own transition first; nothing if there is no such transaction.
    package func take(_ input: TransactionInput, to id: TransactionID, at instant: Timestamp) throws -> [Transition] {
        guard let stored = try rows.transaction(id) else { return [] }
        var input = input
        var others: [Transition] = []
        if let list = input.journal(for: stored) {
            // A row that decides a doubt is that transaction's when the sides are compared.
            others = try apply(JournalReading(list, of: stored, at: instant))
            let report = try reconciliation(of: list.rows, for: stored, at: instant)
            input = input.reporting(report.report(in: CountryProfile.named(stored.country)?.currency))
        }
        return try [apply(input, to: id, at: instant)].compactMap { $0 } + others
    }

    private func reconciliation(
        of list: [JournalRow],
        for transaction: Transaction,
        at now: Timestamp
    ) throws -> Reconciliation {
        let content = transaction.command.content
        let (terminal, account) = (content.terminal.idTerminal, content.account)
        let transactionRules = rules.transactionRules
        let readFrom = now - Reconciliation.longestBatch
        let lastClose = try rows.lastClose(at: terminal, account: account, acceptedAfter: readFrom)
        let beginning = ([lastClose].compactMap { $0 } + list.flatMap(\.instants)).min() ?? now
        // The terminal's clock may be off, so that its rows begin later than its sales.
        let start =
            max(readFrom, min(beginning, now)) - transactionRules.terminalLife - transactionRules.clockTolerance
            - JournalMatch.widestZoneShift
        var paid = try rows.approved(at: terminal, account: account, postedFrom: start, to: now)
        paid += try rows.contradicted(
            at: terminal,
            account: account,
            acceptedFrom: start - CommandReader.longestLife
        )
        // The owner of a row belongs to the batch, even if its own time says otherwise.
        for row in list {
            guard let claim = row.result.paidClaim(of: .sale, terminal: content.terminal) else { continue }
            try rows.lock(LedgerLock(.paidResult(claim), account: account))
            guard let owner = try rows.owner(of: .paidResult(claim), account: account) else { continue }
            if let known = try rows.transaction(owner), known.state == .approved { paid.append(known) }
        }
        let unique = Dictionary(paid.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let books = TerminalBooks(
            paid: unique.values.sorted { $0.place < $1.place },
            undecided: try rows.undecided(at: terminal, account: account),
            lastClose: lastClose,
            readFrom: readFrom,
            readAt: now
        )
        return Reconciliation(of: list, with: books, rules: transactionRules)
    }
}

extension JournalReading {
    fileprivate init(_ list: JournalList, of transaction: Transaction, at instant: Timestamp) {
        let content = transaction.command.content
        self.init(
            terminal: content.terminal.idTerminal,
            account: content.account,
            rows: list.rows,
            isComplete: list.isComplete,
            readAt: instant,
            // It comes at any time after a doubt: the batch may have been closed in between.
            provesAbsence: false
        )
    }
}

extension TransactionInput {
    /// The whole list of an open batch that it brings to a transaction that compares.
    fileprivate func journal(for transaction: Transaction) -> JournalList? {
        switch testimony {
        case .answer(let answer, _, _): answer.journal(for: transaction)
        case .batch(let reading): transaction.needsBatchReading ? reading.list : nil
        case .number, .person, .absence, nil: nil
        }
    }

    /// The same input with a comparison in the place of the list that it brought.
    fileprivate func reporting(_ comparison: [UInt8]) -> TransactionInput {
        switch self {
        case .evidence(let evidence):
            let answer = evidence.answer.reporting(comparison)
            return .evidence(Evidence(source: evidence.source, answer: answer, receivedAt: evidence.receivedAt))
        case .submissionEnded(let attempt, .answered(let answer)):
            return .submissionEnded(attempt: attempt, .answered(answer.reporting(comparison)))
        case .batchRead(var reading):
            reading.report = comparison
            return .batchRead(reading)
        // These bring no list.
        case .submissionEnded(_, .acknowledged), .submissionEnded(_, .notStarted), .submissionEnded(_, .unknown), .due,
            .lifeEnded, .receiptRead, .submissionStarted, .recovered, .unreadableCallback, .queryRequested,
            .journalAbsence, .journalNear, .journalClosed, .cancel, .cancelEnded, .operatorDecision, .settled,
            .notStorable, .restored:
            return self
        }
    }
}

extension CloudAnswer {
    /// The whole list that it is to a `reconcile`.
    fileprivate func journal(for transaction: Transaction) -> JournalList? {
        guard transaction.command.content.type == .reconcile, !transaction.state.isFinal,
            case .verdict(.completed, _) = Judgement.of(self, for: transaction)
        else { return nil }
        return journal
    }

    fileprivate func reporting(_ report: [UInt8]) -> CloudAnswer {
        var answer = self
        answer.result?.report = report
        return answer
    }
}

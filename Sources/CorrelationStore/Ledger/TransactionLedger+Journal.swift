// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

/// What a terminal's journal says about the transactions that nobody could decide.
///
/// Source: issue on money §3.
extension TransactionLedger {
    /// Holds a reading against every undecided transaction of its terminal; one commit, so that no row serves two.
    func apply(_ reading: JournalReading) throws -> [Transition] {
        let undecided = try rows.undecided(at: reading.terminal, account: reading.account)
        var free: [JournalRow] = []
        var contested: [JournalRow] = []
        for row in reading.rows {
            switch try possession(of: row, of: reading, undecided) {
            case .nobody: free.append(row)
            case .perhaps: contested.append(row)
            case .somebody: break
            }
        }
        let restoredAt = try restoredAt()
        let match = JournalMatch(
            rows: free,
            contested: contested,
            undecided: undecided,
            storeRestoredAt: restoredAt,
            rules: rules.transactionRules
        )
        var transitions: [Transition] = []
        for transaction in undecided where transaction.isLifeOver {
            let input: TransactionInput
            switch match.finding(for: transaction) {
            case .row(let row): input = .evidence(row.evidence(for: transaction, at: reading.readAt))
            // A list of sales lacks what is no sale, whatever became of it.
            case .absent where transaction.effect != .sale: continue
            case .absent:
                // After a later sale nobody knows what the terminal had to show before; and of the sales after a
                // backup nobody knows.
                let isWhole = reading.isComplete && restoredAt.map { $0 < transaction.acceptedAt } ?? true
                guard isWhole, try !rows.hasYoungerPost(than: transaction) else { continue }
                input = .journalAbsence
            case .ambiguous: continue
            }
            if let transition = try apply(input, to: transaction.id, at: reading.readAt) {
                transitions.append(transition)
            }
        }
        return transitions
    }

    /// Whose payment a row is.
    private enum Possession {
        /// No decided transaction's.
        case nobody
        /// It may be that of one whose own row is missing: because it was taken back, or because its result was too thin.
        case perhaps
        /// One's that is decided already.
        case somebody
    }

    private func possession(
        of row: JournalRow,
        of reading: JournalReading,
        _ undecided: [Transaction]
    ) throws -> Possession {
        let terminal = undecided.first?.command.content.terminal
        let effect: CommandEffect = row.result.functionCode == CommandType.refund.functionCode ? .refund : .sale
        if let claim = terminal.flatMap({ row.result.paidClaim(of: effect, terminal: $0) }),
            try rows.owner(of: .paidResult(claim), account: reading.account) != nil
        {
            return .somebody
        }
        var found = Possession.nobody
        // A result in the thin layout claims nothing, and is somebody's all the same.
        let reach = rules.transactionRules.terminalLife + rules.transactionRules.clockTolerance
        for instant in row.instants {
            let settled = try rows.approved(
                at: reading.terminal,
                account: reading.account,
                postedFrom: instant - reach,
                to: instant + rules.transactionRules.clockTolerance
            )
            let match = JournalMatch(rows: reading.rows, undecided: [], rules: rules.transactionRules)
            let owners = settled.filter { match.mayBe(row, of: $0) }
            if owners.contains(where: { $0.isPayment(row.result) }) { return .somebody }
            if !owners.isEmpty { found = .perhaps }
            // A payment that came against another status is known as well, and nobody's twice.
            let contradicted = try rows.contradicted(
                at: reading.terminal,
                account: reading.account,
                acceptedFrom: instant - reach - CommandReader.longestLife
            )
            if contradicted.contains(where: { $0.isContradicted(by: row.result) }) { return .somebody }
        }
        return found
    }
}

extension Transaction {
    /// Whether a row shows the payment of this transaction, however both spell it.
    fileprivate func isPayment(_ row: TerminalResult) -> Bool {
        guard let result else { return false }
        return result.isSame(as: row) || result.sharesReceipt(with: row)
    }
}

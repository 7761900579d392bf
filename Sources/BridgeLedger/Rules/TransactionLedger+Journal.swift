// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What a terminal's journal says about transactions that are not decided yet.
///
/// Source: docs/promises.md 4.10.
extension TransactionLedger {
    /// Holds a reading against every undecided transaction of its terminal; one commit, so that no row serves two.
    package func apply(_ reading: JournalReading) throws -> [Transition] {
        // A row belongs to a sale because no other sale at the terminal, through any account, can have made it.
        for account in rules.accounts.all.map(\.name).sorted() {
            try rows.lock(.lane(terminal: reading.terminal, account: account))
        }
        let undecided = try rows.undecided(at: reading.terminal, account: reading.account)
        guard let terminal = undecided.first(where: \.stay.isLifeOver)?.command.content.terminal else { return [] }
        let accounts = rules.accounts.all.map(\.name)
        // A terminal's list shows what was sold there through any account.
        let rivals = try accounts.filter { $0 != reading.account }.flatMap {
            try rows.undecided(at: reading.terminal, account: $0)
        }.filter { $0.command.content.terminal.isSame(as: terminal) }
        let decided = try decided(
            at: terminal,
            reading,
            since: undecided.compactMap { $0.postingPeriod?.lowerBound }.min(),
            accounts
        )
        var free: [JournalRow] = []
        var contested: [JournalRow] = []
        for row in reading.rows {
            switch try possession(of: row, at: terminal, among: decided, accounts) {
            case .free: free.append(row)
            case .contested: contested.append(row)
            case .taken: break
            }
        }
        let restoredAt = try rows.restoredAt()
        let reused = try undecided.filter { try rows.isReferenceReused($0) }.map(\.id)
        let match = JournalMatch(
            rows: free,
            contested: contested,
            undecided: undecided + rivals,
            reusedReferences: Set(reused),
            storeRestoredAt: restoredAt,
            clock: decided.clock,
            isClockDoubted: decided.isClockDoubted,
            rules: rules.transactionRules
        )
        var transitions: [Transition] = []
        for transaction in undecided where transaction.stay.isLifeOver {
            let input: TransactionInput
            switch match.finding(for: transaction) {
            case .row(let row): input = .evidence(row.evidence(for: transaction, at: reading.readAt))
            // A list of sales never shows other commands, even where they moved money.
            case .absent where transaction.effect != .sale || !reading.provesAbsence: continue
            case .absent:
                // It is not known what the terminal showed before a later sale, nor what it sold after a backup.
                let isWhole = reading.isComplete && restoredAt.map { $0 < transaction.acceptedAt } ?? true
                guard isWhole, try !rows.hasYoungerPost(than: transaction) else { continue }
                input = .journalAbsence
            // Named once, by the reading that its lane waits for.
            case .near(let rows) where transaction.isInLane: input = .journalNear(rows)
            case .near: continue
            case .ambiguous: continue
            }
            if let transition = try apply(input, to: transaction.id, at: reading.readAt) {
                transitions.append(transition)
            }
        }
        return transitions
    }

    /// Which transaction a row's payment belongs to.
    private enum Possession {
        /// No decided transaction's: an undecided one may have it.
        case free
        /// It may belong to one whose own row is missing: it was taken back, or its result was too thin.
        case contested
        /// A transaction's that is decided already.
        case taken
    }

    /// Transactions at a terminal that are decided, and may have made one of the rows of its list.
    private struct Decided {
        var approved: [Transaction] = []
        /// With a payment that came against another status: it is known as well, and belongs to that one only.
        var contradicted: [Transaction] = []
        /// What the terminal's sales say of its clock.
        var clock: ClockOffset?
        /// Whether the latest of them showed a time that cannot be.
        var isClockDoubted = false
        var match: JournalMatch
    }

    private var reach: Duration { rules.transactionRules.terminalLife + rules.transactionRules.clockTolerance }

    private func decided(
        at terminal: Terminal,
        _ reading: JournalReading,
        since oldest: Timestamp?,
        _ accounts: [String]
    ) throws -> Decided {
        var decided = Decided(match: JournalMatch(rows: reading.rows, undecided: [], rules: rules.transactionRules))
        let instants = reading.rows.flatMap(\.instants)
        guard let firstShown = instants.min(), let lastShown = instants.max() else { return decided }
        // The rows may stand under a wrong clock's times; what the doubts need is known by ours.
        let first = max(min(firstShown, oldest ?? firstShown), reading.readAt - Reconciliation.longestBatch)
        let last = max(lastShown, reading.readAt)
        for account in accounts {
            decided.approved += try rows.approved(
                at: terminal.idTerminal,
                account: account,
                postedFrom: first - reach - JournalMatch.widestZoneShift,
                to: last + rules.transactionRules.clockTolerance + JournalMatch.widestZoneShift
            )
            decided.contradicted += try rows.contradicted(
                at: terminal.idTerminal,
                account: account,
                acceptedFrom: first - reach - JournalMatch.widestZoneShift - CommandReader.longestLife
            )
        }
        decided.approved.removeAll { !$0.command.content.terminal.isSame(as: terminal) }
        decided.contradicted.removeAll { !$0.command.content.terminal.isSame(as: terminal) }
        decided.clock = ClockOffset(of: decided.approved)
        decided.isClockDoubted = ClockOffset.isDoubted(by: decided.approved)
        decided.match = JournalMatch(
            rows: reading.rows,
            undecided: [],
            clock: decided.clock,
            isClockDoubted: decided.isClockDoubted,
            rules: rules.transactionRules
        )
        return decided
    }

    private func possession(
        of row: JournalRow,
        at terminal: Terminal,
        among decided: Decided,
        _ accounts: [String]
    ) throws -> Possession {
        let effect: CommandEffect = row.result.functionCode == CommandType.refund.functionCode ? .refund : .sale
        if let claim = row.result.paidClaim(of: effect, terminal: terminal) {
            for account in accounts {
                try rows.lock(LedgerLock(.paidResult(claim), account: account))
                guard let owner = try rows.owner(of: .paidResult(claim), account: account) else { continue }
                guard let owner = try rows.transaction(owner), owner.state == .inDoubt else { return .taken }
                // Its own row confirms it; no other transaction can have it, because it is claimed.
                if owner.awaitsConfirmation, decided.match.fits(row, owner) { return .free }
                // A payment that did not fit is its owner's and decides nothing there either.
                return .contested
            }
        }
        if decided.contradicted.contains(where: { $0.isContradicted(by: row.result) }) { return .taken }
        // A result in the thin layout claims nothing, and belongs to a transaction all the same.
        // A void names its sale's receipt, which may be the number of a later one.
        let owners = decided.approved.filter {
            $0.effect == effect && isNear($0, row) && decided.match.mayBe(row, of: $0)
        }
        if owners.contains(where: { $0.isPayment(row.result) }) { return .taken }
        return owners.isEmpty ? .free : .contested
    }

    /// Whether the terminal may have worked on a transaction at a row's time, in any time zone it may stand in.
    private func isNear(_ transaction: Transaction, _ row: JournalRow) -> Bool {
        guard let posting = transaction.postingPeriod else { return false }
        let end = posting.upperBound + reach + JournalMatch.widestZoneShift
        let start = posting.lowerBound - rules.transactionRules.clockTolerance - JournalMatch.widestZoneShift
        return row.instants.contains { start <= $0 && $0 <= end }
    }
}

extension Transaction {
    /// Whether a row shows the payment of this transaction, however both spell it.
    fileprivate func isPayment(_ row: TerminalResult) -> Bool {
        guard let result else { return false }
        return result.isSame(as: row) || result.sharesReceipt(with: row)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Which rows of a terminal's journal belong to which undecided transactions of that terminal.
///
/// Pure. A row is evidence only if exactly one row fits a transaction and that row fits no other one.
/// *Source*: docs/promises.md 4.10.
public struct JournalMatch: Sendable {
    /// What the journal says about one transaction.
    public enum Finding: Sendable, Equatable {
        /// This row, and no other, is its sale.
        case row(JournalRow)
        /// No row fits.
        case absent
        /// Several rows fit, or one that also fits another undecided transaction or may be a decided one's payment.
        case ambiguous
        /// No row fits, but these may be its sale all the same.
        ///
        /// They have the time of another clock, another amount, or a ticket that was cut.
        case near([JournalRow])
    }

    private let rows: [JournalRow]
    private let contested: [JournalRow]
    private let undecided: [Transaction]
    private let reusedReferences: Set<TransactionID>
    private let storeRestoredAt: Timestamp?
    private let rules: TransactionRules
    /// How far the terminal's clock is off, where that is known and more than the tolerance.
    private let clock: ClockOffset?
    /// Whether any sale shows that the terminal's clock is right, or how far it is off.
    private let isClockKnown: Bool
    /// Whether the terminal's latest sale showed a time that cannot be.
    private let isClockDoubted: Bool

    /// A match of unclaimed rows with every undecided transaction of the terminal that was POSTed.
    ///
    /// - Parameters:
    ///   - rows: Those that certainly belong to no decided transaction.
    ///   - contested: Those that may be the payment of a decided transaction: they prove no payment and no absence.
    ///   - undecided: The transactions that may have made them.
    ///   - reusedReferences: The undecided ones whose reference another POSTed transaction has as well.
    ///   - storeRestoredAt: When a backup took the place of the store.
    ///   - clock: What the terminal's sales say of its clock.
    ///   - isClockDoubted: Whether the latest of them showed a time that cannot be.
    ///   - rules: The times.
    public init(
        rows: [JournalRow],
        contested: [JournalRow] = [],
        undecided: [Transaction],
        reusedReferences: Set<TransactionID> = [],
        storeRestoredAt: Timestamp? = nil,
        clock: ClockOffset? = nil,
        isClockDoubted: Bool = false,
        rules: TransactionRules
    ) {
        self.rows = rows
        self.contested = contested
        self.undecided = undecided
        self.reusedReferences = reusedReferences
        self.storeRestoredAt = storeRestoredAt
        self.rules = rules
        self.clock = clock.flatMap { $0.isOff(by: rules.clockTolerance) ? $0 : nil }
        // What earlier sales showed is over once one shows a time that cannot be.
        isClockKnown = clock != nil && !isClockDoubted
        self.isClockDoubted = isClockDoubted
    }

    /// What the journal says about one of them.
    public func finding(for transaction: Transaction) -> Finding {
        let fitting = rows.filter { fits($0, transaction) }
        // A row that fits two sales proves neither the payment of one nor its absence.
        guard !contested.contains(where: { fits($0, transaction) }) else { return .ambiguous }
        guard let row = fitting.first else {
            guard !contested.contains(where: { mayHide($0, transaction) }) else { return .ambiguous }
            let near = rows.filter { mayHide($0, transaction) }
            return near.isEmpty ? .absent : .near(near)
        }
        // At another hour a row may be the sale of an earlier command with the same reference.
        if reusedReferences.contains(transaction.id), !fits(row, transaction, timely: { $1.contains($0) }) {
            return .ambiguous
        }
        // A whole list, read once its terminal was done, did not show it: what came since is another sale.
        guard transaction.stay.journalReadAt == nil else { return .ambiguous }
        let isNamed = Spelling.isOne(row.result.ticket, transaction.command.content.reference)
        let hasRival = undecided.contains {
            $0.id != transaction.id && (fits(row, $0) || !isNamed && mayBeByAnotherClock(row, $0))
        }
        guard fitting.count == 1, !hasRival else { return .ambiguous }
        // A name that is not ours may be another's, or ours as the cloud cut or rewrote it: it proves neither.
        guard Spelling.agree(row.customID, transaction.id.description) else { return .near([row]) }
        guard isNamed || isTimeCertain(of: row, for: transaction) else { return .near([row]) }
        // The store does not know what was charged between the backup and the restore: only the ticket tells.
        let isOlder = storeRestoredAt.map { transaction.acceptedAt <= $0 } ?? false
        return isNamed || transaction.restoredAt == nil && !isOlder ? .row(row) : .ambiguous
    }

    /// Whether a row's time says that it is the sale of a transaction.
    ///
    /// It does, unless the terminal's clock is in doubt or known to be off. If it is off, a sale before and a sale
    /// after must show the same offset: the clock may have been set in between.
    private func isTimeCertain(of row: JournalRow, for transaction: Transaction) -> Bool {
        guard let clock else { return !isClockDoubted }
        guard let posting = transaction.postingPeriod, let window = plainWindow(of: transaction) else { return false }
        let moved = clock.shown(during: window)
        return clock.isConfirmed(during: posting) && row.instants.contains { moved.contains($0) }
    }

    /// Whether a row would be the sale of a transaction if the terminal's clock were off as far as clocks may be.
    ///
    /// This counts only while nothing is known of the clock.
    private func mayBeByAnotherClock(_ row: JournalRow, _ transaction: Transaction) -> Bool {
        guard !isClockKnown else { return false }
        return fits(row, transaction) { instant, window in
            let slack = TerminalResult.offsetTolerance
            return (window.lowerBound - slack...window.upperBound + slack).contains(instant)
        }
    }

    /// Whether a row may be the payment of a transaction that is approved already.
    ///
    /// Callback and list may spell one identity differently. So only a row of its own frees another one that would fit.
    public func mayBe(_ row: JournalRow, of approved: Transaction) -> Bool {
        let mayFit = fits(row, approved) || mayBeByAnotherClock(row, approved)
        guard let result = approved.result else { return mayFit }
        if result.isSame(as: row.result) { return true }
        guard mayFit else { return false }
        let hasOwnRow = rows.contains { $0 != row && result.isSame(as: $0.result) }
        return !(hasOwnRow && result.isPlainlyAnother(than: row.result))
    }

    /// Whether a row can be the sale of a transaction.
    ///
    /// Where the row has the ticket that was sent, ticket and amount decide. Its clock may then be off by whole hours:
    /// the terminals of one account stand in several time zones.
    public func fits(_ row: JournalRow, _ transaction: Transaction) -> Bool {
        fits(row, transaction) { instant, window in
            window.contains(instant)
                || isShifted(instant, window) && transaction.sendsTicketNumber
                    && Spelling.isOne(row.result.ticket, transaction.command.content.reference)
        }
    }

    /// Whether a row may be the sale of a transaction though it does not fit; it proves neither payment nor absence.
    ///
    /// It may stand under our ticket with another amount, under a ticket that the terminal cut, or without a ticket
    /// some minutes or hours away. No clock is good enough to say that a row with our ticket is another sale's. A row
    /// with a cut ticket may be another sale's, so it needs our amount as well.
    private func mayHide(_ row: JournalRow, _ transaction: Transaction) -> Bool {
        guard transaction.effect.movesMoney, let window = plainWindow(of: transaction), isOfCommand(row, transaction),
            Spelling.agree(row.result.terminalID, transaction.command.content.terminal.idTerminal)
        else { return false }
        let reach = window.lowerBound - Self.widestZoneShift...window.upperBound + Self.widestZoneShift
        let isNear = row.instants.contains { reach.contains($0) }
        // A clock that lost its battery shows any day: only a right one says that a row is too far away.
        let isOfAnyDay = !isClockKnown || clock != nil
        let amountFits = Judgement.amountFits(row.result, transaction)
        guard transaction.sendsTicketNumber, let ticket = row.result.ticket,
            let reference = transaction.command.content.reference
        else { return (isNear || isOfAnyDay) && amountFits }
        return Spelling.isOne(ticket, reference) || Spelling.isCut(ticket, of: reference) && (isNear || amountFits)
    }

    /// When the terminal may have worked for a transaction, by a clock that is right; `nil` where it was not POSTed.
    private func plainWindow(of transaction: Transaction) -> ClosedRange<Timestamp>? {
        transaction.postingPeriod.map { posting in
            posting.lowerBound - rules.clockTolerance...posting.upperBound + rules.terminalLife + rules.clockTolerance
        }
    }

    /// The same by a clock that is right, and by the one that the terminal's sales show.
    private func windows(of transaction: Transaction) -> [ClosedRange<Timestamp>] {
        guard let window = plainWindow(of: transaction) else { return [] }
        return [window] + (clock.map { [$0.shown(during: window)] } ?? [])
    }

    /// No two time zones of a country with terminals are further apart, in hours.
    static let widestShift: Int64 = 3
    /// The same as a duration.
    public static let widestZoneShift = Duration.seconds(widestShift * 3_600)

    /// Whether an instant lies in a window once it is moved by some whole hours.
    private func isShifted(_ instant: Timestamp, _ window: ClosedRange<Timestamp>) -> Bool {
        (1...Self.widestShift).contains { hours in
            let shift = Duration.seconds(hours * 3_600)
            return window.contains(instant - shift) || window.contains(instant + shift)
        }
    }

    /// A list of sales names no command; any other command's row must name its own.
    private func isOfCommand(_ row: JournalRow, _ transaction: Transaction) -> Bool {
        row.result.functionCode.map { $0 == transaction.command.content.type.functionCode }
            ?? (transaction.effect == .sale)
    }

    private func fits(
        _ row: JournalRow,
        _ transaction: Transaction,
        timely: (Timestamp, ClosedRange<Timestamp>) -> Bool
    ) -> Bool {
        let content = transaction.command.content
        let result = row.result
        let windows = windows(of: transaction)
        return isOfCommand(row, transaction) && transaction.effect.movesMoney
            && Spelling.agree(result.terminalID, content.terminal.idTerminal)
            && Judgement.amountFits(result, transaction)
            && (!transaction.sendsTicketNumber || Spelling.agree(result.ticket, content.reference))
            && row.instants.contains { instant in windows.contains { timely(instant, $0) } }
    }
}

extension JournalRow {
    /// How far its time is from an instant, by the nearest of its possible instants.
    func distance(from instant: Timestamp) -> Duration {
        instants.map { max($0 - instant, instant - $0) }.min() ?? .seconds(1 << 40)
    }

    /// What a person looks for in the terminal's list: amount, time and receipt; no card data.
    public func text(for transaction: Transaction) -> String {
        let currency = transaction.currency.rawValue
        var words = [result.amount.map { AmountText.of($0, currency) } ?? "an unknown amount"]
        if let instant = instants.first, let posting = transaction.postingPeriod {
            let away = posting.contains(instant) ? .zero : instant - posting.lowerBound
            let minutes = abs(away.components.seconds) / 60
            let side = away < .zero ? "before" : "after"
            words[0] += " at \(instant)\(minutes == 0 ? "" : " (\(minutes) min \(side) it was sent)")"
        }
        if let receipt = result.operationID { words.append("receipt \(receipt)") }
        if let code = result.authorizationCode, !code.isEmpty { words.append("authorization \(Misfit.cut(code))") }
        if let ticket = result.ticket { words.append("ticket \(Misfit.cut(ticket))") }
        return words.joined(separator: ", ")
    }

    /// The row as evidence for the transaction that it is the sale of.
    ///
    /// A list of sales names neither the command nor its success: each of its rows is a sale that succeeded.
    public func evidence(for transaction: Transaction, at instant: Timestamp) -> Evidence {
        var sale = result
        sale.functionCode = sale.functionCode ?? transaction.command.content.type.functionCode
        if sale.responseCode == .missing { sale.responseCode = .number(0) }
        let answer = CloudAnswer(code: .done, result: sale, masked: sale.record)
        return Evidence(source: .journal, answer: answer, receivedAt: instant)
    }
}

extension TerminalResult {
    /// What identifies a sale of the journal, for the record; no card data.
    fileprivate var record: [UInt8] {
        var members: [JSON.Member] = []
        func add(_ name: String, _ text: String?) {
            if let text { members.append(JSON.Member(name, .string(text))) }
        }
        if let operationID { members.append(JSON.Member("operationId", .number(JSONNumber(operationID)))) }
        if let amount { members.append(JSON.Member("amount", .number(JSONNumber(amount)))) }
        add("authorizationCode", authorizationCode)
        add("ticket", ticket)
        add("transToken", transToken)
        add("realDate", localTime)
        return JSON.object(members).serialized
    }
}

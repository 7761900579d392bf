// SPDX-License-Identifier: Apache-2.0

/// What the table knows of a terminal, for a comparison with its open batch.
public struct TerminalBooks: Sendable {
    /// Transactions that moved money, by their status or against it, in the order of acceptance.
    public let paid: [Transaction]
    /// Transactions that were POSTed and are not final.
    public let undecided: [Transaction]
    /// When the bridge closed the batch last.
    public let lastClose: Timestamp?
    /// From when on the table was read.
    public let readFrom: Timestamp
    /// When table and list were read.
    public let readAt: Timestamp

    /// Books from their parts.
    public init(
        paid: [Transaction],
        undecided: [Transaction],
        lastClose: Timestamp?,
        readFrom: Timestamp,
        readAt: Timestamp
    ) {
        self.paid = paid
        self.undecided = undecided
        self.lastClose = lastClose
        self.readFrom = readFrom
        self.readAt = readAt
    }
}

extension Reconciliation {
    /// Compares the rows of a whole list with the table.
    public init(of rows: [JournalRow], with books: TerminalBooks, rules: TransactionRules) {
        self.init()
        let comparison = Comparison(rows, books, rules)
        since = comparison.since
        for (index, row) in rows.enumerated() {
            let type = row.type
            if type.effect == .sale { terminal.add(row.result.amount ?? 0) }
            if let payment = comparison.owners[index] {
                if type.effect == .sale { table.add(payment.amount ?? row.result.amount ?? 0) }
            } else {
                unclaimed.append(comparison.unclaimed(row, type))
            }
        }
        for payment in comparison.unmatched where comparison.isMissing(payment) {
            table.add(payment.amount ?? 0)
            missing.append(MissingPayment(transaction: payment.transaction, result: payment.result))
        }
        undecided = comparison.undecided
    }

    /// One payment that the table knows; a transaction may have several.
    fileprivate struct Payment {
        let transaction: Transaction
        let result: TerminalResult

        var amount: Int64? { result.amount ?? transaction.amount?.value }
        var effect: CommandEffect { transaction.effect }
    }
}

/// Matches rows with payments, and keeps what is left on both sides.
private struct Comparison {
    typealias Payment = Reconciliation.Payment

    private let books: TerminalBooks
    private let rules: TransactionRules
    private let match: JournalMatch
    /// How far the terminal's clock is off, where that is known and more than the tolerance.
    private let clock: ClockOffset?
    private let isClockKnown: Bool
    private let oldest: JournalRow?
    /// The owner of each row that has one, by its index.
    private(set) var owners: [Int: Payment] = [:]
    private(set) var unmatched: [Payment] = []
    private let takenBack: TakenBack
    private(set) var since: Reconciliation.Beginning?

    init(_ rows: [JournalRow], _ books: TerminalBooks, _ rules: TransactionRules) {
        self.books = books
        self.rules = rules
        let offset = ClockOffset(of: books.paid)
        isClockKnown = offset != nil
        clock = offset.flatMap { $0.isOff(by: rules.clockTolerance) ? $0 : nil }
        match = JournalMatch(rows: rows, undecided: books.undecided, clock: offset, rules: rules)
        takenBack = TakenBack(books.paid + books.undecided)
        oldest = rows.filter { $0.type.effect == .sale }.min {
            ($0.instants.first ?? .distantPast) < ($1.instants.first ?? .distantPast)
        }
        let payments = books.paid.flatMap(\.payments)
        let receipts = Dictionary(grouping: rows.indices) { rows[$0].result.operationID }
        // Payments that name their row go first, so that no other payment takes it.
        for payment in payments {
            let number = payment.result.operationID
            let candidates = number.map { (receipts[$0] ?? []) + (receipts[nil] ?? []) } ?? Array(rows.indices)
            claim(candidates.first { owners[$0] == nil && names(payment, rows[$0]) }, payment)
        }
        let thin = unmatched
        unmatched = []
        let free = rows.indices.filter { owners[$0] == nil }
        for payment in thin {
            claim(free.first { owners[$0] == nil && mayBe(payment, rows[$0]) }, payment)
        }
        since = beginning()
    }

    private mutating func claim(_ index: Int?, _ payment: Payment) {
        guard let index else { return unmatched.append(payment) }
        owners[index] = payment
    }

    /// Whether a row is that payment by what both carry; the same receipt over another amount is not.
    private func names(_ payment: Payment, _ row: JournalRow) -> Bool {
        guard payment.effect == row.type.effect, payment.result.isSame(as: row.result) else { return false }
        guard let ours = payment.result.amount, let theirs = row.result.amount else { return true }
        return ours == theirs
    }

    /// Whether a row can be that payment, though one of them is thin or spelled in another way.
    private func mayBe(_ payment: Payment, _ row: JournalRow) -> Bool {
        payment.effect == row.type.effect && match.fits(row, payment.transaction)
            && !payment.result.isPlainlyAnother(than: row.result)
    }

    // MARK: - The batch

    private func beginning() -> Reconciliation.Beginning? {
        let oldestInstant = oldest?.instants.first.map { max(clock?.earliest(of: $0) ?? $0, books.readFrom) }
        // A clock that shows a future time says nothing of when the batch began.
        if let oldestInstant, oldestInstant > books.readAt + rules.clockTolerance {
            return books.lastClose.map { .close($0) }
        }
        guard let close = books.lastClose else { return oldestInstant.map { .oldestRow($0) } }
        guard let oldest, let oldestInstant else { return .close(close) }
        // A batch with older rows was not emptied then.
        let isOlder = oldestInstant < close - rules.clockTolerance
        return isOlder || wasClosedElsewhere(since: close, before: oldest)
            ? .oldestRow(oldestInstant) : .close(close)
    }

    /// Whether the batch was closed without the bridge: receipt numbers ascend within a batch.
    private func wasClosedElsewhere(since close: Timestamp, before oldest: JournalRow) -> Bool {
        guard let number = oldest.result.operationID, let time = oldest.result.localTime else { return false }
        return unmatched.contains { payment in
            guard let ours = payment.result.operationID, let theirTime = payment.result.localTime else { return false }
            return payment.effect == .sale && payment.isPosted(since: close) && theirTime < time && ours >= number
        }
    }

    /// Whether a payment without a row should have one.
    func isMissing(_ payment: Payment) -> Bool {
        payment.effect == .sale && isOfBatch(payment) && !takenBack.contains(payment)
    }

    private func isOfBatch(_ payment: Payment) -> Bool {
        switch since {
        case nil: return false
        case .close(let close): return payment.isPosted(since: close)
        case .oldestRow(let instant):
            if let ours = payment.result.localTime, let oldest = oldest?.result.localTime { return ours >= oldest }
            return payment.isPosted(since: instant + rules.clockTolerance)
        }
    }

    // MARK: - What is open

    func unclaimed(_ row: JournalRow, _ type: CommandType) -> Reconciliation.UnclaimedRow {
        let candidates = books.undecided.filter { match.fits(row, $0) }.map(\.id)
        return Reconciliation.UnclaimedRow(
            row: row,
            type: type,
            candidates: Array(candidates.prefix(Reconciliation.candidateLimit))
        )
    }

    /// Those that may be of this batch, by when their terminal may have worked on them.
    var undecided: [Transaction] {
        books.undecided.filter { transaction in
            guard transaction.effect.movesMoney, let posting = transaction.postingPeriod else { return false }
            guard let since else { return true }
            let end = posting.upperBound + rules.terminalLife + rules.clockTolerance
            // The time of the oldest row is the terminal's, which may be off.
            guard case .oldestRow = since, !isClockKnown else { return end >= since.instant }
            return end + JournalMatch.widestZoneShift >= since.instant
        }
    }
}

/// The sales that a void may have taken out of the batch; some terminals go on listing them.
private struct TakenBack {
    private struct Receipt: Hashable {
        let operationID: Int64
        let authorizationCode: String?
    }

    private var sales: Set<TransactionID> = []
    private var receipts: Set<Receipt> = []

    init(_ transactions: [Transaction]) {
        for case let original? in transactions.lazy.filter({ $0.effect == .void }).map(\.original) {
            sales.insert(original.id)
            guard let number = original.operationID else { continue }
            receipts.insert(Receipt(operationID: number, authorizationCode: original.authorizationCode))
        }
    }

    func contains(_ payment: Reconciliation.Payment) -> Bool {
        if sales.contains(payment.transaction.id) { return true }
        guard let number = payment.result.operationID else { return false }
        return receipts.contains(Receipt(operationID: number, authorizationCode: payment.result.authorizationCode))
    }
}

extension Reconciliation.Payment {
    /// Whether it was certainly POSTed at that instant or later.
    fileprivate func isPosted(since instant: Timestamp) -> Bool {
        transaction.postingPeriod.map { $0.lowerBound >= instant } ?? false
    }
}

extension Transaction {
    /// The payments that are known of it: by its status, and those that speak against it.
    fileprivate var payments: [Reconciliation.Payment] {
        guard effect.movesMoney else { return [] }
        let verdict = state == .approved ? [result ?? TerminalResult()] : []
        let others = contradictions.known.filter { $0.code.speaksOfPayment }.map(\.carriedPayment)
        return (verdict + others).map { Reconciliation.Payment(transaction: self, result: $0) }
    }
}

extension JournalRow {
    /// What kind of command it is a row of; a list of sales names none.
    fileprivate var type: CommandType {
        switch result.functionCode {
        case CommandType.void.functionCode: .void
        case CommandType.refund.functionCode: .refund
        case CommandType.promo.functionCode: .promo
        default: .charge
        }
    }
}

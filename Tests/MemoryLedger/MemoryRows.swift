// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger

/// A look of a rule that always finds nothing.
package enum Blindness: String, Sendable, CaseIterable {
    case command, reference, lane, place, refusal, owner, paidSales, amendments, ownSales, foreignSales, contradicted,
        undecided,
        approved,
        youngerPost, lastClose
}

/// The ledger's rows in memory.
///
/// It counts the locks that rules take, and refuses a rule that decides without its lock.
///
/// *Isolation*: one task at a time, like the writer of any engine.
package final class MemoryRows: StoreRows {
    /// What is committed, and what the open write transaction has changed so far.
    package private(set) var tables = MemoryTables()
    /// How often locks were taken, over all write transactions.
    package private(set) var lockCount = 0
    /// How often a transaction was written.
    package private(set) var changes = 0
    /// What these rows hide, as if a rule did not look; then a test has to find that the rule is missing.
    package var blindness: Blindness?
    private var held: Set<LedgerLock> = []
    private var looked: Set<LedgerLock> = []

    /// What is committed, without the log.
    private var before = MemoryTables()
    /// How long the log of what is committed is.
    private var logged = MemoryLog().length

    /// Rows of a store that holds so much.
    package init(_ tables: MemoryTables = MemoryTables()) { self.tables = tables }

    /// Makes one change: all of it, or nothing if it throws.
    package func write<Value>(_ change: () throws -> Value) throws -> Value {
        begin()
        do {
            return try change()
        } catch {
            undo()
            throw error
        }
    }

    /// Begins a write transaction.
    func begin() {
        before = tables
        before.log = MemoryLog()
        logged = tables.log.length
        (held, looked) = ([], [])
    }

    /// Leaves nothing of the write transaction.
    func undo() {
        swap(&before.log, &tables.log)
        tables = before
        tables.log.cut(to: logged)
    }

    /// What the last write transaction appended to the outbox.
    var appended: [OutboxEntry] { Array(tables.outbox[logged.entries...]) }

    // MARK: - Locks

    package func lock(_ lock: LedgerLock) throws {
        lockCount += 1
        guard held.insert(lock).inserted else { return }
        if looked.contains(lock) { throw MemoryFault.lockedTooLate(lock) }
    }

    /// Notes that a rule looks for something; the look counts only if the rule has the lock already.
    private func look(_ lock: LedgerLock) {
        if !held.contains(lock) { looked.insert(lock) }
    }

    private func need(_ lock: LedgerLock) throws {
        if !held.contains(lock) { throw MemoryFault.unlocked(lock) }
    }

    // MARK: - Questions

    package func transaction(_ id: TransactionID) -> Transaction? { tables[id] }

    package func transaction(ofCommand commandID: String, account: String) -> Transaction? {
        if blindness == .command { return nil }
        look(.command(commandID))
        return tables.first {
            $0.command.commandID == commandID && $0.command.content.account == account
        }
    }

    package func transaction(holding reference: String, account: String) throws -> Transaction? {
        if blindness == .reference { return nil }
        try need(.reference(reference, account: account))
        return tables.rows.last { row in
            let transaction = row.transaction
            let content = transaction.command.content
            return content.account == account && content.reference == reference && transaction.effect.movesMoney
                && (!transaction.state.isFinal || transaction.status == .approved)
        }?.transaction
    }

    package func lane(of terminal: String, account: String) throws -> LaneOccupancy? {
        try need(.lane(terminal: terminal, account: account))
        let standing = at(terminal, account) { $0.isInLane }
        let holder =
            switch blindness {
            // Without the order of a lane the newest one holds it.
            case .lane: standing.last
            // Without a place the clocks of those who name transactions order them.
            case .place: standing.min { $0.id < $1.id }
            default: standing.first
            }
        return holder.map { LaneOccupancy(ahead: standing.count, holder: $0.id) }
    }

    package func undecided(at terminal: String, account: String) -> [Transaction] {
        if blindness == .undecided { return [] }
        return at(terminal, account) { $0.wasPosted && [.submitted, .inDoubt].contains($0.status) }
    }

    package func approved(
        at terminal: String,
        account: String,
        postedFrom start: Timestamp,
        to end: Timestamp
    ) -> [Transaction] {
        if blindness == .approved { return [] }
        return at(terminal, account) { transaction in
            guard transaction.status == .approved else { return false }
            return transaction.restoredAt != nil
                || transaction.posting.startedAt.map { start <= $0 && $0 <= end } ?? false
        }
    }

    package func contradicted(at terminal: String, account: String, acceptedFrom start: Timestamp) -> [Transaction] {
        if blindness == .contradicted { return [] }
        return at(terminal, account) { $0.state.isFinal && !$0.contradictions.known.isEmpty && $0.acceptedAt >= start }
    }

    package func lastClose(at terminal: String, account: String, acceptedAfter start: Timestamp) -> Timestamp? {
        if blindness == .lastClose { return nil }
        return at(terminal, account) {
            $0.command.content.type == .close && $0.status == .completed && $0.acceptedAt >= start
        }.compactMap(\.outcome.completedAt).max()
    }

    package func isReferenceReused(_ transaction: Transaction) -> Bool {
        guard let reference = transaction.command.content.reference else { return false }
        return tables.first { other in
            other.id != transaction.id && other.wasPosted && other.command.content.reference == reference
                && other.command.content.account == transaction.command.content.account
        } != nil
    }

    package func hasYoungerPost(than transaction: Transaction) -> Bool {
        if blindness == .youngerPost { return false }
        let content = transaction.command.content
        return !at(content.terminal.idTerminal, content.account) { $0.place > transaction.place && $0.wasPosted }
            .isEmpty
    }

    private func at(
        _ terminal: String,
        _ account: String,
        where fits: (Transaction) -> Bool
    ) -> [Transaction] {
        tables.all {
            $0.command.content.terminal.idTerminal == terminal && $0.command.content.account == account && fits($0)
        }
    }

    package func owner(ofNumber number: String, account: String) throws -> TransactionID? {
        if blindness == .owner { return nil }
        look(.number(number, account: account))
        return owner(of: .idPosTxs(number), account: account, besides: nil)
    }

    package func claims(ofReceipt receipt: String, account: String) throws -> [(id: TransactionID, claim: String)] {
        if blindness == .owner { return [] }
        // A journal looks for the owners of its rows under the locks of its lanes. What it then writes takes the lock
        // of the claim.
        look(LedgerLock(.paidReceipt(receipt), account: account))
        return tables.all { other in
            other.command.content.account == account && other.effect.movesMoney
                && other.paidClaim?.hasPrefix(receipt) ?? false
        }.map { (id: $0.id, claim: $0.paidClaim ?? "") }
    }

    /// What the write of a claim is checked by: it does not use the rule that it judges.
    private func owner(of claim: Claim, account: String, besides id: TransactionID?) -> TransactionID? {
        tables.first { other in
            guard other.id != id, other.command.content.account == account, other.effect.movesMoney else {
                return false
            }
            switch claim {
            case .idPosTxs(let number): return other.idPosTxs == number
            case .paidReceipt(let receipt): return other.paidClaim?.hasPrefix(receipt) ?? false
            case .paidResult(let result):
                let receipt = Claim.receipt(of: result)
                guard let known = other.paidClaim, known.hasPrefix(receipt) else { return false }
                let time = known.dropFirst(receipt.count)
                // A person's approval claims the receipt alone.
                return time.isEmpty || Spelling.isSameTime(String(time), String(result.dropFirst(receipt.count)))
            }
        }?.id
    }

    package func paidSales(at terminal: String, account: String, authorizedBy key: String) throws -> [Transaction] {
        if blindness == .paidSales { return [] }
        try need(LedgerLock(saleAuthorizedBy: key, at: terminal, account: account))
        return at(terminal, account) { other in
            guard other.effect == .sale, let result = other.result,
                result.responseCode == .number(0) || other.status == .approved
            else { return false }
            return result.authorizationCode.map { Spelling.key($0) == key } ?? false
        }
    }

    package func amendments(of originals: [TransactionID]) throws -> [Transaction] {
        if blindness == .amendments { return [] }
        for id in originals { try needSale(id) }
        return originals.flatMap { id in tables.all { $0.original?.id == id } }
    }

    package func sales(authorizedBy key: String, account: String) throws -> [Transaction] {
        if blindness == .ownSales { return [] }
        try need(.sale(key, account: account))
        let sales = tables.all {
            $0.command.content.account == account && $0.effect == .sale && OriginalSale($0)?.authorizationKey == key
        }
        let approved = sales.filter { $0.status == .approved }.reversed()
        return approved.filter { $0.result?.operationID != nil } + approved.filter { $0.result?.operationID == nil }
            + sales.filter { $0.status != .approved && !$0.contradictions.known.isEmpty }.reversed()
    }

    package func foreignSales(authorizedBy key: String, account: String) throws -> [OriginalSale] {
        if blindness == .foreignSales { return [] }
        try need(.sale(key, account: account))
        return tables.foreignSales.filter { $0.account == account && $0.sale.authorizationKey == key }.map(\.sale)
            .sorted { $0.id < $1.id }
    }

    package func refusal(of fingerprint: EventID) throws -> OutboundEvent? {
        if blindness == .refusal { return nil }
        try need(.message(fingerprint))
        guard let position = tables.refusals[fingerprint], case .event(let event) = entry(position).payload else {
            return nil
        }
        return event
    }

    package func latestEvent(of id: TransactionID) -> OutboundEvent? {
        for entry in tables.outbox.reversed() where entry.transactionID == id {
            if case .event(let event) = entry.payload { return event }
        }
        return nil
    }

    package func value(of note: StoreNote) -> String? { tables.notes[note] }

    private func entry(_ position: Int64) -> OutboxEntry { tables.outbox[Int(position) - 1] }

    // MARK: - Changes

    package func insert(_ transaction: Transaction) throws -> Int64 {
        let content = transaction.command.content
        try need(.command(transaction.command.commandID))
        try need(.lane(of: transaction))
        if let original = transaction.original { try need(LedgerLock(original, account: content.account)) }
        guard tables[transaction.id] == nil else { throw MemoryFault.twice("id") }
        guard self.transaction(ofCommand: transaction.command.commandID, account: content.account) == nil else {
            throw MemoryFault.twice("command")
        }
        changes += 1
        return tables.insert(transaction)
    }

    package func update(_ transaction: Transaction, from stored: Transaction, at instant: Timestamp) throws {
        guard tables[stored.id] == stored else { throw MemoryFault.missing("transaction") }
        let account = transaction.command.content.account
        if transaction.isInLane != stored.isInLane || transaction.isSubmitting && !stored.isSubmitting {
            try need(.lane(of: transaction))
        }
        if transaction.isSubmitting, !stored.isSubmitting, let original = transaction.original {
            try need(LedgerLock(original, account: account))
        }
        for claim in transaction.claimsOfItsOwn where !stored.claimsOfItsOwn.contains(claim) {
            try need(LedgerLock(claim, account: account))
            guard owner(of: claim, account: account, besides: transaction.id) == nil else {
                throw MemoryFault.twice("\(claim)")
            }
        }
        if let lock = transaction.paymentLock, stored.paymentLock != lock { try need(lock) }
        changes += 1
        tables.update(transaction)
        let since = tables.doubtSince[transaction.id]
        tables.doubtSince[transaction.id] = transaction.status == .inDoubt ? since ?? instant : nil
    }

    package func append(_ piece: TransactionStory.Piece, to id: TransactionID) {
        tables.log.evidence.append((id, piece))
    }

    package func append(_ step: TransactionStep, to id: TransactionID) {
        tables.log.steps.append((id, step))
    }

    package func append(_ callback: QuarantinedCallback) { tables.log.quarantined.append(callback) }

    package func append(_ payload: OutboxEntry.Payload, of id: TransactionID?, at instant: Timestamp) {
        let entry = OutboxEntry(
            position: Int64(tables.outbox.count + 1),
            transactionID: id,
            payload: payload,
            appendedAt: instant,
            returns: 0
        )
        tables.log.outbox.append(entry)
    }

    package func noteRefusal(of fingerprint: EventID) throws {
        if tables.refusals[fingerprint] == nil { tables.refusals[fingerprint] = Int64(tables.outbox.count) }
    }

    package func correctForeignSale(_ sale: OriginalSale) throws {
        guard let index = tables.foreignSales.firstIndex(where: { $0.sale.id == sale.id }) else {
            throw MemoryFault.missing("foreign sale")
        }
        try need(LedgerLock(sale, account: tables.foreignSales[index].account))
        tables.foreignSales[index].sale = sale
    }

    package func insertForeignSale(_ sale: OriginalSale, account: String, at instant: Timestamp) throws {
        try need(LedgerLock(sale, account: account))
        guard !tables.foreignSales.contains(where: { $0.account == account && $0.sale.receipt == sale.receipt }) else {
            throw MemoryFault.twice("foreign sale")
        }
        tables.foreignSales.append((account, sale))
    }

    package func settle(_ settlement: Settlement) {
        tables.settled[settlement.position] = settlement
        if case .unrouted = settlement.outcome { tables.returns[settlement.position, default: 0] += 1 }
    }

    package func set(_ note: StoreNote, to value: String?) { tables.notes[note] = value }

    /// A sum over what was given back of a sale needs the lock of the sale, both for a sale of the bridge and for a
    /// foreign one.
    private func needSale(_ id: TransactionID) throws {
        let own = tables[id].flatMap { sale in
            OriginalSale(sale).map { LedgerLock($0, account: sale.command.content.account) }
        }
        let foreign = tables.foreignSales.first { $0.sale.id == id }.map { LedgerLock($0.sale, account: $0.account) }
        for lock in [own, foreign].compactMap({ $0 }) { try need(lock) }
    }
}

extension Transaction {
    fileprivate var isSubmitting: Bool { if case .submitting = state { true } else { false } }

    /// Whether a POST of it may have left.
    fileprivate var wasPosted: Bool { posting.startedAt != nil || restoredAt != nil }

    /// The lock in front of the payment in its result, also of one that claims nothing.
    fileprivate var paymentLock: LedgerLock? {
        guard effect == .sale, let result, looksPaid(result), let code = result.authorizationCode else { return nil }
        let content = command.content
        let key = Spelling.key(code)
        guard !key.isEmpty else { return nil }
        return LedgerLock(saleAuthorizedBy: key, at: content.terminal.idTerminal, account: content.account)
    }

    /// Its claims: what no other transaction of its account may have.
    fileprivate var claimsOfItsOwn: [Claim] {
        guard effect.movesMoney else { return [] }
        let payment = paidClaim.map { $0.hasSuffix("|") ? Claim.paidReceipt($0) : .paidResult($0) }
        return [idPosTxs.map { .idPosTxs($0) }, payment].compactMap { $0 }
    }
}

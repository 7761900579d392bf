// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
internal import CorrelationStore

/// The ledger's rows in PostgreSQL, within the open transaction of one session.
///
/// What is only written is sent without a wait; only a question waits for its answer. A transaction that was read
/// before is taken from memory and guarded by its version: if another writer has changed it, the commit fails as a
/// whole, and the changes are made again from what the store says. *Isolation*: the thread of the session.
/// *Source*: `docs/decisions/0019-postgresql.md`.
package final class PostgresRows: StoreRows {
    /// The session; another one after a break.
    var session: PostgresSession?
    /// Rows that an earlier transaction has read or written, and that are not final.
    private var recent = RecentTransactions()
    /// The version of each row that was read or written since the last failure, as far as it is remembered.
    private var versions: [TransactionID: Int64] = [:]
    /// Rows of this transaction that came from memory and that it has not written.
    private var guesses: Set<TransactionID> = []
    private var held: Set<LedgerLock> = []
    private var updates: [ColumnGroups: PostgresStatement] = [:]
    /// What the open transaction has appended to the outbox, without the positions that the server gives.
    private var appended: [OutboxEntry] = []
    private var positions: [Int64] = []
    /// The place for the transaction that is inserted next, given under the lock of its lane.
    private var nextPlace: Int64?

    /// More versions are not remembered; a version that is missing is read again.
    private static let versionLimit = 4 * RecentTransactions.limit

    func open() throws -> PostgresSession {
        guard let session, !session.isBroken else { throw PostgresError(message: "there is no connection") }
        return session
    }

    // MARK: - The transaction

    /// Begins to write.
    func begin(_ session: PostgresSession) throws {
        self.session = session
        (held, guesses, appended, positions, nextPlace) = ([], [], [], [], nil)
        if versions.count > Self.versionLimit { (versions, recent) = ([:], RecentTransactions()) }
        try session.send(Text.begin)
    }

    /// Sends what has to hold at the end of the transaction: what came from memory is still so.
    ///
    /// Each check locks its row; all writers lock in one order, so that no two wait for each other here.
    func checkGuesses() throws {
        for id in guesses.sorted() {
            guard let version = versions[id] else { continue }
            try open().send(Text.checkVersion) {
                $0.add(id.description)
                $0.add(version)
            }
        }
    }

    /// Forgets all that was written and then undone, and all that may have changed since.
    func forgetUndone() {
        (recent, versions, appended, positions) = (RecentTransactions(), [:], [], [])
    }

    /// What was appended to the outbox by the transaction that is committed; asked once after each commit.
    func takeAppended() -> [OutboxEntry] {
        defer { (appended, positions) = ([], []) }
        return zip(appended, positions).map { entry, position in
            OutboxEntry(
                position: position,
                transactionID: entry.transactionID,
                payload: entry.payload,
                appendedAt: entry.appendedAt,
                returns: 0
            )
        }
    }

    // MARK: - Locks

    /// Takes the lock with the server, to the end of the transaction.
    ///
    /// It is sent without a wait, in front of the question that it is for.
    package func lock(_ lock: LedgerLock) throws {
        guard held.insert(lock).inserted else { return }
        try open().send(Text.lock) { $0.add(lock.name) }
    }

    // MARK: - Transactions

    /// Reads rows and remembers their versions.
    func transactions(
        _ statement: PostgresStatement,
        _ bind: (inout PostgresParameters) -> Void
    ) throws -> [Transaction] {
        let rows = try open().all(statement, bind) { row in
            let version = row.integer()
            return (version: version, transaction: try TransactionColumns.read(&row))
        }
        for row in rows {
            versions[row.transaction.id] = row.version
            recent.keep(row.transaction)
        }
        return rows.map(\.transaction)
    }

    package func transaction(_ id: TransactionID) throws -> Transaction? {
        if let known = recent[id], versions[id] != nil {
            guesses.insert(id)
            return known
        }
        return try transactions(Text.selectByID) { $0.add(id.description) }.first
    }

    package func transaction(ofCommand commandID: String, account: String) throws -> Transaction? {
        try transactions(Text.selectByCommand) { $0.add(account, commandID) }.first
    }

    package func transaction(holding reference: String, account: String) throws -> Transaction? {
        try transactions(Text.selectByReference) { $0.add(account, reference) }.first
    }

    package func lane(of terminal: String, account: String) throws -> LaneOccupancy? {
        let lane = try open().first(Text.selectLane, { $0.add(account, terminal) }) { row in
            (count: Int(row.integer()), holder: row.optionalText(), place: row.integer())
        }
        guard let lane else { return nil }
        nextPlace = lane.place
        return lane.holder.flatMap { TransactionID($0) }.map { LaneOccupancy(ahead: lane.count, holder: $0) }
    }

    package func owner(ofNumber number: String, account: String) throws -> TransactionID? {
        let name = try open().first(Text.selectOwnerOfNumber, { $0.add(account, number) }, { $0.text() })
        return name.flatMap { TransactionID($0) }
    }

    package func claims(ofReceipt receipt: String, account: String) throws -> [(id: TransactionID, claim: String)] {
        let rows = try open().all(
            Text.selectOwnersOfReceipt,
            { row in
                row.add(account, receipt)
                // "}" comes after "|", in which a receipt ends.
                row.add(receipt.dropLast() + "}")
            },
            { row in (name: row.text(), claim: row.text()) }
        )
        return rows.compactMap { row in TransactionID(row.name).map { (id: $0, claim: row.claim) } }
    }

    package func insert(_ transaction: Transaction) throws -> Int64 {
        var placed = transaction
        placed.place = try nextPlace ?? place()
        nextPlace = nil
        try open().send(Text.insertTransaction) { row in
            row.add(placed.place)
            ColumnGroups.writeInserted(transaction, &row)
        }
        versions[placed.id] = 1
        recent.keep(placed)
        return placed.place
    }

    private func place() throws -> Int64 {
        let place = try open().first(Text.selectPlace, { _ in }) { $0.integer() }
        guard let place else { throw PostgresError(message: "no place was given") }
        return place
    }

    package func update(_ transaction: Transaction, from stored: Transaction, at instant: Timestamp) throws {
        let id = transaction.id
        if versions[id] == nil {
            // What was decided on must be what is there.
            guard try transactions(Text.selectByID, { $0.add(id.description) }).first == stored else {
                throw PostgresError(code: PostgresError.notOne, message: "the row was changed")
            }
        }
        guard let version = versions[id] else {
            throw PostgresError(code: PostgresError.notOne, message: "no such row")
        }
        let groups = ColumnGroups(changedFrom: stored, to: transaction)
        try open().send(update(of: groups)) { row in
            ProgressColumn.write(transaction, &row)
            row.add(instant)
            groups.write(transaction, &row)
            row.add(id.description)
            row.add(version)
        }
        versions[id] = version + 1
        guesses.remove(id)
        recent.keep(transaction)
    }

    private func update(of groups: ColumnGroups) -> PostgresStatement {
        if let statement = updates[groups] { return statement }
        let statement = Text.update(groups)
        updates[groups] = statement
        return statement
    }

    // MARK: - What is appended

    package func append(_ piece: TransactionStory.Piece, to id: TransactionID) throws {
        try open().send(Text.insertEvidence) { row in
            row.add(id.description)
            row.add(piece.source.rawValue)
            row.add(piece.finding.rawValue)
            row.add(text: piece.masked)
            row.add(piece.receivedAt)
        }
    }

    package func append(_ step: TransactionStep, to id: TransactionID) throws {
        try open().send(Text.insertStep) { row in
            row.add(id.description)
            row.add(step.kind.rawValue)
            row.add(step.number.map(Int64.init))
            row.add(step.startedAt)
            row.add(step.detail)
            row.add(step.at)
        }
    }

    package func append(_ callback: QuarantinedCallback) throws {
        try open().send(Text.insertQuarantined) { row in
            row.add(callback.cause.rawValue)
            row.add(callback.transactionID.description)
            row.add(callback.answer?.idPosTxs)
            row.add(callback.answer?.customID)
            row.add(blob: callback.maskedBody)
            row.add(callback.receivedAt)
        }
    }

    package func append(_ payload: OutboxEntry.Payload, of id: TransactionID?, at instant: Timestamp) throws {
        try open().send(
            Text.insertOutbox,
            { OutboxColumns.write(payload, of: id, at: instant, &$0) },
            taker: { [unowned self] answer in
                positions += try answer.rows { $0.integer() }
            }
        )
        appended.append(
            OutboxEntry(position: 0, transactionID: id, payload: payload, appendedAt: instant, returns: 0)
        )
    }

    package func latestEvent(of id: TransactionID) throws -> OutboundEvent? {
        try open().first(Text.selectLatestEvent, { $0.add(id.description) }, { try OutboxColumns.readEvent(&$0) })
    }

    package func settle(_ settlement: Settlement) throws {
        try open().send(Text.updateOutbox) { row in
            row.add(settlement.at)
            switch settlement.outcome {
            case .confirmed:
                row.add(Timestamp?.none)
                row.add(0)
            case .unrouted(let retryAt):
                row.add(retryAt)
                row.add(1)
            }
            row.add(settlement.position)
        }
    }

    package func refusal(of fingerprint: EventID) throws -> OutboundEvent? {
        try open().first(
            Text.selectRefusal,
            { $0.add(fingerprint.description) },
            { try OutboxColumns.readEvent(&$0) }
        )
    }

    package func noteRefusal(of fingerprint: EventID) throws {
        try open().send(Text.insertRefusal) { $0.add(fingerprint.description) }
    }

    // MARK: - Notes

    package func value(of note: StoreNote) throws -> String? {
        try open().first(Text.selectNote, { $0.add(note.rawValue) }, { $0.text() })
    }

    package func set(_ note: StoreNote, to value: String?) throws {
        guard let value else { return try open().send(Text.deleteNote) { $0.add(note.rawValue) } }
        try open().send(Text.upsertNote) { $0.add(note.rawValue, value) }
    }
}

extension PostgresParameters {
    /// Binds an account and what is looked up within it.
    mutating func add(_ first: String, _ second: String) {
        add(first)
        add(second)
    }
}

extension LedgerLock {
    /// Its name with the server.
    var name: String {
        switch self {
        case .message(let fingerprint): "message|\(fingerprint)"
        case .command(let id): "command|\(id)"
        case .reference(let reference, let account): "reference|\(account)|\(reference)"
        case .lane(let terminal, let account): "lane|\(account)|\(terminal)"
        case .sale(let sale, let account): "sale|\(account)|\(sale)"
        case .number(let number, let account): "number|\(account)|\(number)"
        case .payment(let payment, let account): "payment|\(account)|\(payment)"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
internal import CorrelationStore
internal import GRDB

/// The ledger's rows in SQLite: one prepared statement for each operation, kept as long as the connection.
///
/// *Isolation*: the writer's queue. With one writer no other task changes a row between reading and commit.
package final class SQLiteRows: StoreRows {
    private let database: Database
    private let selectByID: PreparedStatement
    private let selectByCommand: PreparedStatement
    private let selectByReference: PreparedStatement
    private let selectLane: PreparedStatement
    private let selectOwnerOfNumber: PreparedStatement
    private let insertTransaction: PreparedStatement
    private let insertEvidence: PreparedStatement
    private let insertStep: PreparedStatement
    private let selectOwnersOfReceipt: PreparedStatement
    let selectContradicted: PreparedStatement
    private let selectPaidSales: PreparedStatement
    private let selectRefusal: PreparedStatement
    private let insertRefusal: PreparedStatement
    private let selectNote: PreparedStatement
    private let upsertNote: PreparedStatement
    private let deleteNote: PreparedStatement
    private let insertQuarantined: PreparedStatement
    private let insertOutbox: PreparedStatement
    private let selectLatestEvent: PreparedStatement
    private let updateOutbox: PreparedStatement
    private var updates: [ColumnGroups: PreparedStatement] = [:]
    private var recent = RecentTransactions()
    /// What the open transaction has appended to the outbox.
    private var appended: [OutboxEntry] = []

    /// Compiles the statements on the writer's connection.
    init(_ database: Database) throws {
        self.database = database
        func prepare(_ text: String) throws -> PreparedStatement { try PreparedStatement(text, on: database) }
        selectByID = try prepare(Text.selectByID)
        selectByCommand = try prepare(Text.selectByCommand)
        selectByReference = try prepare(Text.selectByReference)
        selectLane = try prepare(Text.selectLane)
        selectOwnerOfNumber = try prepare(Text.selectOwnerOfNumber)
        insertTransaction = try prepare(Text.insert(ColumnGroups.inserted, into: "transactions"))
        insertEvidence = try prepare(Text.insert(Text.evidence, into: "evidence"))
        insertStep = try prepare(Text.insert(Text.steps, into: "steps"))
        selectOwnersOfReceipt = try prepare(Text.selectOwnersOfReceipt)
        selectContradicted = try prepare(Text.selectContradicted)
        selectPaidSales = try prepare(Text.selectPaidSales)
        selectRefusal = try prepare(Text.selectRefusal)
        insertRefusal = try prepare(Text.insertRefusal)
        selectNote = try prepare("SELECT value FROM meta WHERE name = ?")
        upsertNote = try prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)")
        deleteNote = try prepare("DELETE FROM meta WHERE name = ?")
        insertQuarantined = try prepare(Text.insert(StoryColumns.quarantined, into: "quarantined_callbacks"))
        insertOutbox = try prepare(Text.insert(OutboxColumns.appended, into: "outbox"))
        selectLatestEvent = try prepare(Text.selectLatestEvent)
        updateOutbox = try prepare(Text.updateOutbox)
    }

    /// The statements.
    enum Text {
        static let columns = TransactionColumns.all.joined(separator: ", ")
        private static let events = OutboxColumns.appended.joined(separator: ", ")

        static let selectByID = "SELECT \(columns) FROM transactions WHERE id = ?"
        static let selectByCommand = "SELECT \(columns) FROM transactions WHERE account = ? AND command_id = ?"
        static let selectByReference = """
            SELECT \(columns) FROM transactions
            WHERE account = ? AND reference = ? AND (completed_at IS NULL OR status = 'approved') AND type IN (\(money))
            ORDER BY place DESC LIMIT 1
            """
        /// For all other commands a reference is a note, no claim.
        private static let money = CommandType.allCases.filter(\.effect.movesMoney).map { "'\($0.rawValue)'" }
            .joined(separator: ", ")
        /// Beside a minimum SQLite takes the other columns from the row that has it.
        ///
        /// Source: <https://www.sqlite.org/lang_select.html#bareagg>
        static let selectLane = """
            SELECT count(*), min(place), id FROM transactions INDEXED BY transactions_lane
            WHERE account = ? AND terminal = ? AND in_lane = 1
            """
        static let selectUndecided = """
            SELECT \(columns) FROM transactions INDEXED BY transactions_unfinished
            WHERE completed_at IS NULL AND account = ? AND terminal = ? AND coalesce(posted_at, restored_at) IS NOT NULL
                AND status IN ('submitted', 'in_doubt')
            ORDER BY place
            """
        static let selectApproved = """
            SELECT \(columns) FROM transactions INDEXED BY transactions_terminal
            WHERE account = ? AND terminal = ? AND id >= ? AND status = 'approved'
                AND (posted_at BETWEEN ? AND ? OR restored_at IS NOT NULL)
            """
        static let selectContradicted = """
            SELECT \(columns) FROM transactions INDEXED BY transactions_contradictory
            WHERE account = ? AND id >= ? AND contradictions IS NOT NULL AND terminal = ? AND completed_at IS NOT NULL
            """
        static let selectReused = """
            SELECT 1 FROM transactions INDEXED BY transactions_reference
            WHERE account = ? AND reference = ? AND id <> ? AND coalesce(posted_at, restored_at) IS NOT NULL LIMIT 1
            """
        static let selectYoungerPost = """
            SELECT 1 FROM transactions INDEXED BY transactions_terminal
            WHERE account = ? AND terminal = ? AND id >= ? AND place > ?
                AND coalesce(posted_at, restored_at) IS NOT NULL LIMIT 1
            """
        static let selectOwnerOfNumber = """
            SELECT id FROM transactions INDEXED BY transactions_number
            WHERE account = ? AND id_pos_txs = ? AND id_pos_txs IS NOT NULL
                AND type IN ('charge', 'promo', 'void', 'refund')
            """
        static let selectOwnersOfReceipt = """
            SELECT id, paid_claim FROM transactions INDEXED BY transactions_payment
            WHERE account = ? AND paid_claim >= ? AND paid_claim < ?
            """
        static let selectPaidSales = """
            SELECT \(columns) FROM transactions INDEXED BY transactions_authorization_key
            WHERE account = ? AND upper(ltrim(result_authorization_code, '0')) = ?
                AND result_authorization_code IS NOT NULL AND terminal = ?
                AND (result_response_code = '0' OR status = 'approved') AND type IN ('charge', 'promo')
            ORDER BY place
            """
        static let selectRefusal = """
            SELECT \(events) FROM outbox WHERE position = (SELECT position FROM refused_messages WHERE fingerprint = ?)
            """
        static let insertRefusal = "INSERT OR IGNORE INTO refused_messages (fingerprint, position) VALUES (?, ?)"
        static let selectLatestEvent = """
            SELECT \(events) FROM outbox WHERE transaction_id = ? ORDER BY position DESC LIMIT 1
            """
        static let updateOutbox = """
            UPDATE outbox SET settled_at = ?, retry_at = ?, returns = returns + ? WHERE position = ?
            """
        static let evidence = ["transaction_id", "source", "finding", "masked", "received_at"]
        static let steps = ["transaction_id", "kind", "count", "started_at", "detail", "happened_at"]

        static func insert(_ columns: [String], into table: String) -> String {
            let marks = columns.map { _ in "?" }.joined(separator: ", ")
            return "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks))"
        }
    }

    /// One writer has everything for itself.
    package func lock(_ lock: LedgerLock) {}

    // MARK: - Transactions

    package func transaction(_ id: TransactionID) throws -> Transaction? {
        if let known = recent[id] { return known }
        let stored = try selectByID.first({ $0.add(id.description) }, TransactionColumns.read)
        if let stored { recent.keep(stored) }
        return stored
    }

    /// Forgets what was written and then undone.
    func forgetUndone() { (recent, appended) = (RecentTransactions(), []) }

    /// What was appended to the outbox since the last call; asked after each commit.
    func takeAppended() -> [OutboxEntry] {
        defer { appended = [] }
        return appended
    }

    package func transaction(ofCommand commandID: String, account: String) throws -> Transaction? {
        try selectByCommand.first(
            {
                $0.add(account)
                $0.add(commandID)
            },
            TransactionColumns.read
        )
    }

    package func transaction(holding reference: String, account: String) throws -> Transaction? {
        try selectByReference.first(
            {
                $0.add(account)
                $0.add(reference)
            },
            TransactionColumns.read
        )
    }

    package func lane(of terminal: String, account: String) throws -> LaneOccupancy? {
        let occupancy = try selectLane.first({ $0.add(account, terminal) }) { row -> LaneOccupancy? in
            let count = Int(row.integer())
            _ = row.optionalInteger()
            let holder = row.optionalText().flatMap { TransactionID($0) }
            return holder.map { LaneOccupancy(ahead: count, holder: $0) }
        }
        return occupancy ?? nil
    }

    package func owner(ofNumber number: String, account: String) throws -> TransactionID? {
        let name = try selectOwnerOfNumber.first({ $0.add(account, number) }, { $0.text() })
        return name.flatMap { TransactionID($0) }
    }

    package func claims(ofReceipt receipt: String, account: String) throws -> [(id: TransactionID, claim: String)] {
        // "}" comes after "|", in which a receipt ends.
        let rows = try selectOwnersOfReceipt.all({ row in
            row.add(account, receipt)
            row.add(receipt.dropLast() + "}")
        }) { row in
            (name: row.text(), claim: row.text())
        }
        return rows.compactMap { row in TransactionID(row.name).map { (id: $0, claim: row.claim) } }
    }

    package func paidSales(at terminal: String, account: String, authorizedBy key: String) throws -> [Transaction] {
        try selectPaidSales.all(
            {
                $0.add(account, key)
                $0.add(terminal)
            },
            TransactionColumns.read
        )
    }

    package func refusal(of fingerprint: EventID) throws -> OutboundEvent? {
        try selectRefusal.first({ $0.add(fingerprint.description) }, OutboxColumns.readEvent)
    }

    package func noteRefusal(of fingerprint: EventID) throws {
        try insertRefusal.run { row in
            row.add(fingerprint.description)
            row.add(database.lastInsertedRowID)
        }
    }

    package func insert(_ transaction: Transaction) throws -> Int64 {
        try insertTransaction.run { row in
            ColumnGroups.writeInserted(transaction, &row)
        }
        var placed = transaction
        placed.place = database.lastInsertedRowID
        recent.keep(placed)
        return placed.place
    }

    package func update(_ transaction: Transaction, from stored: Transaction, at instant: Timestamp) throws {
        let groups = ColumnGroups(changedFrom: stored, to: transaction)
        try update(of: groups).run { row in
            ProgressColumn.write(transaction, &row)
            row.add(instant)
            groups.write(transaction, &row)
            row.add(transaction.id.description)
        }
        recent.keep(transaction)
    }

    /// A statement that is seldom needed.
    func occasional(_ text: String) throws -> PreparedStatement {
        try PreparedStatement(cached: text, on: database)
    }

    private func update(of groups: ColumnGroups) throws -> PreparedStatement {
        if let statement = updates[groups] { return statement }
        let statement = try PreparedStatement(groups.updateText, on: database)
        updates[groups] = statement
        return statement
    }

    // MARK: - What is appended

    package func append(_ piece: TransactionStory.Piece, to id: TransactionID) throws {
        try insertEvidence.run { row in
            row.add(id.description)
            row.add(piece.source.rawValue)
            row.add(piece.finding.rawValue)
            row.add(text: piece.masked)
            row.add(piece.receivedAt)
        }
    }

    package func append(_ step: TransactionStep, to id: TransactionID) throws {
        try insertStep.run { row in
            row.add(id.description)
            row.add(step.kind.rawValue)
            row.add(step.number.map(Int64.init))
            row.add(step.startedAt)
            row.add(step.detail)
            row.add(step.at)
        }
    }

    package func append(_ callback: QuarantinedCallback) throws {
        try insertQuarantined.run { row in
            row.add(callback.cause.rawValue)
            row.add(callback.transactionID.description)
            row.add(callback.answer?.idPosTxs)
            row.add(callback.answer?.customID)
            row.add(blob: callback.maskedBody)
            row.add(callback.receivedAt)
        }
    }

    package func append(_ payload: OutboxEntry.Payload, of id: TransactionID?, at instant: Timestamp) throws {
        try insertOutbox.run { OutboxColumns.write(payload, of: id, at: instant, &$0) }
        let entry = OutboxEntry(
            position: database.lastInsertedRowID,
            transactionID: id,
            payload: payload,
            appendedAt: instant,
            returns: 0
        )
        appended.append(entry)
    }

    package func latestEvent(of id: TransactionID) throws -> OutboundEvent? {
        try selectLatestEvent.first({ $0.add(id.description) }, OutboxColumns.readEvent)
    }

    package func settle(_ settlement: Settlement) throws {
        try updateOutbox.run { row in
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

    package func value(of note: StoreNote) throws -> String? {
        try selectNote.first({ $0.add(note.rawValue) }, { $0.text() })
    }

    package func set(_ note: StoreNote, to value: String?) throws {
        guard let value else { return try deleteNote.run { $0.add(note.rawValue) } }
        try upsertNote.run { row in
            row.add(note.rawValue)
            row.add(value)
        }
    }
}

extension ColumnGroups {
    /// The statement that writes these groups.
    var updateText: String {
        var columns = ProgressColumn.names.map { "\($0) = ?" }
        // The new status is the first parameter.
        columns.append("in_doubt_since = CASE WHEN ?1 = 'in_doubt' THEN coalesce(in_doubt_since, ?) END")
        columns += names.map { "\($0) = ?" }
        return "UPDATE transactions SET \(columns.joined(separator: ", ")) WHERE id = ?"
    }
}

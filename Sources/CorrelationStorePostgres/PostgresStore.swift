// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger
public import CorrelationStore
internal import Foundation

/// The store in one schema of a PostgreSQL database: how it is made, migrated, opened and looked at.
///
/// The database and the schema are there already; the store makes its tables in the schema that `search_path` names
/// first. Every call blocks while the server works. *Source*: `docs/decisions/0019-postgresql.md`.
public struct PostgresStore: StoreAdministration {
    private let address: PostgresAddress

    /// The store at an address of libpq, `postgres://user@host/name`.
    public init(url: String) { address = PostgresAddress(url: url) }

    /// See `StoreAdministration`.
    public var place: String { address.place }

    /// See `StoreAdministration`.
    public func open(
        rules: StoreRules,
        report: @escaping @Sendable (CommitReport) -> Void
    ) throws(StoreOpeningError) -> any TransactionStore {
        try openLedger(rules: rules, report: report)
    }

    /// Opens the store, with limits of the queue in front of it.
    package func openLedger(
        rules: StoreRules,
        limits: LedgerStore<PostgresEngine>.QueueLimits = LedgerStore<PostgresEngine>.QueueLimits(batch: Self.batch),
        report: @escaping @Sendable (CommitReport) -> Void = { _ in }
    ) throws(StoreOpeningError) -> LedgerStore<PostgresEngine> {
        let writer = PostgresThread(address, name: "store.writer")
        try opening {
            try writer.run { session in
                try takeStore(session)
                try checkSchema(session)
                try checkDurability(session)
                try StoreOwner.check(rules.accounts, against: try owners(session), place: place) { account in
                    try session.first(Self.unfinishedText, { $0.add(account) }, { Int($0.integer()) }) ?? 0
                }
            }
        }
        return LedgerStore(
            PostgresEngine(address, writer: writer, name: UUID().uuidString),
            rules: rules,
            limits: limits,
            report: report
        )
    }

    /// A batch locks what it changes to its end: a smaller one keeps others waiting for a shorter time.
    package static let batch = 64

    /// See `StoreAdministration`.
    public func inspect() throws(StoreOpeningError) -> any StoreInspection {
        let owners = try look { session in
            try checkSchema(session)
            return try self.owners(session)
        }
        return PostgresInspection(owners: owners, reader: PostgresReader(address, name: "store.inspection"))
    }

    /// See `StoreAdministration`: the schema must hold no table, view or sequence.
    public func create(for accounts: Accounts) throws(StoreOpeningError) {
        try look { session in
            let found = try session.first(Self.relationsText, { _ in }, { $0.integer() })
            try session.sync()
            guard let found else { throw PostgresError(code: "3F000", message: "its schema does not exist") }
            guard found == 0 else { throw StoreOpeningError.exists(place: place) }
            let notes =
                StoreOwner.notes(of: accounts.all.map(StoreOwner.init))
                + [(PostgresSchema.note, "\(PostgresSchema.newest)")]
            let rows = notes.map { note in
                "INSERT INTO meta (name, value) VALUES (\(Self.literal(note.0)), \(Self.literal(note.1)))"
            }
            try session.runScript((PostgresSchema.migrations + rows).joined(separator: ";\n"))
            try PostgresServerNote.store(try PostgresServerNote.current(session), session)
        }
    }

    /// See `StoreAdministration`.
    public func admit(
        _ account: Account,
        beside accounts: Accounts,
        isAnother: Bool
    ) throws(StoreOpeningError) -> Bool {
        let newcomer = StoreOwner(account)
        return try look { session in
            try takeStore(session)
            try checkSchema(session)
            let isNew = try StoreOwner.mayAdmit(
                newcomer,
                beside: accounts,
                to: try owners(session),
                isAnother: isAnother,
                place: place
            )
            guard isNew else { return false }
            let note = newcomer.admissionNote
            try session.run(PostgresRows.Text.upsertNote) { $0.add(note.name, note.value) }
            return true
        }
    }

    /// See `StoreAdministration`.
    @discardableResult
    public func migrate() throws(StoreOpeningError) -> StoreMigration {
        try look { session in
            try takeStore(session)
            let before = try schema(session)
            let newest = PostgresSchema.newest
            guard before <= newest else {
                throw StoreOpeningError.tooNew(place: place, schema: before, newest: newest)
            }
            let missing = PostgresSchema.migrations.dropFirst(before)
            if !missing.isEmpty {
                let number = "UPDATE meta SET value = '\(newest)' WHERE name = \(Self.literal(PostgresSchema.note))"
                try session.runScript((missing + [number]).joined(separator: ";\n"))
            }
            return StoreMigration(before: before, after: newest)
        }
    }

    /// See `StoreAdministration`.
    public func status() throws(StoreOpeningError) -> StoreStatus {
        try look { session in
            var status = StoreStatus(
                owners: try owners(session),
                schema: try schema(session),
                newestSchema: PostgresSchema.newest
            )
            guard status.schema == PostgresSchema.newest else { return status }
            let counts = try session.all(Self.countsText, { _ in }) { (word: $0.text(), count: Int($0.integer())) }
            for row in counts {
                if let word = TransactionStatus(rawValue: row.word) { status.transactions[word] = row.count }
            }
            let sums = try session.first(PostgresReader.sumsText, { _ in }) { row in
                (contradictions: Int(row.integer()), pending: Int(row.integer()), bytes: row.integer())
            }
            status.openContradictions = sums?.contradictions ?? 0
            status.pendingEntries = sums?.pending ?? 0
            status.databaseBytes = sums?.bytes ?? 0
            status.heldSince = try PostgresNotes(session).heldSince()
            return status
        }
    }

    // MARK: - Backup and hold

    /// See `StoreAdministration`: a server has tools of its own for it.
    public func backup(to target: String, at instant: Timestamp) throws(StoreOpeningError) -> Int64 {
        throw .engine(
            place: place,
            why:
                "a PostgreSQL store is backed up with the server's own tools (pg_dump, base backup, archive); a bridge that "
                + "starts on a restored one needs --hold-commands"
        )
    }

    /// See `StoreAdministration`.
    public func hold(at instant: Timestamp) throws(StoreOpeningError) {
        try changeNotes { notes in
            try notes.hold(at: instant)
            // The next start need not hold it for the same reason again.
            try PostgresServerNote.store(try PostgresServerNote.current(notes.session), notes.session)
        }
    }

    /// See `StoreAdministration`: a copy is known by the server that it is on, which is not the one of the last start.
    ///
    /// A standby that was promoted counts as one too: the last commits may be missing there.
    public func holdCopy(at instant: Timestamp) throws(StoreOpeningError) -> Bool {
        try changeNotes { notes in
            let server = try PostgresServerNote.current(notes.session)
            guard try PostgresServerNote.stored(notes.session) != server else { return false }
            try notes.hold(at: instant)
            try PostgresServerNote.store(server, notes.session)
            return true
        }
    }

    /// See `StoreAdministration`.
    public func release(
        by note: OperatorNote,
        at instant: Timestamp,
        isKnownToBeEarly: Bool
    ) throws(StoreOpeningError) -> HoldRelease {
        try changeNotes { try $0.release(by: note, at: instant, isKnownToBeEarly: isKnownToBeEarly) }
    }

    private func changeNotes<Value>(_ change: (PostgresNotes) throws -> Value) throws(StoreOpeningError) -> Value {
        try look { session in
            try takeStore(session)
            try checkSchema(session)
            try session.send(PostgresRows.Text.begin)
            let value = try change(PostgresNotes(session))
            try session.send(PostgresRows.Text.commit)
            try session.sync()
            return value
        }
    }
}

// MARK: - What is inside

extension PostgresStore {
    /// The schema's number; anything but a store of ours is refused.
    private func schema(_ session: PostgresSession) throws -> Int {
        let tables = try session.first(Self.relationsText, { _ in }, { $0.integer() })
        try session.sync()
        guard let tables, tables > 0 else { throw StoreOpeningError.missing(place: place) }
        guard try session.first(Self.metaText, { _ in }, { $0.integer() }) == 1,
            let number = try session.first(
                PostgresRows.Text.selectNote,
                { $0.add(PostgresSchema.note) },
                { $0.text() }
            ),
            let schema = Int(number)
        else { throw StoreOpeningError.notAStore(place: place) }
        return schema
    }

    private func checkSchema(_ session: PostgresSession) throws {
        let schema = try schema(session)
        let newest = PostgresSchema.newest
        if schema < newest { throw StoreOpeningError.notMigrated(place: place, schema: schema, newest: newest) }
        if schema > newest { throw StoreOpeningError.tooNew(place: place, schema: schema, newest: newest) }
    }

    /// Refuses a server that may lose what it confirmed when its machine loses power.
    private func checkDurability(_ session: PostgresSession) throws {
        let settings = try session.all(Self.durabilityText, { _ in }, { $0.text() })
        guard let setting = settings.first else { return }
        throw StoreOpeningError.engine(
            place: place,
            why: "the server runs with \(setting) = off, so that a power cut loses charges that were made; set it on"
        )
    }

    private func owners(_ session: PostgresSession) throws -> [StoreOwner] {
        _ = try schema(session)
        let rows = try session.all(Self.notesText, { _ in }) { (name: $0.text(), value: $0.text()) }
        let notes = Dictionary(rows.map { ($0.name, $0.value) }) { first, _ in first }
        guard let owners = StoreOwner.owners(in: notes) else { throw StoreOpeningError.notAStore(place: place) }
        return owners
    }

    private func takeStore(_ session: PostgresSession) throws {
        do {
            try PostgresConnection.takeStore(session)
        } catch let error as PostgresError where error.code == PostgresError.inUse {
            throw StoreOpeningError.locked(place: place, holder: nil)
        }
    }

    /// Uses a session of its own.
    private func look<Value>(_ body: (PostgresSession) throws -> Value) throws(StoreOpeningError) -> Value {
        try opening { try PostgresThread(address, name: "store.look").run(body) }
    }

    private func opening<Value>(_ body: () throws -> Value) throws(StoreOpeningError) -> Value {
        do {
            return try body()
        } catch let error as StoreOpeningError {
            throw error
        } catch let error as PostgresError {
            throw .engine(place: place, why: error.message)
        } catch {
            throw .engine(place: place, why: String(describing: error))
        }
    }

    private static func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    /// How much is in the schema; no row if there is no schema.
    private static let relationsText = PostgresStatement(
        """
        SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = oid_of.schema)
        FROM (SELECT current_schema()::regnamespace::oid AS schema) AS oid_of WHERE oid_of.schema IS NOT NULL
        """
    )
    private static let metaText = PostgresStatement(
        """
        SELECT count(*) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relname = 'meta' AND relkind = 'r'
        """
    )
    private static let durabilityText = PostgresStatement(
        "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name"
    )
    private static let notesText = PostgresStatement("SELECT name, value FROM meta")
    private static let countsText = PostgresStatement("SELECT status, count(*) FROM transactions GROUP BY status")
    private static let unfinishedText = PostgresStatement(
        "SELECT count(*) FROM transactions WHERE completed_at IS NULL AND account = $1"
    )
}

/// The notes of a store that no bridge has open, or that a reader looks at.
struct PostgresNotes: StoreNotes {
    let session: PostgresSession

    init(_ session: PostgresSession) { self.session = session }

    func value(of note: StoreNote) throws -> String? {
        try session.first(PostgresRows.Text.selectNote, { $0.add(note.rawValue) }, { $0.text() })
    }

    func set(_ note: StoreNote, to value: String?) throws {
        guard let value else { return try session.send(PostgresRows.Text.deleteNote) { $0.add(note.rawValue) } }
        try session.send(PostgresRows.Text.upsertNote) { $0.add(note.rawValue, value) }
    }
}

/// A look at a PostgreSQL store; see `StoreInspection`.
struct PostgresInspection: StoreInspection {
    let owners: [StoreOwner]
    let reader: PostgresReader

    func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction? {
        try await reader.transaction(id)
    }

    func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction] {
        try await reader.transactions(question)
    }

    func inLanes() async throws(StoreError) -> [Transaction] {
        try await reader.inLanes(limit: InspectionLimits.lanes)
    }

    func keptCallbacks(
        cause: QuarantinedCallback.Cause?,
        limit: Int
    ) async throws(StoreError) -> [KeptCallback] {
        try await reader.keptCallbacks(cause: cause, limit: min(limit, KeptCallback.longestAnswer))
    }

    func story(of id: TransactionID) async throws(StoreError) -> TransactionStory {
        try await reader.story(of: id)
    }
}

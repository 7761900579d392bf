// SPDX-License-Identifier: Apache-2.0

package import BridgeCore
package import BridgeLedger
package import CorrelationStore
internal import NIOConcurrencyHelpers

/// A store in memory, as long as this value lives: for tests, and as the second engine behind the port.
package struct MemoryStore: StoreAdministration {
    package let place = "memory"
    let tables = NIOLockedValueBox<MemoryTables?>(nil)

    /// A place where no store is yet.
    package init() {}

    package func create(for accounts: Accounts) throws(StoreOpeningError) {
        let place = place
        let isThere = tables.withLockedValue { tables in
            guard tables == nil else { return true }
            tables = MemoryTables()
            tables?.owners = accounts.all.map(StoreOwner.init)
            return false
        }
        if isThere { throw .exists(place: place) }
    }

    package func migrate() throws(StoreOpeningError) -> StoreMigration { StoreMigration(before: 1, after: 1) }

    package func status() throws(StoreOpeningError) -> StoreStatus {
        let tables = try stored()
        var status = StoreStatus(owners: tables.owners, schema: 1, newestSchema: 1)
        status.transactions = Dictionary(grouping: tables.transactions, by: \.status).mapValues(\.count)
        status.pendingEntries = tables.outbox.count { tables.settled[$0.position] == nil }
        status.openContradictions = tables.transactions.reduce(0) { $0 + $1.contradictions.open }
        status.heldSince = tables.notes[.heldSince].flatMap { Timestamp($0) }
        return status
    }

    package func admit(
        _ account: Account,
        beside accounts: Accounts,
        isAnother: Bool
    ) throws(StoreOpeningError) -> Bool {
        let newcomer = StoreOwner(account)
        let owners = try stored().owners
        let isNew = try StoreOwner.mayAdmit(
            newcomer,
            beside: accounts,
            to: owners,
            isAnother: isAnother,
            place: place
        )
        if isNew { tables.withLockedValue { $0?.owners.append(newcomer) } }
        return isNew
    }

    package func backup(to target: String, at instant: Timestamp) throws(StoreOpeningError) -> Int64 {
        throw .engine(place: place, why: "memory is not backed up")
    }

    package func hold(at instant: Timestamp) throws(StoreOpeningError) {
        try changeNotes { rows in try rows.hold(at: instant) }
    }

    package func holdCopy(at instant: Timestamp) throws(StoreOpeningError) -> Bool { false }

    package func release(
        by note: OperatorNote,
        at instant: Timestamp,
        isKnownToBeEarly: Bool
    ) throws(StoreOpeningError) -> HoldRelease {
        try changeNotes { rows in try rows.release(by: note, at: instant, isKnownToBeEarly: isKnownToBeEarly) }
    }

    private func changeNotes<Value>(_ change: (MemoryRows) throws -> Value) throws(StoreOpeningError) -> Value {
        let rows = MemoryRows(try stored())
        do {
            let value = try rows.write { try change(rows) }
            tables.withLockedValue { $0 = rows.tables }
            return value
        } catch {
            throw .engine(place: place, why: "\(error)")
        }
    }

    package func open(
        rules: StoreRules,
        report: @escaping @Sendable (CommitReport) -> Void
    ) throws(StoreOpeningError) -> any TransactionStore {
        let stored = try stored()
        do {
            try StoreOwner.check(rules.accounts, against: stored.owners, place: place) { account in
                stored.transactions.count {
                    $0.command.content.account == account && $0.outcome.completedAt == nil
                }
            }
        } catch let error as StoreOpeningError {
            throw error
        } catch {
            throw .engine(place: place, why: "\(error)")
        }
        return LedgerStore(
            MemoryEngine(tables, stored),
            rules: rules,
            // Rules take their locks in each change; the engine checks that they do in each change of its own.
            limits: .init(batch: 1),
            report: report
        )
    }

    package func inspect() throws(StoreOpeningError) -> any StoreInspection {
        MemoryInspection(owners: try stored().owners, reader: MemoryReader(tables))
    }

    private func stored() throws(StoreOpeningError) -> MemoryTables {
        guard let stored = tables.withLockedValue({ $0 }) else { throw .missing(place: place) }
        return stored
    }
}

/// A look at a store in memory.
struct MemoryInspection: StoreInspection {
    let owners: [StoreOwner]
    let reader: MemoryReader

    func transaction(_ id: TransactionID) async throws(StoreError) -> Transaction? {
        try await reader.transaction(id)
    }

    func transactions(_ question: TransactionQuestion) async throws(StoreError) -> [Transaction] {
        try await reader.transactions(question)
    }

    func story(of id: TransactionID) async throws(StoreError) -> TransactionStory { try await reader.story(of: id) }

    func inLanes() async throws(StoreError) -> [Transaction] {
        try reader.look { tables in
            tables.all { $0.isInLane }.sorted {
                let (left, right) = ($0.command.content, $1.command.content)
                return (left.account, left.terminal.idTerminal, $0.place)
                    < (right.account, right.terminal.idTerminal, $1.place)
            }
        }
    }

    func keptCallbacks(
        cause: QuarantinedCallback.Cause?,
        limit: Int
    ) async throws(StoreError) -> [KeptCallback] {
        try reader.look { tables in
            zip(1..., tables.log.quarantined).map { number, callback in
                KeptCallback(
                    number: Int64(number),
                    cause: callback.cause,
                    transactionID: callback.transactionID,
                    idPosTxs: callback.answer?.idPosTxs,
                    customID: callback.answer?.customID,
                    maskedBody: callback.maskedBody,
                    receivedAt: callback.receivedAt
                )
            }.reversed().filter { cause == nil || $0.cause == cause }.prefix(limit).map(\.self)
        }
    }
}

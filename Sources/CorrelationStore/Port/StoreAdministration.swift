// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger

/// A store as a thing to look after: made, migrated, opened, backed up, held and released.
///
/// An engine has one; the composition makes it from the store's address, so that no command names an engine. Every call
/// blocks while the engine works, and changes nothing while another process has the store. *Throws*:
/// `StoreOpeningError`.
public protocol StoreAdministration: Sendable {
    /// Where the store is, as people are told; without secrets.
    var place: String { get }

    /// Makes a new, empty store for accounts; nothing that could hold a transaction is ever touched.
    func create(for accounts: Accounts) throws(StoreOpeningError)

    /// Brings the store to this program's schema.
    @discardableResult
    func migrate() throws(StoreOpeningError) -> StoreMigration

    /// How the store stands, whether a bridge has it open or not.
    func status() throws(StoreOpeningError) -> StoreStatus

    /// Lets the store hold an account's transactions beside those that it holds.
    ///
    /// No bridge may have served the account with another store: what that one knows would be made twice. `isAnother`
    /// says that it is no new name of an account that is not configured any more.
    ///
    /// - Returns: `false` if it knew the account already.
    func admit(_ account: Account, beside accounts: Accounts, isAnother: Bool) throws(StoreOpeningError) -> Bool

    /// Writes a consistent copy, whether a bridge has the store open or not.
    ///
    /// The copy knows that it is one, and the bridge that starts on it holds it.
    ///
    /// - Parameters:
    ///   - target: An absolute path where nothing is yet.
    ///   - instant: When it is made.
    /// - Returns: The size of the copy, bytes.
    /// - Throws: `StoreOpeningError`.
    func backup(to target: String, at instant: Timestamp) throws(StoreOpeningError) -> Int64

    /// Holds a store that was restored from a backup, until it is released; one that is held already stays so.
    func hold(at instant: Timestamp) throws(StoreOpeningError)

    /// Holds a store that was made as a copy and is started for the first time, like `hold`.
    ///
    /// - Returns: Whether it was such a copy.
    func holdCopy(at instant: Timestamp) throws(StoreOpeningError) -> Bool

    /// Ends the hold in the name of a person.
    ///
    /// A copy that was never started is not held yet: it will be once it is.
    func release(
        by note: OperatorNote,
        at instant: Timestamp,
        isKnownToBeEarly: Bool
    ) throws(StoreOpeningError) -> HoldRelease

    /// Opens a store that was made and migrated before; `close` it.
    ///
    /// The store must know the accounts of the rules. `report` is called on a thread of the store's after every commit.
    func open(
        rules: StoreRules,
        report: @escaping @Sendable (CommitReport) -> Void
    ) throws(StoreOpeningError) -> any TransactionStore

    /// Opens the store for a look.
    func inspect() throws(StoreOpeningError) -> any StoreInspection
}

extension StoreAdministration {
    /// Opens the store without a report of its commits.
    public func open(rules: StoreRules) throws(StoreOpeningError) -> any TransactionStore {
        try open(rules: rules) { _ in }
    }

    /// Lets the store hold an account's transactions beside those that it holds.
    public func admit(_ account: Account, beside accounts: Accounts) throws(StoreOpeningError) -> Bool {
        try admit(account, beside: accounts, isAnother: false)
    }
}

/// The schemas before and after a migration.
public struct StoreMigration: Sendable, Equatable {
    /// The schema before.
    public let before: Int
    /// The schema after.
    public let after: Int

    /// A migration from its ends.
    package init(before: Int, after: Int) {
        (self.before, self.after) = (before, after)
    }
}

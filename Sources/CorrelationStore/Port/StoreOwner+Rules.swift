// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// Which accounts a store may be opened for, and admitted to it, whatever the engine.
extension StoreOwner {
    /// Refuses accounts that a store does not know, and the lack of one that has unfinished transactions.
    ///
    /// - Parameters:
    ///   - accounts: Those that are configured.
    ///   - owners: Those that the store holds.
    ///   - place: Where the store is.
    ///   - unfinished: How many transactions of an account have not ended.
    /// - Throws: `StoreOpeningError`, and what `unfinished` throws.
    package static func check(
        _ accounts: Accounts,
        against owners: [StoreOwner],
        place: String,
        unfinished: (_ account: String) throws -> Int
    ) throws {
        let expected = accounts.all.map(StoreOwner.init)
        for owner in expected where !owners.contains(owner) {
            let namesake = owners.first { $0.account == owner.account }
            // If no account is the same, it is another bridge's store.
            let stranger = expected.contains(where: owners.contains) ? nil : owners.first
            if let other = namesake ?? stranger {
                throw StoreOpeningError.otherAccount(place: place, found: other, expected: owner)
            }
            if let former = owner.former(in: owners, beside: accounts) {
                throw StoreOpeningError.accountRenamed(place: place, account: owner.account, former: former)
            }
            throw StoreOpeningError.accountNotAdmitted(place: place, account: owner.account)
        }
        for owner in owners where accounts[owner.account] == nil {
            let count = try unfinished(owner.account)
            guard count == 0 else {
                throw StoreOpeningError.accountMissing(place: place, account: owner.account, unfinished: count)
            }
        }
    }

    /// Whether an account may be admitted to a store that holds others.
    ///
    /// - Returns: `false` if the store knows it already.
    package static func mayAdmit(
        _ newcomer: StoreOwner,
        beside accounts: Accounts,
        to owners: [StoreOwner],
        isAnother: Bool,
        place: String
    ) throws(StoreOpeningError) -> Bool {
        if let found = owners.first(where: { $0.account == newcomer.account }) {
            guard found == newcomer else { throw .otherAccount(place: place, found: found, expected: newcomer) }
            return false
        }
        if !isAnother, let former = newcomer.former(in: owners, beside: accounts) {
            throw .accountRenamed(place: place, account: newcomer.account, former: former)
        }
        return true
    }

    /// An account of the store whose new name this may be: same country and environment, not configured any more.
    private func former(in owners: [StoreOwner], beside accounts: Accounts) -> String? {
        owners.first {
            $0.country == country && $0.environment == environment && accounts[$0.account] == nil
        }?.account
    }
}

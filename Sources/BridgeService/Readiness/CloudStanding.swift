// SPDX-License-Identifier: Apache-2.0

internal import GetnetCloud

/// What stands between the bridge and a charge at each account's cloud.
struct CloudStanding: Sendable {
    /// One account.
    struct Account: Sendable {
        /// The account's name.
        let name: String
        /// Why nothing can be charged with it now.
        let obstacle: @Sendable () -> CloudObstacle?
    }

    let accounts: [Account]

    /// Why nothing can be charged at all; `nil` while one account can.
    var obstacle: String? {
        guard !accounts.isEmpty, accounts.allSatisfy({ $0.obstacle() != nil }) else { return nil }
        return detail
    }

    /// Why commands are better left in their queue: only a person can mend what stands in the way of every account.
    var reasonToHold: String? {
        guard !accounts.isEmpty, accounts.allSatisfy({ $0.obstacle()?.needsPerson ?? false }) else { return nil }
        return detail
    }

    /// What stands in the way of some accounts; empty where nothing does.
    var detail: String {
        accounts.compactMap { account in
            account.obstacle().map { "\(account.name): \($0.description)" }
        }.joined(separator: "; ")
    }
}

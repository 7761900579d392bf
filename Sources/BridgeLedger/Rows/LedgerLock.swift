// SPDX-License-Identifier: Apache-2.0

package import BridgeCore

/// What a rule must have for itself before it looks whether something is absent, or how much a sum is.
///
/// A lock on a row covers the row alone. Two write transactions that each find nothing would both write. So a rule
/// takes a lock by name, *before* it looks, and keeps it to the end of the write transaction. An engine with one writer
/// has nothing to do for it.
/// *Source*: `docs/decisions/0015-rules-apart-from-engines.md`.
package enum LedgerLock: Sendable, Hashable {
    /// One message: it is refused once, and never taken after that.
    case message(EventID)
    /// The id of a command, in all accounts.
    case command(String)
    /// A merchant's number: one transaction has it.
    case reference(String, account: String)
    /// A terminal's lane: one transaction holds it.
    case lane(terminal: String, account: String)
    /// A sale by its authorization, or by its name where it has none: what is given back of it is a sum.
    case sale(String, account: String)
    /// A number of Getnet's: one transaction has it.
    case number(String, account: String)
    /// A payment by terminal and authorization (`Claim.authorization`): one transaction has it.
    case payment(String, account: String)
}

extension LedgerLock {
    /// The lock in front of a claim.
    package init(_ claim: Claim, account: String) {
        self =
            switch claim {
            case .idPosTxs(let number): .number(number, account: account)
            case .paidReceipt(let text), .paidResult(let text):
                .payment(Claim.authorization(of: text), account: account)
            }
    }

    /// The lock in front of the payment of a sale that a terminal reported under an authorization.
    package init(saleAuthorizedBy key: String, at terminal: String, account: String) {
        self = .payment("\(terminal)|\(key)", account: account)
    }

    /// The lock in front of what is left of a sale.
    package init(_ sale: OriginalSale, account: String) {
        self = .sale(sale.authorizationKey ?? sale.id.description, account: account)
    }

    /// The lock of the lane that a transaction stands in.
    package static func lane(of transaction: Transaction) -> LedgerLock {
        let content = transaction.command.content
        return .lane(terminal: content.terminal.idTerminal, account: content.account)
    }
}

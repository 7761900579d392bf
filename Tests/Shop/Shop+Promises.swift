// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import MemoryLedger

/// What the ledger promises about money, for everything that it was told and in every order.
extension Shop {
    func brokenPromise() -> String? {
        let all = rows.tables.transactions
        let paid = Set(payments.map(\.transaction.id))
        let events = Dictionary(grouping: rows.tables.outbox.lazy.compactMap(\.transactionID)) { $0 }
        for transaction in all {
            let isPaid = paid.contains(transaction.id)
            // The terminal said so, and the ledger has heard nothing else.
            let isDenied = posts[transaction.id].map { $0.isDenied || $0.isToBeDenied } ?? false
            let isLost = isPaid && !isDenied && transaction.contradictions.known.isEmpty
            let id = transaction.command.commandID
            switch transaction.state {
            case .approved where !isPaid: return "guessed: \(id) is approved and was not paid"
            case .notCompleted where isLost, .declined where isLost, .failed where isLost:
                return "lost: \(id) was paid and is \(transaction.status.rawValue)"
            default: break
            }
            let count = events[transaction.id]?.count ?? 0
            if count != transaction.sequence {
                return "\(id) has \(count) events and the sequence \(transaction.sequence)"
            }
        }
        return brokenReference(all) ?? brokenSum(all) ?? brokenCommand(all)
    }

    private func brokenReference(_ all: [Transaction]) -> String? {
        let holders = all.filter { $0.effect.movesMoney && (!$0.state.isFinal || $0.state == .approved) }
        let byReference = Dictionary(grouping: holders) {
            "\($0.command.content.account) \($0.command.content.reference ?? "")"
        }
        return byReference.first { $0.value.count > 1 }.map { "doubled: \($0.value.count) transactions have \($0.key)" }
    }

    private func brokenSum(_ all: [Transaction]) -> String? {
        let amendments = all.filter { $0.original != nil && ($0.state == .approved || $0.isSent) }
        guard !amendments.isEmpty else { return nil }
        for sale in all where sale.effect == .sale {
            let authorization = sale.result?.authorizationCode
            let given = amendments.filter { other in
                // By the sale's name, or by its receipt.
                other.original?.id == sale.id
                    || authorization != nil && other.original?.authorizationCode == authorization
                        && other.command.content.account == sale.command.content.account
            }
            let sum = given.reduce(0) { $0 + ($1.amount?.value ?? sale.amount?.value ?? 0) }
            if sum > sale.amount?.value ?? 0 { return "over-refunded: \(sum) of \(sale.amount?.value ?? 0)" }
        }
        for (account, slip) in accounts.flatMap({ account in Self.slips.map { (account.name, $0) } }) {
            let given = amendments.filter {
                $0.command.content.account == account && $0.original?.authorizationCode == slip.authorizationCode
            }
            let sum = given.reduce(0) { $0 + ($1.amount?.value ?? slip.amount.value) }
            if sum > slip.amount.value { return "over-refunded: \(sum) of the slip \(slip.authorizationCode)" }
        }
        return nil
    }

    private func brokenCommand(_ all: [Transaction]) -> String? {
        let byCommand = Dictionary(grouping: all) { "\($0.command.content.account) \($0.command.commandID)" }
        return byCommand.first { $0.value.count > 1 }.map { "doubled: the command \($0.key)" }
    }
}

extension Transaction {
    /// Whether a terminal may be taking money for it now.
    fileprivate var isSent: Bool {
        switch state {
        case .submitting, .submitted, .inDoubt: true
        case .accepted, .approved, .declined, .notCompleted, .failed, .completed: false
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Compares the ledgers of a run and names every promise that was broken.
///
/// It trusts none of them: what was sent and what the terminals did is the truth, the store and the events are claims.
/// Pure: no clock, no input or output.
struct Judge: Sendable {
    /// How long before a kill a POST may have arrived whose acknowledgement was not yet durable, in milliseconds.
    static let underWay: Int64 = 1_500
    /// How long after a kill a POST may still arrive that was on the wire.
    static let onTheWire: Int64 = 500
    /// How far the clocks of two processes of one machine, rounded to milliseconds, may seem apart.
    static let clockTolerance: Int64 = 100

    let ledgers: Ledgers
    let transactions: [String: StoreLedger.Transaction]
    let transactionsByCommand: [String: [StoreLedger.Transaction]]
    let posts: [String: [TerminalPost]]
    let entries: [String: [StoreLedger.Entry]]
    let events: [String: [DeliveredEvent]]

    /// A judge of one run.
    init(_ ledgers: Ledgers) {
        self.ledgers = ledgers
        transactions = Dictionary(ledgers.store.transactions.map { ($0.id, $0) }) { first, _ in first }
        transactionsByCommand = Dictionary(grouping: ledgers.store.transactions, by: \.commandID)
        posts = Dictionary(grouping: ledgers.posts.filter { $0.customID != nil }) { $0.customID ?? "" }
        entries = Dictionary(grouping: ledgers.store.entries.filter { $0.transactionID != nil }) {
            $0.transactionID ?? ""
        }
        events = Dictionary(grouping: (ledgers.events ?? []).filter { $0.transactionID != nil }) {
            $0.transactionID ?? ""
        }
    }

    /// Everything that is wrong; nothing if every promise was kept.
    func violations() -> [Violation] {
        judgeOrders() + judgeTerminals() + judgeVerdicts() + judgeEvidence() + judgeEntries() + judgeDeliveries()
    }

    // MARK: - Orders against the store

    private func judgeOrders() -> [Violation] {
        var found: [Violation] = []
        for order in ledgers.orders {
            let mine = transactionsByCommand[order.commandID] ?? []
            guard let transaction = mine.first else {
                found.append(violation(.lost, order.commandID, "the command has no transaction"))
                continue
            }
            if mine.count > 1 {
                found.append(violation(.doubled, order.commandID, "the command has \(mine.count) transactions"))
            }
            let isSame =
                transaction.reference == order.reference && transaction.amount == order.amount
                && transaction.terminal == order.terminal
            if !isSame { found.append(violation(.disagreeing, transaction.id, "the store has another command")) }
        }
        let sent = Set(ledgers.orders.map(\.commandID))
        for transaction in ledgers.store.transactions where !sent.contains(transaction.commandID) {
            found.append(violation(.invented, transaction.id, "nobody sent the command \(transaction.commandID)"))
        }
        return found
    }

    // MARK: - Shared by the aspects

    func violation(_ kind: Violation.Kind, _ subject: String, _ detail: String) -> Violation {
        Violation(kind: kind, subject: subject, detail: detail, story: story(of: subject))
    }

    /// Whether the process that could have known what became of this instant's POST may have been killed over it.
    func mayHaveBeenKilled(at instant: Int64) -> Bool {
        ledgers.kills.contains { instant - Self.onTheWire <= $0 && $0 <= instant + Self.underWay }
    }
}

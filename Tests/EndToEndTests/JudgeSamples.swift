// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SelfTest

extension Ledgers {
    /// One charge is approved, one is declined, and one is in doubt for a good reason.
    static let healthy: Ledgers = {
        var ledgers = Ledgers()
        ledgers.orders = [.sample(1, ["approved"]), .sample(2, ["declined"]), .sample(3, ["approved"])]
        ledgers.posts = [
            .sample("t-1", "R1", paid: [1_000], told: true), .sample("t-2", "R2", paid: [], told: true),
            .sample("t-3", "R3", paid: [1_000], reply: "reset"),
        ]
        ledgers.store.transactions = [
            .sample("t-1", "c-1", "R1", "approved", by: "callback"),
            .sample("t-2", "c-2", "R2", "declined", by: "query"),
            .sample("t-3", "c-3", "R3", "in_doubt", by: nil),
        ]
        let steps = [
            ("t-1", ["accepted", "submitted", "approved"]), ("t-2", ["accepted", "declined"]),
            ("t-3", ["accepted", "in_doubt"]),
        ]
        for (id, statuses) in steps {
            for (index, status) in statuses.enumerated() {
                let event = "e-\(id.dropFirst(2))-\(index + 1)"
                let command = "c-\(id.dropFirst(2))"
                let position = Int64(ledgers.store.entries.count)
                ledgers.store.entries.append(.sample(position, event, "charge.\(status)", id))
                ledgers.events?.append(.sample(event, id, command, status, Int64(index + 1)))
            }
        }
        ledgers.store.evidence = ["t-1": .init(callbacks: 1, deciding: 1), "t-2": .init(callbacks: 1, deciding: 1)]
        return ledgers
    }()
}

extension ChargeOrder {
    static func sample(
        _ number: Int,
        _ outcomes: Set<String>,
        terminal: String = "80000001",
        amount: Int64 = 1_000
    ) -> ChargeOrder {
        ChargeOrder(
            commandID: "c-\(number)",
            reference: "R\(number)",
            terminal: terminal,
            amount: amount,
            outcomes: outcomes
        )
    }
}

extension TerminalPost {
    static func sample(
        _ id: String,
        _ reference: String,
        paid: [Int64]?,
        reply: String = "sent",
        told: Bool = false
    ) -> TerminalPost {
        TerminalPost(
            receivedAt: 2_000,
            customID: id,
            reference: reference,
            amount: 1_000,
            reply: reply,
            sale: paid.map { Sale(finishesAt: 5_000, payments: $0) },
            callbacks: told ? [Callback(isResult: true, status: 200)] : []
        )
    }
}

extension DeliveredEvent {
    static func sample(
        _ id: String,
        _ transaction: String,
        _ command: String,
        _ status: String,
        _ sequence: Int64
    ) -> DeliveredEvent {
        DeliveredEvent(
            id: id,
            name: status,
            transactionID: transaction,
            commandID: command,
            status: status,
            isFinal: Judge.isFinal(status),
            sequence: sequence
        )
    }
}

extension StoreLedger.Transaction {
    static func sample(
        _ id: String,
        _ command: String,
        _ reference: String,
        _ status: String,
        by evidence: String?
    ) -> StoreLedger.Transaction {
        StoreLedger.Transaction(
            id: id,
            commandID: command,
            reference: reference,
            terminal: "80000001",
            amount: 1_000,
            status: status,
            sequence: 3,
            attempts: 1,
            postedAt: 2_000,
            completedAt: evidence == nil ? nil : 6_000,
            decidedBy: evidence
        )
    }
}

extension StoreLedger.Entry {
    static func sample(
        _ position: Int64,
        _ event: String,
        _ name: String,
        _ transaction: String?
    ) -> StoreLedger.Entry {
        StoreLedger.Entry(position: position, eventID: event, name: name, transactionID: transaction, isSettled: true)
    }
}

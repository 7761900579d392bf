// SPDX-License-Identifier: Apache-2.0

/// What every ledger says about one transaction, for the person who looks for the fault.
extension Judge {
    func story(of subject: String) -> [String] {
        let transaction = transactions[subject] ?? transactionsByCommand[subject]?.first
        let id = transaction?.id ?? subject
        let order = ledgers.orders.first { $0.commandID == transaction?.commandID ?? subject }
        var lines: [String] = []
        if let order {
            lines.append("sent      \(order.commandID) \(order.reference) \(order.terminal) \(order.amount)")
        }
        for post in posts[id] ?? [] {
            let sale = post.sale.map { "sale paid \($0.payments) done \($0.finishesAt)" } ?? "no sale"
            let callbacks = post.callbacks.map { "\($0.isResult ? "result" : "other"):\($0.status ?? 0)" }
            lines.append("terminal  \(post.receivedAt) \(post.verb) \(post.reply) \(sale) callbacks \(callbacks)")
        }
        if forgotten[id] != nil { lines.append("forgotten by the copy that took the place of the store") }
        for followUp in ledgers.followUps where followUp.commandID == transaction?.commandID ?? subject {
            let about = transactionsByCommand[followUp.original.commandID]?.first?.id ?? "nothing"
            lines.append("sent      \(followUp.commandID) \(followUp.verb) \(followUp.amount ?? 0) of \(about)")
        }
        for other in ledgers.store.transactions where other.originalID == id {
            lines.append("about it  \(other.id) \(other.type) \(other.amount) \(other.status)")
        }
        for cancel in ledgers.cancels where cancel.customID == id || cancel.met == id {
            lines.append("cancel    \(cancel.receivedAt) of \(cancel.customID ?? "-") met \(cancel.met ?? "nothing")")
        }
        if let transaction {
            lines.append(
                """
                store     \(transaction.id) \(transaction.status) \(transaction.reason ?? "-") \
                attempts \(transaction.attempts) posted \(transaction.postedAt ?? 0) \
                done \(transaction.completedAt ?? 0) by \(transaction.decidedBy ?? "-")
                """
            )
        }
        if let evidence = ledgers.store.evidence[id] {
            lines.append("evidence  \(evidence.callbacks) callbacks, \(evidence.deciding) deciding")
        }
        for entry in entries[id] ?? [] {
            lines.append("outbox    \(entry.position) \(entry.name) \(entry.isSettled ? "settled" : "waits")")
        }
        for event in events[id] ?? [] {
            lines.append("queue     \(event.sequence ?? 0) \(event.name) \(event.id)")
        }
        if let posted = transaction?.postedAt, let kill = ledgers.kills.min(by: { abs($0 - posted) < abs($1 - posted) })
        {
            lines.append("kill      \(kill), \(kill - posted) ms after the last POST")
        }
        return lines
    }
}

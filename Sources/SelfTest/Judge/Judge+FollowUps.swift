// SPDX-License-Identifier: Apache-2.0

/// Voids, refunds and cancels: each is taken or refused, and hits the sale that it names.
extension Judge {
    func judgeFollowUps() -> [Violation] {
        ledgers.followUps.flatMap { $0.verb == .cancel ? judge(cancel: $0) : judge($0) } + judgeDirections()
    }

    private func judge(_ followUp: FollowUp) -> [Violation] {
        let mine = transactionsByCommand[followUp.commandID] ?? []
        guard let transaction = mine.first else {
            if isForgotten(followUp.commandID) { return [] }
            let isRefused = refusedCommands.contains(followUp.commandID)
            if !isRefused { return [violation(.lost, followUp.commandID, "neither a transaction nor a refusal")] }
            guard followUp.isAlone, !wasFromFuture(followUp.commandID), ledgers.events != nil, ledgers.lost == nil,
                hasKnownPayment(followUp.original)
            else { return [] }
            return [violation(.lost, followUp.commandID, "it was refused, and nothing was wrong with it")]
        }
        var found: [Violation] = []
        if mine.count > 1 {
            found.append(violation(.doubled, followUp.commandID, "the command has \(mine.count) transactions"))
        }
        if !followUp.isTakenAs(transaction) {
            found.append(violation(.disagreeing, transaction.id, "the store has another command"))
        }
        let original = transactionsByCommand[followUp.original.commandID]?.first
        if transaction.originalID != original?.id {
            found.append(violation(.misdirected, transaction.id, "it is about \(transaction.originalID ?? "nothing")"))
        }
        return found
    }

    /// A cancel has a refusal, or a trace in the charge that it names.
    private func judge(cancel: FollowUp) -> [Violation] {
        guard !refusedCommands.contains(cancel.commandID), ledgers.events != nil else { return [] }
        let target = transactionsByCommand[cancel.original.commandID]?.first
        // Its trace may have been in the store that was lost.
        if ledgers.lost != nil { return [] }
        if target?.wasCancelled == true || target?.reason == "cancelled_before_start" { return [] }
        return [violation(.lost, cancel.commandID, "neither a refusal nor a trace of it")]
    }

    /// What reached a terminal is about the sale that was named.
    private func judgeDirections() -> [Violation] {
        var found: [Violation] = []
        for post in ledgers.posts where post.verb != "sale" && post.sale?.payments.isEmpty == false {
            guard let transaction = post.customID.flatMap({ transactions[$0] }) else { continue }
            // A sale that a journal gave to the wrong charge is taken back as that charge's.
            let isMisled = transaction.originalID.flatMap { transactions[$0] }.map(isMisledByJournal) ?? false
            if post.originalID != transaction.originalID, !isMisled {
                let detail = "it gave back the money of \(post.originalID ?? "a sale of no transaction")"
                found.append(violation(.misdirected, transaction.id, detail))
            }
        }
        let wanted = Set(ledgers.followUps.filter { $0.verb == .cancel }.map(\.original.commandID))
        for cancel in ledgers.cancels {
            let id = cancel.customID ?? ""
            if !wanted.contains(transactions[id]?.commandID ?? "") {
                found.append(violation(.invented, id, "no caller asked to cancel it"))
            }
            if let met = cancel.met, met != id {
                found.append(violation(.misdirected, id, "its cancel met the sale of \(met)"))
            }
        }
        return found
    }

    private var refusedCommands: Set<String> { Self.refused(ledgers.events ?? []) }

    /// Whether it was paid, and told in a layout that names the receipt, without which it cannot be taken back.
    private func hasKnownPayment(_ order: ChargeOrder) -> Bool {
        guard let transaction = transactionsByCommand[order.commandID]?.first, transaction.status == "approved" else {
            return false
        }
        return !(posts[transaction.id] ?? []).contains(where: \.isThin)
    }

    /// The final statuses that are right for a void or a refund after what the terminal did.
    func outcomes(of transaction: StoreLedger.Transaction, after posts: [TerminalPost]) -> Set<String> {
        guard let sale = posts.compactMap(\.sale).first else {
            return Self.endsBeforeStart.contains(transaction.reason ?? "") ? ["failed"] : []
        }
        return sale.payments.isEmpty ? ["declined", "not_completed"] : ["approved"]
    }

    /// Why a void or a refund may end without having been sent: the receipt is gone, or the money, by its last moment.
    private static let endsBeforeStart: Set<String> = ["original_not_in_batch", "exceeds_remaining"]
}

// SPDX-License-Identifier: Apache-2.0

/// What the bridge says about money, against what the terminals did.
extension Judge {
    private static let noPayment: Set<String> = ["declined", "not_completed"]

    func judgeVerdicts() -> [Violation] {
        let cancelled = Set(ledgers.followUps.filter { $0.verb == .cancel }.map(\.original.commandID))
        let charges = ledgers.orders.flatMap { order in
            taken(order.commandID, order.isTakenAs).flatMap { transaction in
                var outcomes = order.outcomes(after: posts[transaction.id] ?? [])
                if cancelled.contains(order.commandID), transaction.reason == "cancelled_before_start" {
                    outcomes.insert("failed")
                }
                return judge(transaction, outcomes: outcomes, isUnknowable: order.isUnknowable)
            }
        }
        let others = ledgers.followUps.flatMap { followUp in
            taken(followUp.commandID, followUp.isTakenAs).flatMap { transaction in
                let outcomes = outcomes(of: transaction, after: posts[transaction.id] ?? [])
                return judge(transaction, outcomes: outcomes, isUnknowable: followUp.isUnknowable)
            }
        }
        return charges + others
    }

    private func taken(
        _ commandID: String,
        _ isTaken: (StoreLedger.Transaction) -> Bool
    ) -> [StoreLedger.Transaction] {
        (transactionsByCommand[commandID] ?? []).filter(isTaken)
    }

    private func judge(
        _ transaction: StoreLedger.Transaction,
        outcomes: Set<String>,
        isUnknowable: Bool
    ) -> [Violation] {
        let mine = posts[transaction.id] ?? []
        if isMisledByJournal(transaction) { return [] }
        let outcomes = isMisled(mine) ? outcomes.union(toldOutcomes(mine)) : outcomes
        guard Self.isFinal(transaction.status) else {
            guard transaction.status == "in_doubt",
                mayStayInDoubt(
                    transaction.id,
                    postedAt: transaction.postedAt,
                    isUnknowable: isUnknowable || repeatsReceipt(mine) || isRobbed(transaction)
                )
            else {
                return [violation(.undecided, transaction.id, "ends as \(transaction.status)")]
            }
            return []
        }
        var found: [Violation] = []
        if !isMisled(mine), let lie = lie(of: transaction, mine) {
            found.append(violation(.guessed, transaction.id, lie))
        }
        let isExpired = ledgers.isClockMoved && transaction.status == "failed"
        if !outcomes.contains(transaction.status), !isExpired {
            let right = outcomes.sorted().joined(separator: " or ")
            let detail = "\(transaction.status) instead of \(right.isEmpty ? "in_doubt" : right)"
            found.append(violation(.guessed, transaction.id, detail))
        }
        if let proof = missingProof(of: transaction, mine) {
            found.append(violation(.guessed, transaction.id, proof))
        }
        return found + judgeSecondPayment(transaction, mine)
    }

    /// Why a final status is not the truth; `nil` if it is.
    private func lie(of transaction: StoreLedger.Transaction, _ mine: [TerminalPost]) -> String? {
        let payments = mine.compactMap(\.sale).flatMap(\.payments)
        switch transaction.status {
        case "approved" where payments.isEmpty: return "approved, but no customer paid"
        case "approved" where payments.first != wanted(by: transaction):
            return "approved, but another amount was paid"
        case "approved": return nil
        case "failed" where mine.contains { $0.sale != nil }: return "failed, but a sale was started"
        case "failed": return nil
        default: return payments.isEmpty ? nil : "\(transaction.status), but it was paid"
        }
    }

    private func wanted(by transaction: StoreLedger.Transaction) -> Int64 {
        transaction.type == "charge" ? paid(for: transaction.id) : amount(of: transaction)
    }

    /// Why a verdict stands on nothing; `nil` if it stands on evidence that could exist by then.
    private func missingProof(of transaction: StoreLedger.Transaction, _ mine: [TerminalPost]) -> String? {
        guard transaction.status != "failed" else { return nil }
        guard transaction.decidedBy != nil, (ledgers.store.evidence[transaction.id]?.deciding ?? 0) > 0 else {
            return "final without evidence"
        }
        guard let finishesAt = mine.compactMap(\.sale).map(\.finishesAt).min() else {
            return "a verdict about a sale that was never started"
        }
        let decidedAt = transaction.completedAt ?? 0
        if ledgers.isClockMoved { return nil }
        return decidedAt + Self.clockTolerance < finishesAt ? "decided before the terminal was done" : nil
    }

    /// A second payment that both callbacks told of must be told on.
    private func judgeSecondPayment(
        _ transaction: StoreLedger.Transaction,
        _ mine: [TerminalPost]
    ) -> [Violation] {
        let told = mine.filter { ($0.sale?.payments.count ?? 0) > 1 && $0.callbacks.count(where: \.isTold) > 1 }
        guard !told.isEmpty, !isRobbed(transaction),
            !(entries[transaction.id] ?? []).contains(where: { $0.name.hasSuffix("contradicted") })
        else { return [] }
        return [violation(.unannounced, transaction.id, "a second payment was told and not announced")]
    }

    /// Whether the bridge cannot know the outcome: it stored no acknowledgement and took no callback.
    ///
    /// - Parameters:
    ///   - id: the transaction.
    ///   - postedAt: when its last POST was made durable, which counts where no POST arrived.
    ///   - isUnknowable: whether that is what was ordered.
    /// - Returns: whether `in_doubt` is right for it.
    func mayStayInDoubt(_ id: String, postedAt: Int64?, isUnknowable: Bool) -> Bool {
        let mine = posts[id] ?? []
        if isUnknowable || hasWorthlessNumber(id) || isRefusedAndStarted(mine) || isUnnumbered(mine) { return true }
        // A transaction whose Getnet number is known can be asked for.
        if let mine = transactions[id], mine.number != nil {
            // The bridge takes a jump for time that has passed, and asks ever slower the longer a doubt is old.
            return ledgers.isClockMoved && mine.queryAt != nil
        }
        // What the copy showed as waiting may have been POSTed by the store that was lost.
        if transactions[id]?.isRestored == true { return true }
        guard !mine.isEmpty else { return wasDisturbed(at: ledgers.isClockMoved ? nil : postedAt ?? 0) }
        let isKnowable = mine.contains { post in
            post.callbacks.contains(where: \.isTold)
                || (post.isAcknowledged && !wasDisturbed(at: post.receivedAt))
        }
        return !isKnowable
    }

    /// Whether an unpaid sale's callback came after a refused POST, and no acknowledgement told whose number it has.
    private func isUnnumbered(_ mine: [TerminalPost]) -> Bool {
        guard let last = mine.last, last.sale?.payments.isEmpty == true,
            mine.dropLast().contains(where: \.permitsAnother)
        else { return false }
        return !last.isAcknowledged || wasDisturbed(at: last.receivedAt)
    }

    /// Whether several POSTs were answered "busy" and one of them was started all the same.
    ///
    /// A callback that tells an end without payment then says nothing about the other ones.
    private func isRefusedAndStarted(_ mine: [TerminalPost]) -> Bool {
        let refused = mine.filter(\.permitsAnother)
        return refused.count > 1 && refused.contains { $0.sale?.payments.isEmpty == true }
    }

    /// Whether a status is final in the contract's words.
    static func isFinal(_ status: String) -> Bool {
        status == "approved" || status == "failed" || noPayment.contains(status)
    }
}

extension TerminalPost.Callback {
    /// Whether a result was told and taken.
    fileprivate var isTold: Bool { isResult && isAnswered }
}

// SPDX-License-Identifier: Apache-2.0

/// Where Getnet itself says what is not true: that a terminal is busy which began the sale, or two things of one sale.
///
/// What the bridge makes of it is right if it keeps to what it was told first, and tells on what contradicts it.
extension Judge {
    /// Whether Getnet told an untruth about the transaction of these POSTs.
    func isMisled(_ mine: [TerminalPost]) -> Bool {
        mine.contains { $0.isContradicted || $0.isStartedUnseen || repeatsUnknownReceipt($0) }
    }

    /// Whether a result repeated the receipt of another sale.
    func repeatsReceipt(_ mine: [TerminalPost]) -> Bool { mine.contains { $0.sale?.repeats != nil } }

    /// Whether the bridge could not know yet whose receipt a result repeats.
    private func repeatsUnknownReceipt(_ post: TerminalPost) -> Bool {
        guard let number = post.sale?.repeats else { return false }
        // Of two payments it may be the one that was not told yet.
        guard let owner = ledgers.posts.first(where: { $0.number == number }), let id = owner.customID,
            owner.sale?.payments.count == 1,
            let other = transactions[id], other.status == "approved", let told = other.completedAt,
            let mine = transactions[post.customID ?? ""]?.completedAt
        else { return true }
        return told > mine
    }

    /// Whether its receipt went to another transaction, whose result repeated it before its own came.
    func isRobbed(_ transaction: StoreLedger.Transaction) -> Bool {
        let numbers = Set((posts[transaction.id] ?? []).compactMap(\.number))
        return ledgers.posts.contains { post in
            guard numbers.contains(post.sale?.repeats ?? ""), let id = post.customID else { return false }
            // As its result, or as a payment against its final status.
            return transactions[id]?.status == "approved"
                || (entries[id] ?? []).contains { $0.name.hasSuffix("contradicted") }
        }
    }

    /// Whether a journal showed the payment of another sale at the same terminal, which Getnet had denied.
    ///
    /// The bridge cannot know whose payment that is.
    func isMisledByJournal(_ transaction: StoreLedger.Transaction) -> Bool {
        guard transaction.decidedBy == "journal" else { return false }
        return ledgers.store.transactions.contains { other in
            other.terminal == transaction.terminal
                && (posts[other.id] ?? []).contains { post in
                    post.isStartedUnseen && post.sale?.payments.contains(transaction.amount) == true
                }
        }
    }

    /// The final statuses that something Getnet told speaks for.
    func toldOutcomes(_ mine: [TerminalPost]) -> Set<String> {
        var outcomes: Set<String> = []
        for post in mine {
            guard let sale = post.sale else { continue }
            let isPaid = !sale.payments.isEmpty
            if isPaid || post.isContradicted || repeatsUnknownReceipt(post) { outcomes.insert("approved") }
            if isPaid, post.isContradicted { outcomes.insert("declined") }
            if !isPaid { outcomes.formUnion(["declined", "not_completed"]) }
        }
        return outcomes
    }

    /// Two verdicts that were told and taken: the second one is published.
    func judgeContradictions() -> [Violation] {
        posts.sorted { $0.key < $1.key }.compactMap { id, mine in
            // Under a number of another transaction both are that one's, as far as the bridge can know.
            guard isMisled(mine), wasToldTwoThings(mine), !hasTwoHistories(id), !hasWorthlessNumber(id),
                !(entries[id] ?? []).contains(where: { $0.name.hasSuffix("contradicted") })
            else { return nil }
            return violation(.unannounced, id, "Getnet told two things, and only one was passed on")
        }
    }

    private func wasToldTwoThings(_ mine: [TerminalPost]) -> Bool {
        let told = mine.filter { !$0.callbacks.isEmpty && $0.callbacks.allSatisfy { !$0.isResult || $0.isAnswered } }
        // Of one sale both callbacks, or one callback of each of two sales that cannot both be true.
        let paid = told.filter { $0.sale?.payments.isEmpty == false && $0.callbacks.contains(where: \.isResult) }
        // While a second POST is under way, "the customer did not pay" is taken for the end of the first one and
        // decides nothing.
        let isContradicted =
            mine.count == 1 && told.contains { $0.isContradicted && $0.callbacks.count(where: \.isResult) > 1 }
        return isContradicted || paid.count > 1
    }
}

extension TerminalPost {
    /// Whether a second callback said the opposite of the first.
    ///
    /// All callbacks of a sale that was ended at its terminal say the same.
    var isContradicted: Bool { faults.contains("contradiction") && !isCancelled }
    /// Whether its result is told in the layout that leaves the receipt out.
    var isThin: Bool { faults.contains("flat") || (amount ?? 0) % 1_000 == LoadScenario.flat }
    /// Whether the terminal began although the answer denied it.
    var isStartedUnseen: Bool { faults.contains("busy-yet-started") }
}

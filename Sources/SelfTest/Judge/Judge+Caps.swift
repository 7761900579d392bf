// SPDX-License-Identifier: Apache-2.0

/// Never more is given back than was paid, not even if every doubt turned out to be a payment.
extension Judge {
    func judgeCaps() -> [Violation] {
        judgePayments() + judgeReservations() + judgeAmendments()
    }

    /// What the terminals gave back.
    private func judgePayments() -> [Violation] {
        ledgers.posts.flatMap { post -> [Violation] in
            guard let sale = post.sale, !isMisledAboutGiving(post) else { return [] }
            return zip(sale.payments, sale.givenBack).filter { $0 < $1 }.map { paid, given in
                violation(.overRefunded, post.customID ?? "", "\(given) of \(paid) was given back")
            }
        }
    }

    /// Whether Getnet denied a giving back, or only a lost store knew of it, so that it could be asked for again.
    private func isMisledAboutGiving(_ sale: TerminalPost) -> Bool {
        ledgers.posts.contains { post in
            post.originalID != nil && post.originalID == sale.customID
                && (isMisled([post]) || forgotten[post.customID ?? ""] != nil)
        }
    }

    /// What the table holds as given back, under way or in doubt.
    private func judgeReservations() -> [Violation] {
        counting.sorted { $0.key < $1.key }.compactMap { id, mine in
            let paid = paid(for: id)
            let taken = mine.reduce(0) { $0 + amount(of: $1) }
            if taken > paid { return violation(.overRefunded, id, "\(taken) of \(paid) may have been given back") }
            guard mine.count > 1, mine.contains(where: { $0.type == "void" }) else { return nil }
            return violation(.overRefunded, id, "a void stands beside another void or refund")
        }
    }

    /// A sale of which something was given back has said so.
    private func judgeAmendments() -> [Violation] {
        counting.sorted { $0.key < $1.key }.compactMap { id, mine in
            guard mine.contains(where: { $0.status == "approved" }),
                !(entries[id] ?? []).contains(where: { $0.name.hasSuffix("amended") })
            else { return nil }
            return violation(.unannounced, id, "money of it was given back, and it did not say so")
        }
    }

    /// Voids and refunds that gave money back, or may have, by the sale that they are about.
    private var counting: [String: [StoreLedger.Transaction]] {
        Dictionary(
            grouping: ledgers.store.transactions.filter { transaction in
                transaction.originalID != nil && !Self.countsForNothing.contains(transaction.status)
            },
            by: { $0.originalID ?? "" }
        )
    }

    /// What moves where it is approved; a void moves the whole sale and has no amount of its own.
    func amount(of transaction: StoreLedger.Transaction) -> Int64 {
        guard transaction.type == "void" else { return transaction.amount }
        return transaction.originalID.map(paid) ?? 0
    }

    /// What a sale takes where it is approved: what was asked for, and the tip that its result names.
    func paid(for id: String) -> Int64 {
        let sale = (posts[id] ?? []).compactMap(\.sale).first { !$0.payments.isEmpty }
        return (transactions[id]?.amount ?? 0) + (sale?.tip ?? 0)
    }

    private static let countsForNothing: Set<String> = ["declined", "not_completed", "failed"]
}

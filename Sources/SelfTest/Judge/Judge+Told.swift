// SPDX-License-Identifier: Apache-2.0

/// What was told to callers, and whose identity it carries.
extension Judge {
    func judgeTold() -> [Violation] { judgeRejected() + judgeNumbers() + judgeAmounts() + judgeInventions() }

    /// No command that was POSTed is told refused: its caller would send it again under another id.
    private func judgeRejected() -> [Violation] {
        // Of two rivals with one id the other one's refusal names it as well.
        let rivals = Dictionary(grouping: ledgers.orders, by: \.commandID).filter { $0.value.count > 1 }
        guard ledgers.lost == nil else { return [] }
        return Self.refused(ledgers.events ?? []).sorted().compactMap { commandID in
            guard rivals[commandID] == nil, !ledgers.sentAgain.contains(commandID),
                let charged = (transactionsByCommand[commandID] ?? []).first(where: { posts[$0.id] != nil })
            else { return nil }
            return violation(
                .rejected,
                charged.id,
                "told refused, but it was POSTed \(posts[charged.id]?.count ?? 0) times"
            )
        }
    }

    /// Getnet's number in a row is that of this row's own POST.
    private func judgeNumbers() -> [Violation] {
        ledgers.store.transactions.compactMap { transaction in
            guard let number = transaction.number, let owners = postsByNumber[number]?.compactMap(\.customID),
                !owners.isEmpty, !owners.contains(transaction.id)
            else { return nil }
            return violation(.stolen, transaction.id, "it has the number \(number), which is that of \(owners)")
        }
    }

    /// The amount that is published as paid is one that the terminal took.
    private func judgeAmounts() -> [Violation] {
        (ledgers.events ?? []).compactMap { event in
            guard event.name == "approved", let amount = event.paidAmount, let id = event.transactionID,
                let transaction = transactions[id], !isMisledByJournal(transaction)
            else { return nil }
            let sales = (posts[id] ?? []).compactMap(\.sale)
            let payments = sales.flatMap(\.payments)
            guard !payments.isEmpty else { return nil }
            if !payments.contains(amount) {
                return violation(.misstated, id, "\(amount) was published, the terminal took \(payments)")
            }
            let codes = sales.flatMap(\.authorizations).map { $0.uppercased() }
            guard let code = event.authorizationCode?.uppercased(), !codes.isEmpty, !codes.contains(code) else {
                return nil
            }
            return violation(.misstated, id, "the authorization \(code) was published, the terminal's is \(codes)")
        }
    }

    /// What contradicts a status was told: one payment in two spellings is one.
    private func judgeInventions() -> [Violation] {
        guard ledgers.lost == nil, !ledgers.isClockMoved else { return [] }
        return posts.sorted { $0.key < $1.key }.compactMap { id, mine in
            guard let transaction = transactions[id],
                (entries[id] ?? []).contains(where: { $0.name.hasSuffix("contradicted") }),
                !isMisled(mine), !isMisledByJournal(transaction), !repeatsReceipt(mine),
                mine.compactMap(\.sale).reduce(0, { $0 + max(1, $1.payments.count) }) == 1
            else { return nil }
            return violation(.invented, id, "a contradiction was published, and Getnet told none")
        }
    }
}

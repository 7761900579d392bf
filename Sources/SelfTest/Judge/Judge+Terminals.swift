// SPDX-License-Identifier: Apache-2.0

/// What the terminals did, against who asked for it.
extension Judge {
    func judgeTerminals() -> [Violation] {
        judgeRepetitions() + judgePosts()
    }

    /// One sale for one order, however it was asked for.
    private func judgeRepetitions() -> [Violation] {
        var found: [Violation] = []
        for (id, mine) in posts.sorted(by: { $0.key < $1.key }) {
            // A second sale after one that Getnet denied is what Getnet asked for.
            let sales = mine.count { $0.sale != nil && !$0.isStartedUnseen }
            if sales > 1 {
                found.append(violation(.doubled, id, "\(sales) sales were started"))
            } else if mine.dropLast().contains(where: { !$0.permitsAnother }) {
                found.append(violation(.doubled, id, "POSTed again after an answer that may mean a sale"))
            }
            let attempts = max(transactions[id]?.attempts ?? 0, attemptsBeforeLoss(of: id))
            // A POST that an old token made vain is repeated within its attempt.
            let written = mine.count { !$0.hadOldToken }
            if written > attempts, transactions[id] != nil {
                let detail = "\(written) POSTs arrived, \(attempts) were written down"
                found.append(violation(.unannounced, id, detail))
            }
        }
        let sales = ledgers.posts.filter { $0.verb == "sale" && $0.sale != nil }
        let sold = Dictionary(grouping: sales) { $0.reference ?? transactions[$0.customID ?? ""]?.reference ?? "" }
        for (reference, sales) in sold.sorted(by: { $0.key < $1.key }) {
            // A command that was repeated after its transaction was forgotten is a new one; the caller has to know
            // that.
            let ids = Set(sales.compactMap(\.customID)).filter { forgotten[$0] == nil }
            guard ids.count > 1 else { continue }
            let detail = "the reference \(reference) was sold for \(ids.sorted().joined(separator: " and "))"
            found.append(violation(.doubled, ids.sorted()[0], detail))
        }
        return found
    }

    private func attemptsBeforeLoss(of id: String) -> Int {
        ledgers.lost?.transactions.first { $0.id == id }?.attempts ?? 0
    }

    /// Every POST is the store's, and asks for what was ordered.
    private func judgePosts() -> [Violation] {
        var found: [Violation] = []
        for post in ledgers.posts {
            guard let id = post.customID else {
                found.append(violation(.disagreeing, post.reference ?? "a POST", "the cloud could not read a POST"))
                continue
            }
            guard let transaction = transactions[id] ?? forgotten[id] else {
                found.append(violation(.lost, id, "a POST arrived whose transaction the store does not have"))
                continue
            }
            if !post.asks(for: transaction) {
                found.append(violation(.disagreeing, id, "the POST asks for something else than the command"))
            }
        }
        return found
    }
}

extension TerminalPost {
    /// Whether it asks for what the transaction is about, as far as the wire tells.
    fileprivate func asks(for transaction: StoreLedger.Transaction) -> Bool {
        switch verb {
        case "sale": transaction.type == "charge" && amount == transaction.amount && names(transaction.reference)
        case "refund": transaction.type == "refund" && amount == transaction.amount
        default: transaction.type == verb
        }
    }

    /// In Argentina no merchant's number is on the wire.
    private func names(_ wanted: String) -> Bool { reference.map { $0 == wanted } ?? true }
}

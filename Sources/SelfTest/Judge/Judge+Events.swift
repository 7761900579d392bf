// SPDX-License-Identifier: Apache-2.0

/// Promises at the border: evidence behind each 200, an event behind each change, each event delivered, in order.
extension Judge {
    /// Each callback that was answered 200 is in the store.
    func judgeEvidence() -> [Violation] {
        posts.sorted { $0.key < $1.key }.compactMap { id, mine in
            let answered = mine.flatMap(\.callbacks).count(where: \.isAnswered)
            let stored = [ledgers.store, ledgers.lost].compactMap { $0?.evidence[id]?.callbacks }.reduce(0, +)
            guard answered > stored else { return nil }
            return violation(.unevidenced, id, "\(answered) callbacks were answered 200, \(stored) are in the store")
        }
    }

    /// The outbox tells each transaction's latest status, and knows of each entry that it was sent.
    func judgeEntries() -> [Violation] {
        var found: [Violation] = []
        for transaction in ledgers.store.transactions {
            let mine = (entries[transaction.id] ?? []).sorted { $0.position < $1.position }
            let statuses = mine.map(\.status).filter { !Self.afterTheEnd.contains($0) }
            if let last = statuses.last {
                if last != transaction.status {
                    let detail = "the row says \(transaction.status), its last event \(last)"
                    found.append(violation(.disagreeing, transaction.id, detail))
                }
            } else {
                found.append(violation(.unannounced, transaction.id, "the transaction has no event"))
            }
            if let end = statuses.firstIndex(where: Self.isFinal), end != statuses.count - 1 {
                found.append(violation(.retracted, transaction.id, "\(statuses[end]) was not the last status"))
            }
        }
        for entry in ledgers.store.entries where !entry.isSettled {
            let subject = entry.transactionID ?? entry.eventID
            found.append(violation(.unsettled, subject, "\(entry.name) waits in the outbox"))
        }
        return found
    }

    /// What the queue delivered is what the outbox holds.
    func judgeDeliveries() -> [Violation] {
        guard let delivered = ledgers.events else { return [] }
        var found: [Violation] = []
        for entry in ledgers.undelivered {
            let subject = entry.transactionID ?? entry.eventID
            let others =
                switch ledgers.witnessed?.contains(entry.eventID) {
                case true?: ", though another queue had it"
                case false?: ", nor was it in another queue"
                case nil: ""
                }
            found.append(violation(.lost, subject, "\(entry.name) never came out of the queue\(others)"))
        }
        let known = Set([ledgers.store, ledgers.lost].flatMap { $0?.entries ?? [] }.map(\.eventID))
        for event in delivered where !known.contains(event.id) {
            found.append(violation(.invented, event.transactionID ?? event.id, "\(event.name) is in no outbox"))
        }
        // A transaction that a copy does not know is told to people, not lost.
        for event in delivered where event.name == "unmatched" && ledgers.lost == nil {
            found.append(violation(.lost, event.id, "a callback's transaction was not found"))
        }
        for (id, mine) in events.sorted(by: { $0.key < $1.key }) where !hasTwoHistories(id) {
            found += judgeOrder(of: mine, about: id)
        }
        return found
    }

    /// Whether a lost store told things of it that the copy that took its place does not know.
    func hasTwoHistories(_ id: String) -> Bool {
        let known = Set((entries[id] ?? []).map(\.eventID))
        return (ledgers.lost?.entries ?? []).contains { $0.transactionID == id && !known.contains($0.eventID) }
    }

    /// What may be told of a transaction after its end.
    static let afterTheEnd: Set<String> = ["contradicted", "amended"]

    /// First occurrences ascend, repetitions repeat, and nothing follows an end but what contradicts or amends it.
    private func judgeOrder(of mine: [DeliveredEvent], about id: String) -> [Violation] {
        var found: [Violation] = []
        var first: [String: DeliveredEvent] = [:]
        var last: DeliveredEvent?
        var end: DeliveredEvent?
        for event in mine {
            if let earlier = first[event.id] {
                if earlier != event {
                    found.append(violation(.disagreeing, id, "the event \(event.id) says two things"))
                }
                continue
            }
            first[event.id] = event
            if let last, (event.sequence ?? 0) < (last.sequence ?? 0) {
                found.append(violation(.reordered, id, "\(event.name) came after \(last.name)"))
            } else if let last, event.sequence == last.sequence {
                found.append(violation(.doubled, id, "two events have the sequence \(event.sequence ?? 0)"))
            }
            if let end, !Self.afterTheEnd.contains(event.name) {
                found.append(violation(.retracted, id, "\(event.name) came after \(end.name)"))
            }
            last = event
            if event.isFinal, end == nil { end = event }
        }
        return found
    }
}

extension StoreLedger.Entry {
    /// The status that the event tells: the last word of its name.
    fileprivate var status: String { name.split(separator: ".").last.map(String.init) ?? name }
}

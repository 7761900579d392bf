// SPDX-License-Identifier: Apache-2.0

/// One command at a time per terminal, in the order in which they were accepted.
extension Judge {
    func judgeLanes() -> [Violation] {
        let lanes = Dictionary(grouping: ledgers.store.transactions, by: \.terminal)
        return lanes.sorted { $0.key < $1.key }.flatMap { judge(lane: $0.value) } + judgeCancelling() + judgeWriting()
    }

    private func judge(lane: [StoreLedger.Transaction]) -> [Violation] {
        let accepted = lane.sorted { acceptance(of: $0) < acceptance(of: $1) }
        let ids = Set(accepted.map(\.id))
        var places: [String: Int] = [:]
        var found: [Violation] = []
        for (place, post) in ledgers.posts.enumerated() {
            guard let id = post.customID, ids.contains(id) else { continue }
            if places[id] == nil { places[id] = place }
            if post.isOverlap, !lane.contains(where: { opens($0, at: post.receivedAt) }) {
                found.append(
                    violation(.overlapping, id, "it was POSTed to a terminal that was busy with another of ours")
                )
            }
        }
        var latest: (id: String, place: Int)?
        for transaction in accepted {
            guard let place = places[transaction.id] else { continue }
            if let latest, place < latest.place {
                let detail = "it was POSTed before \(latest.id), which was accepted before it"
                found.append(violation(.reordered, transaction.id, detail))
            }
            if place > latest?.place ?? -1 { latest = (transaction.id, place) }
        }
        return found + judgeHolding(accepted) + judgeReading(accepted)
    }

    /// Whether a transaction opened its lane for good reason though the terminal was still at work on it.
    ///
    /// A sale that Getnet denied is asked for once more, and its first end opens the lane. One that is paid twice is
    /// told while the terminal takes the second payment, which the bridge cannot know; the terminal says that it is
    /// busy. A verdict that nothing told is found elsewhere.
    private func opens(_ holder: StoreLedger.Transaction, at moment: Int64) -> Bool {
        let mine = posts[holder.id] ?? []
        if mine.contains(where: \.isStartedUnseen) { return true }
        guard let end = holder.completedAt, end <= moment || ledgers.isClockMoved else { return false }
        return mine.contains { $0.receivedAt <= moment && moment <= $0.sale?.finishesAt ?? .min }
    }

    /// A POSTed transaction holds the terminal until there is a verdict or the terminal's life is over.
    private func judgeHolding(_ lane: [StoreLedger.Transaction]) -> [Violation] {
        guard let life = ledgers.terminalLife, !ledgers.isClockMoved else { return [] }
        var found: [Violation] = []
        for holder in lane {
            guard let from = holder.postedAt else { continue }
            let until = min(holder.completedAt ?? .max, from + life) - Self.clockTolerance
            for other in lane where other.id != holder.id {
                let isEarly = (posts[other.id] ?? []).contains { from <= $0.receivedAt && $0.receivedAt < until }
                guard isEarly, other.postedAt ?? 0 >= from else { continue }
                found.append(violation(.overlapping, other.id, "it was POSTed while \(holder.id) had the terminal"))
            }
        }
        return found
    }

    /// After a doubt the journal was read, or tried in vain, before the next command of the terminal.
    private func judgeReading(_ lane: [StoreLedger.Transaction]) -> [Violation] {
        guard let readings = ledgers.readings, let life = ledgers.terminalLife else { return [] }
        var found: [Violation] = []
        for (index, doubtful) in lane.enumerated() where doubtful.isDoubtfulSale {
            guard let from = doubtful.postedAt, let next = firstPost(after: index, in: lane) else { continue }
            let isRead = readings.contains {
                $0.terminal == doubtful.terminal && (ledgers.isClockMoved || from <= $0.startedAt)
                    && $0.startedAt <= next.receivedAt
            }
            // A reading that a disturbance kept from the cloud has left no trace there.
            let end = ledgers.isClockMoved ? next.receivedAt : from + life
            let window = (min(end, next.receivedAt) - Self.underWay)...next.receivedAt
            if !isRead, !ledgers.disturbances.contains(where: window.overlaps) {
                let detail = "\(next.customID ?? "") was POSTed before the journal was read"
                found.append(violation(.overlapping, doubtful.id, detail))
            }
        }
        return found + judgeAbsence(lane, readings)
    }

    private func firstPost(after index: Int, in lane: [StoreLedger.Transaction]) -> TerminalPost? {
        lane[(index + 1)...].lazy.compactMap { posts[$0.id]?.first }.first
    }

    /// A payment that the terminal remembers is not said to be absent.
    private func judgeAbsence(_ lane: [StoreLedger.Transaction], _ readings: [JournalReading]) -> [Violation] {
        guard !ledgers.isClockMoved else { return [] }
        return lane.compactMap { transaction in
            guard transaction.reason == "not_in_journal", !ledgers.closedTerminals.contains(transaction.terminal),
                let paidAt = posts[transaction.id]?.compactMap(\.sale).first(where: {
                    $0.shows(transaction.amount)
                })?.finishesAt,
                readings.contains(where: {
                    $0.terminal == transaction.terminal && $0.isAnswered && $0.startedAt > paidAt + Self.clockTolerance
                })
            else { return nil }
            return violation(.guessed, transaction.id, "said to be in no journal, and it is")
        }
    }

    /// Nothing is sent to a terminal while it is told to end what it is at.
    private func judgeCancelling() -> [Violation] {
        ledgers.cancels.flatMap { cancel -> [Violation] in
            let window = cancel.receivedAt..<max(cancel.receivedAt, cancel.endedAt - Self.clockTolerance)
            return ledgers.posts.compactMap { post in
                guard window.contains(post.receivedAt), let id = post.customID, id != cancel.customID,
                    transactions[id]?.terminal == cancel.terminal
                else { return nil }
                return violation(.overlapping, id, "it was POSTed while \(cancel.customID ?? "") was being cancelled")
            }
        }
    }

    /// The last POST that arrived was written down before.
    private func judgeWriting() -> [Violation] {
        guard !ledgers.isClockMoved else { return [] }
        return ledgers.store.transactions.compactMap { transaction in
            let mine = posts[transaction.id] ?? []
            guard let last = mine.last, let written = transaction.postedAt, mine.count >= transaction.attempts,
                last.receivedAt + Self.clockTolerance < written
            else { return nil }
            return violation(.unannounced, transaction.id, "a POST arrived before it was written down")
        }
    }

    /// When it was accepted: its first event's place in the outbox.
    private func acceptance(of transaction: StoreLedger.Transaction) -> Int64 {
        entries[transaction.id]?.map(\.position).min() ?? .max
    }
}

extension StoreLedger.Transaction {
    /// Whether its end is to be looked for in the journal, which lists sales.
    fileprivate var isDoubtfulSale: Bool { type == "charge" && status == "in_doubt" && number == nil }
}

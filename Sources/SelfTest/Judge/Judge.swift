// SPDX-License-Identifier: Apache-2.0

/// Compares the ledgers of a run and names every promise that was broken.
///
/// It trusts none of them: what was sent and what the terminals did is the truth, the store and the events are claims.
/// Pure: no clock, no input or output.
struct Judge: Sendable {
    /// How long before a kill a POST may have arrived whose acknowledgement was not yet durable, in milliseconds.
    static let underWay: Int64 = 1_500
    /// How long after a kill a POST may still arrive that was on the wire.
    static let onTheWire: Int64 = 500
    /// How far the clocks of two processes of one machine, rounded to milliseconds, may seem apart.
    static let clockTolerance: Int64 = 100

    let ledgers: Ledgers
    let transactions: [String: StoreLedger.Transaction]
    /// What a lost store knew, and the copy of it that took its place does not.
    let forgotten: [String: StoreLedger.Transaction]
    let transactionsByCommand: [String: [StoreLedger.Transaction]]
    let posts: [String: [TerminalPost]]
    let entries: [String: [StoreLedger.Entry]]
    let events: [String: [DeliveredEvent]]

    /// A judge of one run.
    init(_ ledgers: Ledgers) {
        self.ledgers = ledgers
        transactions = Dictionary(ledgers.store.transactions.map { ($0.id, $0) }) { first, _ in first }
        let known = Set(transactions.keys)
        forgotten = Dictionary(
            (ledgers.lost?.transactions ?? []).filter { !known.contains($0.id) }.map { ($0.id, $0) }
        ) { first, _ in first }
        transactionsByCommand = Dictionary(grouping: ledgers.store.transactions, by: \.commandID)
        posts = Dictionary(grouping: ledgers.posts.filter { $0.customID != nil }) { $0.customID ?? "" }
        entries = Dictionary(grouping: ledgers.store.entries.filter { $0.transactionID != nil }) {
            $0.transactionID ?? ""
        }
        events = Dictionary(grouping: (ledgers.events ?? []).filter { $0.transactionID != nil }) {
            $0.transactionID ?? ""
        }
    }

    /// Everything that is wrong; nothing if every promise was kept.
    func violations() -> [Violation] {
        judgeOrders() + judgeFollowUps() + judgeTerminals() + judgeLanes() + judgeVerdicts() + judgeCaps()
            + judgeContradictions() + judgeEvidence() + judgeEntries() + judgeDeliveries() + judgeTold()
    }

    // MARK: - Orders against the store

    private func judgeOrders() -> [Violation] {
        var found: [Violation] = []
        for order in ledgers.orders where order.contest == nil {
            let mine = transactionsByCommand[order.commandID] ?? []
            guard let transaction = mine.first else {
                if !isForgotten(order.commandID), !wasFromFuture(order.commandID) {
                    found.append(violation(.lost, order.commandID, "the command has no transaction"))
                }
                continue
            }
            if mine.count > 1 {
                found.append(violation(.doubled, order.commandID, "the command has \(mine.count) transactions"))
            }
            if !order.isTakenAs(transaction) {
                found.append(violation(.disagreeing, transaction.id, "the store has another command"))
            }
        }
        let contests = Dictionary(grouping: ledgers.orders.filter { $0.contest != nil }) { $0.contest ?? "" }
        for contest in contests.sorted(by: { $0.key < $1.key }) { found += judge(contest: contest.value) }
        found += judgeRefusals()
        let sent = Set(ledgers.orders.map(\.commandID) + ledgers.followUps.map(\.commandID))
        for transaction in ledgers.store.transactions where !sent.contains(transaction.commandID) {
            found.append(violation(.invented, transaction.id, "no caller sent the command \(transaction.commandID)"))
        }
        return found
    }

    /// Exactly one of the rivals has a transaction.
    private func judge(contest rivals: [ChargeOrder]) -> [Violation] {
        let taken = rivals.filter { order in
            (transactionsByCommand[order.commandID] ?? []).contains(where: order.isTakenAs)
        }
        // The other one may have been taken once the first was forgotten.
        if rivals.contains(where: { isForgotten($0.commandID) }) { return [] }
        let subject = rivals.first?.commandID ?? ""
        switch taken.count {
        case 0: return [violation(.lost, subject, "of \(rivals.count) rivals none has a transaction")]
        case 1: break
        default: return [violation(.doubled, subject, "of \(rivals.count) rivals \(taken.count) have a transaction")]
        }
        guard let refused = ledgers.events.map(Self.refused) else { return [] }
        return rivals.filter { !taken.contains($0) && !refused.contains($0.commandID) }.map {
            violation(.lost, $0.commandID, "\($0.amount) has neither a transaction nor a refusal")
        }
    }

    /// No charge is refused without a rival.
    private func judgeRefusals() -> [Violation] {
        let rivals = Set(ledgers.orders.filter { $0.contest != nil }.map(\.commandID))
        let others = rivals.union(ledgers.followUps.map(\.commandID))
        return Self.refused(ledgers.events ?? []).subtracting(others).filter { !wasFromFuture($0) }.sorted().map {
            violation(.lost, $0, "it was refused, and nothing was wrong with it")
        }
    }

    /// The commands that the queue delivered a refusal of.
    static func refused(_ events: [DeliveredEvent]) -> Set<String> {
        Set(events.filter { $0.name == "rejected" }.compactMap(\.commandID))
    }

    /// Whether a command was refused because a bridge whose clock was moved took its time for one in the future.
    func wasFromFuture(_ commandID: String) -> Bool {
        ledgers.isClockMoved
            && (ledgers.events ?? []).contains {
                $0.name == "rejected" && $0.commandID == commandID && $0.faultCodes == ["out_of_range"]
            }
    }

    // MARK: - Shared by the aspects

    /// Whether a lost store had a transaction of the command.
    func isForgotten(_ commandID: String) -> Bool { forgotten.values.contains { $0.commandID == commandID } }

    func violation(_ kind: Violation.Kind, _ subject: String, _ detail: String) -> Violation {
        Violation(kind: kind, subject: subject, detail: detail, story: story(of: subject))
    }

    /// Whether the result of a POST at this instant may have been lost before the bridge stored it.
    ///
    /// The bridge's end or any other disturbance may do that; `nil` is an instant that is not known.
    func wasDisturbed(at instant: Int64?) -> Bool {
        guard let instant else { return !ledgers.kills.isEmpty || !ledgers.disturbances.isEmpty }
        let window = (instant - Self.onTheWire)...(instant + Self.underWay)
        return ledgers.kills.contains(where: window.contains) || ledgers.disturbances.contains(where: window.overlaps)
    }
}

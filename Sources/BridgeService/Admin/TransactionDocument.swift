// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger

/// Shows transactions as JSON: the data of their latest event, and for one of them its whole story.
public struct TransactionDocument: Sendable {
    private let events: EventWriter
    private let rules: TransactionRules
    private let clock: @Sendable () -> Timestamp

    /// Documents of transactions; what is concluded depends on the rules and on the time.
    public init(events: EventWriter, rules: TransactionRules, clock: @escaping @Sendable () -> Timestamp) {
        self.events = events
        self.rules = rules
        self.clock = clock
    }

    /// A page of transactions; `nextCursor` where there may be more.
    ///
    /// `contradicted` heads the first page: what waits for a person.
    public func list(
        _ transactions: [Transaction],
        isComplete: Bool,
        contradicted: [Transaction]? = nil
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: 1_024 * (transactions.count + 1))
        writer.object { page in
            if let contradicted {
                page.array("contradicted") { list in
                    for transaction in contradicted { list.rawElement(events.document(of: transaction)) }
                }
            }
            page.array("transactions") { list in
                for transaction in transactions { list.rawElement(events.document(of: transaction)) }
            }
            if !isComplete, let last = transactions.last { page.member("nextCursor", last.id.description) }
        }
        return writer.bytes
    }

    /// What needs a person `now`, and what a person may decide already (`early`), each with its conclusion.
    public func needed(now: [Transaction], early: [Transaction]) -> [UInt8] {
        var writer = JSONWriter(reserving: 1_024 * (now.count + early.count + 1))
        writer.object { page in
            for (name, transactions) in [("now", now), ("early", early)] {
                page.array(name) { list in
                    for transaction in transactions {
                        list.object { entry in
                            entry.write(Conclusion(about: transaction, at: clock(), rules: rules))
                            entry.member("transaction", rawJSON: events.document(of: transaction))
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    /// One transaction with its whole story.
    public func whole(_ transaction: Transaction, _ story: TransactionStory) -> [UInt8] {
        var writer = JSONWriter(reserving: 8_192)
        writer.object { whole in
            whole.write(Conclusion(about: transaction, at: clock(), rules: rules))
            whole.member("transaction", rawJSON: events.document(of: transaction))
            whole.member("attempts", transaction.posting.attempts)
            whole.member("queries", transaction.statusQueries.begun)
            whole.member("contradictions", transaction.contradictions.known.count)
            whole.member("openContradictions", transaction.contradictions.open)
            whole.member("expiresAt", transaction.command.expiresAt.description)
            whole.member("dueAt", transaction.dueAt?.description)
            whole.array("story") { list in
                for line in story.lines(of: transaction) {
                    list.object { entry in
                        entry.member("at", line.at.description)
                        entry.member("what", line.what)
                        entry.member("detail", line.detail)
                    }
                }
            }
            whole.array("evidence") { list in
                for piece in story.evidence { list.write(piece) }
            }
            whole.array("events") { list in
                for announcement in story.events {
                    let event = announcement.event
                    list.object { entry in
                        entry.member("id", event.id.description)
                        entry.member("name", event.name.text)
                        entry.member("time", event.time.description)
                        entry.member("routingKey", event.routingKey)
                        entry.member("settledAt", announcement.settledAt?.description)
                        if announcement.returns > 0 { entry.member("returns", announcement.returns) }
                    }
                }
            }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    /// `person` is `not_needed`, `from` with an instant beside it, or `now`.
    fileprivate mutating func write(_ conclusion: Conclusion) {
        object("conclusion") { entry in
            entry.member("text", conclusion.text)
            switch conclusion.person {
            case .notNeeded: entry.member("person", "not_needed")
            case .from(let instant):
                entry.member("person", "from")
                entry.member("personFrom", instant.description)
            case .now: entry.member("person", "now")
            }
        }
    }

    fileprivate mutating func write(_ piece: TransactionStory.Piece) {
        object { entry in
            entry.member("source", piece.source.rawValue)
            entry.member("finding", piece.finding.rawValue)
            entry.member("receivedAt", piece.receivedAt.description)
            entry.member("answer", rawJSON: piece.masked)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

public import BridgeCore
public import BridgeLedger

/// One line of a transaction's story: when, what, and what is known of it.
public struct StoryLine: Sendable, Equatable {
    /// When it happened.
    public let at: Timestamp
    /// What happened.
    public let what: String
    /// What is known of it.
    public let detail: String?
    /// Of what happened in one millisecond the cause comes first.
    let rank: Rank

    enum Rank: Int {
        // A command is taken before its first POST begins, though both may be in one millisecond.
        case taken, begin, end, evidence, event
    }
}

extension TransactionStory {
    /// Everything that is known of a transaction, in the order in which it happened.
    public func lines(of transaction: Transaction) -> [StoryLine] {
        var lines = steps.flatMap(\.lines)
        // What ended otherwise has its own steps; the row knows the last one.
        if let postedAt = transaction.posting.startedAt, !steps.contains(where: { $0.startedAt == postedAt }) {
            lines.append(
                StoryLine(at: postedAt, what: "POST \(transaction.posting.attempts) began", detail: nil, rank: .begin)
            )
        }
        if let submittedAt = transaction.posting.acknowledgedAt {
            let number = transaction.idPosTxs.map { "idPosTxs \($0)" }
            lines.append(StoryLine(at: submittedAt, what: "acknowledged", detail: number, rank: .end))
        }
        lines += evidence.map(\.line)
        lines += events.map(\.line)
        return lines.enumerated().sorted { left, right in
            (left.element.at, left.element.rank.rawValue, left.offset)
                < (right.element.at, right.element.rank.rawValue, right.offset)
        }.map(\.element)
    }
}

extension TransactionStep {
    fileprivate var lines: [StoryLine] {
        let count = number.map { " \($0)" } ?? ""
        let begin = startedAt.map { StoryLine(at: $0, what: "POST\(count) began", detail: nil, rank: .begin) }
        let what =
            switch kind {
            case .attempt: "POST\(count) ended"
            case .lateEnd: "POST\(count) ended late"
            case .recovered: "restart in the middle of POST\(count)"
            case .restored: "restored from a backup"
            case .query: "query\(count) began"
            case .queryRequested: "query brought forward"
            case .unreadableCallback: "callback unreadable"
            case .lifeEnded: "the terminal's time is over"
            case .journalClosed: "the journal is done with, the next command passes"
            case .receiptRead: "the original's receipt was looked for at the terminal"
            case .batchRead: "the open batch was read before its close"
            case .cancelSent: "the terminal is to be told to end the sale"
            case .cancelEnded: "the terminal was told to end the sale"
            case .cancelRefused: "cancel refused"
            case .misfit: "what does not fit"
            case .journalNear: "may be it, in the terminal's journal"
            case .notStorable: "the store refused something that happened, as a fault of the bridge"
            }
        return [begin, StoryLine(at: at, what: what, detail: detail, rank: .end)].compactMap(\.self)
    }
}

extension TransactionStory.Piece {
    fileprivate var line: StoryLine {
        StoryLine(
            at: receivedAt,
            what: "\(source.rawValue): \(finding.rawValue)",
            detail: masked.isEmpty ? nil : String(decoding: masked, as: UTF8.self),
            rank: .evidence
        )
    }
}

extension TransactionStory.Announcement {
    fileprivate var line: StoryLine {
        var detail = settledAt.map { returns == 0 ? "confirmed \($0)" : "returned \($0)" } ?? "waits"
        if returns > 0 { detail += ", no queue was bound (\(returns))" }
        let isFirst = event.name.status == .accepted
        return StoryLine(
            at: event.time,
            what: "event \(event.name.text)",
            detail: detail,
            rank: isFirst ? .taken : .event
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What a run of random answers left, for the judge.
struct AnswersLedgers: Sendable {
    /// The episodes that were played.
    var episodes: [AnswersEpisode] = []
    /// What the cloud knows, by our name of a transaction, or by terminal and verb where it is told none.
    var told: [String: ToldCommand] = [:]
    var store = StoreLedger()
    var events: [DeliveredEvent] = []
    /// What went wrong outside of any transaction: kind and one sentence.
    var incidents: [(kind: String, detail: String)] = []
    /// What the cloud itself saw.
    var cloud: [AnswersCloud.Finding] = []
}

/// Holds what the bridge says against what the cloud knows.
///
/// Pure. The promises: a command that moves or changes something is started at most once; none that was started is told
/// refused or failed; a verdict is the truth; every row is final, or in a doubt that nothing can lift, or has a next
/// step; no row is touched by what was said about another.
struct AnswersJudge: Sendable {
    private static let refusals: Set<String> = ["declined", "not_completed"]

    let ledgers: AnswersLedgers
    private let rows: [String: [StoreLedger.Transaction]]
    private let events: [String: [DeliveredEvent]]

    init(_ ledgers: AnswersLedgers) {
        self.ledgers = ledgers
        rows = Dictionary(grouping: ledgers.store.transactions, by: \.commandID)
        events = Dictionary(grouping: ledgers.events.filter { $0.commandID != nil }) { $0.commandID ?? "" }
    }

    /// Everything that is wrong.
    func findings() -> [AnswersFinding] {
        var found = ledgers.incidents.map { AnswersFinding(kind: $0.kind, episode: nil, detail: $0.detail, story: []) }
        for episode in ledgers.episodes {
            for step in episode.steps {
                found += judge(step).map { kind, detail in
                    AnswersFinding(
                        kind: kind,
                        episode: episode.number,
                        detail: "\(step.type) \(step.commandID) (\(episode.account.country)): \(detail)",
                        story: story(of: step)
                    )
                }
            }
        }
        let names = Dictionary(ledgers.store.transactions.map { ($0.id, $0.commandID) }) { first, _ in first }
        for finding in ledgers.cloud {
            let episode = ledgers.episodes.first { episode in
                episode.steps.contains { $0.commandID == names[finding.key] }
            }
            found.append(
                AnswersFinding(
                    kind: finding.kind,
                    episode: episode?.number,
                    detail: "\(finding.key): \(finding.detail)",
                    story: ledgers.told[finding.key]?.lines ?? []
                )
            )
        }
        let waiting = ledgers.store.entries.count { !$0.isSettled }
        if waiting > 0 {
            found.append(
                .init(kind: "unsettled", episode: nil, detail: "\(waiting) events wait in the outbox", story: [])
            )
        }
        let strays = ledgers.events.count { $0.name == "unmatched" }
        if strays > 0 {
            found.append(
                .init(kind: "unmatched", episode: nil, detail: "\(strays) callbacks had no transaction", story: [])
            )
        }
        return found
    }

    private func told(_ row: StoreLedger.Transaction) -> ToldCommand? {
        ledgers.told[row.id] ?? (row.type == "c2c-mode" ? ledgers.told["\(row.terminal)/c2cmode"] : nil)
    }

    private func judge(_ step: AnswersEpisode.Step) -> [(kind: String, detail: String)] {
        let mine = rows[step.commandID] ?? []
        let isRejected = (events[step.commandID] ?? []).contains { $0.name == "rejected" }
        guard let row = mine.first else {
            // What is about a sale that was not paid is refused.
            if isRejected, step.original != nil { return [] }
            return [("lost", isRejected ? "refused, and nothing was wrong with it" : "it has no transaction")]
        }
        var found: [(String, String)] = []
        if mine.count > 1 { found.append(("doubled", "it has \(mine.count) transactions")) }
        found += disorder(in: events[step.commandID] ?? []).map { ("reordered", $0) }
        let told = told(row)
        if isRejected { found.append(("rejected", "told refused; it was POSTed \(told?.posts ?? 0) times")) }
        if told?.isMisled != true, told?.mayBeBelieved(at: row.completedAt) != true,
            (events[step.commandID] ?? []).contains(where: { $0.name == "contradicted" })
        {
            found.append(("contradicted", "told contradicted, but nothing that was said contradicts itself"))
        }
        if told?.isMisfitTold == true, Judge.isFinal(row.status), row.status != "approved",
            !(events[step.commandID] ?? []).contains(where: { $0.name == "contradicted" })
        {
            found.append(("untold", "Getnet told a payment that did not fit, and no event told it"))
        }
        if Judge.isFinal(row.status) || row.status == "completed" {
            if let lie = lie(of: row, told, movesMoney: step.movesMoney) { found.append(("guessed", lie)) }
        } else {
            found += unfinished(row, told, movesMoney: step.movesMoney)
        }
        return found
    }

    /// Whether a later event has the sequence of an earlier one, or a lower one.
    private func disorder(in told: [DeliveredEvent]) -> [String] {
        var known: Set<String> = []
        var last: DeliveredEvent?
        var found: [String] = []
        for event in told where event.sequence != nil && known.insert(event.id).inserted {
            if let last, let sequence = event.sequence, sequence <= last.sequence ?? 0 {
                found.append("\(event.name) has the sequence \(sequence), after \(last.name)")
            }
            last = event
        }
        return found
    }

    /// Why a final status is not the truth.
    private func lie(of row: StoreLedger.Transaction, _ told: ToldCommand?, movesMoney: Bool) -> String? {
        let isStarted = told?.isStarted ?? false
        switch row.status {
        // The second refusal is believed where nothing showed that the first one was untrue; a later result contradicts
        // it.
        case "failed" where isStarted && told?.mayBeBelieved(at: row.completedAt) == true: return nil
        case "failed" where isStarted && told?.kind != .reading: return "failed, but it was started"
        case "approved" where !isStarted: return "approved, but never started"
        case "approved" where told?.isApproved == false: return "approved, but the terminal said no"
        case _ where movesMoney && Self.refusals.contains(row.status):
            if !isStarted { return "\(row.status), but never started" }
            return told?.isApproved == true ? "\(row.status), but the money moved" : nil
        default: return nil
        }
    }

    private func unfinished(
        _ row: StoreLedger.Transaction,
        _ told: ToldCommand?,
        movesMoney: Bool
    ) -> [(String, String)] {
        var found: [(String, String)] = []
        if !movesMoney || row.status != "in_doubt" {
            found.append(("stuck", "ends as \(row.status) \(row.reason ?? "")"))
        } else if told?.isPlainlyTold == true, told?.isApproved == true || told?.posts == 1 {
            // With two POSTs without a number it is not known which one the terminal refused.
            found.append(("undecided", "in doubt \(row.reason ?? ""), though a plain callback was answered 200"))
        }
        if row.dueAt == nil, row.queryAt == nil, row.status != "in_doubt" {
            found.append(("stuck", "\(row.status) without a next step"))
        }
        return found
    }

    private func story(of step: AnswersEpisode.Step) -> [String] {
        guard let row = rows[step.commandID]?.first else { return [] }
        let head =
            "row       \(row.id) \(row.status) \(row.reason ?? "-") number \(row.number ?? "-") attempts \(row.attempts)"
        let told = events[step.commandID, default: []].map { "event     \($0.sequence ?? 0) \($0.name)" }
        return [head] + (self.told(row)?.lines ?? ["the cloud was never sent it"]) + told
    }
}

/// A promise that was broken.
public struct AnswersFinding: Sendable, Encodable {
    /// Which promise, in one word.
    public let kind: String
    /// The episode, by which it is repeated.
    public let episode: Int?
    /// One sentence.
    public let detail: String
    /// What was said and done, line by line.
    public let story: [String]

    /// For people.
    public var text: String {
        let place = episode.map { " episode \($0):" } ?? ""
        return "\(kind):\(place) \(detail)" + story.map { "\n    \($0)" }.joined()
    }
}

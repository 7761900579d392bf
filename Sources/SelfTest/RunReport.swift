// SPDX-License-Identifier: Apache-2.0

/// What one run came to, for people and machines.
public struct RunReport: Sendable, Encodable {
    /// A promise that was broken.
    public struct Finding: Sendable, Encodable {
        /// Which promise, in one word: `lost`, `doubled`, `guessed`, `reordered`.
        public let kind: String
        /// The transaction, or the command where there is none.
        public let subject: String
        /// One sentence.
        public let detail: String
        /// What every ledger says about it, line by line.
        public let story: [String]
    }

    /// What repeats the run.
    public let seed: UInt64
    /// Whether every promise was kept.
    public let isRight: Bool
    /// Commands that were sent, repetitions not counted.
    public let charges: Int
    /// Voids, refunds and cancels that were sent, repetitions not counted.
    public let followUps: Int
    /// Rows of the table.
    public let transactions: Int
    /// POSTs that reached the cloud.
    public let posts: Int
    /// Transactions that ended in a doubt that cannot be lifted.
    public let doubts: Int
    /// Readings of a terminal's journal that reached the cloud.
    public let readings: Int
    /// Transactions that a journal decided.
    public let byJournal: Int
    /// Events that the queue delivered.
    public let deliveries: Int
    /// How often each disturbance happened.
    public let disturbances: [String: Int]
    /// The disturbances in their order.
    public let plan: [String]
    /// What was found.
    public let findings: [Finding]
    /// Why it could not be played to its end.
    public let failure: String?
    /// How long it took.
    public let seconds: Double
    /// Where its files are, if they were kept.
    public let files: String?

    init(_ outcome: RunOutcome, _ plan: RunPlan, files: String?) {
        seed = outcome.seed
        isRight = outcome.isRight
        charges = outcome.charges
        followUps = outcome.followUps
        transactions = outcome.transactions
        posts = outcome.posts
        doubts = outcome.doubts
        readings = outcome.readings
        byJournal = outcome.byJournal
        deliveries = outcome.deliveries
        disturbances = outcome.disturbances
        self.plan = plan.disturbances.map(\.description)
        findings = outcome.violations.map {
            Finding(kind: $0.kind.rawValue, subject: $0.subject, detail: $0.detail, story: $0.story)
        }
        failure = outcome.failure
        seconds = outcome.took / .seconds(1)
        self.files = files
    }

    /// One line, and below it what was found.
    public var text: String {
        let done = disturbances.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let tenths = Int((seconds * 10).rounded())
        var lines = [
            """
            seed \(seed): \(isRight ? "ok" : "FAILED") in \(tenths / 10).\(tenths % 10) s, \(charges) charges, \
            \(followUps) about them, \(transactions) transactions, \(posts) POSTs, \(readings) journals read, \(byJournal) decided by one, \
            \(doubts) in doubt, \(deliveries) deliveries; \(done)
            """
        ]
        if let failure { lines.append("  \(failure)") }
        for finding in findings {
            lines.append("  \(finding.kind): \(finding.subject): \(finding.detail)")
            lines += finding.story.map { "      \($0)" }
        }
        if !isRight {
            lines.append("  plan: \(plan.joined(separator: "; "))")
            if let files { lines.append("  files: \(files)") }
            lines.append("  replay: getnet-bridge selftest --seed \(seed)")
        }
        return lines.joined(separator: "\n")
    }
}

/// What all runs came to.
public struct SelfTestReport: Sendable, Encodable {
    /// How many were played.
    public private(set) var runs = 0
    /// The seeds of those that failed.
    public private(set) var failedSeeds: [UInt64] = []
    /// Everything that was found, counted by kind; those that money is about are always there.
    public private(set) var findings = [
        "lost": 0, "doubled": 0, "guessed": 0, "over_refunded": 0, "reordered": 0, "unannounced": 0,
    ]
    /// How often each disturbance happened.
    public private(set) var disturbances: [String: Int] = [:]
    /// Rows of all tables.
    public private(set) var transactions = 0
    /// Transactions that ended in a doubt that cannot be lifted.
    public private(set) var doubts = 0
    /// Transactions that a journal decided.
    public private(set) var byJournal = 0
    /// How long it took.
    public internal(set) var seconds = 0.0

    /// Whether every promise was kept in every run.
    public var isRight: Bool { failedSeeds.isEmpty }

    mutating func add(_ run: RunReport) {
        runs += 1
        if !run.isRight { failedSeeds.append(run.seed) }
        for finding in run.findings { findings[finding.kind, default: 0] += 1 }
        disturbances.merge(run.disturbances, uniquingKeysWith: +)
        transactions += run.transactions
        doubts += run.doubts
        byJournal += run.byJournal
    }

    /// Three lines.
    public var text: String {
        func counts(_ values: [String: Int]) -> String {
            values.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        }
        var lines = [
            """
            \(runs) runs in \(Int(seconds)) s: \(transactions) transactions, \(byJournal) decided by a journal, \
            \(doubts) in a doubt that nobody can lift
            """,
            "disturbed by: \(counts(disturbances))",
            "found: \(counts(findings))",
        ]
        if !isRight {
            lines.append("FAILED seeds: \(failedSeeds.map { "\($0)" }.joined(separator: " "))")
        }
        return lines.joined(separator: "\n")
    }
}

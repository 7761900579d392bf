// SPDX-License-Identifier: Apache-2.0

/// Every counter: its name without prefix, what it counts, its labels.
///
/// Source: docs/promises.md 6.3; table in `docs/operations.md`.
enum Counter: String, CaseIterable {
    case transactions = "transactions_total"
    case events = "events_total"
    case replies = "replies_total"
    case commands = "commands_total"
    case undatedCommands = "undated_commands_total"
    case callbacks = "callbacks_total"
    case evidence = "evidence_total"
    case cloudRequests = "cloud_requests_total"
    case unknownTexts = "unknown_texts_total"
    case loginFailures = "login_failures_total"
    case deadLetters = "dead_letters_total"
    case contradictions = "contradictions_total"
    case findings = "findings_total"
    case rowFaults = "row_faults_total"
    case queriesDropped = "queries_dropped_total"

    var help: String {
        switch self {
        case .transactions: "Transactions that reached a status."
        case .events: "Outbox entries by what the broker made of them."
        case .replies: "Copies of events to reply queues."
        case .commands: "Deliveries of commands by what became of them."
        case .undatedCommands: "Commands that move money and say no time; `commands.requireTimestamp` is false."
        case .callbacks: "Callbacks by how they were answered."
        case .evidence: "Pieces of evidence by where they came from."
        case .cloudRequests: "Requests to Getnet by how they ended."
        case .unknownTexts: "Answers with code 0 whose text is not known."
        case .loginFailures: "Logins at Getnet that failed, and tokens that it rejected before their end."
        case .deadLetters: "Commands that were dead-lettered by their first fault."
        case .contradictions: "Evidence against a final status: ask a person."
        case .findings: "Pieces of evidence by what became of them."
        case .rowFaults: "Inputs that the store refused as a fault of the bridge; the transaction needs an operator."
        case .queriesDropped: "Status queries put off because too many were lined up."
        }
    }

    var labels: [String] {
        switch self {
        case .transactions: ["type", "status"]
        case .events, .replies, .callbacks: ["outcome"]
        case .commands: ["type", "outcome"]
        case .evidence: ["source"]
        case .findings: ["finding"]
        case .cloudRequests: ["operation", "outcome"]
        case .unknownTexts: ["operation"]
        case .deadLetters, .loginFailures: ["reason"]
        case .contradictions, .rowFaults, .queriesDropped, .undatedCommands: []
        }
    }
}

/// Every histogram, in seconds.
enum Histogram: String, CaseIterable {
    case transactionDuration = "transaction_duration_seconds"
    case commandAge = "command_age_seconds"
    case cloudRequestDuration = "cloud_request_duration_seconds"
    case storeCommit = "store_commit_seconds"

    var help: String {
        switch self {
        case .transactionDuration: "From acceptance to acknowledgement, and from acknowledgement to the final status."
        case .commandAge: "How old a command was when it was taken, by its own timestamp."
        case .cloudRequestDuration: "How long Getnet took to answer."
        case .storeCommit: "From a change to the sync that made it durable."
        }
    }

    var labels: [String] {
        switch self {
        case .transactionDuration: ["type", "phase"]
        case .cloudRequestDuration: ["operation"]
        case .commandAge, .storeCommit: []
        }
    }

    /// Upper bounds of the buckets, in seconds.
    var buckets: [Double] {
        switch self {
        case .storeCommit: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5]
        case .cloudRequestDuration: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
        case .commandAge, .transactionDuration: [0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 90, 120, 300, 900]
        }
    }
}

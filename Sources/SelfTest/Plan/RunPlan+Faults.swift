// SPDX-License-Identifier: Apache-2.0

extension RunPlan {
    /// What a run is about, beside what all are about.
    enum Theme {
        case usual
        /// Journals have much to decide.
        case doubt
        /// Batches close time and again, and every sale is taken back by a number that soon names another one.
        case receipts
        /// Every sale is to be ended at the terminal, often when it just has ended there.
        case cancels
        /// Many sales are said not to have started, and were.
        case refusals

        /// The theme of a seed.
        init(of seed: UInt64) {
            if seed % doubtfulEvery == doubtfulEvery - 1 {
                self = .doubt
            } else {
                switch seed % themedEvery {
                case 2: self = .refusals
                case 6: self = .cancels
                case 8: self = .receipts
                default: self = .usual
                }
            }
        }

        var faults: [String: Double] {
            switch self {
            case .usual, .cancels: usualFaults
            case .doubt: doubtfulFaults
            case .refusals:
                usualFaults.merging(["busy-yet-started": 0.3, "unpaid": 0.4, "no-callback": 0.05]) { $1 }
            case .receipts: usualFaults.merging(["batch-closes": 0.5]) { $1 }
            }
        }
    }

    /// Faults of the simulator by chance (`docs/simulator.md`).
    static let usualFaults: [String: Double] = [
        "reset": 0.03, "no-answer": 0.02, "500-before": 0.02, "500-after": 0.02, "late-ack": 0.03, "busy": 0.03,
        "busy-yet-started": 0.02, "contradiction": 0.03, "token-revoked": 0.02, "waf": 0.01, "offline": 0.01,
        "declined": 0.1, "unpaid": 0.1, "no-callback": 0.15,
        "duplicate-callbacks": 0.1, "delayed-callback": 0.1, "reordered-callbacks": 0.05, "timeout-90": 0.1,
        "flat": 0.05, "spanish": 0.05, "text-id": 0.05, "data-as-text": 0.05, "byte-order-mark": 0.05,
        "utf-16": 0.05, "latin-1": 0.05, "gzip": 0.05, "hidden-number": 0.04, "429": 0.01, "tip": 0.06,
        "others-receipt": 0.05, "retold": 0.15, "rewritten-ticket": 0.15, "callback-chunked": 0.05,
        "callback-expects": 0.05, "callback-http-1.0": 0.05, "callback-kept": 0.05, "other-zone": 0.2,
        "terminal-sale": 0.1, "batch-closes": 0.03,
        "journal-busy": 0.05, "journal-reset": 0.05, "journal-no-answer": 0.02, "journal-timeout": 0.02,
        "journal-unreadable-row": 0.05, "journal-500": 0.05, "journal-cut-off": 0.05,
        "journal-own-number": 0.2,
    ]

    /// The same for runs in which the journal has much to decide and often cannot be read.
    ///
    /// Some payments stay unclaimed, and equal amounts that were not paid stand beside them.
    static let doubtfulFaults = usualFaults.merging([
        "reset": 0.2, "500-before": 0.25, "no-callback": 0.5, "declined": 0, "unpaid": 0,
        "others-receipt": 0, "timeout-90": 0,
        "batch-closes": 0, "contradiction": 0, "journal-500": 0.5,
    ]) { $1 }
}

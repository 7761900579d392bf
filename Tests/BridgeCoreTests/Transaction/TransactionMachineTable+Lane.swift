// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport

/// What the end of a terminal's life and its journal do.
extension TransactionMachineTable {
    static let lifeEnded: [TableRow] = [
        TableRow(
            "the terminal's life is over",
            at: 315,
            input: { _ in .lifeEnded },
            outcomes: [
                ([.givenUp], "inDoubt (operator_needed) !readJournal"),
                ([.doubtAboutPayment], "inDoubt (inconsistent_result) !readJournal @-315"),
                ([.doubtOutOfLane], "nothing"),
                // The transaction ended while the terminal may still have worked on it.
                ([.completed], "completed"),
                ([.doubtWithNumber], "inDoubt (no_result) !readJournal @-300"),
                ([.doubtWithoutNumber, .doubtAfterLife], "inDoubt (no_acknowledgement) !readJournal @86085"),
                ([.submitted], "inDoubt (no_result) +in_doubt !readJournal @-300"),
            ],
            elsewhere: "refused"
        )
    ]

    static let receiptRead: [TableRow] = [
        TableRow(
            "the receipt of a void was read",
            input: { _ in .receiptRead(.seen) },
            outcomes: [],
            elsewhere: "refused"
        ),
        TableRow(
            "the receipt of a void is missing",
            input: { _ in .receiptRead(.missing) },
            outcomes: [],
            elsewhere: "refused"
        ),
        TableRow(
            "the batch was read before a close",
            input: { _ in .batchRead(.init(notRead: .terminalBusy)) },
            outcomes: [],
            elsewhere: "refused"
        ),
    ]

    static let journalClosed: [TableRow] = [
        TableRow(
            "the journal was dealt with",
            at: 316,
            input: { _ in .journalClosed },
            outcomes: [
                ([.givenUp], "inDoubt (operator_needed) leaves lane"),
                ([.doubtOutOfLane], "nothing"),
                ([.doubtAfterLife], "inDoubt (no_acknowledgement) leaves lane @86084"),
                ([.doubtWithNumber], "inDoubt (no_result) leaves lane @-301"),
            ],
            elsewhere: "refused"
        )
    ]
}

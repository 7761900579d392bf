// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport

/// What evidence does.
extension TransactionMachineTable {
    static let evidence: [TableRow] = [
        TableRow(
            "a callback that approves",
            input: { .callback(.approved($0)) },
            outcomes: [
                ([.approved], "agreed"),
                ([.declined], "declined (declined) +paid_after_all ?contradicted"),
                ([.notCompleted], "notCompleted (nobody_paid) +paid_after_all ?contradicted"),
                ([.failed], "failed (terminal_unknown) +paid_after_all ?contradicted"),
                ([.completed], "completed +paid_after_all ?contradicted"),
                ([.doubtAboutPayment], "approved +approved +inconsistent_payment ?decided"),
            ],
            elsewhere: "approved +approved ?decided"
        ),
        TableRow(
            "a callback whose payment another transaction claimed",
            isClaimed: true,
            input: { .callback(.approved($0)) },
            outcomes: [
                ([.accepted, .waiting, .queued], "inDoubt (no_acknowledgement) +in_doubt ?foreign @86399"),
                ([.submitting], "submitting(1) ?foreign"),
                ([.submitted], "submitted ?foreign @0"),
                ([.doubtWithNumber], "inDoubt (no_result) ?foreign @0"),
                ([.givenUp], "inDoubt (operator_needed) ?foreign @0"),
            ],
            elsewhere: "foreign"
        ),
        TableRow(
            "a callback that approves another payment",
            input: { .callback(.approved($0, receipt: 18)) },
            outcomes: [
                ([.approved], "approved +second_payment ?contradicted"),
                ([.declined], "declined (declined) +paid_after_all ?contradicted"),
                ([.notCompleted], "notCompleted (nobody_paid) +paid_after_all ?contradicted"),
                ([.failed], "failed (terminal_unknown) +paid_after_all ?contradicted"),
                ([.completed], "completed +paid_after_all ?contradicted"),
                ([.doubtAboutPayment], "approved +approved +inconsistent_payment ?decided"),
            ],
            elsewhere: "approved +approved ?decided"
        ),
        TableRow(
            "a callback that declines",
            input: { .callback(.declined($0)) },
            outcomes: [
                ([.approved], "approved +contrary_verdict ?contradicted"),
                ([.declined], "agreed"),
                ([.notCompleted], "notCompleted (nobody_paid) +contrary_verdict ?contradicted"),
                ([.failed], "failed (terminal_unknown) +contrary_verdict ?contradicted"),
                ([.completed], "completed +contrary_verdict ?contradicted"),
                ([.doubtAboutPayment], "declined (declined) +declined +inconsistent_payment ?decided"),
            ],
            elsewhere: "declined (declined) +declined ?decided"
        ),
        TableRow(
            "a query's answer that nobody paid",
            input: { .query(.notCompleted($0)) },
            outcomes: [
                ([.approved], "approved +contrary_verdict ?contradicted"),
                ([.declined], "declined (declined) +contrary_verdict ?contradicted"),
                ([.notCompleted], "agreed"),
                ([.failed], "failed (terminal_unknown) +contrary_verdict ?contradicted"),
                ([.completed], "completed +contrary_verdict ?contradicted"),
                ([.doubtAboutPayment], "notCompleted (nobody_paid) +not_completed +inconsistent_payment ?decided"),
            ],
            elsewhere: "notCompleted (nobody_paid) +not_completed ?decided"
        ),
        TableRow(
            "a callback that paid another amount",
            input: { .callback(.misfit($0)) },
            outcomes: [
                ([.approved], "approved +inconsistent_payment ?contradicted"),
                ([.declined], "declined (declined) +inconsistent_payment ?contradicted"),
                ([.notCompleted], "notCompleted (nobody_paid) +inconsistent_payment ?contradicted"),
                ([.failed], "failed (terminal_unknown) +inconsistent_payment ?contradicted"),
                ([.completed], "completed +inconsistent_payment ?contradicted"),
                ([.doubtAboutPayment], "inconsistent"),
                ([.givenUp], "inDoubt (operator_needed) ?inconsistent @0"),
            ],
            elsewhere: "inDoubt (inconsistent_result) +in_doubt ?inconsistent @0"
        ),
        TableRow(
            "a query's answer that the host was out of reach",
            input: { .query(.hostUnreachable($0)) },
            outcomes: [
                (
                    [.accepted, .waiting, .submitting, .doubtWithoutNumber, .queued, .doubtAfterLife, .doubtOutOfLane],
                    "inDoubt (inconsistent_result) +in_doubt ?inconsistent @5"
                ),
                ([.submitted, .doubtWithNumber], "inDoubt (inconsistent_result) +in_doubt ?inconsistent @14"),
                ([.failed], "failed (terminal_unknown) ?inconsistent"),
                ([.completed], "completed ?inconsistent"),
            ],
            elsewhere: "inconsistent"
        ),
        TableRow(
            "a callback with an error of the cloud",
            input: { _ in .callback(.error()) },
            outcomes: [
                ([.accepted, .waiting, .queued], "inDoubt (no_acknowledgement) +in_doubt ?undecided @86399"),
                ([.submitting], "submitting(1) ?undecided"),
                ([.submitted], "submitted ?undecided @0"),
                ([.doubtWithNumber], "inDoubt (no_result) ?undecided @0"),
                ([.givenUp], "inDoubt (operator_needed) ?undecided @0"),
            ],
            elsewhere: "undecided"
        ),
        TableRow(
            "a query's answer that it is in process",
            input: { _ in .query(.inProcess) },
            outcomes: [],
            elsewhere: "undecided"
        ),
        TableRow(
            "a callback that names another transaction",
            input: { _ in .callback(.foreign()) },
            outcomes: [
                ([.accepted, .waiting, .queued], "inDoubt (no_acknowledgement) +in_doubt ?foreign @86399"),
                ([.submitting], "submitting(1) ?foreign"),
                ([.submitted], "submitted ?foreign @0"),
                ([.doubtWithNumber], "inDoubt (no_result) ?foreign @0"),
                ([.givenUp], "inDoubt (operator_needed) ?foreign @0"),
            ],
            elsewhere: "foreign"
        ),
        TableRow(
            "a callback that approves under another number",
            input: { .callback(.renumbered($0)) },
            outcomes: [
                (
                    [.accepted, .waiting, .submitting, .doubtWithoutNumber, .queued, .doubtAfterLife, .doubtOutOfLane],
                    "approved +approved ?decided"
                ),
                ([.submitted, .doubtWithNumber], "inDoubt (inconsistent_result) +in_doubt ?inconsistent @0"),
                ([.approved], "approved +second_payment ?contradicted"),
                ([.declined], "declined (declined) +paid_after_all ?contradicted"),
                ([.notCompleted], "notCompleted (nobody_paid) +paid_after_all ?contradicted"),
                ([.failed], "failed (terminal_unknown) +paid_after_all ?contradicted"),
                ([.completed], "completed +paid_after_all ?contradicted"),
                ([.doubtAboutPayment], "inconsistent"),
                ([.givenUp], "inDoubt (operator_needed) ?inconsistent @0"),
            ]
        ),
        TableRow(
            "a query's answer without a verdict but with a number",
            input: { _ in .query(CloudAnswer(code: .inProcess, idPosTxs: "936101")) },
            outcomes: [
                ([.accepted, .waiting, .queued], "inDoubt (no_acknowledgement) +in_doubt ?undecided @5"),
                ([.submitting], "submitting(1) ?undecided"),
                ([.failed], "failed (terminal_unknown) ?undecided"),
                ([.completed], "completed ?undecided"),
                (
                    [.doubtWithoutNumber, .doubtAfterLife, .doubtOutOfLane],
                    "inDoubt (no_acknowledgement) ?undecided @5"
                ),
            ],
            elsewhere: "undecided"
        ),
    ]

    static let queryRequested: [TableRow] = [
        TableRow(
            "a callback comes that cannot be read",
            input: { _ in .unreadableCallback },
            outcomes: [
                ([.accepted, .waiting, .queued], "inDoubt (no_acknowledgement) +in_doubt @86399"),
                ([.submitting], "submitting(1)"),
                ([.submitted], "submitted @0"),
                ([.doubtWithNumber], "inDoubt (no_result) @0"),
                ([.givenUp], "inDoubt (operator_needed) @0"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "something asks for a look",
            input: { _ in .queryRequested },
            outcomes: [
                ([.submitted], "submitted @0"),
                ([.doubtWithNumber], "inDoubt (no_result) @0"),
                ([.givenUp], "inDoubt (operator_needed) @0"),
            ],
            elsewhere: "nothing"
        ),
    ]

    static let journalAbsence: [TableRow] = [
        TableRow(
            "the journal has no such sale",
            at: 400,
            input: { _ in .journalAbsence },
            outcomes: [
                ([.givenUp], "inDoubt (operator_needed)"),
                ([.doubtAfterLife, .doubtOutOfLane], "inDoubt (not_in_journal) +in_doubt @86000"),
                ([.doubtWithNumber], "inDoubt (not_in_journal) +in_doubt @-385"),
                ([.doubtWithoutNumber, .doubtAboutPayment], "refused"),
            ],
            elsewhere: "refused"
        ),
        TableRow(
            "the journal was read while the terminal may work",
            input: { _ in .journalAbsence },
            outcomes: [
                ([.givenUp], "inDoubt (operator_needed)"),
                ([.doubtAfterLife, .doubtOutOfLane], "inDoubt (not_in_journal) +in_doubt @86399"),
                ([.doubtWithNumber], "inDoubt (not_in_journal) +in_doubt @14"),
            ],
            elsewhere: "refused"
        ),
        TableRow(
            "the journal has no such sale, and that is final",
            at: 400,
            absenceIsFinal: true,
            input: { _ in .journalAbsence },
            outcomes: [
                ([.doubtWithoutNumber, .doubtAboutPayment], "refused"),
                (
                    [.doubtWithNumber, .givenUp, .doubtAfterLife, .doubtOutOfLane],
                    "notCompleted (not_in_journal) +not_completed ?decided"
                ),
            ],
            elsewhere: "refused"
        ),
    ]
}

// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport

/// What time and the POST do.
extension TransactionMachineTable {
    static let due: [TableRow] = [
        TableRow(
            "the instant it asked for has not come",
            at: -1,
            input: { _ in .due },
            outcomes: [],
            elsewhere: "nothing"
        ),
        TableRow(
            "the first query is due",
            at: 15,
            input: { _ in .due },
            outcomes: [
                ([.doubtWithNumber], "inDoubt (no_result) !query @5"),
                ([.accepted], "accepted !submit @-15"),
                ([.waiting], "accepted (terminal_busy) !submit @0"),
                ([.submitted], "submitted !query @5"),
                ([.doubtAboutPayment], "inDoubt (inconsistent_result) !query @5"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "the next attempt is due",
            at: 16,
            input: { _ in .due },
            outcomes: [
                ([.doubtWithNumber], "inDoubt (no_result) !query @5"),
                ([.accepted], "accepted !submit @-16"),
                ([.waiting], "accepted (terminal_busy) !submit @-1"),
                ([.submitted], "submitted !query @5"),
                ([.doubtAboutPayment], "inDoubt (inconsistent_result) !query @5"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "the command has expired",
            at: 120,
            input: { _ in .due },
            outcomes: [
                ([.doubtWithNumber], "inDoubt (no_result) !query @5"),
                ([.accepted, .waiting, .queued], "failed (command_expired) +failed"),
                ([.submitted], "submitted !query @5"),
                ([.doubtAboutPayment], "inDoubt (inconsistent_result) !query @5"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "the terminal's life is over",
            at: 315,
            input: { _ in .due },
            outcomes: [
                ([.doubtWithNumber], "inDoubt (no_result) !query @5"),
                ([.submitted], "submitted !query @5"),
                ([.accepted, .waiting, .queued], "failed (command_expired) +failed"),
                ([.doubtAboutPayment], "inDoubt (inconsistent_result) !query @5"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "a person must decide",
            at: 86_400,
            input: { _ in .due },
            outcomes: [
                ([.submitted], "submitted !query @600"),
                ([.accepted, .waiting, .queued], "failed (command_expired) +failed"),
                ([.doubtWithoutNumber, .doubtAfterLife, .doubtOutOfLane], "inDoubt (operator_needed) +in_doubt"),
                ([.doubtWithNumber, .doubtAboutPayment], "inDoubt (operator_needed) +in_doubt !query"),
            ],
            elsewhere: "nothing"
        ),
    ]

    static let submissionStarted: [TableRow] = [
        TableRow(
            "a POST begins",
            input: { _ in .submissionStarted },
            outcomes: [
                ([.queued], "submitting(1) (lane_occupied) !post(1)"),
                ([.accepted], "submitting(1) !post(1)"),
                ([.waiting], "submitting(2) (terminal_busy) !post(2)"),
            ],
            elsewhere: "refused"
        ),
        TableRow(
            "a POST would begin after expiry",
            at: 120,
            input: { _ in .submissionStarted },
            outcomes: [
                ([.accepted, .waiting, .queued], "failed (command_expired) +failed")
            ],
            elsewhere: "refused"
        ),
    ]

    static let submissionEnded: [TableRow] = [
        TableRow(
            "acknowledged",
            input: { _ in .submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101")) },
            outcomes: [
                ([.accepted, .waiting, .submitting, .queued], "submitted +submitted @15"),
                ([.failed], "failed (terminal_unknown)"),
                ([.completed], "completed"),
                ([.doubtWithoutNumber, .doubtAfterLife, .doubtOutOfLane], "inDoubt (no_acknowledgement) @5"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "acknowledged with a number that another transaction claimed",
            isClaimed: true,
            input: { _ in .submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936101")) },
            outcomes: [
                ([.accepted, .waiting, .submitting, .queued], "inDoubt (inconsistent_result) +in_doubt @86399"),
                ([.failed], "failed (terminal_unknown)"),
                ([.completed], "completed"),
                ([.doubtWithoutNumber, .doubtAfterLife, .doubtOutOfLane], "inDoubt (no_acknowledgement) @86399"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "acknowledged with another number than the known one",
            input: { _ in .submissionEnded(attempt: 1, .acknowledged(idPosTxs: "936109")) },
            outcomes: [
                ([.accepted, .waiting, .submitting, .queued], "submitted +submitted @15"),
                ([.submitted, .doubtWithNumber], "inDoubt (inconsistent_result) +in_doubt ?inconsistent @14"),
                ([.approved], "approved +second_sale ?contradicted"),
                ([.declined], "declined (declined) +second_sale ?contradicted"),
                ([.notCompleted], "notCompleted (nobody_paid) +second_sale ?contradicted"),
                ([.failed], "failed (terminal_unknown)"),
                ([.completed], "completed"),
                ([.doubtWithoutNumber, .doubtAfterLife, .doubtOutOfLane], "inDoubt (no_acknowledgement) @5"),
                ([.doubtAboutPayment], "inDoubt (inconsistent_result) ?inconsistent @-1"),
                ([.givenUp], "inDoubt (operator_needed) ?inconsistent"),
            ]
        ),
        TableRow(
            "answered with a number and the result",
            input: { .submissionEnded(attempt: 1, .answered(.approved($0))) },
            outcomes: [
                ([.accepted, .waiting, .submitting, .queued], "approved +submitted +approved ?decided"),
                (
                    [.submitted, .doubtWithoutNumber, .doubtWithNumber, .givenUp, .doubtAfterLife, .doubtOutOfLane],
                    "approved +approved ?decided"
                ),
                ([.approved], "agreed"),
                ([.declined], "declined (declined) +paid_after_all ?contradicted"),
                ([.notCompleted], "notCompleted (nobody_paid) +paid_after_all ?contradicted"),
                ([.failed], "failed (terminal_unknown) +paid_after_all ?contradicted"),
                ([.completed], "completed +paid_after_all ?contradicted"),
                ([.doubtAboutPayment], "approved +approved +inconsistent_payment ?decided"),
            ]
        ),
        TableRow(
            "answered with the result but no number",
            input: { .submissionEnded(attempt: 1, .answered(.approved($0, idPosTxs: nil))) },
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
            "answered with neither",
            input: { _ in .submissionEnded(attempt: 1, .answered(.inProcess)) },
            outcomes: [
                (
                    [.accepted, .waiting, .submitting, .queued],
                    "inDoubt (no_acknowledgement) +in_doubt ?undecided @86399"
                )
            ],
            elsewhere: "undecided"
        ),
        TableRow(
            "answered with another transaction's result",
            input: { _ in .submissionEnded(attempt: 1, .answered(.foreign())) },
            outcomes: [
                (
                    [.accepted, .waiting, .submitting, .queued],
                    "inDoubt (inconsistent_result) +in_doubt ?foreign @86399"
                )
            ],
            elsewhere: "foreign"
        ),
        TableRow(
            "answered with a result that another transaction claimed",
            isClaimed: true,
            input: { .submissionEnded(attempt: 1, .answered(.approved($0))) },
            outcomes: [
                (
                    [.accepted, .waiting, .submitting, .queued],
                    "inDoubt (inconsistent_result) +in_doubt ?foreign @86399"
                )
            ],
            elsewhere: "foreign"
        ),
        TableRow(
            "not started, the terminal is busy",
            input: { _ in .submissionEnded(attempt: 1, .notStarted(.busy)) },
            outcomes: [
                ([.accepted, .waiting, .queued], "refused"),
                ([.submitting], "accepted (terminal_busy) +waiting @15"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "not started, the terminal is unknown",
            input: { _ in .submissionEnded(attempt: 1, .notStarted(.init(.terminalUnknown, isTransient: false))) },
            outcomes: [
                ([.accepted, .waiting, .queued], "refused"),
                ([.submitting], "failed (terminal_unknown) +failed"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "not started, the token is refused",
            input: { _ in .submissionEnded(attempt: 1, .notStarted(.init(.tokenRejected, isTransient: true))) },
            outcomes: [
                ([.accepted, .waiting, .queued], "refused"),
                ([.submitting], "accepted !submit @0"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "nobody knows whether it started",
            input: { _ in .submissionEnded(attempt: 1, .unknown(.noAcknowledgement)) },
            outcomes: [
                ([.accepted, .waiting, .submitting, .queued], "inDoubt (no_acknowledgement) +in_doubt @86399")
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "the cloud cannot reach the terminal",
            input: { _ in .submissionEnded(attempt: 1, .unknown(.terminalUnreachable)) },
            outcomes: [
                ([.accepted, .waiting, .submitting, .queued], "inDoubt (terminal_unreachable) +in_doubt @86399")
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "another attempt, acknowledged",
            input: { _ in .submissionEnded(attempt: 7, .acknowledged(idPosTxs: "936101")) },
            outcomes: [
                ([.accepted, .waiting, .submitting, .queued], "submitted +submitted @15"),
                ([.failed], "failed (terminal_unknown)"),
                ([.completed], "completed"),
                ([.doubtWithoutNumber, .doubtAfterLife, .doubtOutOfLane], "inDoubt (no_acknowledgement) @5"),
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "another attempt, unknown",
            input: { _ in .submissionEnded(attempt: 7, .unknown(.noAcknowledgement)) },
            outcomes: [
                ([.accepted, .waiting, .submitting, .queued], "inDoubt (no_acknowledgement) +in_doubt @86399")
            ],
            elsewhere: "nothing"
        ),
        TableRow(
            "another attempt, not started",
            input: { _ in .submissionEnded(attempt: 7, .notStarted(.busy)) },
            outcomes: [
                ([.accepted, .waiting, .submitting, .queued], "refused")
            ],
            elsewhere: "nothing"
        ),
    ]

    static let recovered: [TableRow] = [
        TableRow(
            "the process is gone",
            input: { _ in .recovered },
            outcomes: [
                ([.submitting], "inDoubt (no_acknowledgement) +in_doubt @86399")
            ],
            elsewhere: "nothing"
        )
    ]
}

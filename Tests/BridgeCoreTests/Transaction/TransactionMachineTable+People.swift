// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import TestSupport

/// What people do.
extension TransactionMachineTable {
    static let cancel: [TableRow] = [
        TableRow(
            "somebody cancels",
            input: { _ in .cancel },
            outcomes: [
                ([.accepted, .waiting, .queued], "failed (cancelled_before_start) +failed")
            ],
            elsewhere: "refused"
        )
    ]

    static let operatorDecision: [TableRow] = [
        TableRow(
            "an operator approves",
            input: { _ in .operatorDecision(.approved(authorizationCode: "010929", operationID: 17)) },
            outcomes: [
                (
                    [
                        .submitted, .doubtWithoutNumber, .doubtWithNumber, .doubtAboutPayment, .givenUp,
                        .doubtAfterLife, .doubtOutOfLane,
                    ],
                    "approved +approved ?decided"
                )
            ],
            elsewhere: "refused"
        ),
        TableRow(
            "an operator declines",
            input: { _ in .operatorDecision(.declined) },
            outcomes: [
                (
                    [
                        .submitted, .doubtWithoutNumber, .doubtWithNumber, .doubtAboutPayment, .givenUp,
                        .doubtAfterLife, .doubtOutOfLane,
                    ],
                    "declined (operator_decision) +declined ?decided"
                )
            ],
            elsewhere: "refused"
        ),
        TableRow(
            "an operator says nobody paid",
            input: { _ in .operatorDecision(.notCompleted) },
            outcomes: [
                (
                    [
                        .submitted, .doubtWithoutNumber, .doubtWithNumber, .doubtAboutPayment, .givenUp,
                        .doubtAfterLife, .doubtOutOfLane,
                    ],
                    "notCompleted (operator_decision) +not_completed ?decided"
                )
            ],
            elsewhere: "refused"
        ),
        TableRow(
            "an operator says it never started",
            input: { _ in .operatorDecision(.failed) },
            outcomes: [
                (
                    [
                        .submitted, .doubtWithoutNumber, .doubtWithNumber, .doubtAboutPayment, .givenUp,
                        .doubtAfterLife, .doubtOutOfLane,
                    ],
                    "failed (operator_decision) +failed ?decided"
                )
            ],
            elsewhere: "refused"
        ),
    ]
}

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

    static let cancelEnded: [TableRow] = [
        TableRow(
            "a cancel was answered that nobody sent",
            input: { _ in .cancelEnded(.answered(0)) },
            outcomes: [],
            elsewhere: "refused"
        )
    ]

    static let operatorDecision: [TableRow] = [
        TableRow(
            "an operator approves",
            input: { _ in
                .operatorDecision(.approved(authorizationCode: "010929", operationID: 17, amount: 15_990), by: .sample)
            },
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
            input: { _ in .operatorDecision(.declined, by: .sample) },
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
            input: { _ in .operatorDecision(.notCompleted, by: .sample) },
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
            input: { _ in .operatorDecision(.failed, by: .sample) },
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

    static let settled: [TableRow] = [
        TableRow(
            "somebody has dealt with a contradiction that is not there",
            input: { _ in .settled(by: .sample) },
            outcomes: [],
            elsewhere: "refused"
        )
    ]

    static let restored: [TableRow] = [
        TableRow(
            "a backup was restored",
            input: { _ in .restored },
            outcomes: [
                ([.accepted, .queued, .waiting, .submitting], "inDoubt (no_acknowledgement) +in_doubt @86400"),
                ([.submitted], "submitted @0"),
                ([.doubtWithNumber], "inDoubt (no_result) @0"),
                ([.givenUp], "inDoubt (operator_needed) @0"),
            ],
            // In `doubtAboutPayment` a query about the payment that does not fit is under way already.
            elsewhere: "nothing"
        )
    ]
}

extension OperatorNote {
    /// A person who knows what they say.
    static let sample: OperatorNote = {
        do {
            return try OperatorNote(name: "Ana Pérez", reason: "saw the receipt", knows: Set(Assurance.allCases))
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}

// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

extension TransactionStory.Piece {
    /// What a person decided: who, why, what.
    init(
        operator finding: Transition.Finding,
        _ note: OperatorNote,
        _ decision: TransactionInput.OperatorDecision?,
        at instant: Timestamp
    ) {
        var writer = JSONWriter(reserving: 256)
        writer.object { member in
            member.member("by", note.name)
            member.member("reason", note.reason)
            member.member("as", decision?.status.rawValue)
            if case .approved(let authorizationCode, let operationID, let amount) = decision {
                member.member("authorizationCode", authorizationCode)
                member.member("operationId", operationID)
                member.member("amount", amount)
            }
            for assurance in OperatorNote.Assurance.allCases where note.knows.contains(assurance) {
                member.member(assurance.rawValue, true)
            }
        }
        self.init(source: .operator, finding: finding, masked: writer.bytes, receivedAt: instant)
    }
}

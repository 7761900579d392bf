// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore
internal import BridgeLedger
internal import MemoryLedger
internal import TestSupport

/// People who look at the terminal and say what is true.
extension Shop {
    /// A person decides a doubt, or deals with what speaks against an end.
    mutating func person() throws -> String? {
        guard let note = try? OperatorNote(name: "Ana", reason: "looked at the terminal") else {
            preconditionFailure("a name and a reason")
        }
        if let contradicted = some(where: { $0.state.isFinal && $0.contradictions.open > 0 }) {
            _ = try take(.settled(by: note), contradicted.id)
            return nil
        }
        endStays()
        guard let doubt = some(where: { [.submitted, .inDoubt].contains($0.state) }), let post = posts[doubt.id],
            post.isOver
        else { return nil }
        guard let paid = payments.first(where: { $0.transaction.id == doubt.id }) else {
            _ = try take(.operatorDecision(.notCompleted, by: note), doubt.id)
            return nil
        }
        let decision = TransactionInput.OperatorDecision.approved(
            authorizationCode: paid.result.authorizationCode ?? "",
            operationID: paid.result.operationID,
            amount: Bool.random(using: &random) ? paid.result.amount : nil
        )
        _ = try take(.operatorDecision(decision, by: note), doubt.id)
        return nil
    }
}

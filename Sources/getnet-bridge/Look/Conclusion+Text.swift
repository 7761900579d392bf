// SPDX-License-Identifier: Apache-2.0

internal import BridgeCore

extension Conclusion.Person {
    /// A word for a table.
    var text: String {
        switch self {
        case .notNeeded: "-"
        case .from(let instant): "from \(instant)"
        case .now: "now"
        }
    }
}

extension Conclusion {
    private static func isPlain(_ code: String) -> Bool {
        (1...TransactionInput.OperatorDecision.longestAuthorization).contains(code.utf8.count)
            && code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) }
    }

    /// What a person may type, and what not to do.
    ///
    /// - Parameters:
    ///   - transaction: What it is about.
    ///   - words: What every line needs besides, such as the configuration file.
    /// - Returns: Lines that can be copied; names and numbers in capitals are to be filled in.
    func advice(about transaction: Transaction, _ words: String) -> String {
        switch person {
        case .notNeeded: return ""
        case .from where transaction.state.isFinal: return ""
        case .from, .now: break
        }
        let note = "--by NAME --reason TEXT\(words)"
        if transaction.state.isFinal {
            return """
                When Getnet has said which is right:
                  getnet-bridge transactions settle \(transaction.id) \(note)
                """
        }
        let begin = "  getnet-bridge transactions resolve \(transaction.id) --as"
        let known = transaction.misfit == nil ? nil : transaction.result
        // It goes into a line for a shell: only what cannot mean anything there.
        let code = known?.authorizationCode.flatMap { Self.isPlain($0) ? $0 : nil } ?? "CODE"
        let receipt = known?.operationID.map { "\($0)" } ?? "NUMBER"
        let needsAmount = known == nil && transaction.effect == .sale
        let amount = needsAmount ? " --amount AMOUNT" : ""
        let asked = needsAmount ? transaction.command.content.amount : nil
        let example = asked.map { "\nAMOUNT is what the receipt says: \($0.value) is \($0.text)." } ?? ""
        let head =
            person == .now
            ? "Look at the terminal's receipts and ask Getnet, then one of these:"
            : "Who knows better than the bridge already, from the terminal's receipt, may type one of these:"
        let isTold = transaction.misfit != nil || transaction.isToldPaid
        // Where a payment was told, no line that can be copied says that there is none.
        let denial = transaction.isToldPaid ? "" : "\n\(begin) not_completed \(note)"
        return """
            \(head)
            \(begin) approved --authorization-code \(code) --operation-id \(receipt)\(amount) \(note)\(denial)\(example)
            \(isTold ? "A payment was told: do" : "Until then nothing tells whether the customer paid: do") not \
            \(transaction.effect == .sale ? "charge" : "send it") again.
            """
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A charge whose command the broker confirmed: the first ledger.
struct ChargeOrder: Sendable, Equatable {
    /// The idempotency key.
    let commandID: String
    /// The merchant's number, which no other charge has.
    let reference: String
    /// `idTerminal`.
    let terminal: String
    /// In minor units.
    let amount: Int64
    /// Which the terminal takes.
    var currency = "CLP"
    /// The final statuses that are right once the terminal's result is known.
    let outcomes: Set<String>
    /// Whether neither an acknowledgement nor a callback ever tells the result, so that doubt may remain.
    var isUnknowable = false
    /// What it competes for: of all orders with this word exactly one becomes a transaction, the others are refused.
    var contest: String?
}

extension ChargeOrder {
    /// The final statuses that are right after what chance did at the terminal.
    func outcomes(after posts: [TerminalPost]) -> Set<String> {
        if posts.contains(where: \.isCancelled) { return ["not_completed"] }
        let faults = posts.filter { $0.sale != nil }.reduce(into: Set<String>()) { $0.formUnion($1.faults) }
        if faults.contains("declined") { return ["declined"] }
        if !faults.isDisjoint(with: ["unpaid", "others-receipt"]) { return ["not_completed"] }
        return outcomes
    }

    /// `terminal` of a command.
    var terminalJSON: String {
        #"{"idTerminal":"\#(terminal)","idSucursal":"12983","serialNumber":"SNPRUEBA1234"}"#
    }

    /// The command.
    var json: [UInt8] {
        Array(
            """
            {"commandId":"\(commandID)","type":"charge",\
            "terminal":\(terminalJSON),\
            "amount":{"value":\(amount),"currency":"\(currency)"},"reference":"\(reference)"}
            """.utf8
        )
    }
}

extension ChargeOrder {
    /// Whether a transaction is this order's.
    func isTakenAs(_ transaction: StoreLedger.Transaction) -> Bool {
        transaction.commandID == commandID && transaction.reference == reference && transaction.amount == amount
            && transaction.terminal == terminal
    }
}

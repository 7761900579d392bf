// SPDX-License-Identifier: Apache-2.0

/// A void, a refund or a cancel of one of the charges, whose message the broker confirmed: the first ledger, too.
struct FollowUp: Sendable, Equatable {
    /// What is asked for.
    enum Verb: String, Sendable, CaseIterable {
        case void
        case refund
        /// Goes to `getnet.control`, and has no transaction of its own.
        case cancel
    }

    let verb: Verb
    /// The idempotency key; of a cancel the name that its refusal tells.
    let commandID: String
    /// The merchant's number.
    let reference: String
    /// What it is about.
    let original: ChargeOrder
    /// How much a refund asks for, in minor units.
    var amount: Int64?
    /// The final statuses that are right once the terminal has done it.
    var outcomes: Set<String> = ["approved"]
    /// Whether neither an acknowledgement nor a callback ever tells the result, so that doubt may remain.
    var isUnknowable = false
    /// Whether nothing else asks for that money, so that it may not be refused once the charge is paid.
    var isAlone = false
}

extension FollowUp {
    /// The message's body.
    var json: [UInt8] {
        let about = #""original":{"commandId":"\#(original.commandID)"}"#
        guard verb != .cancel else {
            return Array(#"{"commandId":"\#(commandID)","type":"cancel",\#(about)}"#.utf8)
        }
        let amount = amount.map { #""amount":{"value":\#($0),"currency":"\#(original.currency)"},"# } ?? ""
        return Array(
            """
            {"commandId":"\(commandID)","type":"\(verb.rawValue)","terminal":\(original.terminalJSON),\
            \(amount)\(about),"reference":"\(reference)"}
            """.utf8
        )
    }

    /// Whether a transaction is this one's.
    ///
    /// A void has no amount of its own.
    func isTakenAs(_ transaction: StoreLedger.Transaction) -> Bool {
        transaction.commandID == commandID && transaction.type == verb.rawValue && transaction.reference == reference
            && transaction.terminal == original.terminal && transaction.amount == amount ?? 0
    }
}

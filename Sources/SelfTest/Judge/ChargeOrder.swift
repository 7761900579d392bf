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
    /// The final statuses that are right once the terminal's result is known; none: it never becomes known.
    let outcomes: Set<String>
}

extension ChargeOrder {
    /// The command.
    var json: [UInt8] {
        Array(
            """
            {"commandId":"\(commandID)","type":"charge",\
            "terminal":{"idTerminal":"\(terminal)","idSucursal":"12983","serialNumber":"SNPRUEBA1234"},\
            "amount":{"value":\(amount),"currency":"CLP"},"reference":"\(reference)"}
            """.utf8
        )
    }
}

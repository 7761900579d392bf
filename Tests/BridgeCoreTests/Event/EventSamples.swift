// SPDX-License-Identifier: Apache-2.0

import BridgeCore
import Foundation
import TestSupport
import Testing

/// Events of the sample charge, and the JSON that they must have.
enum EventSamples {
    static let id = EventID(at: .sample, random: 7)
    static let writer = EventWriter(accounts: Accounts(Account.sample), terminalLife: .seconds(315))

    static let charge: Transaction = {
        var address = ReplyAddress()
        address.correlationID = "till-3/991"
        let sample = Transaction.sample(metadata: #"{"orderId":"o-991"}"#, address: address)
        return TransactionMachine.accept(sample, rules: Situation.rules).transaction
    }()

    /// The event that an input appends last.
    static func event(_ inputs: TransactionInput..., from transaction: Transaction = charge) throws -> OutboundEvent {
        var transaction = transaction
        var last: EventDraft?
        for (index, input) in inputs.enumerated() {
            let now = Timestamp.sample + .seconds(index + 1)
            let change = TransactionMachine.apply(input, to: transaction, at: now, rules: Situation.rules)
            transaction = change.transaction
            last = change.events.last ?? last
        }
        return writer.event(try #require(last), id: id, at: .sample + .seconds(9))
    }

    /// The data with what all events of the charge share, and more members.
    static func data(_ members: String) -> String {
        """
        {"transactionId":"\(charge.id)","commandId":"command-1","type":"charge","account":"main","terminal":
        {"idTerminal":"80005000","idSucursal":"12983","serialNumber":"SNPRUEBA1234"},"amount":{"value":15990,
        "currency":"CLP"},"reference":"A0000001","acceptedAt":"2026-11-22T10:12:00.000Z",
        "metadata":{"orderId":"o-991"},\(members)}
        """
    }

    /// Whether both are equal as JSON; the order of members does not matter.
    static func equal(_ bytes: [UInt8], _ text: String) throws -> Bool {
        let left = try JSONParser.parse(bytes).canonical
        let right = try JSONParser.parse(Array(text.utf8)).canonical
        if left != right { print(String(decoding: left.serialized, as: UTF8.self)) }
        return left == right
    }
}

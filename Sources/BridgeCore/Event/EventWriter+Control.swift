// SPDX-License-Identifier: Apache-2.0

extension EventWriter {
    /// The answer to a `status` about a transaction that the store does not have: to the asker only.
    ///
    /// The same message gives the same event id.
    public func statusNotFound(
        _ request: ControlRequest,
        of message: CommandMessage,
        at time: Timestamp
    ) -> OutboundEvent {
        var writer = JSONWriter(reserving: 256)
        writer.object { data in
            data.member("commandId", request.commandID)
            data.member("type", request.verb.rawValue)
            data.object("original") { original in
                switch request.original {
                case .transaction(let id): original.member("transactionId", id.description)
                case .command(let commandID): original.member("commandId", commandID)
                }
            }
            data.member("account", request.account)
            if let metadata = request.metadata { data.member("metadata", rawJSON: metadata) }
        }
        return OutboundEvent(
            id: EventID(hashing: [
                Array(EventName.notFound.text.utf8), Array(message.routingKey.utf8), message.body,
                Array((message.address.correlationID ?? "").utf8),
            ]),
            destination: EventDestination(.notFound, of: account(request.account)),
            subject: nil,
            time: time,
            data: writer.bytes,
            causationID: request.commandID,
            address: message.address,
            mustBeRouted: false
        )
    }
}
